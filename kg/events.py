"""Claims of one document -> Events: several mentions of one encounter are one event, in text order, by named reasons.

"Мей ще се срещне с Меркел ... На срещата в Берлин ...": the second claim names nobody, is definite, and its kind fits.
Acts (demands, accusations, ...) are not merged inside a document: each is what somebody did in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.claims import Draft
from kg.discourse import Discourse
from kg.model import ENCOUNTERS, Argument, Claim, Event, Mention, When
from kg.participants import PARTICIPANTS
from kg.status import default_status, present_status

DISPUTED = 2  # days between two sources' dates of what may be one encounter
REACH = 6  # sentences that "срещата" looks back for the encounter it means; a negotiation is looked for in the whole text
KIN = {
    frozenset(("Meeting", "Call")), frozenset(("Meeting", "Visit")), frozenset(("Meeting", "Negotiation")),
    frozenset(("Call", "Negotiation")),
}  # fmt: skip
DAY = re.compile(r"(XXXX|\d{4})-\d\d-\d\d")
LOOSE = ("talk", "discuss-with")  # frames whose words may mean a meeting as well as a negotiation


@dataclass(slots=True)
class _Cluster:
    """An event that is still taking claims in."""

    drafts: list[Draft]

    def keys(self, discourse: Discourse) -> set[str]:
        return {discourse.key(m) for d in self.drafts for m in d.actors if m.named}

    def kinds(self) -> set[str]:
        """Of the words that name one kind of encounter; of those that may mean several only where there are no others."""
        return {d.claim.kind for d in self.drafts if d.claim.frame not in LOOSE} or {d.claim.kind for d in self.drafts}


def find_events(discourse: Discourse, drafts: Sequence[Draft]) -> tuple[tuple[Claim, ...], tuple[tuple[str, tuple[Draft, ...]], ...]]:
    """The claims that stay, and the events as (kind, drafts). An encounter that no one can be named for is dropped."""
    clusters: list[_Cluster] = []
    for draft in drafts:
        if draft.claim.kind not in ENCOUNTERS:
            clusters.append(_Cluster([draft]))
            continue
        home = _spoken_of(discourse, draft, clusters) if draft.again else _home(discourse, draft, clusters)
        if home and draft.again:
            draft = replace(draft, claim=replace(draft.claim, kind=_kind(home)))
        if home:
            home.drafts.append(draft)
        elif not draft.again:
            clusters.append(_Cluster([draft]))
    kept = [_Cluster(_told(cluster.drafts)) for cluster in _gathered(discourse, clusters)]
    events = tuple((_kind(cluster), tuple(cluster.drafts)) for cluster in kept)
    claims = sorted((d.claim for cluster in kept for d in cluster.drafts), key=lambda c: (c.trigger.start, c.trigger.end))
    return tuple(claims), events


def _spoken_of(discourse: Discourse, draft: Draft, clusters: list[_Cluster]) -> _Cluster | None:
    """The encounter told of last, in the sentence before or the one before that."""
    near = [c for c in clusters if c.kinds() & set(ENCOUNTERS) and c.keys(discourse)]
    last = max(near, key=lambda c: c.drafts[-1].claim.trigger.start, default=None)
    return last if last and draft.claim.trigger.sentence - last.drafts[-1].claim.trigger.sentence <= 2 else None


def _gathered(discourse: Discourse, clusters: list[_Cluster]) -> list[_Cluster]:
    """The encounters that are specific enough; what is named only further on joins it there: "изходът от разговорите във
    Виена. ... Във Виена украинска и руска делегация преговарят"."""
    kept = [cluster for cluster in clusters if _specific(discourse, cluster)]
    for cluster in clusters:
        if cluster in kept:
            continue
        home = _home(discourse, cluster.drafts[0], kept)
        if home and not _other_topic(cluster.drafts[0], home):
            home.drafts = sorted([*home.drafts, *cluster.drafts], key=lambda d: (d.claim.trigger.start, d.claim.part))
    return kept


def _told(drafts: list[Draft]) -> list[Draft]:
    """A mention that says nothing of the status has that of its event: in "Очаква се Дмитриев да посети София, но датата
    на визитата не е определена" the second word claims no visit that was held."""
    if all(draft.claim.status_rule == "default" for draft in drafts):
        return drafts
    status = present_status([draft.claim for draft in drafts])
    return [
        replace(draft, claim=replace(draft.claim, status=status, status_rule="event")) if draft.claim.status_rule == "default" else draft
        for draft in drafts
    ]


