"""The store in a folder: replaced at one stroke, killed at any moment, read while it is written, damaged and named."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_graph import sample_graphs

from kg.errors import QueryError, StoreError
from kg.store import Answer, open_store
from kg.store.sparql import bind, refuse_other_hosts, tokens

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
KILLS = int(os.environ.get("KG_KILLS", "6"))


def graph_of(name: str, size: int, word: str) -> tuple[str, list[str]]:
    """A graph of `size` lines that all hold `word`."""
    iri = f"http://example.org/{name}"
    return iri, [f'<http://example.org/{name}/{i}> <http://example.org/says> "{word}" <{iri}> .' for i in range(size)]


def held(folder: Path) -> dict[str, list[str]]:
    with open_store(folder, read_only=True) as store:
        return {name: list(store.quads(name)) for name in store.graphs()}


def test_what_goes_in_comes_out(tmp_path):
    graphs = sample_graphs()
    with open_store(tmp_path / "store") as store:
        store.replace(graphs)
    assert {name: list(lines) for name, lines in graphs.items()} == held(tmp_path / "store")


def test_replacing_touches_only_what_it_names(tmp_path):
    one, two, three = (dict([graph_of(name, 20, "old")]) for name in "abc")
    new = dict([graph_of("b", 15, "old")])
    with open_store(tmp_path / "store") as store:
        store.replace(one | two | three)
        store.replace(new, remove=[*three, "http://example.org/never-there"])
    assert {name: sorted(lines) for name, lines in (one | new).items()} == held(tmp_path / "store")


def test_lines_may_come_from_a_generator_and_a_graph_may_become_empty(tmp_path):
    name, lines = graph_of("a", 10, "x")
    with open_store(tmp_path / "store") as store:
        store.replace({name: (line for line in lines)})
        assert 10 == store.query(COUNT).records()[0]["n"]
        store.replace({name: ()})
        assert 0 == store.query(COUNT).records()[0]["n"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 6), min_size=1), min_size=1, max_size=4))
def test_the_history_does_not_matter(tmp_path_factory, steps):
    """Whatever was stored before, in the end there is what a store made at once would hold."""
    folder, final = tmp_path_factory.mktemp("history") / "store", {}
    with open_store(folder) as store:
        for step in steps:
            graphs = dict(graph_of(name, size, "same") for name, size in step.items())
            store.replace(graphs)
            final |= graphs
    assert {name: sorted(lines) for name, lines in final.items() if lines} == {
        k: v for k, v in held(folder).items() if v
    }


def test_a_large_graph_is_kept_as_text_and_never_stale(tmp_path, monkeypatch):
    monkeypatch.setattr("kg.store.local.LARGE", 10)
    steps = [("a", 30, "x\u2028\u0085y"), ("a", 25, "x\u2028\u0085y"), ("a", 25, "z"), ("a", 5, "z"), ("a", 40, "z")]
    with open_store(tmp_path / "store") as store:
        for step in steps:
            graphs = dict([graph_of(*step)])
            store.replace(graphs)
            assert {name: sorted(lines) for name, lines in graphs.items()} == held(tmp_path / "store")
        assert 1 == len(list(store.current.glob("*.lines")))
        store.update("DELETE WHERE { GRAPH ?g { <http://example.org/a/3> ?p ?o } }")
        assert [] == list(store.current.glob("*.lines"))
        store.replace(graphs)
        assert 40 == store.query(COUNT).records()[0]["n"]
        store.replace({}, remove=graphs)
        assert [[], {}] == [list(store.current.glob("*.lines")), held(tmp_path / "store")]


def test_wrong_lines_change_nothing(tmp_path):
    good = dict([graph_of("a", 5, "x")])
    with open_store(tmp_path / "store") as store:
        store.replace(good)
        with pytest.raises(QueryError, match="not valid"):
            store.replace({"http://example.org/b": ["this is no RDF"]})
    assert {name: sorted(lines) for name, lines in good.items()} == held(tmp_path / "store")


WRITER = """
import sys
sys.path.insert(0, {tests!r})
from test_store import graph_of
from kg.store import open_store
with open_store({folder!r}) as store:
    for turn in range(1000):
        print(turn, flush=True)
        store.replace(dict(graph_of(name, 300, str(turn)) for name in "abcd"))
