"""The article that kg began with: its graph beside the golden one, and what must and must not be said in it.

The parse is kept in tests/seed/parse.conllu, so this needs no model. `python tests/test_seed.py` writes both anew: read
the difference against the article before it is committed.
"""

from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from kg import gazetteer, graph, models, parse, read, resources
from kg.extract import extract
from kg.lexicon import load_lexicon
from kg.model import ENCOUNTERS
from kg.resolve import resolve

SEED = resources.path("news") / "2025-11-axios-miami.txt"
HERE = Path(__file__).parent / "seed"


def document():
    ((_, found),) = read.read_paths([SEED])
    return found


@cache
def understood():
    article = document()
    sentences = parse.from_conllu((HERE / "parse.conllu").read_text("utf-8"), article.id)
    extraction = extract(article, sentences, load_lexicon(), gazetteer.load())
    return extraction, resolve([extraction], gazetteer.load())


def triples():
    """The triples of the document's and the resolution's graph, by file name."""
    extraction, resolution = understood()
    graphs = {"document.nt": graph.document_quads(extraction), "resolution.nt": graph.resolution_quads(resolution)}
    return {name: "\n".join(line.rsplit(" <", 1)[0] + " ." for line in sorted(lines)) + "\n" for name, lines in graphs.items()}


def encounters(extraction=None):
    """(kind, status, named participants, place) of each encounter of the corpus."""
    extraction, resolution = understood() if extraction is None else (extraction, resolve([extraction], gazetteer.load()))
    claims = {claim.id: claim for claim in extraction.claims}
    names = {entity.id: entity.name for entity in resolution.entities if entity.named}
    for event in resolution.events:
        if event.kind in ENCOUNTERS:
            places = {claims[id].place.mention.base for id in event.claims if claims[id].place}
            yield event.kind, event.status, {names[p] for p in event.participants if p in names}, places


@pytest.mark.parametrize("name", ["document.nt", "resolution.nt"])
def test_the_graph_is_the_golden_one(name):
    expected, actual = Graph(), Graph()
    expected.parse(HERE / name, format="nt")
    actual.parse(data=triples()[name], format="nt")
    assert isomorphic(expected, actual), "read the difference; then: python tests/test_seed.py"


EXPECTED = [
    ("Meeting", "held", {"Кирил Дмитриев", "Стив Уиткоф"}, {"Маями"}),
    ("Meeting", "held", {"Рустем Умеров", "Стив Уиткоф"}, {"Маями"}),
    ("Meeting", "postponed", {"Володимир Зеленски", "Стив Уиткоф"}, {"Турция"}),
    ("Meeting", "cancelled", {"Доналд Тръмп", "Владимир Путин"}, {"Будапеща"}),
    ("Negotiation", "ongoing", {"САЩ", "Русия"}, set()),
    ("Negotiation", "held", {"Русия", "Украйна"}, set()),
]


@pytest.mark.parametrize("encounter", EXPECTED, ids=lambda e: "-".join(sorted(e[2])))
def test_the_article_tells_of(encounter):
    assert encounter in list(encounters())


def test_nobody_else_met_and_no_medium_did():
    allowed = {frozenset(people) for _, _, people, _ in EXPECTED}
    met = {frozenset(pair) for _, _, people, _ in encounters() for pair in combinations(sorted(people), 2)}
    assert met == allowed


def test_one_event_of_budapest_has_three_claims_in_order():
    extraction, resolution = understood()
    claims = {claim.id: claim for claim in extraction.claims}
    (event,) = [e for e in resolution.events if e.status == "cancelled"]
    told = sorted((claims[id] for id in event.claims), key=lambda c: c.trigger.start)
    assert [claim.status for claim in told] == ["planned", "proposed", "cancelled"]


def test_dates_are_stated_as_the_words_say_and_the_year_is_inferred():
    extraction, _ = understood()
    dates = {claim.when.text: (claim.when.edtf, claim.when.inferred) for claim in extraction.claims if claim.when}
    assert dates["от 24 до 26 октомври"] == ("XXXX-10-24/XXXX-10-26", True)
    assert dates["19 ноември"] == ("XXXX-11-19", True)
    assert dates["седмица по-рано"][0] is None


def test_offices():
    _, resolution = understood()
    names = {entity.id: entity.name for entity in resolution.entities}
    held = {(names[office.person], office.country) for office in resolution.offices}
    assert {
        ("Стив Уиткоф", "US"), ("Кирил Дмитриев", "RU"), ("Доналд Тръмп", "US"), ("Владимир Путин", "RU"), ("Рустем Умеров", "UA"),
    } <= held  # fmt: skip


def test_one_plan_under_all_its_names_with_four_subjects():
    extraction, resolution = understood()
    chains = {chain.key: chain for chain in extraction.chains}
    (plan,) = [entity for entity in resolution.entities if entity.kind == "Plan"]
    told = {m.text for link in resolution.links if link.entity == plan.id for m in chains[link.chain].mentions}
    assert {"28-точковия мирен план", "Тайното мирно споразумение", "тайното мирно споразумение", "новия план"} <= told
    assert [extraction.document.text[s.span.start : s.span.end] for s in extraction.subjects] == [
        "мира в Украйна", "сигурността в Европа", "гаранциите за сигурност", "бъдещите отношения на САЩ с Киев и Москва",
    ]  # fmt: skip


@pytest.mark.model
def test_the_models_that_ship_read_it_so():
    pipeline = parse.load_pipeline(models.find_models())
    (sentences,) = parse.parse([document()], pipeline)
    extraction = extract(document(), sentences, load_lexicon(), gazetteer.load())
    key = lambda encounter: sorted(encounter[2])  # noqa: E731 - one expression, used twice
    assert sorted(encounters(extraction), key=key) == sorted(encounters(), key=key)


if __name__ == "__main__":
    (found,) = parse.parse([document()], parse.load_pipeline(models.find_models()))
    (HERE / "parse.conllu").write_text(parse.to_conllu(found), "utf-8")
    for file, text in triples().items():
        (HERE / file).write_text(text, "utf-8")
