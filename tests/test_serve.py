"""`kg serve`, asked by clients that are not ours (SPARQLWrapper, rdflib, curl) and by those whom it must refuse."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from sample_graph import sample_graphs

from kg.errors import KgError
from kg.serve import open_door
from kg.store import open_store

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("served") / "store"
    with open_store(folder) as store:
        store.replace(sample_graphs())
    return folder


def opened(folder: Path, **options):
    given = {"site": None, "token": None, "timeout": 30.0} | options
    door = open_door(open_store(folder, read_only=True), "127.0.0.1", 0, **given)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    return door


@pytest.fixture(scope="module")
def address(folder, tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    (site / "index.html").write_text("<title>site</title>")
    (site / ".hidden").write_text("secret")
    (site.parent / "outside.txt").write_text("secret")
    door = opened(folder, site=site)
    yield f"http://127.0.0.1:{door.server_port}"
    door.shutdown()
    door.server_close()


def fetch(url: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def size() -> str:
    return str(sum(map(len, sample_graphs().values())))


def test_sparqlwrapper(address):
    from SPARQLWrapper import JSON, POST, POSTDIRECTLY, URLENCODED, SPARQLWrapper

    for method in (None, URLENCODED, POSTDIRECTLY):
        client = SPARQLWrapper(f"{address}/sparql", returnFormat=JSON)
        if method:
            client.setMethod(POST)
            client.setRequestMethod(method)
        client.setQuery(COUNT)
        assert size() == client.queryAndConvert()["results"]["bindings"][0]["n"]["value"]


def test_rdflib(address):
    from rdflib import Dataset
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    data = Dataset(SPARQLStore(f"{address}/sparql", returnFormat="json"), default_union=True)
    rows = list(data.query("SELECT ?name { ?s a <https://w3id.org/diplokg/ontology#Person> ; rdfs:label ?name }"))
    assert ["Ана Вечерин", "Ерик Норберг"] == sorted(str(row[0]) for row in rows)


def test_curl(address):
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("curl is not installed: apt-get install curl")
    command = [curl, "-s", "-H", "Accept: text/csv", "--data-urlencode", f"query={COUNT}", f"{address}/sparql"]
    assert ["n", size()] == subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize(
    ("accept", "begins"),
    [
        ("application/sparql-results+json", '{"head"'),
        ("application/sparql-results+xml", "<?xml"),
        ("text/tab-separated-values", "?n"),
    ],
)
def test_formats_of_rows(address, accept, begins):
    status, body = fetch(f"{address}/sparql?{urllib.parse.urlencode({'query': COUNT})}", Accept=accept)
    assert [200, begins] == [status, body[: len(begins)]]


def test_a_graph_comes_as_turtle(address):
    query = "CONSTRUCT WHERE { ?s a <https://w3id.org/diplokg/ontology#Meeting> }"
    kinds = {"Content_Type": "application/sparql-query", "Accept": "text/turtle"}
    status, body = fetch(f"{address}/sparql", query.encode(), **kinds)
    assert 200 == status
    assert "ontology#Meeting" in body


def test_questions_by_name(address):
    listed = json.loads(fetch(f"{address}/queries.json")[1])
    assert len(listed) >= 14
    for one in listed:
        values = urllib.parse.urlencode({p["name"]: p["example"] for p in one["parameters"]})
        status, body = fetch(f"{address}/ask/{one['name']}?{values}", Accept="application/sparql-results+json")
        assert [200, "results"] == [status, [*json.loads(body)][-1]]
    assert 404 == fetch(f"{address}/ask/../../kg")[0]
    assert 400 == fetch(f"{address}/ask/meetings-of?actr=x")[0]


def test_a_hostile_value_stays_a_value(address):
    value = urllib.parse.urlencode({"actor": '" } UNION { ?who ?p ?o } #'})
    status, body = fetch(f"{address}/ask/meetings-of?{value}", Accept="application/sparql-results+json")
    assert [200, []] == [status, json.loads(body)["results"]["bindings"]]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}, 403),
        ({"update": "CLEAR ALL"}, 403),
        ({"query": "CLEAR ALL"}, 400),
        ({"query": "LOAD <http://127.0.0.1:1/>"}, 403),
        ({"query": "SELEKT"}, 400),
        ({}, 400),
    ],
)
def test_it_only_reads_and_calls_no_one(address, form, status):
    assert status == fetch(f"{address}/sparql", urllib.parse.urlencode(form).encode())[0]
    assert size() in fetch(f"{address}/sparql?{urllib.parse.urlencode({'query': COUNT})}", Accept="text/csv")[1]


def test_files_of_the_site_and_no_others(address):
    assert (200, "<title>site</title>") == fetch(f"{address}/")
    for path in ("/.hidden", "/../outside.txt", "/%2e%2e/outside.txt", "/%00", "/missing"):
        status, body = fetch(address + path)
        assert [404, False] == [status, "secret" in body]


def test_the_page_for_questions_loads_nothing_from_elsewhere(address):
    status, body = fetch(f"{address}/query.html")
    assert 200 == status
    assert [] == [part for part in ("src=", "@import", "url(", "//cdn") if part in body]


def test_a_page_elsewhere_cannot_read_through_a_browser(address):
    assert 421 == fetch(f"{address}/sparql?{urllib.parse.urlencode({'query': COUNT})}", Host="evil.example")[0]
    with urllib.request.urlopen(f"{address}/queries.json") as reply:
        assert reply.headers["Access-Control-Allow-Origin"] is None


def test_other_machines_need_a_token(folder):
    with open_store(folder, read_only=True) as store, pytest.raises(KgError, match="give a token"):
        open_door(store, "0.0.0.0", 0, site=None, token=None, timeout=5)


def test_a_token_is_asked_for(folder):
    door = opened(folder, token="open sesame")
    url = f"http://127.0.0.1:{door.server_port}/queries.json"
    assert 401 == fetch(url)[0]
    assert 401 == fetch(url, Authorization="Bearer open")[0]
    assert 200 == fetch(url, Authorization="Bearer open sesame")[0]
    door.shutdown()
    door.server_close()


def test_an_endless_query_is_stopped_and_others_go_on(folder):
    door = opened(folder, timeout=1.0)
    url = f"http://127.0.0.1:{door.server_port}/sparql"
    started = time.monotonic()
    assert 504 == fetch(url, urllib.parse.urlencode({"query": ENDLESS}).encode())[0]
    assert time.monotonic() - started < 10
    assert size() in fetch(f"{url}?{urllib.parse.urlencode({'query': COUNT})}", Accept="text/csv")[1]
    door.shutdown()
    door.server_close()


def test_a_new_build_shows_at_once(tmp_path):
    graphs = sample_graphs()
    first, *_ = graphs
    with open_store(tmp_path / "store") as store:
        store.replace({first: graphs[first]})
        door = opened(tmp_path / "store")
        url = f"http://127.0.0.1:{door.server_port}/sparql?{urllib.parse.urlencode({'query': COUNT})}"
        assert str(len(graphs[first])) in fetch(url, Accept="text/csv")[1]
        store.replace(graphs)
        assert size() in fetch(url, Accept="text/csv")[1]
    door.shutdown()
    door.server_close()


def test_a_taken_port_is_named(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with open_store(folder, read_only=True) as store, pytest.raises(KgError, match="--port"):
            open_door(store, "127.0.0.1", taken.getsockname()[1], site=None, token=None, timeout=5)
