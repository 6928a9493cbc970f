"""What a state of the store was built from: its sources, and of which extraction each document's graph was made.

The manifest is stored with the state of the store that it describes and changes together with it, so it is never
ahead of the graphs nor behind them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from kg.errors import StoreError
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
    """The manifest that `encode` wrote; an empty one for None. Raises StoreError for anything else."""
    import msgspec

    if note is None:
        return Manifest()
    checksum, _, data = note.partition(b"\n")
    if hashlib.sha256(data).hexdigest().encode() != checksum:
        raise StoreError("the list of sources in the store does not match its checksum")
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise StoreError(f"the list of sources in the store is of another version of kg ({error})") from error
