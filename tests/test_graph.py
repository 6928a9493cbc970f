"""Core values to RDF: every fact of the sample is there, any text is safe, the same input gives the same lines."""

from __future__ import annotations

import dataclasses

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.compare import isomorphic
from sample_graph import first, resolved, sample_graphs, second

from kg import graph, resources
from kg.errors import InputError
from kg.model import Document, Entity
from kg.resolve.values import Resolution

HOSTILE = '"\\\n\r\t\b\f</script><img src=x onerror=alert(1)> <http://evil/> . } \u0000\u001f\u007f\ud800 ‮ \U0001f600'


def parsed(lines) -> set[str]:
    return {f"{quad} ." for quad in pyoxigraph.parse("\n".join(lines).encode(), pyoxigraph.RdfFormat.N_QUADS)}


def loaded(lines) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.load("\n".join(lines).encode(), pyoxigraph.RdfFormat.N_QUADS)
    return store


def test_the_sample_in_the_ontology_folder_is_the_sample_of_the_tests():
    """Golden: a change of the graph shows in `ontology/examples/valid/sample.trig`, and is made there on purpose."""
    golden = pyoxigraph.Store()
    golden.load(path=str(resources.path("ontology") / "examples" / "valid" / "sample.trig"))
    for name, lines in sample_graphs().items():
        expected, actual = Graph(), Graph()
        triples = [
            f"{quad.triple} ." for quad in golden.quads_for_pattern(None, None, None, pyoxigraph.NamedNode(name))
        ]
        expected.parse(data="\n".join(triples), format="nt")
        actual.parse(data="\n".join(f"{quad.triple} ." for quad in loaded(lines)), format="nt")
        assert isomorphic(expected, actual), f"{name}: write it anew with python tests/sample_graph.py"


def test_lines_are_sorted_canonical_and_each_only_once():
    for lines in sample_graphs().values():
        assert sorted(set(lines)) == list(lines)
        assert parsed(lines) == set(lines)


def test_no_fact_stands_in_two_graphs():
    """The union of all graphs is what questions are asked of; a fact held twice would be counted twice."""
    triples = [str(quad.triple) for lines in sample_graphs().values() for quad in loaded(lines)]
    assert len(set(triples)) == len(triples)


def test_order_does_not_matter():
    one, whole = first(), resolved()
    mixed = dataclasses.replace(
        one,
        claims=one.claims[::-1],
        chains=one.chains[::-1],
        mentions=one.mentions[::-1],
        statements=one.statements[::-1],
    )
    assert graph.document_quads(one) == graph.document_quads(mixed)
    backwards = Resolution(whole.entities[::-1], whole.links[::-1], whole.events[::-1], whole.offices[::-1], whole.apart)
    assert sorted(graph.resolution_quads(whole)) == sorted(graph.resolution_quads(backwards))


def test_evidence_is_the_text_itself():
    for extraction in (first(), second()):
        text, found = extraction.document.text, 0
        store = loaded(graph.document_quads(extraction))
        oa = "PREFIX oa: <http://www.w3.org/ns/oa#>"
        asked = f"{oa} SELECT ?start ?end ?exact {{ ?s oa:start ?start ; oa:end ?end ; oa:exact ?exact }}"
        rows = store.query(asked, use_default_graph_as_union=True)
        for start, end, exact in rows:
            assert text[int(start.value) : int(end.value)] == exact.value
            found += 1
        assert found >= 8


@given(st.text())
def test_any_text_comes_back(text):
    document = Document(text="а" + text, title=text, source=text, url=text)
    extraction = dataclasses.replace(first(), document=document, claims=(), statements=(), chains=(), mentions=())
    lines = graph.document_quads(extraction)
    assert parsed(lines) == set(lines)
    name = pyoxigraph.NamedNode(graph.document_iri(document.id))
    held = {quad.predicate.value.rpartition("#")[2]: quad.object.value for quad in loaded(lines)}
    assert document.text.translate(dict.fromkeys(range(0xD800, 0xE000), "\ufffd")) == held["text"]
    assert {name} == {quad.graph_name for quad in loaded(lines)}


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_name_makes_a_safe_iri(id, name):
    entity = Entity(f"person/{id}", "Person", name, (name, id), True, None, (f"http://example.org/{id}",))
    lines = list(graph.resolution_quads(Resolution((entity,), (), (), (), ())))
    assert parsed(lines) == set(lines)


def test_hostile_words_stay_words():
    extraction = dataclasses.replace(first(), document=dataclasses.replace(first().document, title=HOSTILE))
    lines = graph.document_quads(extraction)
    headlines = [quad.object.value for quad in loaded(lines) if quad.predicate.value.endswith("headline")]
    assert [HOSTILE.replace("\ud800", "\ufffd")] == headlines
    assert all(line.count("\n") == 0 for line in lines)


@pytest.mark.parametrize(
    "base", ["", "kg", "file:///tmp/", "http://example.org", "http://e.org/<x>/", "http://e.org/ /"]
)
def test_a_base_that_makes_no_iris_is_refused(base):
    with pytest.raises(InputError, match="--base"):
        graph.document_quads(first(), base)


def test_another_base_changes_every_name_and_nothing_else():
    base = "https://example.org/data/"
    for ours, theirs in zip(sample_graphs().values(), sample_graphs(base).values(), strict=True):
        assert sorted(line.replace(graph.BASE, base) for line in ours) == list(theirs)


def test_a_group_is_no_name_and_a_metonym_says_for_whom_it_stands():
    text = "\n".join(graph.document_quads(first()))
    assert '#standsFor> "България"' in text
    assert '#named> "false"' in text
