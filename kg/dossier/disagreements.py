"""Where the articles on one event disagree: did it happen, when, where, with whom. Pure, over rows of told.rq."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, permutations
from typing import Any

Record = dict[str, Any]
OPPOSED = (("Denied", "Held"), ("Denied", "Ongoing"), ("Denied", "Planned"), ("Cancelled", "Held"))


def disagreements(rows: Iterable[Record]) -> list[Record]:
    """Pairs of claims on one event that cannot both be right, `one` beside `two`, by event and matter.

    They are of two articles; or of one that gives two voices ("вестникът твърди, че са се видели на 2 април, агенцията
    съобщи, че на 3"), or denies in one voice what it reports in another. `over` is status, date, place or participants. Dates and places (those whose
    country is known: a hall is in some town) are compared between claims of one status, and of participants those count
    whom one article names and another, which names two others, leaves out. `who` are all whom the claims name.
    """
    found = []
    for _, told in groupby(rows, key=lambda row: row["id"]):
        claims = list(_claims(told))
        everybody = ", ".join(sorted(set().union(*(claim["who"] for claim in claims))))
        by_document: dict[str, set[str]] = {}
        for claim in claims:
            by_document.setdefault(claim["document"], set()).update(claim["who"])
        for one, two in permutations(claims, 2):
            if one["document"] != two["document"] or _two_voices(one, two):
                matters = _matters(one, two, by_document[two["document"]])
                found += [_record(one, two, *matter) | {"who": everybody} for matter in matters]
    unique = {tuple(sorted((key, str(value)) for key, value in record.items())): record for record in found}
    return [unique[key] for key in sorted(unique, key=lambda key: (unique[key]["id"], unique[key]["over"], key))]


def _two_voices(one: Record, two: Record) -> bool:
    """Does one article give the claims in two voices? Its own is one where the other denies."""
    if one["status"] == "Denied":
        return bool(one["speakers"] != two["speakers"])
    return bool(one["speakers"] and two["speakers"] and one["speakers"].isdisjoint(two["speakers"]))


def _claims(rows: Iterable[Record]) -> Iterator[Record]:
    """One record a claim; `who` is the set of its named participants, `speakers` of those in whose statements it is."""
    for _, told in groupby(rows, key=lambda row: row["claim"]):
        several = list(told)
        sets = {"who": {row["who"] for row in several}, "speakers": {row["speaker"] for row in several}}
        yield several[0] | {name: values - {None} for name, values in sets.items()}


def _matters(one: Record, two: Record, named: set[str]) -> Iterator[tuple[str, str, str]]:
    if (one["status"], two["status"]) in OPPOSED:
        yield "status", one["status"], two["status"]
    if one["status"] != two["status"]:
        return
    if one["to"] and two["from"] and one["to"] < two["from"]:
        yield "date", one["to"], two["from"]
    if one["place"] and two["place"] and one["place"] < two["place"] and not _within(one, two):
        yield "place", one["place"], two["place"]
    if one["status"] == "Held" and len(two["who"]) > 1:
        for actor in sorted(one["who"] - named):
            yield "participants", actor, ", ".join(sorted(two["who"]))


def _within(one: Record, two: Record) -> bool:
    """One place is the country of the other."""
    return one["country"] == two["country"] and f"place/{one['country'].lower()}" in (one["placeId"], two["placeId"])


def _record(one: Record, two: Record, over: str, left: str, right: str) -> Record:
    return {
        "id": one["id"],
        "kind": one["kind"],
        "over": over,
        "one": left,
        "publisher": one["publisher"],
        "speaker": ", ".join(sorted(one["speakers"])),
        "sentence": one["sentence"],
        "two": right,
        "otherPublisher": two["publisher"],
        "otherSpeaker": ", ".join(sorted(two["speakers"])),
        "otherSentence": two["sentence"],
    }
