"""The linguist's files: their form, their counts, their manual, and every example sentence."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from kg import gazetteer, resources
from kg.errors import RuleError
from kg.examples import example_findings, examples, read_example
from kg.lexicon import EVENT_CLASSES, FRAME_KEYS, REQUIRED_LISTS, ROLES, STANCES, load_lexicon
from kg.model import STATUSES
from kg.tree import SLOTS

RULES = resources.path("rules")
FRAME = """
[[frame]]
id = "toast-to"
event = "Support"
verbs = ["наздравям"]
roles.agent = ["вършител"]
examples = ["[agent Кралят] наздравя."]
"""


@pytest.fixture(scope="module")
def lexicon():
    return load_lexicon()


def words(frame):
    return [*frame.verbs, *frame.nouns, *frame.adjectives, *frame.phrases]


def test_there_are_at_least_120_frames_and_400_words(lexicon):
    assert len(lexicon.frames) >= 120
    assert len({word for frame in lexicon.frames for word in words(frame)}) >= 400


def test_every_event_class_and_every_stance_has_a_frame(lexicon):
    assert EVENT_CLASSES == {frame.event for frame in lexicon.frames if frame.event}
    assert set(STANCES) == {frame.says for frame in lexicon.frames if frame.says}


def test_every_frame_shows_examples_and_there_are_counter_examples(lexicon):
    assert [frame.id for frame in lexicon.frames if not 1 <= len(frame.examples) <= 4] == []
    assert sum(bool(frame.counter) for frame in lexicon.frames) >= 80


def test_brackets_name_roles_of_their_frame(lexicon):
    strange = [
        (example.frame.id, role)
        for example in examples(lexicon)
        for role, _, _ in example.roles
        if role not in {name for name, _ in example.frame.roles}
    ]
    assert strange == []


def test_an_example_is_read_with_the_offsets_of_its_roles(lexicon):
    example = read_example(lexicon.frames[0], "[agent Прага] изгони [recipient двама дипломати].")
    assert example.text == "Прага изгони двама дипломати."
    assert [(role, example.text[start:end]) for role, start, end in example.roles] == [
        ("agent", "Прага"),
        ("recipient", "двама дипломати"),
    ]


def test_words_are_lowercase_cyrillic_and_stand_once_in_a_frame(lexicon):
    strange = [
        (frame.id, word)
        for frame in lexicon.frames
        for word in words(frame)
        if not re.fullmatch(r"[а-яѝ-]+( [а-яѝ]+)*", word) or words(frame).count(word) > 1
    ]
    assert strange == []


def test_no_two_event_frames_have_the_same_word_with_the_same_slots(lexicon):
    """Such a pair would be one event counted under two names."""
    owners = defaultdict(list)
    for frame in lexicon.frames:
        if frame.event:
            slots = frozenset((role, frozenset(found)) for role, found in frame.roles)
            for part in ("verbs", "nouns", "adjectives", "phrases"):
                for word in getattr(frame, part):
                    owners[part, word, slots, frozenset(frame.unless)].append(frame.id)
    assert {key[1]: ids for key, ids in owners.items() if len(ids) > 1} == {}


def test_reporting_word_belongs_to_one_stance(lexicon):
    """Else who says it and how would depend on the order of the files."""
    stances = defaultdict(set)
    for frame in lexicon.frames:
        if frame.says:
            for word in frame.verbs:
                stances[word].add(frame.says)
    assert {word: found for word, found in stances.items() if len(found) > 1} == {}


def rules_with(tmp_path: Path, text: str) -> Path:
    for file in RULES.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    return tmp_path


def test_a_new_frame_needs_no_code(tmp_path):
    assert load_lexicon(rules_with(tmp_path, FRAME)).frame("toast-to").verbs == ("наздравям",)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (FRAME.replace("verbs", "verb"), "unknown key 'verb'; did you mean 'verbs'?"),
        (FRAME.replace('"Support"', '"Suport"'), "unknown event class 'Suport'; did you mean 'Support'?"),
        (FRAME.replace("roles.agent", "roles.agnt"), "unknown role 'agnt'; did you mean 'agent'?"),
        (FRAME.replace("вършител", "вършитл"), "unknown slot 'вършитл'; did you mean 'вършител'?"),
        (FRAME + 'says = "asserts"', "exactly one of event, says, sets"),
        (FRAME.replace('event = "Support"', 'says = "assert"'), "unknown stance 'assert'; did you mean 'asserts'?"),
        (FRAME.replace('event = "Support"', 'sets = "canceled"'), "status 'canceled'; did you mean 'cancelled'?"),
        (FRAME.replace("examples", "counter"), "no example"),
        (FRAME.replace('verbs = ["наздравям"]', ""), "no words"),
        (FRAME + FRAME, "the id is taken already"),
        (FRAME.replace("toast-to", "Наздраве"), "an id of small Latin letters"),
        (FRAME + 'needs = ["place"]', "unknown needed role 'place'"),
        (FRAME.replace('["наздравям"]', '"наздравям"'), "should be a list of words"),
        (FRAME.replace("[[frame]]", "[[frame"), "not valid TOML"),
        ('[status]\nplaned-verbs = ["гласи"]', "did you mean 'status.planned-verbs'?"),
    ],
)
def test_a_mistake_names_file_and_cure(tmp_path, wrong, hint):
    with pytest.raises(RuleError) as error:
        load_lexicon(rules_with(tmp_path, wrong))
    assert "mine.toml" in str(error.value)
    assert hint in str(error.value)


def test_the_lemmatizers_spelling_finds_the_frame_of_the_right_word(lexicon):
    assert lexicon.by_verb["очертам", False] == lexicon.by_verb["очертая", False]


def test_every_lemma_of_the_table_is_a_word_of_the_rules(lexicon):
    import tomllib

    table = tomllib.loads((RULES / "lemmas.toml").read_text("utf-8"))["lemmas"]
    known = {word.removesuffix(" се") for frame in lexicon.frames for word in words(frame)}
    known |= {word.removesuffix(" се") for found in lexicon.lists.values() for word in found}
    assert sorted(table.keys() - known) == []


def test_the_manual_explains_every_key_slot_role_status_and_list():
    manual = (RULES / "README.md").read_text("utf-8")
    explained = set(re.findall(r"`([^`\n]+)`", manual))
    names = FRAME_KEYS | ROLES | set(SLOTS) | set(STANCES) | set(STATUSES) | EVENT_CLASSES | REQUIRED_LISTS
    assert sorted(names - explained) == []


def test_the_manual_names_every_rule_file():
    manual = (RULES / "README.md").read_text("utf-8")
    assert [file.name for file in sorted(RULES.glob("*.toml")) if f"`{file.name}`" not in manual] == []


def test_the_example_of_the_manual_is_a_frame(tmp_path):
    manual = (RULES / "README.md").read_text("utf-8")
    blocks = [block for block in re.findall(r"```toml\n(.*?)```", manual, re.DOTALL) if "[[frame]]" in block]
    assert len(blocks) >= 1
    for number, block in enumerate(blocks):
        for id in re.findall(r'^id = "(.*)"', block, re.MULTILINE):
            block = block.replace(f'"{id}"', f'"manual-{number}-{id}"')
        folder = tmp_path / str(number)
        folder.mkdir()
        load_lexicon(rules_with(folder, block))


@pytest.mark.model
@pytest.mark.slow
def test_every_example_fires_its_frame_and_no_counter_example_does(lexicon):
    from kg.models import find_models
    from kg.parse import load_pipeline, parse

    pipeline = load_pipeline(find_models())
    findings = list(example_findings(lexicon, gazetteer.load(), lambda documents: parse(documents, pipeline)))
    assert findings == []
