"""Human verdicts: written, read, applied above the program, undone; and the commands that write and show them."""

import json
from datetime import date

import pytest
from names_sample import article
from typer.testing import CliRunner

from kg import gazetteer
from kg.cli import app
from kg.dossier.disagreements import disagreements
from kg.errors import InputError
from kg.graph import document_iri, document_quads, resolution_iri, resolution_quads
from kg.resolve import resolve
from kg.store import open_store
from kg.verdicts import Verdict, append, load

KNOWN = gazetteer.load()
DOCS = (
    article(KNOWN, "Кирил Дмитриев", ("Белия дом", "Government"), day=date(2025, 11, 20)),
    article(KNOWN, "Олег Дмитриев", ("САЩ", "Government"), day=date(2025, 11, 21)),
    article(
        KNOWN, "Дмитриев", "Ана Вечерин", "Ерик Норберг", ("Осло", "Place"), day=date(2025, 11, 22), met=3, where=3
    ),
)
KIRIL, OLEG = "person/kiril-dmitriev", "person/oleg-dmitriev"


def links(*verdicts):
    return {link.chain: link for link in resolve(DOCS, KNOWN, verdicts).links}


def chain(doc, base):
    return next(chain.key for chain in DOCS[doc].chains if chain.base == base)


def test_without_a_file_there_are_no_verdicts(tmp_path):
    assert load(None) == load(tmp_path / "none.tsv") == ()


def test_what_is_written_is_read_and_written_once(tmp_path):
    path = tmp_path / "deep" / "same.tsv"
    verdict = Verdict("same", KIRIL, OLEG, "Ана", "един човек")
    assert [True, False] == [append(path, verdict), append(path, verdict)]
    assert (verdict,) == load(path)


