"""Reports of one encounter, or of one act done once, in several articles -> one event with all their claims.

Reports are one event when the actors agree, and kind, date and place do not contradict; of acts (a signing, an
expulsion) the actors must be the same. What is said again and again (demands, accusations) is never merged. The events
of one document stay apart, since it has told them apart. Recurrent meetings of one pair differ in date. A postponed
event is open in date: what the same actors hold later at the same place is still that event. Reports are compared only
within the pairs of actors that they share, with the latest few events, so work grows with the number of reports.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from kg.model import ENCOUNTERS, Entity, Event, Extraction, Span, When
from kg.status import present_status

KIN = (frozenset(("Meeting", "Visit")), frozenset(("Meeting", "Negotiation")))
ONCE = ("Signing", "Agreement", "Sanction", "Expulsion", "Recall", "Appointment", "Resignation")  # acts done once
LATEST = 12  # events of one pair of actors that a report is compared with
WEEK, MONTH, QUARTER = 7, 30, 92  # days
AHEAD, AFTER = 60, 10  # days before and after its date in which an event without a date is still told of
OPEN = ("postponed",)  # statuses that leave the date open
PAIRS = 8  # actors of one report whose pairs are looked at


@dataclass(frozen=True, slots=True)
class Telling:
    """The little of a claim that decides on its event; a corpus of claims does not fit into memory."""

    id: str
    trigger: Span
    status: str
    status_rule: str
    when: When | None


@dataclass(frozen=True, slots=True)
class Account:
    """One event of one document before it is known who is who: `who` and `where` are chains, `day` an ordinal."""

    doc: str
    day: int | None
    kind: str
    who: tuple[str, ...]
    where: tuple[str, ...]
    when: When | None
    claims: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """An account with its actors and place as entity ids, and its days as ordinals."""

    doc: str
    day: int | None
    kind: str
    actors: frozenset[str]
    others: frozenset[str]
    place: str | None
    first: int | None
    last: int | None
    claims: tuple[Telling, ...]


@dataclass(slots=True)
class _Story:
    """An event that is still taking reports in; `first`/`last` are the days it is now set for."""

    reports: list[Report] = field(default_factory=list)
    actors: frozenset[str] = frozenset()
    docs: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    place: str | None = None
    first: int | None = None
    last: int | None = None
    told: int | None = None
    open: bool = False

    def add(self, report: Report) -> None:
        self.reports.append(report)
        self.actors |= report.actors
        self.docs.add(report.doc)
        self.kinds.add(report.kind)
        self.place = self.place or report.place
        self.told = report.day if report.day is not None else self.told
        later = report.first is not None and (self.last is None or report.first > self.last)  # a new date, not the old again
        narrower = report.first is not None and (
            self.first is None or report.last - report.first <= self.last - self.first or self.open  # type: ignore[operator]
        )
        if narrower:
            self.first, self.last = report.first, report.last
        self.open = any(claim.status in OPEN for claim in report.claims) or (self.open and not later)


def accounts(extraction: Extraction) -> Iterator[Account]:
    """What a document tells of its events."""
    claims = {claim.id: claim for claim in extraction.claims}
    chains = {mention: chain.key for chain in extraction.chains for mention in chain.mentions}
    published = extraction.document.published
    for event in extraction.events:
        told = tuple(claims[id] for id in event.claims if id in claims)
        if told:
            yield Account(
                doc=extraction.document.id,
                day=published.toordinal() if published else None,
                kind=event.kind,
                who=tuple(event.participants),
                where=tuple(chains[c.place.mention] for c in told if c.place and c.place.mention in chains),
                when=event.when,
                claims=tuple(Telling(c.id, c.trigger, c.status, c.status_rule, c.when) for c in told),
            )


def merge_events(
    told: Iterable[Account],
    entity_of: Mapping[str, str],
    place_of: Mapping[str, str],
    entities: Iterable[Entity],
) -> tuple[Event, ...]:
    """The events of the corpus, by id. `place_of` gives the place entity for the chain of a claim's place."""
    known = {entity.id: entity for entity in entities}
    reports = [_report(account, entity_of, place_of, known) for account in told]
    reports.sort(key=lambda r: (r.day is None, r.day or 0, r.doc, r.claims[0].trigger))
    stories: list[_Story] = []
    by_pair: dict[tuple[str, ...], list[_Story]] = defaultdict(list)
    for report in reports:
        pairs = tuple(_pairs(report))
        story = next((s for s in _recent(pairs, by_pair) if _is_same(s, report, known)), None)
        if story is None:
            story = _Story()
            stories.append(story)
        story.add(report)
        for pair in pairs:
            if story not in by_pair[pair][-LATEST:]:
                by_pair[pair].append(story)
    return tuple(sorted((_event(story) for story in stories), key=lambda event: event.id))


