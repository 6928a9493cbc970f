"""The network as the JSON that the page's scripts read: columns instead of records, so ten thousand events stay small.

Two parts: what the picture, the filters and the search need at once, and the evidence, which the page reads only when
somebody first asks for it (compressed where it is large). Full texts are in neither: a sentence stands once.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from kg.model import KINDS, STATUSES
from kg.view.layout import Point
from kg.view.network import Event, Mark, Network, Voice, When
from kg.view.weave import core

PLAIN = 1_500_000  # characters of evidence up to which it stays readable in the file


def describe(
    network: Network, places: Mapping[str, Point], event_places: Mapping[str, Point], limit: int
) -> dict[str, Any]:
    """Actors, events and documents as columns. `limit` is how many actors the picture starts with."""
    position = {actor.id: nth for nth, actor in enumerate(network.actors)}
    shown = core(network, limit)
    sources = sorted({document.source for document in network.documents if document.source})
    return {
        "limit": limit,
        "kinds": [kind for kind in KINDS if any(actor.kind == kind for actor in network.actors)],
        "statuses": list(STATUSES),
        "labels": {name: list(words) for name, words in sorted(network.labels.items())},
        "sources": sources,
        "actors": _columns(
            {
                "id": actor.id,
                "kind": actor.kind,
                "name": actor.name,
                "names": list(actor.names),
                "named": int(actor.named),
                "country": actor.country or "",
                "offices": list(actor.offices),
                "core": int(actor.id in shown),
                "at": list(places.get(actor.id, ())),
            }
            for actor in network.actors
        ),
        "events": _events(network, position, event_places, sources),
        "documents": _columns(
            {
                "id": document.id,
                "title": document.title or "",
                "published": _iso(document.published),
                "source": document.source or "",
                "url": document.url or "",
            }
            for document in network.documents
        ),
    }


def _events(
    network: Network, position: Mapping[str, int], places: Mapping[str, Point], sources: list[str]
) -> dict[str, Any]:
    documents = {document.id: document for document in network.documents}
    statements = {statement.id: statement for statement in network.statements}
    moments: dict[str, set[tuple[str, str, str, str, int]]] = defaultdict(set)
    published_in: dict[str, set[int]] = defaultdict(set)
    said_by: dict[str, set[int]] = defaultdict(set)
    inferred: dict[str, set[bool]] = defaultdict(set)
    for claim in network.claims:
        document = documents.get(claim.document)
        if document and document.source:
            published_in[claim.event].add(sources.index(document.source))
        said = _iso(document.published if document else None)
        when = claim.when
        days = (_iso(when.start), _iso(when.end), int(when.inferred)) if when else ("", "", 0)
        moments[claim.event].add((said, claim.status, *days))
        if when and when.start:
            inferred[claim.event].add(when.inferred)
        for id in claim.statements:
            statement = statements.get(id)
            if statement and statement.speaker and (speaker := statement.speaker.actor) and speaker in position:
                said_by[claim.event].add(position[speaker])
    return _columns(
        {
            "id": event.id,
            "kind": event.kind,
            "encounter": int(event.encounter),
            "status": event.status,
            "who": [position[side.actor] for side in _known(event, position)],
            "roles": _roles(event, position),
            "place": event.place or "",
            "start": _iso(event.start),
            "end": _iso(event.end),
            "inferred": int(any(inferred[event.id])),
            "sources": sorted(published_in[event.id]),
            "speakers": sorted(said_by[event.id]),
            "moments": [list(moment) for moment in sorted(moments[event.id])],
            "at": list(places.get(event.id, ())),
        }
        for event in network.events
    )


def evidence(network: Network) -> dict[str, Any]:
    """Claims, statements and the sentences that they share. Offsets are UTF-16 units from the start of the sentence."""
    actors = {actor.id: nth for nth, actor in enumerate(network.actors)}
    events = {event.id: nth for nth, event in enumerate(network.events)}
    documents = {document.id: nth for nth, document in enumerate(network.documents)}
    statements = {statement.id: nth for nth, statement in enumerate(network.statements)}
    sentences: dict[tuple[str, int, str], int] = {}

    def sentence(document: str, start: int, text: str) -> int:
        return sentences.setdefault((document, start, text), len(sentences))

    def voice(voice: Voice) -> list[Any]:
        return [voice.words, actors[voice.actor]] if voice.actor in actors else [voice.words]

    claims = _columns(
        {
            "event": events[claim.event],
            "sentence": sentence(claim.document, claim.start, claim.sentence),
            "trigger": _units(claim.sentence, claim.start, claim.trigger),
            "marks": [
                [*units, mark.role, actors.get(mark.actor or "", -1), int(mark.inferred)]
                for mark in claim.marks
                if (units := _units(claim.sentence, claim.start, mark))
            ],
            "status": claim.status,
            "rule": claim.rule,
            "when": _when(claim.when),
            "topic": claim.topic or "",
            "said": [statements[id] for id in claim.statements if id in statements],
            "renarrative": int(claim.renarrative),
        }
        for claim in network.claims
        if claim.event in events
    )
    said = _columns(
        {
            "sentence": sentence(one.document, one.start, one.sentence),
            "trigger": _units(one.sentence, one.start, one.trigger),
            "mode": one.mode,
            "stance": one.stance,
            "speaker": voice(one.speaker) if one.speaker else [],
            "media": [voice(medium) for medium in one.media],
        }
        for one in network.statements
    )
    places = _columns(
        {"document": documents[document], "start": start, "text": text}
        for document, start, text in sentences
        if document in documents
    )
    return {"claims": claims, "statements": said, "sentences": places}


def script_json(value: Any) -> str:
    """JSON that stays data inside a <script>, whatever its strings hold: no `<`, `>`, `&` or line separator as itself.

    >>> script_json("</script><!--")
    '"\\\\u003c/script\\\\u003e\\\\u003c!--"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair becomes its escape


