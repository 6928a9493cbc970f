"""What was found in a case against what must be found: a list of faults, empty when the case passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kg.model import Claim, Extraction
from kg.score import fold, name_of, same_name

from .cases import Actor, Case, Expected


@dataclass(frozen=True, slots=True)
class Fault:
    """`cause` is the same for all faults of one sort, `detail` says which."""

    cause: str
    detail: str


def judge(case: Case, annotation: dict[str, Any], extraction: Extraction) -> list[Fault]:
    """All faults of one case. `annotation` is the extraction in the format of `kg extract`."""
    faults = []
    if case.events is not None:
        faults += _events(case.events, annotation["events"], extraction)
    if case.statements is not None:
        faults += _statements(case, annotation["statements"])
    for act in case.acts:
        faults += _act(act, extraction) if act.required else []
    if case.evidential and not any(claim.evidential for claim in extraction.claims):
        faults.append(Fault("renarrative not seen", case.text))
    return faults


def _key(name: str) -> frozenset[tuple[str, ...]]:
    return frozenset({fold(name)})


def _is(actor: Actor, participant: dict[str, Any]) -> bool:
    """True when a participant of the annotation is the expected actor."""
    if not actor.named:
        if participant.get("named", True):
            return False
        stems = {word[:5] for words in map(fold, actor.names) for word in words if len(word) > 3}
        return any(word[:5] in stems for word in fold(participant["name"]))
    if not participant.get("named", True) and actor.names[0][0].isupper():
        return False
    if not any(same_name(_key(name), name_of(participant)) for name in actor.names):
        return False
    return actor.stands_for is None or same_name(_key(actor.stands_for), _key(participant.get("stands_for") or ""))


def _events(expected: tuple[Expected, ...], found: list[dict[str, Any]], extraction: Extraction) -> list[Fault]:
    faults: list[Fault] = []
    left = list(found)
    for wanted in sorted(expected, key=lambda event: not event.required):
        trials = [(_compare(wanted, event, extraction), event) for event in left]
        if not wanted.required:
            trials = [(wrong, event) for wrong, event in trials if not wrong]
        else:
            trials = [(wrong, event) for wrong, event in trials if _shared(wanted, event)]
        if trials:
            wrong, event = min(trials, key=lambda trial: len(trial[0]))
            left.remove(event)
            faults += wrong
        elif wanted.required:
            faults.append(_missed(wanted, left, extraction))
    for event in left:
        if not expected or any(participant.get("named", True) for participant in event["participants"]):
            faults.append(Fault(f"false {event['kind']}", _words(event)))
    return faults


def _missed(wanted: Expected, left: list[dict[str, Any]], extraction: Extraction) -> Fault:
    """Why an event is not there: a name was not seen, no word evoked it, or its claim came to nothing."""
    known = [frozenset(map(fold, filter(None, (c.base, c.stands_for)))) for c in extraction.chains if c.named]
    for actor in wanted.actors:
        if actor.required and actor.named and not any(same_name(_key(n), k) for n in actor.names for k in known):
            seen = ", ".join(chain.base for chain in extraction.chains) or "nobody"
            return Fault(f"missed {wanted.kinds[0]}: a name was not seen", f"{actor.names[0]} (seen: {seen})")
    claims = [claim for claim in extraction.claims if claim.kind in wanted.kinds]
    if not claims:
        kinds = ", ".join(sorted({claim.kind for claim in extraction.claims}))
        seen = "; ".join(map(_words, left)) or kinds or "nothing"
        return Fault(f"missed {wanted.kinds[0]}: no word evoked it", f"found {seen}")
    told = "; ".join(f"{c.frame}({', '.join(f'{a.role}={a.mention.base}' for a in c.arguments)})" for c in claims)
    return Fault(f"missed {wanted.kinds[0]}: claimed without the participants", told)


def _words(event: dict[str, Any]) -> str:
    names = " + ".join(participant["name"] for participant in event["participants"])
    return f"{event['kind']} {event['status']}: {names} @ {event.get('place')} ({event['triggers'][0][2]})"


def _shared(wanted: Expected, event: dict[str, Any]) -> int:
    return sum(_is(actor, participant) for actor in wanted.actors for participant in event["participants"])


def _compare(wanted: Expected, event: dict[str, Any], extraction: Extraction) -> list[Fault]:
    people = event["participants"]
    faults = [
        Fault("participant missed", actor.names[0])
        for actor in wanted.actors
        if actor.required and not any(_is(actor, participant) for participant in people)
    ]
    faults += [
        Fault("participant false", participant["name"])
        for participant in people
        if participant.get("named", True) and not any(_is(actor, participant) for actor in wanted.actors)
    ]
    if event["kind"] not in wanted.kinds:
        faults.append(Fault(f"kind {event['kind']} for {'/'.join(wanted.kinds)}", _words(event)))
    if wanted.statuses and event["status"] not in wanted.statuses:
        faults.append(Fault(f"status {event['status']} for {'/'.join(wanted.statuses)}", _words(event)))
    place = event.get("place") or ""
    if wanted.places and not any(same_name(_key(name), _key(place)) for name in wanted.places):
        faults.append(Fault("place", f"{place or 'none'} for {wanted.places[0]}"))
    if wanted.date and wanted.date not in (dates := _dates(event, extraction)):
        faults.append(Fault("date", f"{', '.join(dates) or 'none'} for {wanted.date}"))
    return faults


def _dates(event: dict[str, Any], extraction: Extraction) -> list[str]:
    """Every way to write the date of an event: EDTF, words, and the days that were worked out."""
    stated = event.get("date") or {}
    starts = {trigger[0] for trigger in event["triggers"]}
    whens = [claim.when for claim in extraction.claims if claim.trigger.start in starts and claim.when]
    days = [_iso(when.start, when.end) for when in whens]
    return sorted({words for words in [stated.get("edtf"), stated.get("text"), *days] if words})


def _iso(start: Any, end: Any) -> str | None:
    from kg.dates.periods import iso

    return iso((start, end)) if start and end else None


def _statements(case: Case, found: list[dict[str, Any]]) -> list[Fault]:
    faults = []
    assert case.statements is not None
    for speech in case.statements:
        said = [s for s in found if any(same_name(_key(name), _key(s["speaker"])) for name in speech.names)]
        if not said and speech.required:
            others = ", ".join(s["speaker"] for s in found) or "nobody"
            faults.append(Fault("speaker missed", f"{speech.names[0]} (found {others})"))
        elif said and speech.via and not any(same_name(_key(speech.via), _key(s.get("via") or "")) for s in said):
            faults.append(Fault("medium missed", f"{speech.via} (found {said[0].get('via')})"))
    known = [name for speech in case.statements for name in speech.names]
    for statement in found:
        if not any(same_name(_key(name), _key(statement["speaker"])) for name in known):
            faults.append(Fault("speaker false", f"{statement['speaker']}: {statement['trigger'][2]}"))
    return faults


def _names(claim: Claim, extraction: Extraction) -> Iterable[frozenset[tuple[str, ...]]]:
    """The names that each argument of a claim answers to, through its chain."""
    for argument in claim.arguments:
        mention = argument.mention
        names = [mention.base, mention.stands_for]
        for chain in extraction.chains:
            if mention in chain.mentions:
                names += [chain.base, chain.stands_for]
        yield frozenset(fold(name) for name in names if name)


def _act(wanted: Expected, extraction: Extraction) -> list[Fault]:
    rivals = [claim for claim in extraction.claims if claim.kind in wanted.kinds]
    if not rivals:
        others = ", ".join(sorted({claim.kind for claim in extraction.claims})) or "nothing"
        return [Fault(f"missed {wanted.kinds[0]}", f"found {others}")]
    trials = []
    for claim in rivals:
        names = list(_names(claim, extraction))
        faults = [
            Fault("argument missed", f"{claim.kind}: {actor.names[0]}")
            for actor in wanted.actors
            if actor.required and not any(same_name(_key(name), names_) for name in actor.names for names_ in names)
        ]
        if wanted.statuses and claim.status not in wanted.statuses:
            faults.append(Fault(f"status {claim.status} for {'/'.join(wanted.statuses)}", claim.kind))
        trials.append(faults)
    return min(trials, key=len)
