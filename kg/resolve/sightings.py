"""What one document knows of one actor or place: a chain, boiled down to what identity is decided by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg import coref, names
from kg.gazetteer import Gazetteer
from kg.model import Chain, Extraction, Span
from kg.resolve.titles import Held, parse_title


@dataclass(frozen=True, slots=True)
class Sighting:
    """One chain. `words` is its folded name; `titled` the offices that it is given and where; `day` an ordinal or None.

    `hosts` is True when a claim uses the chain as the place of an event, `placed` when nothing else is said of it, so
    that it is a place there.
    """

    chain: str
    doc: str
    day: int | None
    kind: str
    base: str
    words: tuple[str, ...]
    bases: tuple[str, ...]
    named: bool
    country: str | None
    stands_for: str | None
    titled: tuple[tuple[Held, Span], ...]
    placed: bool
    hosts: bool

    @property
    def held(self) -> tuple[Held, ...]:
        """The offices that the document gives, each once."""
        return tuple(dict.fromkeys(held for held, _ in self.titled))


def see(extraction: Extraction, gazetteer: Gazetteer) -> Iterator[Sighting]:
    """The sightings of a document, one a chain, in the order of the chains."""
    document = extraction.document
    acting = {argument.mention.span for claim in extraction.claims for argument in claim.arguments}
    acting |= {s.speaker.mention.span for s in extraction.statements if s.speaker}
    places = {claim.place.mention for claim in extraction.claims if claim.place}
    where = {mention.span for mention in places}
    id, day = document.id, document.published.toordinal() if document.published else None
    for chain in extraction.chains:
        spans = {mention.span for mention in chain.mentions}
        placed = bool(spans & where) and not spans & acting
        yield _sighting(chain, id, day, placed, not places.isdisjoint(chain.mentions), gazetteer)


def _sighting(
    chain: Chain, doc: str, day: int | None, placed: bool, hosts: bool, gazetteer: Gazetteer
) -> Sighting:
    titled = []
    for mention in chain.mentions:
        phrase = mention.title if chain.named else mention.base
        held = parse_title(phrase, mention.country, gazetteer, alone=not chain.named) if phrase else None
        if held:
            titled.append((held, mention.span))
    return Sighting(
        chain=chain.key,
        doc=doc,
        day=day,
        kind=chain.kind,
        base=chain.base,
        words=_words(chain, gazetteer),
        bases=tuple(sorted({mention.base for mention in chain.mentions} | {chain.base})),
        named=chain.named,
        country=chain.country,
        stands_for=chain.stands_for,
        titled=tuple(titled),
        placed=placed,
        hosts=hosts,
    )


def _words(chain: Chain, gazetteer: Gazetteer) -> tuple[str, ...]:
    """The folded name without what is no part of it: an acronym in brackets, a title, a form of company."""
    words = tuple(names.fold(names.without_acronym(chain.base)).split())
    if chain.kind == "Person":
        return coref.untitled(words, gazetteer)
    while len(words) > 1 and words[-1] in names.words("company_forms"):
        words = words[:-1]
    return words