"""


def writer(folder: Path) -> subprocess.Popen:
    tests = Path(__file__).parent
    script = WRITER.format(tests=str(tests), folder=str(folder))
    env = os.environ | {"PYTHONPATH": str(tests.parent)}
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=env)


def words(folder: Path) -> tuple[set[str], int]:
    """The different words in the store, and how many lines there are."""
    with open_store(folder, read_only=True) as store:
        rows = store.query("SELECT ?word WHERE { ?s ?p ?word }").rows
    return {row[0].value for row in rows}, len(rows)


def test_killed_at_any_moment_it_keeps_the_last_complete_state(tmp_path):
    """Every kill leaves one whole turn: all four graphs, 300 lines each, of one and the same turn."""
    folder, rng, turns = tmp_path / "store", random.Random(5), set()
    with open_store(folder) as store:
        store.replace(dict(graph_of(name, 300, "first") for name in "abcd"))
    for _ in range(KILLS):
        process = writer(folder)
        for _ in range(rng.randint(1, 3)):
            process.stdout.readline()
        time.sleep(rng.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        seen, lines = words(folder)
        assert (1, 1200) == (len(seen), lines)
        turns |= seen
    with open_store(folder) as store:
        store.replace(dict(graph_of(name, 300, "last") for name in "abcd"))
    assert ({"last"}, 1200) == words(folder)
    assert [(folder / "current").read_text().strip()] == os.listdir(folder / "states")
    assert len(turns) > 1


def test_a_reader_is_never_disturbed(tmp_path):
    folder = tmp_path / "store"
    with open_store(folder) as store:
        store.replace(dict(graph_of(name, 300, "first") for name in "abcd"))
    with open_store(folder, read_only=True) as reader:
        assert 1200 == reader.query(COUNT).records()[0]["n"]
        process = writer(folder)
        for _ in range(4):
            process.stdout.readline()
            assert {"first"} == {row[0].value for row in reader.query("SELECT DISTINCT ?w WHERE { ?s ?p ?w }").rows}
            seen, lines = words(folder)
            assert (1, 1200) == (len(seen), lines)
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_second_writer_is_told_who_writes(tmp_path):
    with open_store(tmp_path / "store"), pytest.raises(StoreError, match=f"process {os.getpid()} is writing"):
        open_store(tmp_path / "store")
    open_store(tmp_path / "store").close()


def test_no_store_is_named_with_the_remedy(tmp_path):
    with pytest.raises(StoreError, match="kg build"):
        open_store(tmp_path / "nothing", read_only=True)
    assert not (tmp_path / "nothing").exists()


def test_a_reader_cannot_write(tmp_path):
    with open_store(tmp_path / "store") as store:
        store.replace({})
    with open_store(tmp_path / "store", read_only=True) as store, pytest.raises(StoreError, match="reading only"):
        store.replace({})


@pytest.mark.parametrize("damage", ["current", "state", "tables", "manifest"])
def test_damage_is_named_with_the_remedy(tmp_path, damage):
    folder = tmp_path / "store"
    with open_store(folder) as store:
        store.replace(dict(graph_of(name, 300, "x") for name in "abcd"))
        state = store.current
    if damage == "current":
        (folder / "current").write_bytes(b"\xff\x00nonsense")
    elif damage == "state":
        (folder / "current").write_text("99999999\n")
    else:
        for file in state.glob("*.sst" if damage == "tables" else "MANIFEST*"):
            file.write_bytes(b"\x00" * 64)
    with pytest.raises(StoreError, match=r"damaged.*kg build --store") as caught:
        held(folder)
    assert str(folder) in str(caught.value)


def test_an_endless_query_is_stopped(tmp_path):
    with open_store(tmp_path / "store") as store:
        store.replace(sample_graphs())
        started = time.monotonic()
        with pytest.raises(QueryError, match=r"stopped after 0\.7 s"):
            store.query(ENDLESS, timeout=0.7)
        assert time.monotonic() - started < 5


def test_apart_or_not_the_answer_is_the_same(tmp_path):
    asked = [
        "SELECT ?s ?o WHERE { ?s rdfs:label ?o } ORDER BY ?s ?o",
        "ASK { ?s a <https://w3id.org/diplokg/ontology#Meeting> }",
        "ASK { ?s a <http://example.org/Nothing> }",
        "CONSTRUCT WHERE { ?s a <https://w3id.org/diplokg/ontology#Meeting> }",
    ]
    with open_store(tmp_path / "store") as store:
        store.replace(sample_graphs())
        for text in asked:
            text = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> " + text
            assert store.query(text) == store.query(text, timeout=30)


def test_a_limit_cuts_and_says_so(tmp_path):
    with open_store(tmp_path / "store") as store:
        store.replace(sample_graphs())
        for timeout in (None, 30):
            answer = store.query("SELECT ?s WHERE { ?s ?p ?o }", timeout=timeout, limit=5)
            assert (5, True) == (len(answer.rows), answer.cut)
            whole = store.query(COUNT, timeout=timeout, limit=5)
            assert (1, False) == (len(whole.rows), whole.cut)


@pytest.mark.parametrize("format", ["table", "json", "csv", "tsv"])
def test_rows_in_every_format(tmp_path, format):
    text = 'SELECT (1 AS ?one) ("а,\\"б\\"\\n" AS ?two) ?three WHERE {}'
    with open_store(tmp_path / "store") as store:
        written = store.query(text).written(format)
    expected = {
        "table": 'one  two     three\n---  ------  -----\n1    а,"б"\n',
        "json": '{"head": {"vars": ["one", "two", "three"]}, "results": {"bindings": [{"one": {"type": "literal", '
        '"value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}, "two": {"type": "literal", "value": '
        '"а,\\"б\\"\\n"}}]}}\n',
        "csv": 'one,two,three\r\n1,"а,""б""\n",\r\n',
        "tsv": '?one\t?two\t?three\n"1"^^<http://www.w3.org/2001/XMLSchema#integer>\t"а,\\"б\\"\\n"\t\n',
    }
    assert expected[format] == written


def test_an_update_is_one_stroke_and_calls_no_one(tmp_path):
    with open_store(tmp_path / "store") as store:
        store.update("INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> 1 } }")
        with pytest.raises(QueryError, match="LOAD is switched off"):
            store.update("LOAD <http://127.0.0.1:1/>")
    assert {
        "http://e/g": ['<http://e/s> <http://e/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <http://e/g> .']
    } == held(tmp_path / "store")


@given(st.text())
def test_tokens_lose_nothing(text):
    assert text == "".join(token for _, token in tokens(text))


@given(st.text())
def test_a_bound_value_is_one_literal_whatever_it_holds(value):
    import pyoxigraph

    rows = list(pyoxigraph.Store().query(bind("SELECT ?out WHERE { BIND(?given AS ?out) }", {"given": value})))
    assert [value.translate(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))] == [row["out"].value for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://e/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p '#' . SERVICE ?s { ?s ?p ?o } }",
        'SELECT * { ?s ?p """a"b""" . # comment\nSERVICE<http://e/>{ ?s ?p ?o } }',
        "SELECT * { FILTER(1<2) SERVICE <http://e/> { ?s ?p ?o } FILTER(3>2) }",
    ],
)
def test_calls_to_other_hosts_are_seen(text):
    with pytest.raises(QueryError, match="SERVICE is switched off"):
        refuse_other_hosts(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service ?load ?o }",
        "SELECT * { ?s <http://e/SERVICE> 'LOAD' } # SERVICE",
        "PREFIX service: <http://e/> SELECT * { ?s service:LOAD ?o }",
    ],
)
def test_words_that_only_look_like_calls_are_let_through(text):
    refuse_other_hosts(text)


def test_records_hold_plain_values():
    import pyoxigraph

    xsd = "http://www.w3.org/2001/XMLSchema#"
    typed = [("5", "integer"), ("0.5", "decimal"), ("true", "boolean"), ("2025-01-01", "date")]
    row = tuple(pyoxigraph.Literal(value, datatype=pyoxigraph.NamedNode(xsd + kind)) for value, kind in typed)
    assert [{"a": 5, "b": 0.5, "c": True, "d": "2025-01-01"}] == Answer(tuple("abcd"), (row,)).records()
