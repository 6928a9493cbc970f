"""The gold is what it says: closed format, true offsets, names that stand there, texts as `kg` reads them."""

import json
import re
from pathlib import Path

import pytest

from kg.model import ENCOUNTERS, STATUSES, Document
from kg.read import read_paths

ROOT = Path(__file__).parent.parent
GOLD = sorted((ROOT / "data/gold").glob("*.json"))
REGISTERS = {"wire", "daily", "interview", "communique", "commentary", "cables", "radio"}
EVENT = {"id", "kind", "status", "participants", "place", "date", "topic", "triggers", "reported_by"}
EDTF = re.compile(r"(\d{4}|XXXX)(-\d\d){0,2}(/(\d{4}|XXXX)(-\d\d){0,2})?")


def load(path: Path) -> tuple[dict, str]:
    return json.loads(path.read_text("utf-8")), path.with_suffix(".txt").read_bytes().decode("utf-8")


def stands_in(name: str, text: str) -> bool:
    """Each word of a base form has its like in the text: "Държавен департамент" in "от Държавния департамент"."""
    words = [word.lower() for word in re.findall(r"\w+", text)]

    def found(word: str) -> bool:
        stem = word.lower()[: max(2, min(len(word) - 3, 6))]
        return any(other.startswith(stem) for other in words)

    return all(found(word) for word in re.findall(r"\w+", name) if len(word) > 1)


def test_the_whole_sample_is_annotated_in_seven_registers():
    assert len(GOLD) == 25
    assert {load(path)[0]["register"] for path in GOLD} == REGISTERS


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_format_is_closed(path):
    gold, _ = load(path)
    assert gold.keys() == {"doc", "published", "register", "events", "statements"}
    assert gold["doc"] == path.stem
    assert [event["id"] for event in gold["events"]] == [f"e{n}" for n in range(1, len(gold["events"]) + 1)]
    for event in gold["events"]:
        assert event.keys() == EVENT
        assert event["kind"] in ENCOUNTERS
        assert event["status"] in STATUSES
        assert event["participants"] and event["triggers"]
        for participant in event["participants"]:
            assert {"name", "named"} <= participant.keys() <= {"name", "named", "stands_for"}
        if event["date"]:
            assert event["date"].keys() == {"text", "edtf"}
            assert event["date"]["edtf"] is None or EDTF.fullmatch(event["date"]["edtf"])
    for statement in gold["statements"]:
        assert statement.keys() == {"speaker", "trigger", "via"}


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_offsets_quote_the_text(path):
    gold, text = load(path)
    triggers = [trigger for event in gold["events"] for trigger in event["triggers"]]
    triggers += [statement["trigger"] for statement in gold["statements"]]
    assert [text[start:end] for start, end, _ in triggers] == [words for _, _, words in triggers]
    borders = [text[max(0, start - 1) : start] + text[end : end + 1] for start, end, _ in triggers]
    assert [border for border in borders if any(char.isalnum() for char in border)] == []


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_names_and_quoted_words_stand_in_the_text(path):
    gold, text = load(path)
    names = [p["name"] for event in gold["events"] for p in event["participants"]]
    names += [event["place"] for event in gold["events"] if event["place"]]
    names += [name for event in gold["events"] for name in event["reported_by"]]
    names += [name for statement in gold["statements"] for name in (statement["speaker"], statement["via"]) if name]
    assert [name for name in names if not stands_in(name, text)] == []
    quoted = [event["topic"] for event in gold["events"] if event["topic"]]
    quoted += [event["date"]["text"] for event in gold["events"] if event["date"]]
    assert [words for words in quoted if words not in text] == []


def test_texts_are_those_of_the_sample_corpus():
    corpus = {}
    for _, document in read_paths([ROOT / "data/news"]):
        assert isinstance(document, Document), document
        corpus[document.text] = document
    assert len(corpus) == 25
    for path in GOLD:
        gold, text = load(path)
        assert text in corpus, path
        published = corpus[text].published
        assert gold["published"] == (published.isoformat() if published else None)
