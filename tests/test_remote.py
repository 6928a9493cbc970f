"""A store behind a server: two engines that are not ours must hold and answer the same as the folder does."""

from __future__ import annotations

import http.server
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from sample_graph import asked, sample_graphs

from kg import graph, resources
from kg.errors import QueryError, StoreError
from kg.store import open_store

VIRTUOSO = """
[Database]
DatabaseFile = {folder}/v.db
ErrorLogFile = {folder}/v.log
LockFile = {folder}/v.lck
TransactionFile = {folder}/v.trx
xa_persistent_file = {folder}/v.pxa
[TempDatabase]
DatabaseFile = {folder}/t.db
TransactionFile = {folder}/t.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 10000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 5
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen, seconds: float = 60) -> None:
    for _ in range(int(seconds * 10)):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            assert process.poll() is None, f"the server ended with {process.returncode}"
            time.sleep(0.1)
    raise AssertionError(f"no answer at {url}")


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory):
    program = shutil.which("oxigraph") or str(Path(__import__("sys").executable).parent / "oxigraph")
    address = f"127.0.0.1:{free_port()}"
    command = [program, "serve", "--location", str(tmp_path_factory.mktemp("oxigraph")), "--bind", address]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_for(f"http://{address}/", server)
    yield f"http://{address}/query"
    server.terminate()
    server.wait(20)


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory):
    program = shutil.which("virtuoso-t")
    if not program:
        pytest.skip("Virtuoso is not installed: apt-get install virtuoso-opensource")
    folder, sql, port = tmp_path_factory.mktemp("virtuoso"), free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(folder=folder, sql=sql, http=port))
    command = [program, "+configfile", str(folder / "virtuoso.ini"), "+foreground"]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(f"http://127.0.0.1:{port}/sparql", server)
    yield f"http://127.0.0.1:{port}/sparql-auth"
    server.terminate()
    server.wait(30)


@pytest.fixture(params=["oxigraph", "virtuoso"])
def server(request, monkeypatch):
    """The URL of a running server; the fresh Virtuoso lets its first user in by its well-known password."""
    monkeypatch.setenv("KG_STORE_USER", "dba")
    monkeypatch.setenv("KG_STORE_PASSWORD", "dba")
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    folder = tmp_path_factory.mktemp("local") / "store"
    with open_store(folder) as store:
        store.replace(sample_graphs())
    with open_store(folder, read_only=True) as store:
        yield store


def ours(store) -> dict[str, list[str]]:
    return {name: list(store.quads(name)) for name in store.graphs() if name.startswith(graph.BASE)}


def test_it_answers_every_question_as_the_folder_does(server, local):
    with open_store(server) as store:
        store.replace(sample_graphs())
        files = sorted((resources.path("ontology") / "queries").glob("*.rq"))
        assert len(files) >= 12
        for file in files:
            text = file.read_text("utf-8")
            values = asked(file.stem, text)
            expected = local.query(text, values).records()
            assert [expected, file.stem] == [store.query(text, values).records(), file.stem]


def test_doing_it_twice_changes_nothing_and_removing_takes_it_back(server):
    graphs = sample_graphs()
    with open_store(server) as store:
        store.replace(graphs)
        before = ours(store)
        store.replace(graphs)
        assert before == ours(store)
        assert sorted(graphs) == sorted(before)
        store.replace({}, graphs)
        assert {} == ours(store)


HOSTILE = 'a"b\\c\nd\re\tf</script> } ; DROP ALL ; { \\u0022 ?s $x <http://evil/> „цитат“ \u2028 \U0001f600'


def test_hostile_words_arrive_as_they_are(server):
    name, line = f"{graph.BASE}graph/hostile", f"<http://e/s> <http://e/p> {graph.literal(HOSTILE)}"
    with open_store(server) as store:
        store.replace({name: [f"{line} <{name}> ."]})
        found = store.query(f"SELECT ?o WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}").records()
        assert [{"o": HOSTILE}] == found
        asked = f"SELECT ?s WHERE {{ GRAPH <{name}> {{ ?s ?p ?words }} }}"
        assert [{"s": "http://e/s"}] == store.query(asked, {"words": HOSTILE}).records()
        store.replace({}, [name])


def test_oxigraph_gives_the_very_lines_back(oxigraph):
    graphs = sample_graphs()
    with open_store(oxigraph) as store:
        store.replace(graphs)
        assert {name: list(lines) for name, lines in graphs.items()} == ours(store)


def test_updates_without_the_graph_store_protocol(oxigraph, monkeypatch):
    """The way of servers that have no place for graphs: DROP and INSERT DATA."""
    graphs = sample_graphs()
    with open_store(oxigraph) as store:
        store._graphs_url = None
        store.replace(graphs)
        assert {name: list(lines) for name, lines in graphs.items()} == ours(store)


def test_a_wrong_password_is_named_and_not_shown(virtuoso, monkeypatch):
    monkeypatch.setenv("KG_STORE_USER", "dba")
    monkeypatch.setenv("KG_STORE_PASSWORD", "s3cret")
    with open_store(virtuoso) as store, pytest.raises(StoreError, match="does not let you in") as caught:
        store.replace(sample_graphs())
    assert "s3cret" not in str(caught.value)


def test_without_a_password_it_is_asked_for(virtuoso, monkeypatch):
    monkeypatch.delenv("KG_STORE_USER", raising=False)
    with open_store(virtuoso) as store, pytest.raises(StoreError, match=r"\(401\); set KG_STORE_USER"):
        store.replace(sample_graphs())


class Ticketed(http.server.BaseHTTPRequestHandler):
    """Lets in who has a ticket, which is no password."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Negotiate")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("user", "says"), [("me", "another way to log in"), ("", "set KG_STORE_USER")])
def test_a_server_that_takes_no_passwords_is_named(user, says, monkeypatch):
    monkeypatch.setenv("KG_STORE_USER", user)
    monkeypatch.setenv("KG_STORE_PASSWORD", "s3cret")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ticketed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open_store(f"http://127.0.0.1:{server.server_port}/sparql") as store, pytest.raises(StoreError, match=says) as caught:
        store.update("CLEAR ALL")
    server.shutdown()
    server.server_close()
    assert "s3cret" not in str(caught.value)


def test_a_password_in_the_url_is_refused():
    with pytest.raises(StoreError, match="KG_STORE_USER") as caught:
        open_store("http://me:s3cret@127.0.0.1:9/sparql")
    assert "s3cret" not in str(caught.value)


def test_wrong_sparql_and_calls_to_others_are_refused(oxigraph):
    with open_store(oxigraph, read_only=True) as store:
        with pytest.raises(QueryError, match="wrong SPARQL"):
            store.query("SELEKT")
        with pytest.raises(QueryError, match="SERVICE is switched off"):
            store.query("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")
        with pytest.raises(StoreError, match="reading only"):
            store.update("CLEAR ALL")


class Flaky(http.server.BaseHTTPRequestHandler):
    """Breaks the connection of the first two requests, then says 204."""

    seen: list[str] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append(body)
        if len(self.seen) <= 2:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_broken_connection_is_tried_again():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open_store(f"http://127.0.0.1:{server.server_port}/sparql") as store:
        store.update("CLEAR ALL")
    server.shutdown()
    server.server_close()
    assert ["CLEAR ALL"] * 3 == Flaky.seen


def test_a_server_that_is_not_there_is_named():
    with (
        open_store(f"http://127.0.0.1:{free_port()}/sparql") as store,
        pytest.raises(StoreError, match="does not answer"),
    ):
        store.graphs()
