"""Who is who over the whole corpus: extractions -> entities, links, offices, events. Pure, and blind to order.

sightings   what one document knows of one actor or place                    sightings.py
people      full names, spellings, surnames; namesakes kept apart            people.py
bodies      organisations, media, places, governments by their names         bodies.py
offices     title phrases -> who holds what; a title alone -> its holder     titles.py, offices.py
identities  the partition, human verdicts applied, ids made of names         identities.py
events      reports of one encounter in several articles                     events.py
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.gazetteer import Gazetteer
from kg.model import Extraction
from kg.resolve import offices
from kg.resolve.bodies import described, place_bodies, place_of
from kg.resolve.events import Account, accounts, merge_events
from kg.resolve.identities import identify
from kg.resolve.people import place_people
from kg.resolve.placing import Placement
from kg.resolve.sightings import Sighting, see
from kg.resolve.values import Apart, Resolution
from kg.verdicts import Verdict

__all__ = ["Apart", "Resolution", "resolve"]


def resolve(extractions: Iterable[Extraction], gazetteer: Gazetteer, verdicts: Sequence[Verdict] = ()) -> Resolution:
    """Decide over the corpus which chains are one entity and which events are one event.

    The result depends on the set of extractions, never on their order. Every named chain is exactly one entity; an
    unnamed one is an entity of its own, or the holder of the office that it names. `verdicts` outrank the program.
    """
    seen: list[Sighting] = []
    told: list[Account] = []
    for extraction in extractions:  # one at a time: together they do not fit into memory
        seen += see(extraction, gazetteer)
        told += accounts(extraction)
    sightings = sorted(seen, key=lambda sighting: sighting.doc)
    people = place_people([s for s in sightings if _is_person(s)])
    bodies = place_bodies([s for s in sightings if s.named and not _is_person(s)], gazetteer)
    placements = people.placements | bodies.placements
    placements |= {s.chain: described(s) for s in sightings if not s.named}
    placements |= offices.holders(sightings, placements)
    places = _event_places(sightings, placements, gazetteer)
    also = offices.bodies(sightings) | {placement.key for placement in places.values()}
    found = identify(sightings, placements, (*people.near, *bodies.near), also, gazetteer, verdicts)
    place_ids = {chain: found.ids[placement.key] for chain, placement in places.items()}
    return Resolution(
        entities=found.entities,
        links=found.links,
        events=merge_events(sorted(told, key=lambda account: account.doc), found.entity_of, place_ids, found.entities),
        offices=offices.find_offices(sightings, found.entity_of, found.ids),
        apart=found.apart,
        unsettled=found.unsettled,
    )


def _is_person(sighting: Sighting) -> bool:
    """A person has a capital; "британците" are people, but no person."""
    return sighting.named and sighting.kind == "Person" and not sighting.base[:1].islower()


def _event_places(
    sightings: Sequence[Sighting], placements: dict[str, Placement], gazetteer: Gazetteer
) -> dict[str, Placement]:
    """For chains that claims use as a place, that place: "Брюксел", which may stand for the EU, is a city here."""
    return {
        sighting.chain: place_of(sighting, gazetteer) or placements[sighting.chain]
        for sighting in sightings
        if sighting.hosts and sighting.named
    }
