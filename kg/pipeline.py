"""From files to the store, stage after stage; only what is new or stale is done, and the store changes at one stroke.

    survey    which files there are and which documents they hold         kg.sources
    work      parse and extract the documents that are new or stale      kg.stages, kg.workers
    resolve   who is who and what is one event, over all documents
    publish   replace the graphs that differ, together with the manifest  kg.store

The result depends only on the documents, the rules and the models: the store after any series of builds equals, quad
for quad, the one that is built from nothing.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kg import resources
from kg.cache import Cache, drop, get, known, open_cache, put_many
from kg.changes import Change, changes, facts
from kg.errors import KgError, StoreError
from kg.manifest import Manifest, decode, encode
from kg.model import Extraction, digest
from kg.read import LIMIT
from kg.sources import Survey, document, survey, under
from kg.stages import STAGES, Job, Settings, Stages
from kg.versions import Versions
from kg.workers import chosen

BATCH = 30_000  # characters of text that one job holds; Stanza reads them together
Tell = Callable[[str, int, int], None]  # stage, done, total


def silent(stage: str, done: int, total: int) -> None:
    """The teller of progress that tells nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to build. `jobs` 0 means one process a core; `wait` is in seconds; `work` is the folder of cache and lock."""

    settings: Settings = field(default_factory=Settings)
    base: str = "https://w3id.org/diplokg/id/"
    jobs: int = 0
    scheduler: str | None = None
    limit: int = LIMIT
    wait: float = 600.0
    dry_run: bool = False
    diff: bool = False
    work: Path | None = None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Counts are of documents but for `skipped` (sentences that a fault cost) and `sources`."""

    sources: int
    documents: int
    added: int
    removed: int
    redone: int
    parsed: int
    extracted: int
    moved: tuple[tuple[str, str], ...]
    skipped: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    changes: tuple[Change, ...]
    published: bool


def build(
    paths: Sequence[Path],
    location: str | Path,
    options: Options | None = None,
    stages: Stages = STAGES,
    tell: Tell = silent,
) -> BuildReport:
    """Bring the store at `location` up to date with the files under `paths` (none: those of earlier builds).

    Raises KgError when nothing could be done; what is wrong with single files is in the report's `problems`.
    """
    options = options or Options()
    with _workplace(location, options) as (store, cache, before, notes):
        paths = paths or [Path(root) for root in before.roots] or [resources.path("news")]
        tell("reading", 0, 0)
        return _build(survey(paths, before, cache, options.limit), store, cache, before, notes, options, stages, tell)


def remove(
    names: Sequence[str],
    location: str | Path,
    options: Options | None = None,
    stages: Stages = STAGES,
    tell: Tell = silent,
) -> BuildReport:
    """Take back all that only the named sources (files, folders, ids of documents) said, and do not read them again."""
    options = options or Options()
    with _workplace(location, options) as (store, cache, before, notes):
        chosen_paths: set[str] = set()
        for name in names:
            path = str(Path(name).absolute())
            found = {s.path for s in before.sources if under(s.path, [path]) or name in s.documents}
            if not found and path not in before.roots:
                raise KgError(f"{name} is no source of the store {location}; list them with: kg status --sources")
            chosen_paths |= found | ({path} if path in before.roots or path in found else set())
        left = Survey(
            roots=tuple(root for root in before.roots if root not in chosen_paths),
            removed=tuple(sorted({*before.removed, *chosen_paths})),
            sources=tuple(source for source in before.sources if source.path not in chosen_paths),
            problems=(),
        )
        return _build(left, store, cache, before, notes, options, stages, tell)


def _build(
    found: Survey,
    store: Any,
    cache: Cache,
    before: Manifest,
    notes: list[str],
    options: Options,
    stages: Stages,
    tell: Tell,
) -> BuildReport:
    versions = stages.versions(options.settings)
    paths = found.documents()
    keys = {id: extraction_key(id, versions) for id in paths}
    anew = before.versions is None or before.versions.graph != versions.graph or before.base != options.base
    stale = [id for id in paths if before.graphs.get(id) != keys[id]]
    gone = sorted(before.graphs.keys() - paths.keys())

    desk = _Desk(cache, paths, keys, versions, options, stages, tell)
    desk.work(stale)
    good = {id: key for id, key in keys.items() if id not in desk.problems}
    resolution = digest(
        "resolution", versions.resolver, versions.gazetteer, versions.verdicts, versions.graph, options.base,
        *(f"{id} {key}" for id, key in good.items()),
    )  # fmt: skip
    differs = anew or good != before.graphs or resolution != before.resolution

    shown: tuple[Change, ...] = ()
    if options.diff or options.dry_run:
        shown = _changes(found, before, {*stale, *gone}, desk, notes)
    after = Manifest(
        roots=found.roots,
        removed=found.removed,
        sources=found.sources,
        graphs=good,
        skipped={id: n for id, n in ({**before.skipped, **desk.skipped}).items() if n and id in good},
        resolution=resolution,
        base=options.base,
        versions=versions,
    )
    if not options.dry_run:
        if differs:
            _publish(store, before, after, anew, desk, notes)
            drop(cache, "extraction", {*before.graphs.values()} - {*good.values()})
            drop(cache, "document", gone)
        elif after != before:
            store.write_note(encode(after))
    return BuildReport(
        sources=len(found.sources),
        documents=len(good),
        added=sum(id not in before.graphs for id in good),
        removed=len(before.graphs.keys() - good.keys()),
        redone=sum(id in before.graphs and before.graphs[id] != key for id, key in good.items()),
        parsed=desk.parsed,
        extracted=desk.extracted,
        moved=_moved(found, before),
        skipped=sum(after.skipped.values()),
        problems=(*found.problems, *(f"{paths[id]}: {problem}" for id, problem in sorted(desk.problems.items()))),
        notes=(*notes, *cache.damaged),
        changes=shown,
        published=differs and not options.dry_run,
    )


