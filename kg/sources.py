"""Which files the store stands on, and what became of them since. By content, not by date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg.cache import Cache, get, known, put_many
from kg.errors import InputError
from kg.manifest import Manifest, Source
from kg.model import Document
from kg.read import SUFFIXES, MissingError, find_files, fingerprint, read_file, signature

BATCH = 200  # documents that are written to the cache together


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to build from. `problems` are of this survey: files and lines that could not be read. `notes` name
    folders that hold nothing to read."""

    roots: tuple[str, ...]
    removed: tuple[str, ...]
    sources: tuple[Source, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def documents(self) -> dict[str, str]:
        """The id of each document with the first file that holds it, in order of id."""
        paths: dict[str, str] = {}
        for source in self.sources:
            for document in source.documents:
                paths.setdefault(document, source.path)
        return dict(sorted(paths.items()))


def survey(paths: Sequence[Path], before: Manifest, cache: Cache, limit: int) -> Survey:
    """Look at all files under `paths`; what is new is read into the cache. Other sources stay as they were.

    A file that was taken back by `kg remove` counts again only when it is named itself.
    """
    given = [str(path.absolute()) for path in paths]
    removed = tuple(path for path in before.removed if path not in given)
    old = {source.path: source for source in before.sources}
    kept = {path: source for path, source in old.items() if not under(path, given)}
    problems: list[str] = []
    held = known(cache, "document")
    waiting: list[tuple[str, bytes]] = []
    for path in find_files(map(Path, given)):
        if isinstance(path, MissingError):
            problems += _missing(path, before, old, kept)
            continue
        if under(str(path), removed):
            continue
        source = _unchanged(path, old.get(str(path))) or _read(path, limit, held, waiting)
        kept[str(path)] = source
        problems += source.problems
        if len(waiting) >= BATCH:
            put_many(cache, "document", waiting)
            waiting.clear()
    if waiting:
        put_many(cache, "document", waiting)
    roots = tuple(sorted({*before.roots, *(path for path in given if path in kept or Path(path).is_dir())}))
    empty = [path for path in given if Path(path).is_dir() and not any(under(file, [path]) for file in kept)]
    notes = tuple(f"{path}: there is no article in it; kg reads {', '.join(SUFFIXES)}" for path in empty)
    return Survey(roots, removed, tuple(kept[path] for path in sorted(kept)), tuple(problems), notes)


def under(path: str, folders: Iterable[str]) -> bool:
    """Whether `path` is one of `folders` or inside one.

    >>> under("/a/b/c.txt", ["/a/b"]), under("/a/bc", ["/a/b"])
    (True, False)
    """
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def document(id: str, path: str, cache: Cache, limit: int) -> Document:
    """The document from the cache, or from its file. Raises InputError when the file no longer holds it."""
    import msgspec

    data = get(cache, "document", id)
    if data is not None:
        return msgspec.json.decode(data, type=Document)
    for item in read_file(Path(path), limit):
        if isinstance(item, Document) and item.id == id:
            return item
    raise InputError(f"{path}: changed while it was read; run kg build again")


def _missing(path: MissingError, before: Manifest, old: dict[str, Source], kept: dict[str, Source]) -> Iterator[str]:
    """A named file that is gone takes its documents with it; a whole folder that is gone rather was not mounted."""
    name = str(path.filename)
    if name in old:
        return
    for source in old.values():
        if under(source.path, [name]):
            kept[source.path] = source
    if name in before.roots or name not in old:
        yield f"{path}, or forget it with: kg remove {name}" if name in before.roots else str(path)


def _unchanged(path: Path, old: Source | None) -> Source | None:
    if old is None or old.problems:
        return None
    try:
        now = signature(path)
        if now == old.signature:
            return old
        return replace(old, signature=now) if fingerprint(path) == old.fingerprint else None
    except OSError:
        return None  # reading the file tells what is wrong with it


def _read(path: Path, limit: int, held: set[str], waiting: list[tuple[str, bytes]]) -> Source:
    import msgspec

    try:
        marks = signature(path), fingerprint(path)
    except OSError:
        marks = "", ""
    documents: dict[str, None] = {}
    problems = []
    for item in read_file(path, limit):
        if isinstance(item, InputError):
            problems.append(str(item))
            continue
        id = item.id
        documents[id] = None
        if id not in held:
            held.add(id)
            waiting.append((id, msgspec.json.encode(item)))
    return Source(str(path), *marks, tuple(documents), tuple(problems))
