"""The network as a networkx MultiGraph: actors joined by the events that they share, one edge an event and pair."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from kg.view.network import Event, Network

if TYPE_CHECKING:
    import networkx


def actor_graph(network: Network) -> networkx.MultiGraph:
    """Every actor as a node, and for every event an edge between each two of its participants, keyed by the event's id.

    Two actors who met five times have five edges. Node attributes: label, kind, country, encounters; edge attributes:
    kind, status, place, start, end (ISO days). None is left out, so that every format can hold them.
    """
    import networkx

    graph = networkx.MultiGraph()
    shared = count_events(network)
    for actor in network.actors:
        given = {"country": actor.country, "offices": "; ".join(actor.offices)}
        graph.add_node(
            actor.id,
            label=actor.name,
            kind=actor.kind,
            encounters=shared[actor.id],
            **{k: v for k, v in given.items() if v},
        )
    for event in network.events:
        attributes = event_attributes(event)
        for one, other in combinations(sorted({p.actor for p in event.participants} & graph.nodes), 2):
            graph.add_edge(one, other, key=event.id, **attributes)
    return graph


def event_attributes(event: Event) -> dict[str, str]:
    """What an edge or node that stands for `event` carries, without what is unknown."""
    days = {"start": event.start and event.start.isoformat(), "end": event.end and event.end.isoformat()}
    known = {"kind": event.kind, "status": event.status, "place": event.place, **days}
    return {name: value for name, value in known.items() if value}


def count_events(network: Network) -> Counter[str]:
    """In how many encounters (or acts, for one who has no encounter) each actor takes part."""
    encounters: Counter[str] = Counter()
    for event in network.events:
        encounters.update({participant.actor for participant in event.participants})
    return encounters


def radius(encounters: int) -> int:
    """The radius of an actor in the picture, in pixels at zoom 1."""
    return round(8 + 5 * math.log2(1 + encounters))


def core(network: Network, limit: int) -> frozenset[str]:
    """The ids of the actors who share an event with another, at most the `limit` most connected of them."""
    shared: Counter[str] = Counter()
    for event in network.events:
        actors = {participant.actor for participant in event.participants}
        if len(actors) > 1:
            shared.update(actors)
    ranked = sorted(shared, key=lambda actor: (-shared[actor], actor))
    return frozenset(ranked[:limit])
