"""The scorer on annotations small enough to count by hand."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from kg.cli import app
from kg.errors import InputError
from kg.model import ENCOUNTERS, STATUSES
from kg.score import FIGURES, SHARES, Tally, check, fold, report, same_name, score_document, sentence_at


def actor(name, named=True, stands_for=None):
    return {"name": name, "named": named} | ({"stands_for": stands_for} if stands_for else {})


def event(kind, status, names, *triggers, place=None, edtf=None):
    return {
        "kind": kind,
        "status": status,
        "participants": [name if isinstance(name, dict) else actor(name) for name in names],
        "triggers": [[start, start + 6, "срещна"] for start in triggers],
        "place": place,
        "date": {"text": edtf, "edtf": edtf} if edtf else None,
    }


def statement(speaker, start):
    return {"speaker": speaker, "trigger": [start, start + 5, "заяви"], "via": None}


def document(events=(), statements=(), doc="a", **more):
    return {"doc": doc, "events": list(events), "statements": list(statements), **more}


def counts(gold, system):
    return {figure: t for figure, t in score_document(gold, system).tallies.items() if t != Tally()}


def test_a_meeting_found_with_one_wrong_guest():
    gold = document([event("Meeting", "held", ["Тереза Мей", "Ангела Меркел"], 10, 50)])
    system = document([event("Meeting", "held", ["Мей", "Юнкер"], 12)])
    assert counts(gold, system) == {
        "trigger": Tally(1, 0, 1),
        "participant": Tally(1, 1, 1),
        "pair": Tally(0, 1, 1),
        "pair+status": Tally(0, 1, 1),
    }


def test_status_separates_pairs_that_are_otherwise_equal():
    gold = document([event("Meeting", "postponed", ["Уиткоф", "Зеленски"], 10)])
    system = document([event("Meeting", "planned", ["Володимир Зеленски", "Стив Уиткоф"], 10)])
    found = score_document(gold, system)
    assert (found.tallies["pair"], found.tallies["pair+status"]) == (Tally(1, 0, 0), Tally(0, 1, 1))
    assert {name: (s.right, s.of) for name, s in found.shares.items()} == {
        "status": (0, 1),
        "kind": (1, 1),
        "place": (0, 0),
        "date": (0, 0),
    }


def test_a_seat_matches_the_government_it_stands_for():
    gold = document([event("Negotiation", "ongoing", [actor("Белият дом", stands_for="САЩ"), "Русия"], 10)])
    system = document([event("Negotiation", "ongoing", ["САЩ", actor("Москва", stands_for="Русия")], 10)])
    assert counts(gold, system)["pair"] == Tally(1, 0, 0)


def test_unnamed_participants_are_not_counted_as_actors():
    gold = document([event("Meeting", "held", ["Мей", actor("членове на кабинета", named=False)], 10)])
    assert counts(gold, gold) == {"trigger": Tally(1, 0, 0), "participant": Tally(1, 0, 0)}


def test_two_claims_of_one_pair_count_once():
    twice = document([event("Meeting", "held", ["Мей", "Меркел"], 10), event("Call", "held", ["Меркел", "Мей"], 40)])
    assert counts(twice, document())["pair"] == Tally(0, 0, 1)


def test_statements_match_by_trigger_and_name():
    gold = document(statements=[statement("Доналд Туск", 5), statement("Доналд Туск", 60)])
    system = document(statements=[statement("Туск", 7), statement("Юнкер", 60)])
    assert counts(gold, system) == {"speaker": Tally(1, 1, 0), "statement": Tally(1, 1, 1)}


def test_place_and_date_are_judged_where_gold_has_them():
    gold = document([event("Visit", "held", ["Радев", "Китай"], 10, place="Пекин", edtf="2019-07-03")])
    system = document([event("Visit", "held", ["Радев", "Китай"], 10, place="пекин", edtf="XXXX-07-03")])
    shares = score_document(gold, system).shares
    assert (shares["place"].right, shares["place"].of) == (1, 1)
    assert (shares["date"].right, shares["date"].of) == (0, 1)


def test_the_counterpart_is_the_event_that_shares_most_actors():
    gold = document([event("Meeting", "held", ["Мей", "Меркел"], 10)])
    other = event("Call", "planned", ["Мей"], 10)
    right = event("Meeting", "held", ["Мей", "Меркел"], 12)
    assert score_document(gold, document([other, right])).shares["status"].right == 1


def test_faults_name_what_was_missed_and_what_is_false():
    gold = document([event("Meeting", "held", ["Мей", "Меркел"], 10)])
    system = document(statements=[statement("Туск", 70)])
    faults = {(f.figure, f.missed, f.what, f.start) for f in score_document(gold, system).faults}
    assert faults == {
        ("trigger", True, "срещна: Meeting held (срещна)", 10),
        ("participant", True, "Мей: Meeting held (срещна)", 10),
        ("participant", True, "Меркел: Meeting held (срещна)", 10),
        ("pair", True, "Мей + Меркел: Meeting held (срещна)", 10),
        ("pair+status", True, "Мей + Меркел: Meeting held (срещна)", 10),
        ("speaker", False, "Туск", 70),
        ("statement", False, "Туск: заяви", 70),
    }


def test_rows_by_kind_and_by_register():
    one = document([event("Call", "held", ["Мей", "Меркел"], 10)], doc="a", register="wire")
    two = document([event("Visit", "held", ["Радев", "Китай"], 10)], doc="b", register="interview")
    result = report([score_document(one, one), score_document(two, document(doc="b"))], resamples=50)
    assert {kind: rows["pair"]["f1"] for kind, rows in result["kinds"].items()} == {
        "Meeting": 0, "Call": 1, "Negotiation": 0, "Visit": 0,
    }  # fmt: skip
    assert {name: rows["trigger"]["f1"] for name, rows in result["registers"].items()} == {"interview": 0, "wire": 1}
    assert result["figures"]["pair"]["recall"] == 0.5
    assert result["figures"]["pair"]["recall_95"] == (0, 1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Тереза Мей", "Мей", True),
        ("„Киев индипендънт“", "Киев Индипендънт", True),
        ("Си Би Ес-Нюз", "Си Би Ес Нюз", True),
        ("Тереза", "Тереза Мей", False),
        ("", "Мей", False),
        ("Мей", "Меркел", False),
    ],
)
def test_names(one, other, same):
    assert same_name(frozenset({fold(one)}), frozenset({fold(other)})) is same


NAMES = ["Мей", "Тереза Мей", "Меркел", "ЕС", "Лондон", "Великобритания"]
EVENTS = st.builds(
    lambda kind, status, names, starts: event(kind, status, names, *starts),
    st.sampled_from(ENCOUNTERS),
    st.sampled_from(STATUSES),
    st.lists(st.sampled_from(NAMES), max_size=4),
    st.lists(st.integers(0, 200), min_size=1, max_size=3),
)
DOCUMENTS = st.builds(
    document, st.lists(EVENTS, max_size=4), st.lists(st.builds(statement, st.sampled_from(NAMES), st.integers(0, 99)))
)


def alike(one, other):
    """The names of this test that mean one actor, written out rather than computed."""
    return one == other or {one, other} == {"Мей", "Тереза Мей"}


def pairs_by_hand(annotation):
    """The actor pairs of an annotation, counted the long way."""
    kept = []
    for item in annotation["events"]:
        actors = []
        for participant in item["participants"]:
            if not any(alike(participant["name"], name) for name in actors):
                actors.append(participant["name"])
        for a, b in combinations(actors, 2):
            if not any((alike(a, c) and alike(b, d)) or (alike(a, d) and alike(b, c)) for c, d in kept):
                kept.append((a, b))
    return kept


@settings(max_examples=40)
@given(DOCUMENTS, DOCUMENTS)
def test_pairs_agree_with_counting_the_long_way(gold, system):
    ours, theirs = pairs_by_hand(gold), pairs_by_hand(system)
    common = sum(any((alike(a, c) and alike(b, d)) or (alike(a, d) and alike(b, c)) for c, d in theirs)
                 for a, b in ours)  # fmt: skip
    assert score_document(gold, system).tallies["pair"] == Tally(common, len(theirs) - common, len(ours) - common)


@settings(max_examples=40)
@given(DOCUMENTS)
def test_gold_against_itself_is_perfect(gold):
    found = score_document(gold, gold)
    assert all(tally.false == tally.missed == 0 for tally in found.tallies.values())


@settings(max_examples=40)
@given(DOCUMENTS, DOCUMENTS)
def test_swapping_the_sides_swaps_false_and_missed(gold, system):
    there, back = score_document(gold, system).tallies, score_document(system, gold).tallies
    for figure in ("pair", "participant"):
        assert (there[figure].false, there[figure].missed) == (back[figure].missed, back[figure].false)


@settings(max_examples=40)
@given(st.lists(st.tuples(DOCUMENTS, DOCUMENTS), min_size=1, max_size=4))
def test_reports_are_reproducible_and_intervals_hold_probabilities(pairs):
    scores = [score_document(gold, system) for gold, system in pairs]
    result = report(scores, resamples=20)
    assert result == report(scores, resamples=20)
    assert set(result["figures"]) == set(FIGURES) and set(result["shares"]) == set(SHARES)
    for row in result["figures"].values():
        assert all(0 <= low <= high <= 1 for low, high in (row["precision_95"], row["recall_95"], row["f1_95"]))


def test_a_trigger_that_does_not_quote_the_text_is_refused():
    gold = document([event("Meeting", "held", ["Мей"], 0)])
    assert check(gold, "срещна се", "a.json") is gold
    with pytest.raises(InputError, match=r"a\.json: \[0, 6\] reads"):
        check(gold, "видя се", "a.json")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ([], "an object with"),
        (document([event("Lunch", "held", ["Мей"], 0)]), "unknown kind 'Lunch'"),
        (document([event("Meeting", "done", ["Мей"], 0)]), "unknown status 'done'"),
        (document([{"kind": "Meeting"}]), "has no status, participants, triggers"),
        (document(statements=[{"speaker": "Мей"}]), "statement 1 lacks"),
    ],
)
def test_a_broken_annotation_names_file_and_entry(broken, message):
    with pytest.raises(InputError, match=message):
        check(broken, None, "b.json")


def test_the_sentence_around_an_offset():
    text = "Заглавие\nМей пристигна в Берлин на 3 май. „Доволна съм“, каза тя. Край."
    assert sentence_at(text, text.index("доволна".capitalize())) == "„Доволна съм“, каза тя."
    assert sentence_at(text, 0) == "Заглавие"


TEXT = "Мей се срещна с Меркел. Тя заяви, че е доволна."


@pytest.fixture
def folders(tmp_path):
    """Gold with a header before its text, and a system that misses the status and the statement."""
    trigger = [7, 13, "срещна"]
    gold = document(
        [event("Meeting", "held", ["Мей", "Меркел"], 7)], [{"speaker": "Мей", "trigger": [27, 33, "заяви,"]}]
    )
    gold["events"][0]["triggers"] = [trigger]
    gold["register"] = "wire"
    system = document([{**gold["events"][0], "status": "planned"}])
    for name, content in (("gold", gold), ("system", system)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "wire1.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "gold" / "wire1.txt").write_text("date 2020-03-01 " + TEXT, encoding="utf-8")
    return str(tmp_path / "gold"), str(tmp_path / "system")


def run_cli(*arguments):
    return CliRunner().invoke(app, ["score", *arguments])


def test_the_command_prints_figures_as_json(folders):
    gold, system = folders
    result = json.loads(run_cli(gold, "--system", system, "--json").stdout)
    assert {name: row["f1"] for name, row in result["figures"].items()} == {
        "trigger": 1, "participant": 1, "pair": 1, "pair+status": 0, "speaker": 0, "statement": 0,
    }  # fmt: skip
    assert result["shares"]["status"]["value"] == 0
    assert result["registers"]["wire"]["pair"]["hits"] == 1


def test_the_command_lists_faults_with_their_sentences(folders):
    gold, system = folders
    lines = run_cli(gold, "--system", system, "--errors").stdout.splitlines()
    fault = lines.index("a missed statement   Мей: заяви,")
    assert lines[fault + 1] == "    Тя заяви, че е доволна."
    assert "a missed status      expected held, found planned: Meeting held (срещна)" in lines


def test_a_folder_without_annotations_is_refused(tmp_path):
    result = run_cli(str(tmp_path))
    assert isinstance(result.exception, InputError)
    assert "no annotations" in str(result.exception)


def test_annotations_that_are_not_json_are_refused(folders):
    gold, system = folders
    (Path(gold) / "wire1.json").write_text("{", encoding="utf-8")
    result = run_cli(gold, "--system", system)
    assert isinstance(result.exception, InputError)
    assert "wire1.json: cannot be read as JSON" in str(result.exception)


@pytest.mark.model
def test_names_are_measured_by_folder(tmp_path):
    text = "Тереза Мей се срещна с Ангела Меркел в Берлин."
    names = [(0, 10, "PER", "PER-Theresa-May"), (23, 36, "PER", "PER-Angela-Merkel"), (39, 45, "LOC", "GPE-Berlin")]
    rows = ["\t".join(map(str, (a, b, text[a:b], text[a:b], kind, identity))) for a, b, kind, identity in names]
    (tmp_path / "one.txt").write_text(text, encoding="utf-8")
    (tmp_path / "one.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    result = run_cli("--names", str(tmp_path), "--json")
    figures = json.loads(result.stdout)[str(tmp_path)]
    assert (figures["documents"], figures["names"], figures["base form"]) == (1, 3, 1.0)
    assert "recognition" in run_cli("--names", str(tmp_path)).stdout