def _home(discourse: Discourse, draft: Draft, clusters: list[_Cluster]) -> _Cluster | None:
    """The event that the claim speaks of again, or None."""
    mine = {discourse.key(m) for m in draft.actors if m.named}
    encounters = [cluster for cluster in clusters if cluster.kinds() & set(ENCOUNTERS)]
    alone = sum(len(cluster.keys(discourse)) > 1 for cluster in encounters) == 1
    scored = [(_score(discourse, draft, mine, cluster, alone), _agrees(draft, cluster), number) for number, cluster in enumerate(encounters)]
    best = max((entry for entry in scored if entry[0]), default=None)
    return encounters[best[2]] if best else None


def _agrees(draft: Draft, cluster: _Cluster) -> bool:
    """Does another claim give the event the same status? "Дискусиите навлизат в труден период" are those that go on."""
    return draft.claim.status_rule != "default" and any(d.claim.status == draft.claim.status for d in cluster.drafts)


def _score(discourse: Discourse, draft: Draft, mine: set[str], cluster: _Cluster, alone: bool) -> int:
    """0 for another event; else how sure it is: 4 the same actors, 3 some of them and near, 2 or 1 nobody and definite.

    `alone` is True where the text tells of no other encounter so far: then "срещата" is that one however far it stands.
    """
    theirs = cluster.keys(discourse)
    kinds = cluster.kinds()
    kind = draft.claim.kind
    same_kind = kind in kinds or _talks(draft, cluster)
    if not same_kind and not all(frozenset((kind, other)) in KIN for other in kinds):
        return 0
    distance = min(abs(draft.claim.trigger.sentence - d.claim.trigger.sentence) for d in cluster.drafts)
    meant = draft.definite and draft.bare and not mine
    doubtful = _disputed(draft, cluster) and (meant or (len(mine) > 1 and mine == theirs and _days_near(draft, cluster)))
    if (_other_time(draft, cluster) and not doubtful) or _other_part(draft, cluster):
        return 0
    if not same_kind and _contrary(draft, cluster):
        return 0
    shared = mine & theirs
    if len(shared) >= 2 and (mine <= theirs or theirs <= mine):
        return 4 if same_kind or "Negotiation" not in kinds | {kind} else 0
    if not same_kind and "Negotiation" in kinds | {kind}:
        return 0
    if len(shared) >= 2 and same_kind and len(mine ^ theirs) <= 1:
        return 3
    if draft.joins and theirs and (distance <= REACH or (alone and same_kind)):
        return 3 if same_kind else 2
    if mine and not (mine <= theirs or theirs <= mine):
        return 0
    if len(shared) == 1 and (mine <= theirs or theirs <= mine):
        return 3 if _same_actor(draft, cluster, mine, theirs, distance, same_kind) else 0
    if not mine and not draft.actors and draft.bare and (draft.definite or draft.claim.frame == "discuss-with"):
        if _another_noun(discourse, draft, cluster) or _otherwise(draft, cluster):
            return 0
        if kind != "Negotiation" and draft.claim.when and draft.about and draft.about not in {d.about for d in cluster.drafts}:
            return 0  # "срещата за препоръка ще се състои в понеделник" says of itself which it is
        if _elsewhere(discourse, draft, cluster) and not _disputed(draft, cluster):
            return 0
        reach = 1000 if kind == "Negotiation" or (alone and same_kind) else REACH if same_kind else 2
        near = distance <= (reach if draft.definite else 0)
        return (2 if same_kind else 1) if near else 0
    return 0


def _same_actor(draft: Draft, cluster: _Cluster, mine: set[str], theirs: set[str], distance: int, same_kind: bool) -> bool:
    """Is it the same encounter when one actor of it is named again?"""
    if distance == 0 and _linked(draft, cluster):
        return True
    if len(mine) == len(theirs) == 1 and distance <= 2 and same_kind:
        return True
    if not draft.definite:
        return False
    here = draft.claim.place
    same_place = here is not None and any(d.claim.place and d.claim.place.mention.base == here.mention.base for d in cluster.drafts)
    journey = cluster.kinds() | {draft.claim.kind} == {"Visit", "Meeting"} and distance <= 1
    return (distance <= REACH and mine <= theirs) or same_place or journey