@pytest.mark.parametrize("line", ["same\ta", "perhaps\ta\tb", "same\ta\tb\tc\td\te", "same\t\tb"])
def test_a_wrong_line_is_named(tmp_path, line):
    path = tmp_path / "same.tsv"
    path.write_text(f"# ours\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        load(path)


def test_a_tab_in_the_reason_is_refused(tmp_path):
    with pytest.raises(InputError, match="tabs"):
        append(tmp_path / "same.tsv", Verdict("same", "a", "b", "", "one\ttwo"))


def test_same_makes_one_entity_and_says_why():
    found = links(Verdict("same", KIRIL, OLEG, "Ана", "един човек"))
    link = found[chain(1, "Олег Дмитриев")]
    assert (KIRIL, "verdict of Ана: един човек", 1.0, False) == (link.entity, link.reason, link.score, link.inferred)
    assert found[chain(0, "Кирил Дмитриев")].reason == "full name"


def test_a_chain_is_put_where_it_belongs():
    assert links(Verdict("same", OLEG, chain(2, "Дмитриев"), "", ""))[chain(2, "Дмитриев")].entity == OLEG


def test_split_takes_a_part_out():
    resolution = resolve(DOCS, KNOWN, (Verdict("split", "government/us", "Белия дом", "", "само сградата"),))
    found = {link.chain: link.entity for link in resolution.links}
    assert found[chain(1, "САЩ")] == "government/us"
    part = found[chain(0, "Белия дом")]
    assert part.startswith("government/us-")
    assert ("government/us", part) in {(apart.one, apart.two) for apart in resolution.apart}


def test_apart_is_remembered():
    apart = resolve(DOCS, KNOWN, (Verdict("apart", OLEG, KIRIL, "Ана", "двама"),)).apart
    assert ("verdict of Ана: двама", 1.0) in {
        (one.reason, one.score) for one in apart if (one.one, one.two) == (KIRIL, OLEG)
    }


def test_a_later_verdict_comes_after_an_earlier_one():
    merged = Verdict("same", KIRIL, OLEG, "", "")
    assert links(merged, Verdict("split", KIRIL, "Олег Дмитриев", "", ""))[chain(1, "Олег Дмитриев")].entity != KIRIL


def test_without_its_line_a_verdict_is_undone():
    assert links() == {link.chain: link for link in resolve(DOCS, KNOWN, ()).links}
    assert links()[chain(1, "Олег Дмитриев")].entity == OLEG


def test_a_verdict_on_nothing_is_reported():
    unknown = (Verdict("same", "person/x", KIRIL, "", ""), Verdict("split", KIRIL, "Никой", "", ""))
    assert ("same person/x person/kiril-dmitriev", "split person/kiril-dmitriev Никой") == resolve(
        DOCS, KNOWN, unknown
    ).unsettled


# ---- the commands


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    graphs = {document_iri(doc.document.id): document_quads(doc) for doc in DOCS}
    graphs[resolution_iri()] = resolution_quads(resolve(DOCS, KNOWN))
    with open_store(folder) as opened:
        opened.replace(graphs)
    return str(folder)


def run(*arguments, code=0):
    result = CliRunner().invoke(app, list(arguments))
    assert code == result.exit_code, result.output
    return result


def test_entity_shows_mentions_reasons_and_what_was_kept_apart(store):
    (found,) = json.loads(run("entity", "кирил дмитриев", "--store", store, "--json").stdout)
    assert [("Кирил Дмитриев", "full name")] == [(mention["words"], mention["reason"]) for mention in found["mentions"]]
    assert ["surname with 2 bearers"] == [other["reason"] for other in found["kept apart"]]
    shown = run("entity", KIRIL, "--store", store).stdout
    assert "kept apart from Дмитриев" in shown


def test_entity_of_nobody(store):
    run("entity", "Никой", "--store", store, code=1)


def test_merge_writes_ids_and_the_next_resolution_obeys(store, tmp_path):
    file = tmp_path / "same.tsv"
    run(
        "merge",
        "Кирил Дмитриев",
        OLEG,
        "--why",
        "един човек",
        "--who",
        "Ана",
        "--store",
        store,
        "--verdicts",
        str(file),
    )
    assert (Verdict("same", KIRIL, OLEG, "Ана", "един човек"),) == load(file)
    assert links(*load(file))[chain(1, "Олег Дмитриев")].entity == KIRIL


def test_split_writes_a_chain(store, tmp_path):
    file = tmp_path / "same.tsv"
    run("split", "САЩ", chain(0, "Белия дом"), "--store", store, "--verdicts", str(file))
    assert "government/us" != links(*load(file))[chain(0, "Белия дом")].entity


def test_merge_of_an_ambiguous_name_lists_the_ids(store, tmp_path):
    result = CliRunner().invoke(app, ["merge", "Никой", "Олег Дмитриев", "--store", store])
    assert isinstance(result.exception, InputError)


def test_review_lists_the_closest_calls_with_passages(store):
    calls = json.loads(run("review", "--store", store, "--json").stdout)
    assert "surname with 2 bearers" == calls[0]["reason"]
    assert all(call["passages"] for call in calls)
    scores = [abs(call["score"] - 0.5) for call in calls]
    assert sorted(scores) == scores


def test_history_of_an_event_and_of_an_actor(store):
    events = json.loads(run("history", "Ана Вечерин", "--store", store, "--json").stdout)
    told = json.loads(run("history", events[0]["event"], "--store", store, "--json").stdout)
    assert [("Held", "2025-11-22")] == [(claim["status"], claim["said"]) for claim in told]
    run("history", "Никой", "--store", store, code=1)


def test_conflicts_of_sources_that_agree(store):
    assert [] == json.loads(run("conflicts", "--store", store, "--json").stdout)


def told(claim, document, status, start=None, place=None, *who, speaker=None):
    row = {"id": "e", "kind": "Meeting", "claim": claim, "document": document, "publisher": document, "sentence": claim}
    row |= {"speaker": speaker, "country": place and "TR", "placeId": "place/tr" if place == "Турция" else place}
    return [row | {"status": status, "from": start, "to": start, "place": place, "who": one} for one in who or (None,)]


def test_disagreements_over_each_matter():
    rows = [
        *told("c1", "d1", "Held", "2026-04-02", "Анкара", "Ана", "Ерик", "Кемал"),
        *told("c2", "d2", "Held", "2026-04-03", "Истанбул", "Ана", "Ерик"),
        *told("c3", "d3", "Denied"),
    ]
    assert [
        ("date", "2026-04-02", "2026-04-03"),
        ("participants", "Кемал", "Ана, Ерик"),
        ("place", "Анкара", "Истанбул"),
        ("status", "Denied", "Held"),
        ("status", "Denied", "Held"),
    ] == [(one["over"], one["one"], one["two"]) for one in disagreements(rows)]


def test_one_article_does_not_disagree_with_itself():
    rows = told("c1", "d1", "Held", "2026-04-02") + told("c2", "d1", "Held", "2026-04-03")
    assert [] == disagreements(rows)


def test_a_country_does_not_contradict_its_city():
    assert [] == disagreements(told("c1", "d1", "Held", None, "Анкара") + told("c2", "d2", "Held", None, "Турция"))


def test_one_article_may_tell_of_two_who_disagree():
    rows = told("c1", "d1", "Denied", speaker="Занев") + told("c2", "d1", "Held", speaker="Радио Прибой")
    assert [("status", "Denied", "Held")] == [(one["over"], one["one"], one["two"]) for one in disagreements(rows)]
    rows = told("c1", "d1", "Denied", speaker="Занев") + told("c2", "d1", "Held", speaker="Занев")
    assert [] == disagreements(rows), "one speaker takes his words back"


def test_one_article_may_give_two_voices_with_two_days():
    early, late = ("2026-04-02", "Истанбул", "Ана", "Ерик"), ("2026-04-03", "Анкара", "Ана", "Ерик")
    rows = told("c1", "d1", "Held", *early, speaker="Пост") + told("c2", "d1", "Held", *late, speaker="Куриер")
    found = disagreements(rows)
    assert [("date", "Пост", "Куриер"), ("place", "Куриер", "Пост")] == [
        (one["over"], one["speaker"], one["otherSpeaker"]) for one in found
    ]
    rows = told("c1", "d1", "Held", *early, speaker="Пост") + told("c2", "d1", "Held", *late)
    assert [] == disagreements(rows), "a voice and the article's own are not weighed against each other"


def test_a_chain_is_found_by_its_key(store, tmp_path):
    key = chain(2, "Дмитриев")
    file = tmp_path / "same.tsv"
    run("merge", OLEG, key, "--store", store, "--verdicts", str(file))
    assert (Verdict("same", OLEG, key, "", ""),) == load(file)
