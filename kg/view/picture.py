"""The picture itself: the networkx graph given to pyvis, which renders the page from our own template.

pyvis's own templates load two files from a CDN in every mode, put data into scripts unescaped, and its undirected mode
drops parallel edges. Its model of nodes, edges and options is what is used here: directed, arrows off, every edge kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.view.layout import Point
from kg.view.network import Event, Network
from kg.view.weave import core, radius

if TYPE_CHECKING:
    import networkx
    import pyvis.network

PAGES = Path(__file__).parent / "pages"
KNOT = 5  # an event of so many participants or more is drawn as a point with spokes, not as ten lines or more
BEND = 0.13  # how far apart parallel lines bow
OPTIONS = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "tooltipDelay": 200, "multiselect": False, "selectConnectedEdges": True},
    "nodes": {
        "scaling": {"label": {"enabled": True, "drawThreshold": 8, "maxVisible": 24}},
        "labelHighlightBold": False,
    },
    "edges": {"smooth": False, "selectionWidth": 2, "hoverWidth": 1, "scaling": {"label": {"drawThreshold": 6}}},
}


def draw(
    network: Network,
    graph: networkx.MultiGraph,
    places: Mapping[str, Point],
    event_places: Mapping[str, Point],
    limit: int,
) -> pyvis.network.Network:
    """A pyvis network of the `limit` most connected actors and every event between two of them, none lost.

    Node ids are indices into `network.actors`, "e3" is a point for the event of index 3; an edge id is
    "event:actor:actor" in indices.
    """
    from pyvis.network import Network as Picture

    shown = core(network, limit)
    actors = {actor.id: nth for nth, actor in enumerate(network.actors)}
    events = {event.id: nth for nth, event in enumerate(network.events)}
    knots = [event for event in network.events if is_knot(event) and len(_inside(event, shown)) > 1]
    knot_ids = {event.id for event in knots}
    picture = Picture(height="100%", width="100%", directed=True, cdn_resources="in_line")
    for id in sorted(shown, key=lambda id: actors[id]):
        x, y = places[id]
        picture.add_node(
            actors[id], label=graph.nodes[id]["label"], x=x, y=y, size=radius(graph.nodes[id]["encounters"])
        )
    for knot in knots:
        x, y = event_places[knot.id]
        picture.add_node(f"e{events[knot.id]}", label=" ", event=events[knot.id], x=x, y=y, size=6)
    lines = sorted(
        (*sorted((actors[one], actors[other])), events[key])
        for one, other, key in graph.edges(keys=True)
        if one in shown and other in shown and key not in knot_ids
    )
    parallel = Counter((one, other) for one, other, _ in lines)
    drawn: Counter[tuple[int, int]] = Counter()
    for one, other, event in lines:
        nth, of = drawn[one, other], parallel[one, other]
        drawn[one, other] += 1
        bend = round((nth - (of - 1) / 2) * min(BEND, 1.2 / of), 3)
        picture.add_edge(one, other, id=f"{event}:{one}:{other}", event=event, bend=bend, arrows="")
    for knot in knots:
        nth = events[knot.id]
        for id in _inside(knot, shown):
            picture.add_edge(f"e{nth}", actors[id], id=f"{nth}:{actors[id]}", event=nth, bend=0, spoke=True, arrows="")
    picture.set_options(json.dumps(OPTIONS))
    return picture


def render(picture: pyvis.network.Network, page: Mapping[str, Any]) -> str:
    """The HTML that pyvis makes of `picture` with our template, whose other variables are `page`."""
    picture.set_template(str(PAGES / "graph.html"))
    picture.templateEnv.autoescape = True
    picture.templateEnv.trim_blocks = picture.templateEnv.lstrip_blocks = True
    picture.templateEnv.globals.update(page)
    return picture.generate_html()


def library() -> str:
    """The source of vis-network, as the pyvis package ships it (MIT or Apache 2.0)."""
    import pyvis

    return (Path(pyvis.__file__).parent / "lib" / "vis-9.1.2" / "vis-network.min.js").read_text("utf-8")


def is_knot(event: Event) -> bool:
    return len({participant.actor for participant in event.participants}) >= KNOT


def _inside(event: Event, shown: frozenset[str]) -> list[str]:
    return sorted({participant.actor for participant in event.participants} & shown)