def _talks(draft: Draft, cluster: _Cluster) -> bool:
    """ "Разговорите" may mean a negotiation as well as a meeting."""
    loose = draft.claim.frame in LOOSE and cluster.kinds() <= {"Negotiation", "Meeting"}
    return loose or (draft.claim.kind == "Negotiation" and all(d.claim.frame in LOOSE for d in cluster.drafts))


def _disputed(draft: Draft, cluster: _Cluster) -> bool:
    """Another source tells it with another day or place: "Агенцията съобщава друго: срещата е насрочена за 3 април"."""
    said = set(draft.claim.said_in)
    return bool(said) and not any(said & set(d.claim.said_in) for d in cluster.drafts)


def _days_near(draft: Draft, cluster: _Cluster) -> bool:
    """One pair of actors, two sources, two days side by side: "вестникът твърди, че са се видели на 2 април, агенцията
    обаче съобщи, че на 3 април"."""
    mine = draft.claim.when
    days = [d.claim.when for d in cluster.drafts if d.claim.when]
    known = [(mine.start - other.start).days for other in days if mine and mine.start and other.start]
    return bool(known) and all(abs(apart) <= DISPUTED for apart in known)


def _another_noun(discourse: Discourse, draft: Draft, cluster: _Cluster) -> bool:
    """ "Обядът" is no other meeting than a lunch; "срещата" may be any."""
    return draft.noun in discourse.lexicon.words("coref.same-noun") and all(d.noun != draft.noun for d in cluster.drafts)


def _other_topic(draft: Draft, cluster: _Cluster) -> bool:
    """ "Преговорите за сръбско правителство ... Сърбия започна преговори с ЕС": what has a topic of its own is not that
    which is told only further on."""
    return bool(draft.about) and draft.about not in {d.about for d in cluster.drafts}


def _other_part(draft: Draft, cluster: _Cluster) -> bool:
    """ "Насоки за втората фаза на преговорите", "иска да приключи преговорите за прехода, за да продължи с преговорите за
    бъдещите отношения": two sides negotiate one thing after another."""
    if draft.claim.kind != "Negotiation":
        return False
    phases = {d.phase for d in cluster.drafts}
    statuses = {d.claim.status for d in cluster.drafts}
    if draft.phase and draft.phase not in phases and (phases - {None} or draft.claim.status not in statuses):
        return True
    topics = {d.about for d in cluster.drafts} - {None}
    return bool(draft.about and topics and draft.about not in topics and draft.claim.status not in statuses)


def _elsewhere(discourse: Discourse, draft: Draft, cluster: _Cluster) -> bool:
    """An encounter with nobody named in another town or country, or with both a place and a date, is another one. A
    building is in some town: "Разговорите ще започнат в Доходното здание" are those in Русе."""
    place = draft.claim.place
    if place is None or not _on_the_map(discourse, place.mention.base):
        return False
    places = {d.claim.place.mention.base for d in cluster.drafts if d.claim.place} - {place.mention.base}
    same = any(d.claim.place and d.claim.place.mention.base == place.mention.base for d in cluster.drafts)
    known = any(_on_the_map(discourse, other) for other in places)
    return not same and (known or (not places and draft.claim.when is not None))


def _on_the_map(discourse: Discourse, name: str) -> bool:
    return discourse.gazetteer.place(name) is not None or discourse.gazetteer.country(name) is not None


def _otherwise(draft: Draft, cluster: _Cluster) -> bool:
    """What is still to come is not what was held: "срещата ще се състои" after "разговора си каза"."""
    future = draft.claim.status == "planned" and draft.claim.status_rule.endswith("future")
    return future and all(d.claim.status == "held" and d.claim.status_rule != "default" for d in cluster.drafts)


def _contrary(draft: Draft, cluster: _Cluster) -> bool:
    """ "Двамата разговаряха. Стоянов покани Мадъл на посещение": what was is not what is to come, and another kind besides."""
    mine = draft.claim.status in ("planned", "proposed")
    past = [d for d in cluster.drafts if d.claim.status == "held" and d.claim.status_rule not in ("default", "event")]
    return mine and draft.claim.status_rule not in ("default", "before", "purpose") and len(past) == len(cluster.drafts)


