"""A corpus of any size with all that would be understood of it, made by rule: for benchmarks, which need no parser.

Document number n is the same in a corpus of any size. Four sentences tell of two encounters, a demand and a statement;
the documents 2n and 2n + 1 tell of the same meeting, not always in the same way. Every tenth says what a plan is about.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from kg.model import (
    STATUSES,
    Argument,
    Chain,
    Claim,
    Document,
    Entity,
    Event,
    Extraction,
    Link,
    Mention,
    Office,
    Span,
    Statement,
    Subject,
    When,
)
from kg.resolve.values import Resolution

SYLLABLES = [
    "ба", "ве", "ги", "до", "жу", "за", "ки", "ло", "ми", "но", "пе", "ра", "со",
    "те", "ву", "ха", "ци", "чо", "ше", "ян",
]  # fmt: skip
PERSONS, GOVERNMENTS, PLACES, OUTLETS, PLANS = 600, 120, 150, 40, 100
TITLES = ("министър", "президент", "премиер", "посланик", "говорител", "председател")


def name(kind: str, number: int) -> str:
    """The name of a made-up thing: two words for a person, one for others; no two are the same."""
    syllables, left = [], number * 7 + len(kind)
    for _ in range(4):
        left, digit = divmod(left, len(SYLLABLES))
        syllables.append(SYLLABLES[digit])
    word = "".join(syllables).capitalize()
    return f"{word[:2].capitalize()}ан {word}ов" if kind == "Person" else f"{word}{'ия' if kind == 'Government' else 'град'}"


class _Writer:
    """Puts sentences together and remembers where each word stands."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.sentences: list[tuple[int, int]] = []
        self.marks: list[dict[str, tuple[int, int]]] = []

    def sentence(self, *words: str | tuple[str, str]) -> None:
        start, marks = self.length, {}
        for word in words:
            key, text = word if isinstance(word, tuple) else ("", word)
            if key:
                marks[key] = (self.length, self.length + len(text))
            self.parts.append(text + " ")
            self.length += len(text) + 1
        self.sentences.append((start, self.length - 1))
        self.marks.append(marks)


