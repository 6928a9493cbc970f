"""What was already done, so that it is not done twice: documents, parses and extractions in one SQLite file.

The cache may be deleted at any time; the next build makes it again. Each entry carries a checksum, and one that does
not match is as good as absent. A key is a digest of all that the entry depends on, so nothing in here can be stale.
"""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import StoreError

KINDS = ("document", "parse", "extraction")
SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    kind TEXT NOT NULL, key TEXT NOT NULL, checksum INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (kind, key)
)
"""


@dataclass(frozen=True, slots=True)
class Cache:
    """An open cache; `damaged` names the entries that were found broken since it was opened."""

    file: Path
    connection: sqlite3.Connection
    damaged: list[str] = field(default_factory=list)


@contextlib.contextmanager
def open_cache(folder: Path) -> Iterator[Cache]:
    """The cache in `folder`, made if it is missing, made anew (and named in `damaged`) if it cannot be read."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "cache.sqlite"
    damaged = []
    try:
        connection = _connect(file)
    except sqlite3.OperationalError as error:  # a full disk, no right to write, a lock: the file itself is sound
        raise _cannot_write(file, error) from error
    except sqlite3.DatabaseError as error:
        damaged.append(f"the cache {file} was damaged ({error}) and is made anew")
        for rest in folder.glob("cache.sqlite*"):
            rest.unlink()
        connection = _connect(file)
    try:
        yield Cache(file, connection, damaged)
    finally:
        connection.close()


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(SCHEMA)
        connection.execute("SELECT kind, key, checksum FROM entry LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def get(cache: Cache, kind: str, key: str) -> bytes | None:
    """The entry, or None where there is none or it is broken."""
    return next((data for _, data in get_many(cache, kind, [key])), None)


def get_many(cache: Cache, kind: str, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Those of `keys` that the cache holds, in the order of `keys`, with their bytes."""
    for key in keys:
        try:
            row = cache.connection.execute(
                "SELECT checksum, data FROM entry WHERE kind = ? AND key = ?", (kind, key)
            ).fetchone()
        except sqlite3.DatabaseError as error:
            cache.damaged.append(f"{kind} {key} in {cache.file} cannot be read ({error}) and is made anew")
            continue
        if row is None:
            continue
        checksum, data = row
        try:
            if zlib.crc32(data) != checksum:
                raise zlib.error("its checksum does not match")
            yield key, zlib.decompress(data) if kind in ("document", "parse") else data
        except (zlib.error, TypeError) as error:
            cache.damaged.append(f"{kind} {key} in {cache.file} is damaged ({error}) and is made anew")


def known(cache: Cache, kind: str) -> set[str]:
    """The keys of all entries of a kind."""
    try:
        return {key for (key,) in cache.connection.execute("SELECT key FROM entry WHERE kind = ?", (kind,))}
    except sqlite3.DatabaseError as error:
        cache.damaged.append(f"the list of {kind} entries in {cache.file} cannot be read ({error})")
        return set()


def put_many(cache: Cache, kind: str, entries: Iterable[tuple[str, bytes]]) -> None:
    """Store all `entries` or none. Raises StoreError when the disk is full or refuses."""
    rows = []
    for key, data in entries:
        packed = zlib.compress(data, 1) if kind in ("document", "parse") else data
        rows.append((kind, key, zlib.crc32(packed), packed))
    with _transaction(cache):
        cache.connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", rows)


def drop(cache: Cache, kind: str, keys: Iterable[str]) -> None:
    """Forget entries; absent ones do no harm."""
    with _transaction(cache):
        cache.connection.executemany("DELETE FROM entry WHERE kind = ? AND key = ?", ((kind, key) for key in keys))


@contextlib.contextmanager
def _transaction(cache: Cache) -> Iterator[None]:
    try:
        cache.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            cache.connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                cache.connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise _cannot_write(cache.file, error) from error


def _cannot_write(file: Path, error: Exception) -> StoreError:
    return StoreError(
        f"cannot write the cache {file}: {error}; make room on the disk, or delete the file if it is damaged "
        "(nothing is lost), and run kg build again"
    )
