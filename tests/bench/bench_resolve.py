"""Processor time and memory to resolve many mentions, and how they grow: `python tests/bench/bench_resolve.py [10000 100000]`.

The corpus is made, not found: documents of eight mentions from a pool of names that grows with the corpus, with the
noise of real news (surnames alone, slips of a letter, Latin spellings, titles, seats, acronyms) and one encounter a
document. The same numbers give the same corpus.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from datetime import date, timedelta

from kg import coref, gazetteer, names
from kg.model import Argument, Claim, Document, Event, Extraction, Mention, Span, When
from kg.resolve import resolve

FIRST = ("Иван", "Мария", "Петър", "Елена", "Георги", "Анна", "Стоян", "Ралица", "Олег", "Кемал", "Йохана", "Тарас")
ROOTS = ("Бел", "Вел", "Гор", "Дим", "Ждр", "Зор", "Кал", "Лаз", "Мил", "Нов", "Пав", "Рад", "Тод", "Урб", "Фил", "Шиш")
MIDDLES = ("ар", "ер", "ор", "ил", "ам", "ен", "ов", "ак", "ат", "им", "ос", "ир", "уп", "ет", "ог", "ан")
ENDS = ("ов", "ев", "ски", "ин", "ман", "сън", "ич", "енко", "адзе", "ян")
TITLES = ("президентът", "премиерът", "министърът", "посланикът", "говорителят")
COUNTRIES = ("Русия", "САЩ", "Турция", "Гърция")
BODIES = ("НАТО", "ЕС", "ООН", "Белия дом", "Кремъл", "Брюксел", "Ройтерс", "Европейска комисия", "МВФ", *COUNTRIES)
PLACES = ("Виена", "Женева", "Истанбул", "Доха", "Рияд", "Варна", "Русе", "Анкара", "Париж", "Берлин")
MENTIONS = 8  # of a document


def corpus(mentions: int) -> list[Extraction]:
    """Documents with about `mentions` mentions in all."""
    chance = random.Random(mentions)
    knowledge = gazetteer.load()
    pool = [_person(chance) for _ in range(max(50, mentions // 40))]
    return [_document(number, pool, chance, knowledge) for number in range(mentions // MENTIONS)]


def _person(chance: random.Random) -> str:
    parts = (chance.choice(part) for part in (ROOTS, MIDDLES, MIDDLES, ENDS))
    return f"{chance.choice(FIRST)} {''.join(parts)}"


def _spelled(name: str, chance: random.Random) -> str:
    luck = chance.random()
    if luck < 0.35:
        return name.split()[-1]
    if luck < 0.40:
        place = chance.randrange(2, len(name) - 1)
        return name[:place] + name[place + 1 :] if name[place] != " " else name
    if luck < 0.43:
        return names.latin(name)
    return f"{name.split()[0]} {chance.choice('АБВГ')}. {name.split()[-1]}" if luck < 0.46 else name


def _document(number: int, pool: list[str], chance: random.Random, knowledge: gazetteer.Gazetteer) -> Extraction:
    people = [_spelled(pool[int(chance.paretovariate(1.1)) % len(pool)], chance) for _ in range(5)]
    things = [(name, "Person") for name in people] + [(chance.choice(BODIES), "Body") for _ in range(2)]
    things.append((chance.choice(PLACES), "Place"))
    text = f"{number}: " + ", ".join(name for name, _ in things) + "."
    document = Document(text=text, published=date(2024, 1, 1) + timedelta(days=chance.randrange(700)))
    found, start = [], len(f"{number}: ")
    for name, kind in things:
        found.append(_mention(document.id, start, name, kind, chance, knowledge))
        start += len(name) + 2
    chains = coref.chains(found, document, knowledge)
    chain_of = {mention: chain.key for chain in chains for mention in chain.mentions}
    day = document.published + timedelta(days=chance.randrange(-3, 4))  # type: ignore[operator]
    when = When(found[0].span, "", day.isoformat(), day, day, False, "bench")
    arguments = tuple(Argument("participant", mention, mention.span, "с") for mention in found[:2])
    place = Argument("place", found[-1], found[-1].span, "в")
    claim = Claim(found[0].span, "meet", "Meeting", "held", "frame", arguments, place, when, None, (), False)
    actors = tuple(dict.fromkeys(chain_of[mention] for mention in found[:2]))
    event = Event("Meeting", (claim.id,), "held", actors, found[-1].base, when)
    return Extraction(document, ((0, len(text)),), tuple(found), chains, (), (claim,), (event,))


def _mention(doc: str, start: int, name: str, kind: str, chance: random.Random, knowledge: gazetteer.Gazetteer) -> Mention:
    span = Span(doc, 0, start, start + len(name))
    title = f"{chance.choice(TITLES)} на {chance.choice(COUNTRIES)}" if kind == "Person" and chance.random() < 0.2 else None
    seat = knowledge.metonym(name) if kind == "Body" else None
    kind = (knowledge.kind(name) or "Organization") if kind == "Body" else kind
    country = knowledge.country(name) or (seat and seat.country)
    return Mention(span, 1, name, name, kind, True, title, country, seat.stands_for if seat else None)


def main() -> None:
    knowledge = gazetteer.load()
    print("mentions  documents  entities  events  seconds  peak MB")
    for size in map(int, sys.argv[1:] or ("10000", "100000")):
        made = corpus(size)
        begun = time.process_time()
        resolution = resolve(made, knowledge)
        seconds = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        entities, events = len(resolution.entities), len(resolution.events)
        print(f"{size:8}  {len(made):9}  {entities:8}  {events:6}  {seconds:7.2f}  {peak:7}")


if __name__ == "__main__":
    main()