def extraction_key(id: str, versions: Versions) -> str:
    """The name in the cache of what was extracted from the document `id` by these versions."""
    return digest(
        "extraction", id, versions.models, versions.parser, versions.rules, versions.gazetteer, versions.extractor
    )


class _Desk:
    """The table on which extractions are looked up, and made when they are missing."""

    def __init__(self, cache, paths, keys, versions, options, stages, tell) -> None:  # type: ignore[no-untyped-def]
        self.cache, self.paths, self.keys = cache, paths, keys
        self.versions, self.options, self.stages, self.tell = versions, options, stages, tell
        self.problems: dict[str, str] = {}
        self.skipped: dict[str, int] = {}
        self.parsed = self.extracted = 0

    def work(self, ids: Iterable[str]) -> None:
        """Parse and extract those of the documents that the cache does not hold."""
        ids = list(ids)
        if not ids:
            return
        held = known(self.cache, "extraction")
        missing = [id for id in ids if self.keys[id] not in held and id not in self.problems]
        if not missing:
            return
        batches = self._batches(missing)
        run = chosen(self.options.jobs, self.options.scheduler, len(batches))
        done = 0
        self.tell("parsing", 0, len(missing))
        with contextlib.closing(run(map(self._job, batches), self.stages)) as results:
            for outcomes in results:
                self._keep(outcomes)
                done += len(outcomes)
                self.tell("parsing", done, len(missing))

    def extraction(self, id: str) -> Extraction | None:
        """The extraction of a document; None if there is a problem with it."""
        import msgspec

        for _ in range(2):
            data = get(self.cache, "extraction", self.keys[id])
            if data is not None:
                return msgspec.json.decode(data, type=Extraction)
            if id in self.problems:
                break
            drop(self.cache, "extraction", [self.keys[id]])
            self.work([id])
        return None

    def _batches(self, ids: Sequence[str]) -> list[tuple[str, ...]]:
        """`ids` in groups of about BATCH characters each: the same groups on any machine."""
        batches: list[tuple[str, ...]] = []
        group: list[str] = []
        size = 0
        for id, length in self._lengths(ids):
            if group and size + length > BATCH:
                batches.append(tuple(group))
                group, size = [], 0
            group.append(id)
            size += length
        return [*batches, tuple(group)] if group else batches

    def _lengths(self, ids: Sequence[str]) -> Iterator[tuple[str, int]]:
        for id in ids:
            try:
                yield id, len(document(id, self.paths[id], self.cache, self.options.limit).text)
            except KgError as error:
                self.problems[id] = str(error)

    def _job(self, ids: tuple[str, ...]) -> Job:
        documents = tuple(document(id, self.paths[id], self.cache, self.options.limit) for id in ids)
        parses = (get(self.cache, "parse", self._parse_key(one.text)) for one in documents)
        return Job(
            documents, tuple(parse and parse.decode("utf-8") for parse in parses), self.options.settings, self.versions
        )

    def _parse_key(self, text: str) -> str:
        return digest("parse", text, self.versions.models, self.versions.parser)

    def _keep(self, outcomes: Sequence[Any]) -> None:
        parses, extractions = [], []
        for outcome in outcomes:
            id = outcome.document
            if outcome.parse is not None:
                text = document(id, self.paths[id], self.cache, self.options.limit).text
                parses.append((self._parse_key(text), outcome.parse.encode("utf-8")))
            if outcome.extraction is not None:
                extractions.append((self.keys[id], outcome.extraction))
                self.skipped[id] = outcome.skipped
            if outcome.problem is not None:
                self.problems[id] = outcome.problem
        put_many(self.cache, "parse", parses)
        put_many(self.cache, "extraction", extractions)
        self.parsed += len(parses)
        self.extracted += len(extractions)


def _publish(store: Any, before: Manifest, after: Manifest, anew: bool, desk: _Desk, notes: list[str]) -> None:
    """Replace what differs; a store that turns out damaged is emptied and filled whole."""
    try:
        store.replace(*_difference(before, after, anew, desk), note=encode(after))
    except StoreError as error:
        if "damaged" not in str(error):
            raise
        notes.append(f"{error}; it is rebuilt from the sources")
        store.empty()
        store.replace(*_difference(Manifest(), after, True, desk), note=encode(after))