def packed(value: Any) -> tuple[str, str]:
    """`value` for a script element: (encoding, text); the encoding is "json", or "gzip" (in base 64) for the large."""
    text = script_json(value)
    if len(text) <= PLAIN:
        return "json", text
    return "gzip", base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode("ascii")


def marks_in(sentence: str, start: int, marks: Iterable[Mark]) -> list[tuple[int, int, Mark]]:
    """Marks that lie inside the sentence that begins at `start`: (start, end) in its code points, and the mark."""
    inside = ((mark.start - start, mark.end - start, mark) for mark in marks)
    return [(a, b, mark) for a, b, mark in inside if 0 <= a < b <= len(sentence)]


def _units(sentence: str, start: int, mark: Mark) -> list[int]:
    """The offsets of a mark in UTF-16 units of the sentence, empty where it lies outside."""
    for a, b, _ in marks_in(sentence, start, (mark,)):
        return [a + _astral(sentence[:a]), b + _astral(sentence[:b])]
    return []


def _astral(text: str) -> int:
    return 0 if max(text, default="") <= "\uffff" else sum(char > "\uffff" for char in text)


def _known(event: Event, position: Mapping[str, int]) -> list[Any]:
    return [side for side in event.participants if side.actor in position]


def _roles(event: Event, position: Mapping[str, int]) -> list[str]:
    roles = [side.role for side in _known(event, position)]
    return [] if set(roles) <= {"participant"} else roles


def _when(when: When | None) -> list[Any]:
    return [when.text, when.edtf or "", _iso(when.start), _iso(when.end), int(when.inferred)] if when else []


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Rows with the same keys -> one list a key. A column whose values are all empty is one empty list."""
    columns: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    length = len(next(iter(columns.values()))) if columns else 0
    kept = {name: values if any(value not in ("", []) for value in values) else [] for name, values in columns.items()}
    return kept | {"length": length}
