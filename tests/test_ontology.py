"""The ontology: consistent, complete in two languages, true to the program; shapes that fire when they should."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SKOS
from sample_graph import sample_graphs

from kg import check, model, resources
from kg.graph import DIP, ONTOLOGY

FOLDER = resources.path("ontology")
INVALID = sorted((FOLDER / "examples" / "invalid").glob("*.ttl"))
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(FOLDER / "kg.ttl")


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(FOLDER / "shapes.ttl")


def test_its_own_checks_find_nothing():
    assert [] == list(check.ontology_findings())


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        ("kg.ttl", '"среща"@bg', '"среща"@de', "ontology: no-label: Meeting rdfs:label @bg"),
        (
            "kg.ttl",
            "rdfs:subClassOf dip:Encounter",
            "rdfs:subClassOf dip:Encountr",
            "ontology: undefined-term: Encountr",
        ),
        (
            "kg.ttl",
            "dip:Meeting a owl:Class",
            "dip:Meeting a owl:Class , owl:NamedIndividual",
            "ontology: punned-term: Meeting",
        ),
        (
            "shapes.ttl",
            "sh:path schema:headline",
            "sh:path schema:headlin",
            "ontology: undefined-in-shape: schema:headlin",
        ),
        ("queries/history.rq", "dip:trigger", "dip:triger", "queries/history.rq: dip:triger is not defined in kg.ttl"),
        ("queries/history.rq", "# en: ", "# fr: ", "queries/history.rq: its head lacks the question"),
    ],
)
def test_its_checks_find_what_is_wrong(tmp_path, file, old, new, finding):
    folder = tmp_path / "ontology"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    assert any(line.startswith(finding) for line in check.ontology_findings(folder))


def test_every_version_has_its_own_iri(ontology):
    node = rdflib.URIRef(ONTOLOGY)
    version = str(ontology.value(node, OWL.versionInfo))
    assert f"{ONTOLOGY}/{version}" == str(ontology.value(node, OWL.versionIRI))
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)


@pytest.mark.parametrize(
    "term",
    [
        *model.KINDS,
        *model.ENCOUNTERS,
        *(status.capitalize() for status in model.STATUSES),
        "Document",
        "Sentence",
        "Mention",
        "Chain",
        "Claim",
        "Statement",
        "Event",
        "Entity",
        "Office",
    ],
)
def test_what_the_program_says_is_defined(ontology, term):
    assert (rdflib.URIRef(DIP + term), RDFS.isDefinedBy, rdflib.URIRef(ONTOLOGY)) in ontology


def test_event_classes_and_roles_of_the_rules_are_terms(ontology):
    from kg import lexicon

    assert len(lexicon.EVENT_CLASSES) > 10
    own = {"speaker", "content", "topic", "place"}
    roles = {
        str(term)[len(DIP) :] for term in ontology.subjects(RDFS.subPropertyOf, None) if str(term).startswith(DIP)
    } | own
    for name in lexicon.EVENT_CLASSES:
        assert (rdflib.URIRef(DIP + name), RDF.type, OWL.Class) in ontology
    assert lexicon.ROLES - {"via", "encounter"} <= roles, "via becomes dip:medium; encounter points to another claim"


def test_every_kind_of_event_has_a_code_or_says_why_not(ontology):
    matches = (SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)
    above = [rdflib.URIRef(DIP + name) for name in ("Encounter", "Act")]
    kinds = [kind for parent in above for kind in ontology.subjects(RDFS.subClassOf, parent)]
    without = {str(kind)[len(DIP) :] for kind in kinds if not any(ontology.value(kind, match) for match in matches)}
    assert {"Appointment", "Resignation"} == without, (
        "changes of office within one state are no events of PLOVER or CAMEO"
    )
    for match in matches:
        for concept in ontology.objects(None, match):
            assert (concept, SKOS.inScheme, None) in ontology


def closed(*graphs: rdflib.Graph) -> rdflib.Graph:
    """The triples of `graphs` with all that OWL 2 RL makes of them."""
    import owlrl

    whole = rdflib.Graph()
    for one in graphs:
        whole += one
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(whole)
    return whole


def faults(graph: rdflib.Graph) -> list[str]:
    error = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    return sorted(map(str, graph.objects(None, error)))


def sample() -> rdflib.Graph:
    lines = [line.rpartition(" <")[0] + " ." for lines in sample_graphs().values() for line in lines]
    return rdflib.Graph().parse(data="\n".join(lines), format="nt")


@pytest.fixture(scope="module")
def whole(ontology) -> rdflib.Graph:
    """The ontology and the sample with all that follows from them."""
    return closed(ontology, sample())


def test_a_reasoner_finds_no_contradiction(whole):
    assert [] == faults(whole)
    nothing = [term for term in whole.subjects(RDFS.subClassOf, OWL.Nothing) if str(term).startswith(DIP)]
    assert [] == nothing, "a class that can have no member"
    assert not list(whole.subjects(RDF.type, OWL.Nothing))


def test_a_reasoner_finds_a_contradiction_that_is_there(ontology):
    data = sample()
    person = next(data.subjects(RDF.type, rdflib.URIRef(DIP + "Person")))
    data.add((person, RDF.type, rdflib.URIRef(DIP + "Place")))
    assert [] != faults(closed(ontology, data))


def hermit() -> Path | None:
    """The reasoner HermiT with the OWL API in it, as owlready2 ships it."""
    found = importlib.util.find_spec("owlready2")
    return Path(found.submodule_search_locations[0]) / "hermit" / "HermiT.jar" if found else None


def owl_findings(graph: rdflib.Graph, file: Path, form: str) -> list[str]:
    """What the OWL API and HermiT say of the graph, written to `file` in that form, after the number of axioms."""
    graph.serialize(file, format=form)
    command = ["java", "-cp", hermit(), Path(__file__).parent / "OwlCheck.java", file]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    axioms, *findings = done.stdout.splitlines()
    assert int(axioms.removeprefix("axioms: ")) > 200
    return findings


NEEDS_JAVA = pytest.mark.skipif(
    shutil.which("javac") is None or hermit() is None,
    reason="HermiT needs a JDK (apt-get install default-jdk-headless) and owlready2",
)


@NEEDS_JAVA
@pytest.mark.parametrize("form", ["turtle", "xml"])
def test_it_is_owl_2_dl_and_consistent_with_the_sample(ontology, tmp_path, form):
    assert [] == owl_findings(ontology, tmp_path / "ontology", form)
    assert [] == owl_findings(ontology + sample(), tmp_path / "whole", form)


@NEEDS_JAVA
@pytest.mark.parametrize(
    ("wrong", "finding"),
    [
        ("dip:held a owl:ObjectProperty , owl:DatatypeProperty .", "violation: Cannot pun between properties"),
        ("dip:Both a owl:Class ; rdfs:subClassOf dip:Actor , dip:Place .", f"unsatisfiable: <{DIP}Both>"),
        ("<urn:both> a dip:Person , dip:Place .", "inconsistent"),
    ],
)
def test_what_is_not_owl_2_dl_or_contradicts_itself_is_found(ontology, tmp_path, wrong, finding):
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in (("dip", DIP), ("owl", OWL), ("rdfs", RDFS)))
    graph = ontology + rdflib.Graph().parse(data=prefixes + wrong)
    assert any(line.startswith(finding) for line in owl_findings(graph, tmp_path / "wrong", "turtle"))


def test_what_follows_for_readers_of_other_vocabularies(whole):
    sem, schema = "http://semanticweb.cs.vu.nl/2009/11/sem/", "https://schema.org/"
    assert 2 == len(set(whole.subjects(RDF.type, rdflib.URIRef(sem + "Event"))))
    assert 2 == len(set(whole.subjects(RDF.type, rdflib.URIRef(schema + "Person"))))
    assert 4 <= len(set(whole.subjects(RDF.type, rdflib.URIRef("http://www.w3.org/ns/prov#Entity"))))


def test_the_valid_example_conforms():
    assert [] == list(check.shape_findings(check.graphs_of_file(FOLDER / "examples" / "valid" / "sample.trig")))


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_an_invalid_example_trips_the_shape_that_it_names_and_no_other(file: Path):
    shape = re.match(r"# trips: (\w+)\n", file.read_text("utf-8")).group(1)
    found = {line.split(":")[0] for line in check.shape_findings(check.graphs_of_file(file))}
    assert {f"shape {shape}"} == found


def test_every_shape_has_an_invalid_example_and_something_to_look_at(shapes):
    names = {str(shape).rpartition("#")[2] for shape in shapes.subjects(RDF.type, SH.NodeShape)}
    tripped = {re.match(r"# trips: (\w+)\n", file.read_text("utf-8")).group(1) for file in INVALID}
    assert names == tripped
    data = sample()
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        target, subjects = shapes.value(shape, SH.targetClass), shapes.value(shape, SH.targetSubjectsOf)
        nodes = data.subjects(RDF.type, target) if target else data.subjects(subjects, None)
        assert any(True for _ in nodes), f"{shape} never fires"


def test_all_terms_of_the_sample_are_declared(ontology):
    external = {str(RDF.type), str(RDFS.label)}
    for predicate in set(sample().predicates()):
        assert str(predicate) in external or (predicate, RDF.type, None) in ontology, predicate


def test_its_pages_show_all_and_load_nothing_from_elsewhere(ontology, shapes, tmp_path):
    pytest.importorskip("pylode", reason="pyLODE is not installed: pip install 'diplokg[teach]'")
    from kg.ontology_pages import write_pages

    written = write_pages(tmp_path / "pages")
    pages = {file.name: file.read_text("utf-8") for file in written if file.suffix == ".html"}
    assert ["index.html", "questions.html", "shapes.html"] == sorted(pages)
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in ontology.subjects(RDF.type, kind):
            assert (
                not str(term).startswith(DIP) or f'"{term}"' in pages["index.html"] or str(term) in pages["index.html"]
            )
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        assert f'id="{str(shape).rpartition("#")[2]}"' in pages["shapes.html"]
    for file in (FOLDER / "queries").glob("*.rq"):
        assert f'id="{file.stem}"' in pages["questions.html"]
    for page in pages.values():
        loaded = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"(?!data:)([^\"]*)", page)
        assert [] == loaded
        for address in re.findall(r'<a href="([^"#:]+)"', page):
            assert (tmp_path / "pages" / address).exists(), address
