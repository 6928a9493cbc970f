"""Small makers of words, mentions, chains and extractions for the tests of names and of who is who."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kg import coref
from kg.gazetteer import Gazetteer
from kg.model import Argument, Claim, Document, Event, Extraction, Mention, Span, When, Word


def words(*tagged: str) -> tuple[Word, ...]:
    """Words from "form/lemma/upos/Gender/Number/Definite"; missing features are left out; one space between them."""
    made, start = [], 0
    for number, item in enumerate(tagged, start=1):
        form, lemma, upos, *rest = item.split("/")
        feats = tuple(zip(("Gender", "Number", "Definite"), rest, strict=False))
        made.append(Word(number, form, lemma, upos, "", feats, 0, "root", start, start + len(form)))
        start += len(form) + 1
    return tuple(made)


def article(
    gazetteer: Gazetteer, *said: str | tuple[str, ...], day: date | None = None, met: int = 0, where: int | None = None
) -> Extraction:
    """A document made of names: "Име" is a person, ("Име", "kind") anything else, ("Име", "title: ...") a holder.

    A third item is an ISO code of a country.

    The first `met` of them meet, at the place number `where`; `day` is both the day of publication and of the meeting.
    """
    items = [(item, "Person") if isinstance(item, str) else item for item in said]
    document = Document(text=" | ".join(map("/".join, items)) + f" {day}", published=day)
    found, start = [], 0
    for name, kind, *code in items:
        mention = _mention(document.id, start, name, kind, gazetteer)
        found.append(replace(mention, country=code[0]) if code else mention)
        start += len("/".join((name, kind, *code))) + 3
    chains = coref.chains(found, document, gazetteer)
    if not met:
        return Extraction(document, ((0, len(document.text)),), tuple(found), chains, (), (), ())
    chain_of = {mention: chain.key for chain in chains for mention in chain.mentions}
    when = When(found[0].span, "", day and day.isoformat(), day, day, False, "test")
    arguments = tuple(Argument("participant", mention, mention.span, "с") for mention in found[:met])
    place = None if where is None else Argument("place", found[where], found[where].span, "в")
    claim = Claim(found[0].span, "f", "Meeting", "held", "frame", arguments, place, when, None, (), False)
    actors = tuple(dict.fromkeys(chain_of[mention] for mention in found[:met]))
    event = Event("Meeting", (claim.id,), "held", actors, None, when)
    return Extraction(document, ((0, len(document.text)),), tuple(found), chains, (), (claim,), (event,))


def _mention(doc: str, start: int, name: str, kind: str, gazetteer: Gazetteer) -> Mention:
    span = Span(doc, 0, start, start + len(name))
    if kind.startswith("title: "):
        return Mention(span, 1, name, name, "Person", True, kind.removeprefix("title: "))
    if kind == "Group":
        country = next((code for word in name.split() if (code := gazetteer.demonym(word))), None)
        return Mention(span, 1, name, name, "Group", False, None, country)
    seat = gazetteer.metonym(name) if kind == "Government" else None
    country = gazetteer.country(name) or (seat and seat.country)
    return Mention(span, 1, name, name, kind, True, None, country, seat.stands_for if seat else None)
