"""The one matcher: Frame x Tree -> Match. Events, statements and changes of status are all found by it.

Every frame is tried alone: adding one never changes what another finds. A frame that has its word but lacks a needed
role, or meets a word that blocks it, leaves a Miss that says so, which is what `kg explain` prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.lexicon import Frame, Lexicon
from kg.model import ENCOUNTERS
from kg.tree import AGENT, OBJECT, SLOTS, Tree

LONGEST_PHRASE = 6  # words of "както става ясно от изявлението на"


@dataclass(frozen=True, slots=True)
class Fill:
    """The word `id` heads what fills `role`, found through `slot`."""

    role: str
    id: int
    slot: str


@dataclass(frozen=True, slots=True)
class Match:
    """A frame that fired on the word `trigger`. `part` is "verb", "noun", "adjective" or "phrase"."""

    frame: Frame
    trigger: int
    part: str
    fills: tuple[Fill, ...]

    def ids(self, role: str) -> tuple[int, ...]:
        return tuple(fill.id for fill in self.fills if fill.role == role)


@dataclass(frozen=True, slots=True)
class Miss:
    """A frame whose word is there but which did not fire, and why."""

    frame: Frame
    trigger: int
    reason: str


def find(tree: Tree, lexicon: Lexicon) -> tuple[Match, ...]:
    """All matches, in the order of their triggers, then of the rule files."""
    return tuple(result for result in attempts(tree, lexicon) if isinstance(result, Match))


def attempts(tree: Tree, lexicon: Lexicon) -> Iterator[Match | Miss]:
    """Every frame whose word occurs, as Match or Miss."""
    for word in tree.words:
        for part, frame in _candidates(tree, word.id, lexicon):
            yield _attempt(tree, word.id, part, frame, lexicon)


def _candidates(tree: Tree, id: int, lexicon: Lexicon) -> Iterator[tuple[str, Frame]]:
    word, lemma = tree.word(id), tree.lemma(id)
    for size in range(LONGEST_PHRASE, 0, -1) if tree.form(id) in lexicon.phrase_openings else ():
        forms = tuple(tree.form(i) for i in range(id, id + size)) if id + size - 1 <= len(tree.words) else ()
        if forms in lexicon.by_phrase:
            yield from (("phrase", frame) for frame in lexicon.by_phrase[forms])
            return
    if tree.is_verb(id) and word.upos in ("VERB", "AUX", "ADJ"):
        reflexive = tree.reflexive(id)
        frames = lexicon.by_verb.get((lemma, reflexive), ())
        if reflexive:
            frames += tuple(f for f in lexicon.by_verb.get((lemma, False), ()) if f not in frames)
        elif tree.facts(id).passive or word.feat("VerbForm") == "Part":
            also = lexicon.by_verb.get((lemma, True), ()) if word.feat("Voice") != "Pass" else ()
            frames += tuple(frame for frame in also if frame not in frames)
        yield from (("verb", frame) for frame in frames)
    if word.upos in ("NOUN", "PROPN"):
        yield from (("noun", frame) for frame in lexicon.by_noun.get(lemma, ()))
    if word.upos in ("ADJ", "NOUN", "ADV", "VERB") and tree.has_copula(id):
        found = lexicon.by_adjective.get(lemma) or lexicon.by_adjective.get(tree.masculine(id), ())
        yield from (("adjective", frame) for frame in found)


def _attempt(tree: Tree, id: int, part: str, frame: Frame, lexicon: Lexicon) -> Match | Miss:
    if part == "noun" and frame.under and tree.preposition(id) not in frame.under:
        return Miss(frame, id, f"not under {', '.join(frame.under)}")
    blocked = _blocked(tree, id, frame)
    if blocked:
        return Miss(frame, id, f"blocked by {blocked}")
    if frame.companions and not _beside(tree, tree.neighbourhood(id), frame.companions):
        return Miss(frame, id, f"none of {', '.join(frame.companions)} beside it")
    if part == "phrase":
        forms = [tree.form(word.id) for word in tree.words[id - 1 : id - 1 + LONGEST_PHRASE]]
        size = max(len(p.split()) for p in frame.phrases if p.split() == forms[: len(p.split())])
        after = tree.phrase_after(id + size - 1)
        fills = [Fill("speaker", after, frame.phrases[0])] if after else []
    else:
        fills = [
            Fill(role, found, slot)
            for role, slots in frame.roles
            for slot in slots
            for found in _fillers(tree, id, part, slot, frame, lexicon)
        ]
    fills = list(dict.fromkeys(fills))
    for need in frame.needs:
        if not any(fill.role in need.split("|") for fill in fills) and not _unsaid(tree, id, part, need, frame):
            slots = "; ".join(", ".join(frame.slots(role)) for role in need.split("|"))
            return Miss(frame, id, f"no {need} (looked in {slots})")
    return Match(frame, id, part, tuple(fills))


def _unsaid(tree: Tree, id: int, part: str, need: str, frame: Frame) -> bool:
    """ "После | посети Анкара": the subject of a verb may be left unsaid; kg.claims looks for whom the text means."""
    by_subject = any(AGENT in frame.slots(role) for role in need.split("|"))
    if frame.event not in ENCOUNTERS or part != "verb" or not by_subject:
        return False
    return need == "host" if tree.facts(id).passive else tree.subject(id) is None


def _fillers(tree: Tree, id: int, part: str, slot: str, frame: Frame, lexicon: Lexicon) -> tuple[int, ...]:
    """What fills the slot, also where it is said with a neighbour of the word.

    The agent of "е доволен" and of a verb that is always reflexive ("възмути се от") is its subject, the agent of a
    noun its own or its light verb's: "| Москва | отправи предупреждение". Outside encounters, whose slots are looked
    for in kg.claims, a phrase that the parser hung on a neighbour counts too: "наложи мита | на Китай".
    """
    if slot == AGENT:
        return _agent(tree, id, part, frame, lexicon)
    found = tree.slot(id, slot)
    if not found and part == "verb" and frame.companions and slot not in SLOTS:
        return tree.beside_object(id, slot, idiom=True)
    if found or slot in SLOTS or frame.event in ENCOUNTERS or frame.sets or part not in ("verb", "noun"):
        return found
    if part == "verb":
        return tree.beside_object(id, slot) or tree.inside(id, slot)
    verb = _light_verb(tree, id, lexicon)
    return tree.inside(id, slot) or (tree.slot(verb, slot) if verb else ())


def _agent(tree: Tree, id: int, part: str, frame: Frame, lexicon: Lexicon) -> tuple[int, ...]:
    subject = None
    if part == "adjective":
        subject = tree.passive_subject(id)
    elif part == "noun":
        subject = tree.own_subject(id)
        verb = _light_verb(tree, id, lexicon)
        if subject is None and verb:
            return tree.slot(verb, AGENT)
    elif tree.reflexive(id) and frame in lexicon.by_verb.get((tree.lemma(id), True), ()):
        subject = tree.subject(id) or tree.passive_subject(id)
    else:
        return tree.slot(id, AGENT)
    return tree.conjuncts(subject) if subject else ()


def _light_verb(tree: Tree, noun: int, lexicon: Lexicon) -> int | None:
    """The verb that lends the noun its subject: "| отправи | предупреждение"."""
    verb = tree.clause_verb(noun)
    light = verb and tree.lemma(verb) in lexicon.words("light.act") and noun in tree.slot(verb, OBJECT)
    return verb if light else None


def _blocked(tree: Tree, id: int, frame: Frame) -> str | None:
    """A word of `unless` beside the trigger; a part of a longer name is none: "пише вестник „Босфор | пост“"."""
    if not frame.unless:
        return None
    return _beside(tree, [i for i in tree.neighbourhood(id) if tree.word(i).ner[:1] not in "BIE"], frame.unless)


def _beside(tree: Tree, ids: Iterable[int], words: tuple[str, ...]) -> str | None:
    return next((tree.form(i) for i in ids if tree.lemma(i) in words or tree.form(i) in words), None)