def _difference(
    before: Manifest, after: Manifest, anew: bool, desk: _Desk
) -> tuple[dict[str, Iterable[str]], list[str]]:
    """The graphs to write, each made only when it is asked for, and the names of those to remove."""
    from kg.graph import document_iri, resolution_iri

    def resolved() -> Iterator[str]:
        total = len(after.graphs)
        extractions = (_told(desk, number, total, id) for number, id in enumerate(after.graphs, 1))
        yield from desk.stages.resolution_quads(
            desk.stages.resolve((one for one in extractions if one), desk.options.settings), after.base
        )

    def quads(id: str) -> Iterator[str]:
        extraction = desk.extraction(id)
        if extraction is not None:
            yield from desk.stages.document_quads(extraction, after.base)

    desk.work(after.graphs)  # what a lost cache held is made again before anything is written
    new = [id for id, key in after.graphs.items() if anew or before.graphs.get(id) != key]
    graphs: dict[str, Iterable[str]] = {document_iri(id, after.base): quads(id) for id in new}
    graphs[resolution_iri(after.base)] = resolved()
    old = {document_iri(id, before.base) for id in before.graphs} | {resolution_iri(before.base or after.base)}
    wanted = {document_iri(id, after.base) for id in after.graphs} | {resolution_iri(after.base)}
    return graphs, sorted(old - wanted)


def _told(desk: _Desk, number: int, total: int, id: str) -> Extraction | None:
    desk.tell("resolving", number, total)
    return desk.extraction(id)


def _changes(
    found: Survey, before: Manifest, touched: set[str], desk: _Desk, notes: list[str]
) -> tuple[Change, ...]:
    """The facts that differ, by source; a document in two files is told under the first."""
    import msgspec

    def old_facts(id: str) -> tuple[Any, ...]:
        data = get(desk.cache, "extraction", before.graphs[id])
        if data is None:
            notes.append(f"what document {id} said before is not known any more: the cache was deleted")
            return ()
        return facts(msgspec.json.decode(data, type=Extraction))

    was: dict[str, list[Any]] = {}
    now: dict[str, list[Any]] = {}
    for id, path in Survey((), (), before.sources, ()).documents().items():
        if id in touched and id in before.graphs:
            was.setdefault(path, []).extend(old_facts(id))
    for id, path in found.documents().items():
        if id in touched:
            now.setdefault(path, []).extend(facts(desk.extraction(id)))
    return tuple(
        change for path in sorted({*was, *now}) for change in changes(path, was.get(path, ()), now.get(path, ()))
    )


def _moved(found: Survey, before: Manifest) -> tuple[tuple[str, str], ...]:
    """Pairs of old and new path of files with the same documents."""
    present = {source.path for source in found.sources}
    past = {source.path for source in before.sources}
    lost = {source.documents: source.path for source in before.sources if source.path not in present}
    return tuple(
        (lost[source.documents], source.path)
        for source in found.sources
        if source.path not in past and source.documents in lost and source.documents
    )


@contextlib.contextmanager
def _workplace(location: str | Path, options: Options) -> Iterator[tuple[Any, Cache, Manifest, list[str]]]:
    """The store, locked for this build, with the cache and the manifest; a damaged store is emptied and noted."""
    from kg.store import open_store

    folder = options.work or Path(location)
    with _only_build(folder, options.wait), open_cache(folder / "cache") as cache:
        notes: list[str] = []
        try:
            with contextlib.closing(open_store(location)) as store:
                try:
                    before = decode(store.read_note())
                    _check(store, before)
                except StoreError as error:
                    notes.append(f"{error}; the store is rebuilt from the sources")
                    before = Manifest()
                    store.empty()
                yield store, cache, before, notes
        except OSError as error:
            raise StoreError(
                f"the store {location} cannot be written: {error.strerror or error}; make room or give yourself the "
                "right to write, and run kg build again: what was complete before is untouched"
            ) from error


def _check(store: Any, manifest: Manifest) -> None:
    from kg.graph import document_iri

    missing = {document_iri(id, manifest.base) for id in manifest.graphs} - {*store.graphs()}
    if missing:
        raise StoreError(f"the store is damaged: it lacks {len(missing)} graphs, such as {min(missing)}")


@contextlib.contextmanager
def _only_build(folder: Path, wait: float) -> Iterator[None]:
    """The lock of all builds of one store. Raises StoreError that says who holds it after `wait` seconds."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    holder = folder / "build.holder"
    try:
        with FileLock(folder / "build.lock", timeout=wait):
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", "utf-8")
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except Timeout:
        who = holder.read_text("utf-8") if holder.exists() else "another process"
        raise StoreError(
            f"{folder}: {who} is building; wait for it (--wait SECONDS), or stop it if it hangs"
        ) from None
