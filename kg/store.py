"""The store of graphs: Oxigraph in a folder, or any SPARQL 1.1 server. Named graphs are replaced whole, at once.

A local store is a folder of *states*, each a complete Oxigraph database that is never written again once `current`
names it:

    store/current        the name of the state that readers open (replaced by one atomic rename)
    store/states/<name>/ one state

A writer makes a new state (hard links to the files of the current one, so it costs no copy of the data), changes it,
and only then lets `current` name it. Killed at any moment, it leaves the last complete state; the unfinished one is
swept away by the next writer. Readers keep the state that they opened and are never disturbed. This way is needed
because Oxigraph leaves the reading of a database that another process writes undefined.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import QueryError, StoreError

if TYPE_CHECKING:
    import pyoxigraph


class LocalStore:
    """A store in a folder. Open it with `open_store`; it is a context manager."""

    def __init__(self, folder: Path, *, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self._lock: int | None = None
        self._hold: int | None = None
        self._open: pyoxigraph.Store | None = None
        if not read_only:
            (folder / "states").mkdir(parents=True, exist_ok=True)
            self._lock = _locked(
                folder / "lock", fcntl.LOCK_EX, f"another kg is writing to the store {folder}; wait for it"
            )
            self._sweep()

    def __enter__(self) -> LocalStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the state and of the lock. Closing twice does no harm."""
        self._release()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def current(self) -> Path | None:
        """The folder of the current state, None where nothing was ever stored."""
        try:
            name = (self.folder / "current").read_text("ascii").strip()
        except FileNotFoundError:
            return None
        state = self.folder / "states" / name
        if not name or not state.is_dir():
            raise self._corrupt(f"its current state {name!r} is missing")
        return state

    def graphs(self) -> tuple[str, ...]:
        """The names of all graphs, sorted."""
        store = self._reader()
        return tuple(sorted(graph.value for graph in store.named_graphs())) if store else ()

    def replace(
        self, graphs: Mapping[str, Iterable[str]], remove: Iterable[str] = (), note: bytes | None = None
    ) -> None:
        """Let each graph of `graphs` (name -> N-Quads lines of that graph) be exactly its lines, and drop those of `remove`.

        All of it or nothing: a reader sees the state before or the state after. Values may be generators. `note` is
        what the writer wants to know of this state next time (`read_note`); it changes together with the graphs.
        """
        if self._lock is None:
            raise StoreError(f"the store {self.folder} was opened for reading only")
        before = self.current
        state = self.folder / "states" / _next_name(before)
        with self._guarded():
            if before:
                _link_tree(before, state)
            self._write(state, graphs, frozenset(remove))
            if note is not None:
                (state / "note").unlink(missing_ok=True)
                (state / "note").write_bytes(note)
        _sync_tree(state)
        pointer = self.folder / "current.new"
        pointer.write_text(state.name + "\n", "ascii")
        _sync(pointer)
        os.replace(pointer, self.folder / "current")
        _sync(self.folder)
        self._release()
        self._sweep()

    def read_note(self) -> bytes | None:
        """The note that was stored with the current state."""
        state = self.current
        note = state / "note" if state else None
        return note.read_bytes() if note and note.exists() else None

    def _write(self, state: Path, graphs: Mapping[str, Iterable[str]], remove: frozenset[str]) -> None:
        import pyoxigraph

        store = pyoxigraph.Store(state)
        old = {graph.value for graph in store.named_graphs()}
        for name in sorted((remove & old) - graphs.keys()):
            store.remove_graph(pyoxigraph.NamedNode(name))

        def added() -> Iterator[str]:
            for name, lines in graphs.items():
                if name not in old:
                    yield from lines
                    continue
                node = pyoxigraph.NamedNode(name)
                dump = store.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=node).decode()
                was = {f"{line[:-2]} <{name}> ." for line in dump.splitlines()}
                now = set(lines)
                gone = was - now
                if len(gone) == len(was):
                    store.remove_graph(node)
                else:
                    for quad in pyoxigraph.parse("\n".join(gone).encode(), pyoxigraph.RdfFormat.N_QUADS):
                        store.remove(quad)
                yield from sorted(now - was)

        for batch in _batches(added(), 200_000):
            store.bulk_load(input=batch, format=pyoxigraph.RdfFormat.N_QUADS)
        store.flush()
        del store

    def query(self, text: str, bindings: Mapping[str, Any] | None = None) -> Any:
        """What `pyoxigraph.Store.query` gives over the union of all graphs."""
        import pyoxigraph

        store = self._reader() or pyoxigraph.Store()
        values = {
            pyoxigraph.Variable(name): value if not isinstance(value, str) else pyoxigraph.Literal(value)
            for name, value in (bindings or {}).items()
        }
        try:
            return store.query(text, use_default_graph_as_union=True, substitutions=values)
        except SyntaxError as error:
            raise QueryError(f"the query is not valid SPARQL: {error}") from error

    def _reader(self) -> pyoxigraph.Store | None:
        if self._open is None:
            import pyoxigraph

            while (state := self.current) is not None:
                try:
                    self._hold = _locked(state / ".hold", fcntl.LOCK_SH, "")
                except FileNotFoundError:
                    continue  # swept between the two looks; `current` names a newer one
                with self._guarded():
                    self._open = pyoxigraph.Store.read_only(str(state))
                break
        return self._open

    def _release(self) -> None:
        self._open = None
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    def _sweep(self) -> None:
        """Remove what no reader holds: unfinished and superseded states."""
        current = self.current
        for state in sorted((self.folder / "states").iterdir()):
            if state == current:
                continue
            try:
                hold = os.open(state / ".hold", os.O_RDWR)
            except FileNotFoundError:
                shutil.rmtree(state, ignore_errors=True)
                continue
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(state, ignore_errors=True)
            os.close(hold)

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._corrupt(str(error)) from error

    def _corrupt(self, what: str) -> StoreError:
        return StoreError(
            f"the store {self.folder} is damaged ({what}); rebuild it from the sources: rm -r {self.folder} && kg build"
        )


def open_store(location: str | Path, *, read_only: bool = False) -> LocalStore:
    """The store in the folder `location`, or behind the SPARQL 1.1 endpoint that it names."""
    folder = Path(location)
    if read_only and not folder.is_dir():
        raise StoreError(f"there is no store at {folder}; build one: kg build --store {folder}")
    return LocalStore(folder, read_only=read_only)


def _next_name(before: Path | None) -> str:
    return f"{int(before.name) + 1 if before else 1:08d}"


def _locked(path: Path, mode: int, message: str) -> int:
    handle = os.open(path, os.O_RDWR | (os.O_CREAT if mode == fcntl.LOCK_EX else 0), 0o644)
    try:
        fcntl.flock(handle, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreError(message) from None
    return handle


def _link_tree(source: Path, target: Path) -> None:
    """Copy a database: its immutable tables by hard links, the few small files that grow by content."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for file in source.iterdir():
        if file.suffix == ".sst":
            os.link(file, target / file.name)
        elif file.is_file() and file.name not in ("LOCK", ".hold"):
            shutil.copy2(file, target / file.name)


def _batches(lines: Iterable[str], size: int) -> Iterator[bytes]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield "\n".join(batch).encode()
            batch.clear()
    if batch:
        yield "\n".join(batch).encode()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_tree(state: Path) -> None:
    (state / ".hold").touch()
    for file in state.iterdir():
        if file.suffix != ".sst" or file.stat().st_nlink == 1:
            _sync(file)
    _sync(state)
