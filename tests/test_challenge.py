"""The challenge as tests: its notation, its size, and that no phenomenon does worse than it did."""

import pytest
from challenge.cases import Actor, Expected, Speech, load_cases, parse_event, parse_speech
from challenge.judge import judge
from challenge.run import by_group, read_floors, run, table

from kg.model import Document, Extraction

CASES = load_cases()


def test_the_challenge_does_not_shrink():
    assert len(CASES) >= 440
    assert len({case.group for case in CASES}) >= 29
    assert len({case.text for case in CASES}) == len(CASES)


def test_notation():
    assert parse_event("?Meeting/Visit held: А Б + ?В + ~двама + Г=Д @ Рим/Рома | XXXX-05") == Expected(
        ("Meeting", "Visit"),
        ("held",),
        (Actor(("А Б",)), Actor(("В",), required=False), Actor(("двама",), named=False), Actor(("Г",), stands_for="Д")),
        ("Рим", "Рома"),
        "XXXX-05",
        False,
    )
    assert parse_speech("А Б > В") == Speech(("А Б",), True, "В")
    assert parse_speech("?А > ?В") == Speech(("А",), False, None)


def found(kind="Meeting", status="held", names=("Румен Радев", "Макрон"), place=None):
    participants = [{"name": name, "named": True} for name in names]
    event = {"kind": kind, "status": status, "participants": participants, "place": place, "triggers": [[0, 1, "с"]]}
    return {"events": [event], "statements": [{"speaker": "Макрон", "trigger": [0, 1, "к"], "via": None}]}


def causes(events=None, statements=None, annotation=None, **case):
    from challenge.cases import Case

    wanted = None if events is None else tuple(map(parse_event, events))
    said = None if statements is None else tuple(map(parse_speech, statements))
    nothing = Extraction(Document("т"), (), (), (), (), (), ())
    return [f.cause for f in judge(Case("g", "т", None, wanted, said, (), False), annotation or found(), nothing)]


def test_what_is_as_expected_has_no_faults():
    assert causes(["Meeting/Visit held: Радев + Макрон"], ["Макрон"]) == []


def test_each_sort_of_fault_is_told_apart():
    assert causes(["Meeting planned: Радев + Макрон"]) == ["status held for planned"]
    assert causes(["Call held: Радев + Макрон"]) == ["kind Meeting for Call"]
    assert causes(["Meeting held: Радев + Меркел"]) == ["participant missed", "participant false"]
    assert causes(["Meeting held: Радев + Макрон @ Рим"]) == ["place"]
    assert causes(["Meeting held: Радев + Макрон | 2020"]) == ["date"]
    assert causes([]) == ["false Meeting"]
    assert causes(["?Meeting planned: Радев + Макрон"]) == ["false Meeting"]
    assert causes(["Meeting held: Шолц + Туск"]) == ["missed Meeting: a name was not seen", "false Meeting"]
    assert causes(statements=["Меркел"]) == ["speaker missed", "speaker false"]
    assert causes(statements=["Макрон > БТА"]) == ["medium missed"]


@pytest.mark.slow
@pytest.mark.model
def test_no_phenomenon_falls_below_its_floor(capsys):
    results = run(CASES)
    with capsys.disabled():
        print("\n" + table(results))
    passed = {group: count for group, (count, _) in by_group(results).items()}
    floors = read_floors()
    assert passed.keys() == floors.keys()
    assert {group: count for group, count in passed.items() if count < floors[group]} == {}