def _linked(draft: Draft, cluster: _Cluster) -> bool:
    """Two encounters of one sentence with the same actor: a visit for a meeting, a meeting at which they discussed."""
    return any(d.claim.trigger.sentence == draft.claim.trigger.sentence and d.claim.trigger != draft.claim.trigger for d in cluster.drafts) and (
        len({d.claim.kind for d in cluster.drafts} | {draft.claim.kind}) > 1
        or draft.definite
        or any(a.span == d.claim.trigger for a in draft.claim.arguments for d in cluster.drafts)
    )


def _other_time(draft: Draft, cluster: _Cluster) -> bool:
    """Two stated days that differ; a postponed event may well have two."""
    mine = draft.claim.when
    if mine is None or draft.claim.status in ("postponed", "cancelled"):
        return False
    for other in cluster.drafts:
        theirs = other.claim.when
        if theirs is None or other.claim.status in ("postponed", "cancelled"):
            continue
        if _before(mine, theirs) or _before(theirs, mine):
            return True
    return False


def _before(one: When, other: When) -> bool:
    """True when one period is over before the other begins; an open end ("до 29 март") reaches any day. Where the text
    has no date of its own, "12 март" and "18 февруари" are two days all the same."""
    if one.end is not None and other.start is not None:
        return one.end < other.start
    yearless = (DAY.fullmatch(one.edtf or ""), DAY.fullmatch(other.edtf or ""))
    return all(yearless) and (one.edtf or "")[-5:] < (other.edtf or "")[-5:]


def _specific(discourse: Discourse, cluster: _Cluster) -> bool:
    """At least two actors, or one with a place or date, or one of a definite negotiation or visit ("преговорите с
    Лондон", "визитата на Мей"): else it is talk of meetings in general."""
    if not cluster.kinds() & set(ENCOUNTERS):
        return True
    named = cluster.keys(discourse)
    groups = {discourse.key(m) for d in cluster.drafts for m in d.actors if not m.named}
    placed = any(d.claim.place or d.claim.when for d in cluster.drafts)
    definite = any(d.definite and d.claim.kind in ("Negotiation", "Visit") for d in cluster.drafts)
    return len(named) >= 2 or (bool(named) and (bool(groups) or placed or definite))


def _kind(cluster: _Cluster) -> str:
    """One kind for all: a call is a call; a visit with guest and host is a visit; else the commonest that meets."""
    kinds = [d.claim.kind for d in cluster.drafts if d.claim.frame not in LOOSE] or [d.claim.kind for d in cluster.drafts]
    if "Call" in (d.claim.kind for d in cluster.drafts):
        return "Call"
    if len(set(kinds)) == 1:
        return kinds[0]
    if "Visit" in kinds and any(d.claim.kind == "Visit" and len([m for m in d.actors if m.named]) >= 2 for d in cluster.drafts):
        return "Visit"
    return next((kind for kind in ("Meeting", "Negotiation") if kind in kinds), kinds[0])


def participants(discourse: Discourse, drafts: Sequence[Draft]) -> tuple[Argument, ...]:
    """The arguments of all claims of one event, each actor once, named actors before groups."""
    table: dict[str, Argument] = {}
    for draft in drafts:
        for argument in draft.claim.arguments:
            if argument.role in PARTICIPANTS or draft.claim.kind not in ENCOUNTERS:
                table.setdefault(discourse.key(argument.mention), argument)
    return tuple(sorted(table.values(), key=lambda a: not a.mention.named))


def event_of(kind: str, drafts: Sequence[Draft], keys: Sequence[str]) -> Event:
    """The event value; `keys` are the chain keys of its participants."""
    claims = [draft.claim for draft in drafts]
    places: list[Mention] = [claim.place.mention for claim in claims if claim.place]
    whens: list[When] = [claim.when for claim in claims if claim.when]
    return Event(
        kind=kind,
        claims=tuple(claim.id for claim in claims),
        status=default_status(kind) if all(claim.status_rule == "default" for claim in claims) else present_status(claims),
        participants=tuple(keys),
        place=places[0].base if places else None,
        when=min(whens, key=lambda w: (w.start is None, w.edtf is None), default=None),
    )
