"""What is in a store and what is stale, found out without reading or parsing a single article."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError, StoreError
from kg.manifest import Manifest, Source, load
from kg.read import find_files, fingerprint, signature
from kg.sources import under
from kg.versions import Versions

STAGES = {
    "models": "parsing and all that follows",
    "parser": "parsing and all that follows",
    "rules": "extraction and all that follows",
    "gazetteer": "extraction and all that follows",
    "extractor": "extraction and all that follows",
    "verdicts": "resolution",
    "resolver": "resolution",
    "graph": "writing of the graphs",
}


@dataclass(frozen=True, slots=True)
class Status:
    """`new`, `changed` and `gone` are files; `stale` maps what changed to the stages that the next build redoes."""

    store: str
    documents: int
    graphs: int
    roots: tuple[str, ...]
    removed: tuple[str, ...]
    sources: tuple[Source, ...]
    problems: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    stale: dict[str, str]
    skipped: int
    cache_bytes: int
    damage: str | None

    @property
    def fresh(self) -> bool:
        """Whether `kg build` has nothing to do."""
        return not (self.new or self.changed or self.gone or self.stale or self.damage or self.problems)

    def text(self, with_sources: bool = False) -> str:
        """The status for people, a line a finding."""
        lines = [
            f"{self.store}: {self.documents} documents from {len(self.sources)} files in {self.graphs} graphs",
            *(f"from {root}" for root in self.roots),
            *(f"taken back: {path}" for path in self.removed),
            f"cache: {self.cache_bytes / 1e6:.1f} MB in {self.store}/cache, which may be deleted at any time",
        ]
        lines += [f"{self.skipped} sentences were skipped because of faults"] if self.skipped else []
        if with_sources:
            lines += [f"  {source.path}  {' '.join(source.documents)}" for source in self.sources]
        for name in ("new", "changed", "gone"):
            lines += [f"{name}: {path}" for path in getattr(self, name)]
        lines += [f"stale: {what} changed: kg build redoes {stages}" for what, stages in self.stale.items()]
        lines += [f"problem: {problem}" for problem in self.problems]
        lines += [f"damaged: {self.damage}"] if self.damage else []
        lines.append("up to date" if self.fresh else "run kg build to bring it up to date")
        return "\n".join(lines)


def examine(location: str | Path, work: Path, versions: Versions, base: str) -> Status:
    """The status of the store at `location`, whose cache is in the folder `work`."""
    from kg.store import open_store

    damage = None
    manifest = Manifest()
    graphs: tuple[str, ...] = ()
    with contextlib.closing(open_store(location, read_only=True)) as store:
        try:
            manifest, graphs = load(store, work), store.graphs()
        except StoreError as error:
            damage = str(error)
    new, changed, gone = _compared(manifest)
    changed_versions = versions.changed(manifest.versions) if manifest.versions else ()
    stale = {name: STAGES[name] for name in changed_versions}
    if manifest.base and manifest.base != base:
        stale["base"] = STAGES["graph"]
    return Status(
        store=str(location),
        documents=len(manifest.graphs),
        graphs=len(graphs),
        roots=manifest.roots,
        removed=manifest.removed,
        sources=manifest.sources,
        problems=tuple(problem for source in manifest.sources for problem in source.problems),
        new=new,
        changed=changed,
        gone=gone,
        stale=stale,
        skipped=sum(manifest.skipped.values()),
        cache_bytes=sum(file.stat().st_size for file in work.glob("cache/*")),
        damage=damage,
    )


def _compared(manifest: Manifest) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    old = {source.path: source for source in manifest.sources}
    present = [path for path in find_files(map(Path, manifest.roots)) if not isinstance(path, InputError)]
    new, changed, seen = [], [], set()
    for path in present:
        name = str(path)
        seen.add(name)
        if name not in old:
            new += [] if under(name, manifest.removed) else [name]
        elif not _same(path, old[name]):
            changed.append(name)
    return tuple(new), tuple(changed), tuple(sorted(old.keys() - seen))


def _same(path: Path, source: Source) -> bool:
    try:
        return signature(path) == source.signature or fingerprint(path) == source.fingerprint
    except OSError:
        return bool(source.problems)
