"""Where everything stands in the picture, computed once at build time, so that the page opens still.

A force layout of thousands of nodes takes minutes, so only the skeleton, the most connected actors, is laid out by
forces (networkx, ForceAtlas2), each connected part alone; the parts are packed, the other actors stand around their
neighbours, and what overlaps is pushed apart. The same network always gives the same whole numbers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kg.view.network import Network
from kg.view.weave import core

if TYPE_CHECKING:
    import networkx
    import numpy

Point = tuple[int, int]

SKELETON = 350  # actors laid out by forces
EDGE = 150.0  # wished length of an edge, in pixels at zoom 1
ROOM = 48.0  # how far apart many nodes should stand, in pixels at zoom 1
LANDSCAPE = 1.35  # how much wider than high the whole is packed
GOLDEN = math.pi * (3 - math.sqrt(5))  # radians


def place_actors(network: Network, graph: networkx.MultiGraph) -> dict[str, Point]:
    """A place for every actor that shares an event with another; the others have none in the picture.

    `graph` is `weave.actor_graph(network)`. Distances are pixels at zoom 1; y grows downwards.
    """
    simple = _simple(graph)
    ranked = sorted(core(network, graph.number_of_nodes()), key=lambda id: (-simple.degree(id, "weight"), id))
    places = _pack([_part(simple.subgraph(part)) for part in _parts(simple.subgraph(ranked[:SKELETON]))])
    _attach(simple, ranked[SKELETON:], places)
    names = sorted(places)
    labels = [str(graph.nodes[name]["label"]) for name in names]
    spread = _spread([places[name] for name in names], labels)
    return {name: (round(x), round(y)) for name, (x, y) in zip(names, spread, strict=True)}


def place_events(network: Network, actors: Mapping[str, Point]) -> dict[str, Point]:
    """A place for every event: amid its participants; several events of the same actors stand in a fan."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in network.events:
        if placed := tuple(sorted({p.actor for p in one.participants} & actors.keys())):
            groups[placed].append(one.id)
    places: dict[str, Point] = {}
    for ids, events in sorted(groups.items()):
        points = [actors[id] for id in ids]
        x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
        if len(points) == 1:
            for nth, event in enumerate(events):
                angle, radius = nth * GOLDEN, 60 + 9 * math.sqrt(nth)
                places[event] = (round(x + radius * math.cos(angle)), round(y + radius * math.sin(angle)))
            continue
        (ax, ay), (bx, by) = points[0], points[-1]
        length = math.hypot(bx - ax, by - ay) or 1.0
        step = min(34.0, length / (len(events) + 1))
        for nth, event in enumerate(events):
            offset = (nth - (len(events) - 1) / 2) * step
            places[event] = (round(x - (by - ay) / length * offset), round(y + (bx - ax) / length * offset))
        if len(points) > 2:
            _clear(places, events, points)
    return places


def _clear(places: dict[str, Point], events: Sequence[str], points: Sequence[Point]) -> None:
    """Move events of several actors off the actors that they would cover."""
    for event in events:
        x, y = places[event]
        for turn in range(60):
            angle, radius = turn * GOLDEN, 9 * math.sqrt(turn)
            places[event] = (round(x + radius * math.cos(angle)), round(y + radius * math.sin(angle)))
            if all(math.dist(places[event], point) > 55 for point in points):
                break


def _simple(graph: networkx.MultiGraph) -> networkx.Graph:
    """The graph with one weighted edge a pair."""
    import networkx

    simple = networkx.Graph()
    simple.add_nodes_from(sorted(graph.nodes))
    for one, other in sorted(tuple(sorted(pair)) for pair in graph.edges()):
        weight = simple.get_edge_data(one, other, {"weight": 0})["weight"]
        simple.add_edge(one, other, weight=weight + 1)
    return simple


def _parts(graph: networkx.Graph) -> list[list[str]]:
    import networkx

    parts = [sorted(part) for part in networkx.connected_components(graph)]
    return sorted(parts, key=lambda part: (-len(part), part))