def extraction(number: int) -> Extraction:
    """What would be understood of document `number`."""
    rng = random.Random(number)
    published = date(2020, 1, 1) + timedelta(days=number % 1800)
    one, two = random.Random(number // 2).sample(range(PERSONS), 2)
    acting, other = rng.sample(range(GOVERNMENTS), 2)
    where, outlet = rng.randrange(PLACES), rng.randrange(OUTLETS)
    status = rng.choices(STATUSES, (60, 10, 15, 5, 4, 4, 2))[0]
    day = f"{published.day} число"
    w = _Writer()
    w.sentence(("one", name("Person", one)), "се", ("met", "срещна"), "с", ("two", name("Person", two)), "в",
               ("where", name("Place", where)), "на", ("day", day), "за",
               ("topic", "договора за рибата"), ".")  # fmt: skip
    w.sentence(("one", name("Person", one)), "ще", ("met", "разговаря"), "пак с", ("two", name("Person", two)), ".")
    w.sentence(("acting", name("Government", acting)), ("met", "поиска"), "от", ("other", name("Government", other)),
               ("topic", "да отвори границата"), ".")  # fmt: skip
    w.sentence(("content", "Доволен съм от разговора"), ",", ("say", "каза"), ("one", name("Person", one)), "пред",
               ("outlet", name("Media", outlet)), ".")  # fmt: skip
    planned = number % 10 == 0
    plan = number // 10 % PLANS
    if planned:
        w.sentence(("plan", name("Plan", plan)), ("cover", "обхваща"), ("first", "границите"), "и",
                   ("second", "мира"), ".")  # fmt: skip
    document = Document("".join(w.parts), f"Новина {number}", published, name("Media", (outlet + 1) % OUTLETS),
                        f"https://example.org/{number}")  # fmt: skip
    id = document.id

    def span(sentence: int, key: str) -> Span:
        return Span(id, sentence, *w.marks[sentence][key])

    def mention(sentence: int, key: str, kind: str, thing: int) -> Mention:
        text = name(kind, thing)
        return Mention(span(sentence, key), 1, text, text, kind, True)

    ones = [mention(i, "one", "Person", one) for i in (0, 1, 3)]
    twos = [mention(i, "two", "Person", two) for i in (0, 1)]
    place, actor = mention(0, "where", "Place", where), mention(2, "acting", "Government", acting)
    asked, medium = mention(2, "other", "Government", other), mention(3, "outlet", "Media", outlet)
    said = Statement(span(3, "say"), "say", _fills("speaker", ones[2], "вършител"), (_fills("via", medium, "пред"),),
                     "direct", "asserts", (span(3, "content"),))  # fmt: skip
    when = When(span(0, "day"), day, f"XXXX-XX-{published.day:02d}", published, published, True, "day")
    claims = (
        Claim(span(0, "met"), "meet-with", "Meeting", status, "tense", (_fills("participant", ones[0], "вършител"),
              _fills("participant", twos[0], "с")), _fills("place", place, "в"), when, span(0, "topic"), (), False),
        Claim(span(1, "met"), "talk", "Call", "planned", "future", (_fills("participant", ones[1], "вършител"),
              _fills("participant", twos[1], "с")), None, None, None, (), False),
        Claim(span(2, "met"), "demand", "Demand", "held", "tense", (_fills("agent", actor, "вършител"),
              _fills("recipient", asked, "от")), None, None, span(2, "topic"), (said.id,), False),
    )  # fmt: skip
    groups = [tuple(ones), tuple(twos), (place,), (actor,), (asked,), (medium,)]
    subjects: tuple[Subject, ...] = ()
    if planned:
        named = mention(4, "plan", "Plan", plan)
        groups.append((named,))
        subjects = tuple(Subject(named, span(4, key), span(4, "cover")) for key in ("first", "second"))
    chains = tuple(Chain(group[0].base, group[0].kind, True, group) for group in groups)
    mentions = tuple(sorted((m for group in groups for m in group), key=lambda m: m.span))
    return Extraction(document, tuple(w.sentences), mentions, chains, (said,), claims, (), (), subjects)


def resolution(extractions: Iterator[Extraction]) -> Resolution:
    """What would be decided over `extractions`: one entity a name, one event a claim or a pair of documents."""
    entities: dict[str, Entity] = {}
    links, events, offices, meetings = [], [], [], 0
    for number, one in enumerate(extractions):
        ids = {}
        for chain in one.chains:
            id = f"{chain.kind.lower()}/{chain.base.lower().replace(' ', '-')}"
            ids[chain.key] = id
            surname = chain.base.split()[-1]
            entities.setdefault(id, Entity(id, chain.kind, chain.base, (chain.base, surname), True, None))
            links.append(Link(chain.key, id, "full name", 1.0, False))
        first, second, place, actor, asked, *_ = (ids[chain.key] for chain in one.chains)
        meeting, call, demand = one.claims
        if number % 2:
            events[meetings] = replace(events[meetings], claims=(*events[meetings].claims, meeting.id), status=meeting.status)
        else:
            meetings = len(events)
            events.append(Event("Meeting", (meeting.id,), meeting.status, (first, second), place, meeting.when))
        events.append(Event("Call", (call.id,), "planned", (first, second), None, None))
        events.append(Event("Demand", (demand.id,), "held", (actor, asked), None, None))
        if number % 5 == 0:
            offices.append(Office(first, TITLES[number // 5 % len(TITLES)], actor, None, one.document.id, one.chains[0].mentions[0].span, False))
    return Resolution(tuple(entities.values()), tuple(links), tuple(events), tuple(offices))


def _fills(role: str, mention: Mention, rule: str) -> Argument:
    return Argument(role, mention, mention.span, rule)
