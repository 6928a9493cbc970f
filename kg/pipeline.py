"""From files to the store, stage after stage; only what is new or stale is done, and the store changes at one stroke.

    survey    which files there are and which documents they hold         kg.sources
    work      parse and extract the documents that are new or stale      kg.desk, kg.stages, kg.workers
    resolve   who is who and what is one event, over all documents
    publish   replace the graphs that differ, together with the manifest  kg.store

The result depends only on the documents, the rules and the models: the store after any series of builds equals, quad
for quad, the one that is built from nothing.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg import resources
from kg.cache import Cache, drop, get, open_cache
from kg.changes import Change, changes, facts
from kg.desk import Desk, Options, Tell, in_batches, silent
from kg.errors import DamagedError, InputError, KgError, StoreError
from kg.manifest import Manifest, load, recall, save
from kg.model import Document, Extraction, digest
from kg.read import read_paths
from kg.sources import Survey, survey, under
from kg.stages import STAGES, Job, Outcome, Stages
from kg.state import Status, examine
from kg.workers import chosen


@dataclass(frozen=True, slots=True)
class Workplace:
    """A store that this build alone changes. `before` describes its current state; `notes` is for what was amiss.

    Of a store that is `damaged`, `before` knows no more than the roots; it is to be emptied and filled anew.
    """

    location: str
    folder: Path
    store: Any
    cache: Cache
    before: Manifest
    notes: list[str] = field(default_factory=list)
    damaged: bool = False


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
    with _workplace(location, options) as place:
        paths = paths or [Path(root) for root in place.before.roots]
        if place.damaged:
            if not paths:
                raise StoreError(f"{place.notes[0]}; but which those are is not known any more: kg build PATHS --store {location}")
            place.store.empty()
        paths = paths or [resources.path("news")]
        tell("reading", 0, 0)
        return _build(survey(paths, place.before, place.cache, options.limit), place, options, stages, tell)


def remove(
    names: Sequence[str],
    location: str | Path,
    options: Options | None = None,
    stages: Stages = STAGES,
    tell: Tell = silent,
) -> BuildReport:
    """Take back all that only the named sources (files, folders, ids of documents) said, and do not read them again."""
    options = options or Options()
    if not work_folder(location, options).is_dir():
        raise StoreError(f"there is no store at {location}; build one: kg build --store {location}")
    with _workplace(location, options) as place:
        if place.damaged:
            raise StoreError(f"the store {location} is damaged; make it anew first: kg build --store {location}")
        before = place.before
        paths = {path for name in names for path in _named(name, before, location)}
        left = Survey(
            roots=tuple(root for root in before.roots if root not in paths),
            removed=tuple(sorted({*before.removed, *paths})),
            sources=tuple(source for source in before.sources if not under(source.path, paths)),
            problems=(),
        )
        return _build(left, place, options, stages, tell)


def _named(name: str, before: Manifest, location: str | Path) -> set[str]:
    """The paths that `name` means: a file, a folder with sources in it, or the files of one document."""
    path = str(Path(name).absolute())
    if path in before.roots or any(under(source.path, [path]) for source in before.sources):
        return {path}
    holders = [source for source in before.sources if name in source.documents]
    for source in holders:
        if len(source.documents) > 1:
            raise KgError(f"{name} is one line of {source.path}; delete the line there, then run kg build")
    if not holders:
        raise KgError(f"{name} is no source of the store {location}; list them with: kg status --sources")
    return {source.path for source in holders}


def _build(found: Survey, place: Workplace, options: Options, stages: Stages, tell: Tell) -> BuildReport:
    before = place.before
    versions = stages.versions(options.settings)
    paths = found.documents()
    desk = Desk(place.cache, paths, versions, options, stages, tell)
    stale = [id for id in paths if before.graphs.get(id) != desk.keys[id]]
    gone = sorted(before.graphs.keys() - paths.keys())
    desk.work(stale)
    good = {id: key for id, key in desk.keys.items() if id not in desk.problems}
    after = Manifest(
        roots=found.roots,
        removed=found.removed,
        sources=found.sources,
        graphs=good,
        skipped=_skipped(good, stale, before, desk),
        resolution=digest(
            "resolution", versions.resolver, versions.gazetteer, versions.verdicts, versions.graph, options.base,
            *(f"{id} {key}" for id, key in good.items()),
        ),
        base=options.base,
        versions=versions,
    )  # fmt: skip
    differs = good != before.graphs or after.resolution != before.resolution
    shown = _changes(found, before, {*stale, *gone}, desk, place.notes) if options.diff or options.dry_run else ()
    if not options.dry_run:
        if differs:
            _publish(place, after, desk)
            drop(place.cache, "extraction", {*before.graphs.values()} - {*good.values()})
            drop(place.cache, "document", gone)
        elif after != before:
            save(after, place.store, place.folder, {})
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
        notes=(*found.notes, *place.notes, *place.cache.damaged),
        changes=shown,
        published=differs and not options.dry_run,
    )


def _skipped(good: Iterable[str], stale: Sequence[str], before: Manifest, desk: Desk) -> dict[str, int]:
    """How many sentences of each document a fault cost; documents without any are left out."""
    counts = {id: before.skipped.get(id, 0) for id in good}
    for id in counts.keys() & {*stale}:
        extraction = None if id in desk.skipped else desk.extraction(id)
        counts[id] = len(extraction.skipped) if extraction else desk.skipped.get(id, 0)
    return {id: count for id, count in counts.items() if count}


def watch(
    folder: Path,
    location: str | Path,
    options: Options | None = None,
    stages: Stages = STAGES,
    tell: Tell = silent,
    stop: Any = None,
) -> Iterator[BuildReport]:
    """Build now, and again whenever something in `folder` changed; models stay loaded. Ends when `stop` is set."""
    try:
        from watchfiles import watch as changes_in
    except ImportError as error:
        raise KgError("kg watch needs watchfiles; install it: pip install 'diplokg[watch]'") from error

    if not folder.is_dir():
        raise KgError(f"{folder} is not a folder; kg watch needs one that exists")
    yield build([folder], location, options, stages, tell)
    for _ in changes_in(folder, stop_event=stop, raise_interrupt=False):
        yield build([folder], location, options, stages, tell)


def status(location: str | Path, options: Options | None = None, stages: Stages = STAGES) -> Status:
    """What is in the store and what is stale. Raises StoreError where there is no store."""
    options = options or Options()
    return examine(location, work_folder(location, options), stages.versions(options.settings), options.base)


def extract_files(
    paths: Sequence[Path], options: Options, stages: Stages = STAGES, tell: Tell = silent
) -> Iterator[tuple[str, Extraction | InputError]]:
    """The extraction of each document under `paths` with a name made of its file's; no store, no cache.

    A file of many documents names them `file-1`, `file-2`, ...
    """
    import msgspec

    read = list(read_paths(paths, options.limit))
    count = Counter(path for path, _ in read)
    seen: Counter[Path] = Counter()
    named: list[tuple[str, Document | InputError]] = []
    for path, item in read:
        seen[path] += 1
        named.append((f"{path.stem}-{seen[path]}" if count[path] > 1 else path.stem, item))
    documents = {item.id: item for _, item in named if isinstance(item, Document)}
    versions = stages.versions(options.settings)
    batches = list(in_batches([(id, len(one.text)) for id, one in documents.items()]))
    jobs = (Job(tuple(documents[id] for id in ids), (None,) * len(ids), options.settings, versions) for ids in batches)
    outcomes: dict[str, Outcome] = {}
    for done in chosen(options.jobs, options.scheduler, len(batches))(jobs, stages):
        outcomes |= {outcome.document: outcome for outcome in done}
        tell("parsing", len(outcomes), len(documents))
    for name, item in named:
        if isinstance(item, InputError):
            yield name, item
            continue
        outcome = outcomes[item.id]
        if outcome.extraction is None:
            yield name, InputError(f"{name}: {outcome.problem}")
        else:
            yield name, msgspec.json.decode(outcome.extraction, type=Extraction)


def _publish(place: Workplace, after: Manifest, desk: Desk) -> None:
    """Replace what differs; a store that turns out damaged is emptied and filled whole."""
    try:
        save(after, place.store, place.folder, *_difference(place.before, after, desk))
    except DamagedError as error:
        place.notes.append(f"the store is rebuilt from its sources, because {str(error).partition(';')[0]}")
        place.store.empty()
        save(after, place.store, place.folder, *_difference(Manifest(), after, desk))


def _difference(before: Manifest, after: Manifest, desk: Desk) -> tuple[dict[str, Iterable[str]], list[str]]:
    """The graphs to write, each made only when it is asked for, and the names of those to remove."""
    from kg.graph import document_iri, resolution_iri

    then, now = before.versions, after.versions
    anew = then is None or now is None or then.graph != now.graph or before.base != after.base

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


def _told(desk: Desk, number: int, total: int, id: str) -> Extraction | None:
    desk.tell("resolving", number, total)
    return desk.extraction(id)


def _changes(found: Survey, before: Manifest, touched: set[str], desk: Desk, notes: list[str]) -> tuple[Change, ...]:
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


def work_folder(location: str | Path, options: Options) -> Path:
    """Where cache and lock are: in the folder of a local store; for a server in a folder of its own under `.kg`."""
    if options.work:
        return options.work
    name = str(location)
    return Path(".kg") / f"server-{digest(name)}" if name.startswith(("http://", "https://")) else Path(location)


@contextlib.contextmanager
def _workplace(location: str | Path, options: Options) -> Iterator[Workplace]:
    """The store, locked for this build, with its cache and manifest; of a damaged one with what it was built from."""
    from kg.store import LocalStore, open_store

    folder = work_folder(location, options)
    try:
        with (
            _only_build(folder, options.wait),
            open_cache(folder / "cache") as cache,
            contextlib.closing(open_store(location)) as store,
        ):
            try:
                before = load(store, folder)
                _check(store, before)
                place = Workplace(str(location), folder, store, cache, before)
            except DamagedError as error:
                if not isinstance(store, LocalStore):
                    raise
                place = Workplace(str(location), folder, store, cache, recall(folder), damaged=True)
                place.notes.append(f"the store is rebuilt from its sources, because {str(error).partition(';')[0]}")
            yield place
    except OSError as error:
        raise StoreError(
            f"the store {location} cannot be written: {error.strerror or error}; make room or give yourself the "
            "right to write, and run kg build again: what was complete before is untouched"
        ) from error


def _check(store: Any, manifest: Manifest) -> None:
    from kg.graph import document_iri

    missing = {document_iri(id, manifest.base) for id in manifest.graphs} - {*store.graphs()}
    if missing:
        raise DamagedError(f"the store is damaged: it lacks {len(missing)} graphs, such as {min(missing)}")


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
        raise StoreError(f"{folder}: {who} is building; wait for it (--wait SECONDS), or stop it if it hangs") from None