def _part(graph: networkx.Graph) -> dict[str, tuple[float, float]]:
    """One connected part around the origin, its edges about EDGE long."""
    import networkx
    import numpy

    ordered = networkx.Graph()
    ordered.add_nodes_from(sorted(graph.nodes))
    for one, other in sorted(tuple(sorted(pair)) for pair in graph.edges):
        ordered.add_edge(one, other, weight=1 + math.log(graph[one][other]["weight"]))
    if len(ordered) == 1:
        return {name: (0.0, 0.0) for name in ordered}
    if len(ordered) == 2:
        return {name: (side * EDGE / 2, 0.0) for name, side in zip(ordered, (-1, 1), strict=True)}
    start = {
        name: numpy.array((math.cos(nth * GOLDEN), math.sin(nth * GOLDEN))) * math.sqrt((nth + 1) / len(ordered))
        for nth, name in enumerate(sorted(ordered, key=lambda name: (-ordered.degree(name), name)))
    }
    found = networkx.forceatlas2_layout(ordered, pos=start, max_iter=60, scaling_ratio=4.0, seed=7)
    size = max(math.hypot(x, y) for x, y in found.values()) or 1.0
    found = networkx.spring_layout(
        ordered, pos={name: point / size for name, point in found.items()}, iterations=80, weight=None, seed=7
    )
    points = dict(zip(found, _landscape(numpy.array(list(found.values()))), strict=True))
    lengths = sorted(math.dist(points[one], points[other]) for one, other in ordered.edges)
    scale = EDGE / (lengths[len(lengths) // 2] or 1.0)
    return {name: (x * scale, y * scale) for name, (x, y) in points.items()}


def _landscape(points: numpy.ndarray) -> list[tuple[float, float]]:
    """The same points around the origin, their longer extent lying across, the shorter one widened to fill a screen."""
    import numpy

    centred = points - points.mean(axis=0)
    _, extents, axes = numpy.linalg.svd(centred, full_matrices=False)
    axes = axes * numpy.where(axes[:, :1] < 0, -1.0, 1.0)
    turned = centred @ axes.T
    if extents[1] > 0:
        turned[:, 1] *= min(2.2, max(1.0, extents[0] / extents[1] / LANDSCAPE))
    return [(float(x), float(y)) for x, y in turned]


def _pack(parts: Sequence[Mapping[str, tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    """Parts side by side, the largest in the middle, no two discs in touch."""
    discs: list[tuple[float, float, float]] = []
    places: dict[str, tuple[float, float]] = {}
    for part in parts:
        radius = max(math.hypot(x, y) for x, y in part.values()) + 90
        turn = 0
        while True:
            angle, distance = turn * 0.35, turn * 9.0
            x, y = distance * math.cos(angle) * LANDSCAPE, distance * math.sin(angle)
            if all(math.dist((x, y), (a, b)) >= radius + r for a, b, r in discs):
                break
            turn += 1
        discs.append((x, y, radius))
        places |= {name: (x + dx, y + dy) for name, (dx, dy) in part.items()}
    return places


def _attach(graph: networkx.Graph, rest: Sequence[str], places: dict[str, tuple[float, float]]) -> None:
    """Stand each of `rest` (most connected first) around the most connected of its placed neighbours."""
    around: dict[str, int] = defaultdict(int)
    edge = max((math.hypot(x, y) for x, y in places.values()), default=0.0) + EDGE
    for nth, name in enumerate(rest):
        weights = {other: graph[name][other]["weight"] for other in graph[name] if other in places}
        anchors = sorted(weights, key=lambda other: (-weights[other], other))
        if not anchors:
            angle = nth * GOLDEN
            places[name] = (edge * LANDSCAPE * math.cos(angle), edge * math.sin(angle))
            continue
        x, y = (sum(places[a][axis] for a in anchors[:3]) / len(anchors[:3]) for axis in (0, 1))
        around[anchors[0]] += 1
        turn = around[anchors[0]]
        angle, radius = turn * GOLDEN, 70 + 26 * math.sqrt(turn)
        places[name] = (x + radius * math.cos(angle), y + radius * math.sin(angle))


def _spread(points: Sequence[tuple[float, float]], labels: Sequence[str]) -> Sequence[tuple[float, float]]:
    """Push apart boxes that overlap: a node with its label, or a node alone where there are too many labels to read."""
    import numpy as np

    if len(points) > 3000:
        return points
    places = np.array(points, dtype=np.float32).reshape(-1, 2)
    few = len(points) <= 250
    widths = np.array([min(8.5 * len(label), 240) + 62 if few else 44.0 for label in labels], dtype=np.float32)
    heights = np.full(len(points), 104.0 if few else 44.0, dtype=np.float32)
    if not few:
        reach = float(np.sqrt((places**2).sum(axis=1).mean())) or 1.0
        places *= max(1.0, ROOM * math.sqrt(len(points)) / reach)
    for _ in range(60 if few else 8):
        moved = _push(places, widths, heights)
        if not moved:
            break
    return [(float(x), float(y)) for x, y in places]


def _push(places: numpy.ndarray, widths: numpy.ndarray, heights: numpy.ndarray) -> bool:
    """One round, in place: each overlapping pair moves apart by half its overlap along the shorter way."""
    import numpy as np

    dx = places[:, None, 0] - places[None, :, 0]
    dy = places[:, None, 1] - places[None, :, 1]
    over_x = (widths[:, None] + widths[None, :]) / 2 - np.abs(dx)
    over_y = (heights[:, None] + heights[None, :]) / 2 - np.abs(dy)
    over = (over_x > 0) & (over_y > 0)
    np.fill_diagonal(over, False)
    if not over.any():
        return False
    order = np.sign(np.subtract.outer(np.arange(len(places)), np.arange(len(places)))).astype(np.float32)
    across = over & (over_x < over_y)
    along = over & ~across
    places[:, 0] += (np.where(across, over_x, 0.0) * np.where(dx == 0, order, np.sign(dx))).sum(axis=1) * 0.25
    places[:, 1] += (np.where(along, over_y, 0.0) * np.where(dy == 0, order, np.sign(dy))).sum(axis=1) * 0.25
    return True
