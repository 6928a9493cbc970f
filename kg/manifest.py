"""What a state of the store was built from: its sources, and of which extraction each document's graph was made.

The manifest is stored with the state of the store that it describes and changes together with it, so it is never
ahead of the graphs nor behind them. A server has no such place: there it is a file in the work folder, written after
the graphs, and the names of graphs that are being written are noted before, so that a broken connection leaves nothing
behind that the next build would not find.

Which files and folders the store is built from is written down once more in the work folder: a store that is damaged
is built again from them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import DamagedError
from kg.versions import Versions


@dataclass(frozen=True, slots=True)
class Source:
    """One file: `path` is absolute; `signature` and `fingerprint` are of kg.read; `problems` what could not be read."""

    path: str
    signature: str
    fingerprint: str
    documents: tuple[str, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """`roots` are the paths given to `kg build`, `removed` those taken back by `kg remove`.

    `graphs` is for each document the key of what its graph was made from, `resolution` the same for the graph of
    decisions over the corpus. `skipped` counts the sentences of each document that a fault cost.
    """

    roots: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    graphs: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    resolution: str = ""
    base: str = ""
    versions: Versions | None = None


def encode(manifest: Manifest) -> bytes:
    """JSON in one line after a line with its checksum."""
    import msgspec

    data = msgspec.json.encode(manifest)
    return hashlib.sha256(data).hexdigest().encode() + b"\n" + data


def decode(note: bytes | None) -> Manifest:
    """The manifest that `encode` wrote; an empty one for None. Raises DamagedError for anything else."""
    import msgspec

    if note is None:
        return Manifest()
    checksum, _, data = note.partition(b"\n")
    if hashlib.sha256(data).hexdigest().encode() != checksum:
        raise DamagedError("the store is damaged: its list of sources does not match its checksum")
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise DamagedError(f"the store is damaged, or of another version of kg: its list of sources: {error}") from error


def load(store: Any, work: Path) -> Manifest:
    """The manifest of the store's current state."""
    if hasattr(store, "read_note"):
        return decode(store.read_note())
    return decode(_read(work / "manifest"))


def save(
    manifest: Manifest, store: Any, work: Path, graphs: Mapping[str, Iterable[str]], remove: Iterable[str] = ()
) -> None:
    """Replace and remove graphs of the store, and let `manifest` be what describes it."""
    import msgspec

    if hasattr(store, "read_note"):
        roots = msgspec.json.encode({"roots": manifest.roots, "removed": manifest.removed})
        if _read(work / "roots.json") != roots:
            _write(work / "roots.json", roots)
        if graphs or remove or store.current is None:
            store.replace(graphs, remove, note=encode(manifest))
        else:
            store.write_note(encode(manifest))
        return
    begun = {*(_read(work / "begun") or b"").decode().split()}
    _write(work / "begun", "\n".join(sorted(begun | graphs.keys())).encode())
    store.replace(graphs, sorted({*remove, *begun} - graphs.keys()))
    _write(work / "manifest", encode(manifest))
    (work / "begun").unlink()


def recall(work: Path) -> Manifest:
    """What a damaged store was built from, with nothing of what it held; an empty manifest where that is lost as well."""
    import msgspec

    try:
        return msgspec.json.decode(_read(work / "roots.json") or b"{}", type=Manifest)
    except msgspec.DecodeError:
        return Manifest()


def _read(file: Path) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        return file.read_bytes()
    return None


def _write(file: Path, data: bytes) -> None:
    new = file.with_name(file.name + ".new")
    with open(new, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(new, file)
