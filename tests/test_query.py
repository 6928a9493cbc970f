"""The competency questions with their answers on the sample, and the commands that ask, check, export and import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample_graph import asked, first, resolved, sample_graphs, second
from typer.testing import CliRunner

from kg import resources
from kg.cli import app
from kg.errors import InputError, KgError, QueryError
from kg.store import open_store
from kg.store.answer import short
from kg.store.sparql import parameters, question

QUERIES = sorted((resources.path("ontology") / "queries").glob("*.rq"))
PLANNED = "Президентът на България Ана Вечерин ще се срещне с премиера Ерик Норберг в Осло на 12 март."
HELD = "Срещата на Вечерин с Норберг, отложена от 12 март, се състоя в Осло на 19 март, каза Норберг."
DEMAND = "София поиска от Осло да върне картината."
MEETING, ACT = (event.id for event in resolved().events)
DOCS = first().document.id, second().document.id
BASE = "https://w3id.org/diplokg/id"
DIPLOMAT = "анонимен норвежки дипломат"

ANSWERS = {
    "who-met-whom": ["Ана Вечерин|Ерик Норберг|1|2025-03-19"],
    "meetings-of": [f"Meeting|Ерик Норберг|Осло|2025-03-19|2025-03-19|Held|{MEETING}"],
    "postponed-or-cancelled": [f"{MEETING}|Postponed|2025-03-20|{HELD}|Planned|2025-03-03|{PLANNED}"],
    "history": [
        f"2025-03-03|Утринен вестник|Planned|2025-03-12|2025-03-12|{PLANNED}|{BASE}/claim/{first().claims[0].id}",
        f"2025-03-20|Вечерен вестник|Held|2025-03-19|2025-03-19|{HELD}|{BASE}/claim/{second().claims[0].id}",
        f"2025-03-20|Вечерен вестник|Postponed|2025-03-12|2025-03-12|{HELD}|{BASE}/claim/{second().claims[1].id}",
    ],
    "claims": [
        f"Meeting|Planned|{DIPLOMAT}|Ройтерс|Утринен вестник|2025-03-03|{PLANNED}|{MEETING}",
        f"Meeting|Planned|{DIPLOMAT}|Северен куриер|Утринен вестник|2025-03-03|{PLANNED}|{MEETING}",
        f"Meeting|Held|Ерик Норберг||Вечерен вестник|2025-03-20|{HELD}|{MEETING}",
        f"Meeting|Postponed|Ерик Норберг||Вечерен вестник|2025-03-20|{HELD}|{MEETING}",
    ],
    "where-and-when": [f"Meeting|Held|Осло|19 март|XXXX-03-19|2025-03-19|2025-03-19|true|{MEETING}"],
    "offices": ["Ана Вечерин|президент|България|BG|false|2025-03-03|Вечерин и Норберг ще се срещнат в Осло"],
    "office-holders": ["BG|България|Ана Вечерин|2025-03-03|2025-03-03|1|person/ana-vecherin"],
    "acts": [
        f"Demand|agent|България|да върне картината|Held|2025-03-03|{DEMAND}|{ACT}",
        f"Demand|recipient|Норвегия|да върне картината|Held|2025-03-03|{DEMAND}|{ACT}",
    ],
    "statements": [f"2025-03-20|Ерик Норберг|asserts|indirect|{HELD[:78]}||Вечерен вестник|{HELD}"],
    "evidence": [
        f"{PLANNED}|0|91|срещне|Вечерин и Норберг ще се срещнат в Осло|2025-03-03|https://example.org/1|{BASE}/document/{DOCS[0]}",
        f"{HELD}|0|93|Срещата|Срещата в Осло се състоя|2025-03-20||{BASE}/document/{DOCS[1]}",
        f"{HELD}|0|93|отложена|Срещата в Осло се състоя|2025-03-20||{BASE}/document/{DOCS[1]}",
    ],
    "plans": [
        f"рибен план||{subject}|Рибният план обхваща лодките, фаровете и мрежите.|2025-03-20|Вечерен вестник|"
        f"plan/riben-plan-{second().chains[-1].key}"
        for subject in ("лодките", "фаровете", "мрежите")
    ],
    "conflicts": [],
    "conflicts-of": [],
    "entity": ["media/roytars|Media|Ройтерс|Reuters||1|http://www.wikidata.org/entity/Q130879"],
    "actors": [
        "person/ana-vecherin|Person|Ана Вечерин||2",
        "person/erik-norberg|Person|Ерик Норберг||2",
        "government/bg|Government|България|BG|1",
        "government/no|Government|Норвегия|NO|1",
        f"group/{DOCS[0]}-{first().mentions[3].span.start}|Group|{DIPLOMAT}|NO|1",
        "media/roytars|Media|Ройтерс||1",
        "media/severen-kurier|Media|Северен куриер||1",
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("asked") / "store"
    with open_store(folder) as store:
        store.replace(sample_graphs())
    return folder


def kg(*arguments: str | Path):
    """Run a command in this process; a KgError is raised, not printed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, KgError):
        raise result.exception
    return result