def _report(
    account: Account, entity_of: Mapping[str, str], place_of: Mapping[str, str], known: Mapping[str, Entity]
) -> Report:
    ids = {entity_of[chain] for chain in account.who if chain in entity_of}
    when = account.when
    return Report(
        doc=account.doc,
        day=account.day,
        kind=account.kind,
        actors=frozenset(id for id in ids if known[id].named),
        others=frozenset(id for id in ids if not known[id].named),
        place=next((place_of[chain] for chain in account.where if chain in place_of), None),
        first=when.start.toordinal() if when and when.start and when.end else None,
        last=when.end.toordinal() if when and when.start and when.end else None,
        claims=account.claims,
    )


def _pairs(report: Report) -> Iterator[tuple[str, ...]]:
    """What a report is looked up under: nothing for what is never merged."""
    if report.kind in ONCE and report.actors:
        yield report.kind, *sorted(report.actors)
    if report.kind in ENCOUNTERS:
        actors = sorted(report.actors)[:PAIRS]
        if len(actors) == 1 and report.place:
            yield actors[0], report.place
        yield from combinations(actors, 2)


def _recent(pairs: Iterable[tuple[str, ...]], by_pair: Mapping[tuple[str, ...], list[_Story]]) -> Iterator[_Story]:
    """The latest stories under the pairs, each once, the latest first."""
    seen: set[int] = set()
    for pair in pairs:
        for story in reversed(by_pair.get(pair, [])[-LATEST:]):
            if id(story) not in seen:
                seen.add(id(story))
                yield story


def _is_same(story: _Story, report: Report, known: Mapping[str, Entity]) -> bool:
    if report.doc in story.docs or not (report.actors <= story.actors or story.actors <= report.actors):
        return False
    if any(kind != report.kind and frozenset((kind, report.kind)) not in KIN for kind in story.kinds):
        return False
    if story.place and report.place and not _one_place(story.place, report.place, known):
        return story.actors == report.actors and len(report.actors) > 1 and _same_day(story, report)
    same_place = story.place is not None and story.place == report.place
    if report.kind in ONCE and story.actors != report.actors:
        return False
    return _one_time(story, report, same_place)


def _same_day(story: _Story, report: Report) -> bool:
    """One pair does not meet in two cities on one day: there the sources disagree on the place."""
    if story.first is None or story.last is None or report.first is None or report.last is None:
        return False
    short = story.last - story.first <= 1 and report.last - report.first <= 1
    return short and report.first <= story.last + 1 and story.first <= report.last + 1


def _one_place(one: str, two: str, known: Mapping[str, Entity]) -> bool:
    """The same place, or a country and a city in it."""
    if one == two:
        return True
    left, right = known[one], known[two]
    within = left.country is not None and left.country == right.country
    return within and any(place.id == f"place/{(place.country or '').lower()}" for place in (left, right))


def _one_time(story: _Story, report: Report, same_place: bool) -> bool:
    if report.first is not None and story.first is not None:
        assert report.last is not None and story.last is not None
        if report.first <= story.last + 1 and story.first <= report.last + 1:
            return True
        moved = story.open or any(claim.status in OPEN for claim in report.claims)
        return moved and same_place and 0 < report.first - story.last <= QUARTER
    if report.first is not None or story.first is not None:
        first, last = (report.first, report.last) if report.first is not None else (story.first, story.last)
        told = story.told if report.first is not None else report.day
        assert first is not None and last is not None
        return same_place if told is None else first - AHEAD <= told <= last + AFTER
    if report.day is None or story.told is None:
        return same_place
    return abs(report.day - story.told) <= (MONTH if "Negotiation" in (report.kind, *story.kinds) else WEEK)


def _event(story: _Story) -> Event:
    """The story told: claims in the order in which they were published, the status that follows, the best date.

    Who takes part say the reports of that status alone: who was wanted at a meeting is not who was there.
    """
    reports = sorted(story.reports, key=lambda r: (r.day is None, r.day or 0, r.doc))
    claims = [claim for report in reports for claim in report.claims]
    status = present_status(claims)
    counted = Counter(report.kind for report in reports)
    places = Counter(report.place for report in reports if report.place)
    there = [report for report in reports if any(claim.status == status for claim in report.claims)]
    actors = sorted(set().union(*(report.actors for report in there)))
    others = sorted(set().union(*(report.others for report in there)))
    return Event(
        kind=min(counted, key=lambda kind: (-counted[kind], kind)),
        claims=tuple(claim.id for claim in claims),
        status=status,
        participants=(*actors, *others),
        place=min(places, key=lambda place: (-places[place], place), default=None),
        when=_when(claims, status),
    )


def _when(claims: Sequence[Telling], status: str) -> When | None:
    """The date of the claims that give the present status before that of others, the narrowest, the latest told.

    The day for which a meeting was planned is not the day on which it was held.
    """
    dated = [(claim, claim.when) for claim in claims if claim.when and (status != "held" or claim.status == "held")]

    def rank(pair: tuple[Telling, When]) -> tuple[bool, bool, int]:
        claim, when = pair
        known = when.start is not None and when.end is not None
        width = (when.end - when.start).days if when.start and when.end else 0
        return not known, claim.status != status, width

    return min(reversed(dated), key=rank, default=(None, None))[1]
