"""A store in a folder: Oxigraph databases that are never written again once they are the current one.

    store/current         the name of the state that readers open (replaced by one atomic rename)
    store/states/<name>/  one state, a complete database
    store/lock            held by the one process that writes, with its number inside
    store/damaged         there when a reader met what cannot be read: the next build makes everything anew

A writer makes a new state (hard links to the tables of the current one, so it copies no data), changes it, and only
then lets `current` name it. Killed at any moment, it leaves the last complete state; the next writer sweeps away what
was unfinished. Readers keep the state that they opened and are never disturbed. This way is needed because Oxigraph
leaves undefined what a reader sees of a database that another process writes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import DamagedError, QueryError, StoreError
from kg.model import digest
from kg.store import lines
from kg.store.answer import Answer, answer_of
from kg.store.evaluate import evaluate_apart
from kg.store.sparql import bind, refuse_other_hosts

if TYPE_CHECKING:
    import pyoxigraph

REFUSALS = ("No space left", "File too large", "Disk quota", "Permission denied", "Read-only file system")
LARGE = 20_000  # lines from which on a graph that was changed is kept as text too
BATCH = 50_000  # lines that are loaded at once: some 10 MB
LOADERS = 2
TABLES = 60  # files from which on the database is made compact, since each is one more to look into


class LocalStore:
    """A store in a folder. Open it with `open_store`; it is a context manager."""

    def __init__(self, folder: Path, *, read_only: bool) -> None:
        self.folder = folder
        self._lock: int | None = None
        self._hold: int | None = None
        self._state: Path | None = None
        self._reader: pyoxigraph.Store | None = None
        if not read_only:
            (folder / "states").mkdir(parents=True, exist_ok=True)
            self._lock = _lock_to_write(folder)
            with contextlib.suppress(StoreError):  # damage is said to whoever looks into the store
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
            name = (self.folder / "current").read_text("ascii", errors="replace").strip()
        except FileNotFoundError:
            return None
        state = self.folder / "states" / name
        if not name.isdigit() or not state.is_dir():
            raise self._damaged(f"its current state {name!r} is missing")
        return state

    def hold(self) -> Path | None:
        """The current state (None: there is none), kept from being swept until `close`; for another program to read."""
        self._release()
        while (state := self.current) is not None:
            if (hold := _hold_to_read(state)) is not None:
                self._hold, self._state = hold, state
                break
        return state

    def graphs(self) -> tuple[str, ...]:
        """The names of all graphs, sorted."""
        with self._guarded():
            return tuple(sorted(graph.value for graph in self._read().named_graphs()))

    def quads(self, graph: str | None = None) -> Iterator[str]:
        """The N-Quads lines of one graph, or of all in the order of their names; sorted in each."""
        import pyoxigraph

        for name in self.graphs() if graph is None else (graph,):
            with self._guarded():
                yield from sorted(_lines_of(self._read(), pyoxigraph.NamedNode(name)))

    def query(
        self,
        text: str,
        values: Mapping[str, str] | None = None,
        *,
        timeout: float | None = None,
        limit: int | None = None,
    ) -> Answer:
        """The answer to a SPARQL query over the union of all graphs, with `values` bound to its parameters.

        With `timeout` (seconds) it runs in a process that is killed at the deadline. No more than `limit` rows or
        triples are taken. Raises QueryError for what is malformed, too slow or would call another host.
        """
        text = bind(text, values or {})
        refuse_other_hosts(text)
        store = self._read()
        if timeout is not None and self._state is not None:
            with self._guarded():
                return evaluate_apart(self._state, text, timeout, limit)
        try:
            with self._guarded():
                return answer_of(store.query(text, use_default_graph_as_union=True), limit)
        except SyntaxError as error:
            raise QueryError(f"the query is not valid SPARQL: {error}") from error

    def replace(
        self, graphs: Mapping[str, Iterable[str]], remove: Iterable[str] = (), note: bytes | None = None
    ) -> None:
        """Let each graph of `graphs` (name -> its N-Quads lines) be exactly its lines, and drop the graphs of `remove`.

        All of it or nothing: a reader sees the state before or the state after. The lines may come from generators,
        which are drawn once, one after the other in the order of the names; no graph is held in memory whole. That their
        IRIs are well-formed is believed: kg.graph and kg.dump write no others. `note`
        is what the writer wants to know of this state next time; it changes together with the graphs.
        """
        self._change(lambda store, state: _replace(store, state, graphs, frozenset(remove)), note)

    def read_note(self) -> bytes | None:
        """The note that was stored with the current state. Raises DamagedError when a reader met damage."""
        if self._mark.exists():
            raise self._damaged(self._mark.read_text("utf-8", errors="replace"))
        state = self.current
        note = state / "note" if state else None
        return note.read_bytes() if note and note.exists() else None

    def write_note(self, note: bytes) -> None:
        """Let the current state carry another note; its graphs stay as they are."""
        state = self.current
        if state is None:
            self.replace({}, note=note)
            return
        (state / "note.new").write_bytes(note)
        _sync(state / "note.new")
        os.replace(state / "note.new", state / "note")
        _sync(state)

    def empty(self) -> None:
        """Throw away every state: for a store that is damaged, before it is built again."""
        self._release()
        (self.folder / "current").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "states")
        (self.folder / "states").mkdir()
        self._mark.unlink(missing_ok=True)

    def update(self, text: str) -> None:
        """Carry out a SPARQL update, all of it or nothing."""
        refuse_other_hosts(text)

        def work(store: pyoxigraph.Store, state: Path) -> None:
            for kept in state.glob("*.lines"):
                kept.unlink()
            store.update(text)

        self._change(work)

    def _change(self, work: Callable[[pyoxigraph.Store, Path], None], note: bytes | None = None) -> None:
        import pyoxigraph

        if self._lock is None:
            raise StoreError(f"the store {self.folder} was opened for reading only")
        before = self.current
        state = self.folder / "states" / f"{int(before.name) + 1 if before else 1:08d}"
        try:
            with self._guarded():
                if before:
                    _link_tables(before, state)
                store = pyoxigraph.Store(state)
                work(store, state)
                store.flush()
                del store  # closes the database
                if note is not None:
                    (state / "note").unlink(missing_ok=True)
                    (state / "note").write_bytes(note)
        except SyntaxError as error:
            raise QueryError(f"not valid SPARQL or N-Quads: {error}") from error
        (state / ".hold").touch()
        _sync(*(file for file in state.iterdir() if file.is_file() and file.stat().st_nlink == 1), state)
        pointer = self.folder / "current.new"
        pointer.write_text(state.name + "\n", "ascii")
        _sync(pointer)
        os.replace(pointer, self.folder / "current")
        _sync(self.folder)
        self._release()
        self._sweep()

    def _read(self) -> pyoxigraph.Store:
        """The current state, opened once; an empty store where there is none."""
        import pyoxigraph

        if self._reader is None:
            if self.hold() is None:
                return pyoxigraph.Store()
            with self._guarded():
                self._reader = pyoxigraph.Store.read_only(str(self._state))
        return self._reader

    def _release(self) -> None:
        self._reader = self._state = None
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    def _sweep(self) -> None:
        """Remove unfinished states, and superseded ones that no reader holds."""
        current = self.current
        for state in sorted((self.folder / "states").iterdir()):
            if state == current:
                continue
            with contextlib.suppress(FileNotFoundError, BlockingIOError):
                hold = os.open(state / ".hold", os.O_RDONLY)
                try:
                    fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(state)
                finally:
                    os.close(hold)
            if not (state / ".hold").exists():
                shutil.rmtree(state, ignore_errors=True)

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (OSError, RuntimeError) as error:  # RuntimeError: what RocksDB calls corruption
            if getattr(error, "errno", None) is not None or any(word in str(error) for word in REFUSALS):
                raise StoreError(f"the store {self.folder} cannot be used: {error}") from error
            raise self._damaged(str(error)) from error

    @property
    def _mark(self) -> Path:
        """Where a reader that met damage says so to the next build, which looks at few tables."""
        return self.folder / "damaged"

    def _damaged(self, what: str) -> DamagedError:
        with contextlib.suppress(OSError):  # who may only read still gets the error
            self._mark.write_text(what, "utf-8")
        return DamagedError(
            f"the store {self.folder} is damaged ({what}); make it anew from its sources: kg build --store {self.folder}"
        )


def _replace(store: pyoxigraph.Store, state: Path, graphs: Mapping[str, Iterable[str]], remove: frozenset[str]) -> None:
    import pyoxigraph

    old = {graph.value for graph in store.named_graphs()}
    for name in sorted((remove & old) - graphs.keys()):
        store.remove_graph(pyoxigraph.NamedNode(name))
        _kept(state, name).unlink(missing_ok=True)

    def changes(name: str) -> Iterable[tuple[bool, str]]:
        file = _kept(state, name)
        after = lines.kept(lines.in_order(graphs[name], state), file, LARGE)
        if name in old:
            return lines.differences(_before(store, pyoxigraph.NamedNode(name), file), after)
        return zip(repeat(True), after)

    def change(batch: Sequence[tuple[bool, str]]) -> None:
        gone = "\n".join(line for new, line in batch if not new)
        for quad in pyoxigraph.parse(gone, pyoxigraph.RdfFormat.N_QUADS):
            store.remove(quad)
        added = "\n".join(line for new, line in batch if new)
        if added:
            store.bulk_load(input=added, format=pyoxigraph.RdfFormat.N_QUADS, lenient=True)  # written by kg.graph or kg.dump

    differences, batches = chain.from_iterable(map(changes, sorted(graphs))), 0
    with ThreadPoolExecutor(LOADERS) as beside:  # the database takes some batches while the next is made
        running: deque[Future[None]] = deque()
        while batch := [*islice(differences, BATCH)]:
            if len(running) == LOADERS:
                running.popleft().result()
            running.append(beside.submit(change, batch))
            batches += 1
        for change_under_way in running:
            change_under_way.result()
    if batches > 3 or sum(1 for _ in state.glob("*.sst")) > TABLES:
        store.optimize()


def _before(store: pyoxigraph.Store, graph: pyoxigraph.NamedNode, kept: Path) -> Iterator[str]:
    return lines.read(kept) if kept.exists() else iter(sorted(_lines_of(store, graph)))


def _kept(state: Path, graph: str) -> Path:
    """Where the lines of a large graph are kept beside the database, which takes ten times as long to give them."""
    return state / f"{digest(graph)}.lines"


def _lines_of(store: pyoxigraph.Store, graph: pyoxigraph.NamedNode) -> Iterator[str]:
    import pyoxigraph

    dump = store.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=graph) or b""
    for line in dump.decode().split("\n"):
        if line:
            yield f"{line[:-2]} {graph} ."


def _lock_to_write(folder: Path) -> int:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise StoreError(
            f"process {holder} is writing to the store {folder}; wait until it has ended, then try again"
        ) from None
    os.truncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _hold_to_read(state: Path) -> int | None:
    """A shared lock that keeps `state` from being swept, None when it is being swept or gone."""
    try:
        hold = os.open(state / ".hold", os.O_RDONLY)
    except FileNotFoundError:
        if not state.is_dir():
            return None
        raise StoreError(f"the state {state} has lost its file .hold; restore it: touch {state}/.hold") from None
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(hold, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if (state / ".hold").exists():
            return hold
    os.close(hold)
    return None


def _link_tables(source: Path, target: Path) -> None:
    """Copy a database: the tables, which never change, as hard links; the few small files that grow, in full."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for file in source.iterdir():
        if file.name in ("LOCK", ".hold"):
            continue
        try:
            if file.suffix not in (".sst", ".lines"):
                raise OSError("not a table")
            os.link(file, target / file.name)
        except OSError:
            shutil.copy2(file, target / file.name)


def _sync(*paths: Path) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