def test_every_question_has_an_answer_here():
    assert sorted(file.stem for file in QUERIES) == sorted(ANSWERS)


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_the_answer_on_the_sample(folder, file):
    text = file.read_text("utf-8")
    with open_store(folder, read_only=True) as store:
        answer = store.query(text, asked(file.stem, text))
    rows = ["|".join(short(term) for term in row) for row in answer.rows]
    assert ANSWERS[file.stem] == rows


CONTRADICTION = """
INSERT { GRAPH <http://example.org/paper> {
    ?new a dip:Claim ; dip:about ?event ; dip:assertsStatus %s ; dip:inDocument <http://example.org/paper> ;
        dip:evidence <http://example.org/sentence> ; dip:time <http://example.org/when> .
    <http://example.org/sentence> <http://www.w3.org/ns/oa#hasSelector> [ <http://www.w3.org/ns/oa#exact> "Друго." ] .
    <http://example.org/when> schema:startDate "2025-04-02"^^xsd:date ; schema:endDate "2025-04-02"^^xsd:date
} }
WHERE { GRAPH ?g { ?claim dip:assertsStatus dip:Held ; dip:ofType dip:Meeting ; dip:evidence ?evidence }
    GRAPH ?r { ?claim dip:about ?event } BIND(IRI("http://example.org/claim") AS ?new) }
"""
PREFIXES = """
PREFIX dip: <https://w3id.org/diplokg/ontology#>
PREFIX schema: <https://schema.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


@pytest.mark.parametrize(
    ("status", "name", "values", "expected"),
    [
        ("dip:Denied", "conflicts", {}, [("Denied", "Held"), ("Denied", "Planned")]),
        ("dip:Held", "conflicts-of", {"actor": "ана вечерин"}, [("2025-03-19", "2025-04-02")]),
    ],
)
def test_a_contradiction_between_two_sources_is_found(tmp_path, status, name, values, expected):
    columns = {"conflicts": ("one", "two"), "conflicts-of": ("until", "since")}[name]
    text = (resources.path("ontology") / "queries" / f"{name}.rq").read_text("utf-8")
    with open_store(tmp_path / "store") as store:
        store.replace(sample_graphs())
        store.update(PREFIXES + CONTRADICTION % status)
        answer = store.query(text, values)
    places = [answer.variables.index(column) for column in columns]
    assert expected == sorted(tuple(short(row[place]) for place in places) for row in answer.rows)


def test_heads_are_complete():
    for file in QUERIES:
        text = file.read_text("utf-8")
        assert all(question(text)), file.name
        assert text.count("# param ") == len(parameters(text)), f"{file.name}: a # param line is not in the format"


def test_a_name_is_found_in_any_case_and_by_any_of_its_forms(folder):
    for given in ("АНА ВЕЧЕРИН", "вечерин", "person/ana-vecherin"):
        assert "Ерик Норберг" in kg("query", "meetings-of", "--param", f"actor={given}", "--store", folder).stdout


def test_asking_by_name_by_file_and_by_text_is_the_same(folder):
    file = resources.path("ontology") / "queries" / "actors.rq"
    by_name, by_file, by_text = (
        kg("query", *asked, "--store", folder, "--format", "csv").stdout
        for asked in (["actors"], [file], ["-e", file.read_text("utf-8")])
    )
    assert by_name == by_file == by_text
    assert 8 == len(by_name.splitlines())


def test_ask_answers_with_the_exit_code(folder):
    for kind, code, word in (("Meeting", 0, "yes"), ("Visit", 1, "no")):
        result = kg("query", "-e", f"ASK {{ ?s a <https://w3id.org/diplokg/ontology#{kind}> }}", "--store", folder)
        assert (code, f"{word}\n") == (result.exit_code, result.stdout)


@pytest.mark.parametrize("format", ["turtle", "ntriples", "nquads", "trig", "jsonld"])
def test_triples_in_every_format(folder, format):
    import pyoxigraph

    from kg.store.answer import graph_format

    asked = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c . FILTER(?c = <https://w3id.org/diplokg/ontology#Person>) }"
    written = kg("query", "-e", asked, "--store", folder, "--format", format).stdout
    assert 2 == len({quad.subject.value for quad in pyoxigraph.parse(written.encode(), graph_format(format))})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["meeting-of"], "did you mean meetings-of"),
        (["meetings-of"], '--param actor="Ралица Войнова"'),
        (["meetings-of", "--param", "Actor=x"], "no parameter Actor; for example: kg query meetings-of --param actor="),
        (["actors", "--param", "actor=x"], "no parameter actor"),
        (["actors", "--param", "actor"], "NAME=VALUE"),
        (["actors", "--format", "turtle"], "rows cannot be written as 'turtle'"),
        (["actors", "-e", "ASK {}"], "either the name"),
        ([], "kg query --list"),
        (["-e", "SELEKT"], "not valid SPARQL"),
        (["-e", "INSERT DATA { <http://e/> <http://e/> 1 }"], "not valid SPARQL"),
        (["-e", "ASK { SERVICE <http://e/> { ?s ?p ?o } }"], "switched off"),
    ],
)
def test_what_cannot_be_asked_says_what_to_do(folder, arguments, message):
    with pytest.raises(QueryError) as caught:
        kg("query", *arguments, "--store", folder)
    assert message in str(caught.value)


def test_writing_must_be_asked_for(tmp_path):
    with open_store(tmp_path / "store") as store:
        store.replace({})
    update = "INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> ?value } }"
    kg("query", "--write", "-e", update, "--param", 'value=x" } }', "--store", tmp_path / "store")
    listed = kg("query", "-e", "SELECT ?o { ?s ?p ?o }", "--store", tmp_path / "store", "--json").stdout
    assert ['x" } }'] == [row["o"]["value"] for row in json.loads(listed)["results"]["bindings"]]


def test_list_names_every_question():
    listed = json.loads(kg("query", "--list", "--json").stdout)
    assert [file.stem for file in QUERIES] == [entry["name"] for entry in listed]
    text = kg("query", "--list").stdout
    assert all(entry["bg"] in text and entry["en"] in text for entry in listed)


def test_check_finds_nothing_in_a_good_store_and_says_no_to_a_bad_one(folder, tmp_path):
    assert 0 == kg("check", "--store", folder).exit_code
    with open_store(tmp_path / "store") as store:
        kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/diplokg/ontology#Span>"
        store.replace({"http://e/g": [f"<http://e/s> {kind} <http://e/g> ."]})
    result = kg("check", "--store", tmp_path / "store", "--json")
    assert 1 == result.exit_code
    found = json.loads(result.stdout)
    assert not found["conforms"]
    assert all(line.startswith("shape Span: <http://e/s>") for line in found["findings"])


def test_check_of_a_file(tmp_path):
    examples = resources.path("ontology") / "examples"
    assert 0 == kg("check", examples / "valid" / "sample.trig").exit_code
    result = kg("check", examples / "invalid" / "span-that-ends-first.ttl")
    assert 1 == result.exit_code
    assert result.stdout.startswith("shape Span:")
    (tmp_path / "broken.ttl").write_text("<a> <b")
    with pytest.raises(InputError, match=r"broken\.ttl"):
        kg("check", tmp_path / "broken.ttl")


def test_check_of_wrong_rules(tmp_path):
    (tmp_path / "broken.toml").write_text("[[frame]\n")
    result = kg("check", resources.path("ontology") / "examples" / "valid" / "sample.trig", "--rules", tmp_path)
    assert 1 == result.exit_code
    assert result.stdout.startswith("rules: broken.toml")


@pytest.mark.parametrize("suffix", ["nq", "trig", "jsonld"])
def test_a_dump_fills_an_empty_store_with_the_same_answers(folder, tmp_path, suffix):
    format = {"nq": "nquads"}.get(suffix, suffix)
    dump = tmp_path / f"dump.{suffix}"
    kg("export", "--store", folder, "--format", format, "--output", dump)
    kg("import", dump, "--store", tmp_path / "copy")
    with open_store(folder, read_only=True) as one, open_store(tmp_path / "copy", read_only=True) as two:
        assert list(one.quads()) == list(two.quads())
        for file in QUERIES:
            text = file.read_text("utf-8")
            values = {parameter.name: parameter.example for parameter in parameters(text)}
            assert one.query(text, values) == two.query(text, values)
    with pytest.raises(KgError, match="not empty"):
        kg("import", dump, "--store", tmp_path / "copy")


def test_a_dump_does_not_tell_its_history(folder, tmp_path):
    with open_store(tmp_path / "store") as store:
        for name, lines in reversed(sample_graphs().items()):
            store.replace({name: lines[::-2], "http://e/g": ['<http://e/s> <http://e/p> "1" <http://e/g> .']})
            store.replace({name: lines}, remove=["http://e/g"])
    for format in ("trig", "nquads", "turtle", "jsonld"):
        one, two = (kg("export", "--store", of, "--format", format).stdout for of in (folder, tmp_path / "store"))
        assert one == two


def test_turtle_cannot_be_imported_since_it_has_no_graphs(folder, tmp_path):
    kg("export", "--store", folder, "--format", "turtle", "--output", tmp_path / "dump.ttl")
    with pytest.raises(InputError, match="stands in no graph"):
        kg("import", tmp_path / "dump.ttl", "--store", tmp_path / "copy")


def test_asking_loads_neither_torch_nor_rdflib(folder):
    code = (
        "import sys; from kg.cli import app\n"
        f"try: app(['query', 'actors', '--store', {str(folder)!r}])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('torch', 'stanza', 'rdflib', 'networkx') if name in sys.modules])"
    )
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert "[]" == done.stdout.splitlines()[-1]
