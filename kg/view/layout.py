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
from kg.view.weave import core, radius

if TYPE_CHECKING:
    import networkx
    import numpy

Point = tuple[int, int]
Places = dict[str, tuple[float, float]]

SKELETON = 350  # actors laid out by forces
EDGE = 110.0  # wished length of an edge, in pixels at zoom 1
MARGIN = 150.0  # room around a part for its outermost names, in the same pixels
READABLE = 250  # actors up to which every name has room
PUSHED = 3000  # nodes up to which overlaps are looked for
ROOM = 48.0  # how far apart many nodes should stand, in pixels at zoom 1
LANDSCAPE = 1.35  # how much wider than high the whole is packed
GOLDEN = math.pi * (3 - math.sqrt(5))  # radians


def place_actors(network: Network, graph: networkx.MultiGraph) -> dict[str, Point]:
    """A place for every actor that shares an event with another; the others have none in the picture.

    `graph` is `weave.actor_graph(network)`. Distances are pixels at zoom 1; y grows downwards.
    """
    simple = _simple(graph)
    ranked = sorted(core(network, graph.number_of_nodes()), key=lambda id: (-simple.degree(id, "weight"), id))
    boxes = {id: _box(graph.nodes[id]["label"], radius(graph.nodes[id]["encounters"])) for id in ranked}
    parts = [_part(simple.subgraph(part)) for part in _parts(simple.subgraph(ranked[:SKELETON]))]
    if len(ranked) <= READABLE:
        places = _pack([_spread(part, boxes) for part in parts])
    else:
        places = _pack(parts)
        _attach(simple, ranked[SKELETON:], places)
        places = _spread(places, {})
    return {name: (round(x), round(y)) for name, (x, y) in sorted(places.items())}


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


def _part(graph: networkx.Graph) -> Places:
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


def _pack(parts: Sequence[Places]) -> Places:
    """Parts without overlap: the largest, and the others in rows below it or in columns beside it, as fits a screen."""
    below = _rows(parts)
    beside = {
        name: (x, y) for name, (y, x) in _rows([{n: (y, x) for n, (x, y) in part.items()} for part in parts]).items()
    }
    return min(below, beside, key=_extent)


def _extent(places: Places) -> float:
    """The side of the screen that the places need."""
    width, height = (
        (max(values) - min(values) + MARGIN for values in zip(*places.values(), strict=True)) if places else (0, 0)
    )
    return max(width, height)


def _rows(parts: Sequence[Places]) -> Places:
    """The first part, and below it rows of the others, as wide as it is."""
    rows: list[list[tuple[Places, float, float]]] = []
    wide = 0.0
    for part in parts:
        width, height = (max(values) - min(values) + MARGIN for values in zip(*part.values(), strict=True))
        if len(rows) > 1 and sum(w for _, w, _ in rows[-1]) + width <= wide:
            rows[-1].append((part, width, height))
        else:
            rows.append([(part, width, height)])
            wide = max(wide, width, 4 * EDGE)
    places: Places = {}
    top = 0.0
    for row in rows:
        left = -sum(width for _, width, _ in row) / 2
        deep = max(height for _, _, height in row)
        for part, width, _ in row:
            x, y = (sum((min(values), max(values))) / 2 for values in zip(*part.values(), strict=True))
            places |= {name: (px - x + left + width / 2, py - y + top + deep / 2) for name, (px, py) in part.items()}
            left += width
        top += deep
    return places


def _attach(graph: networkx.Graph, rest: Sequence[str], places: Places) -> None:
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


def _box(label: str, radius: int) -> tuple[float, float]:
    """The width and height of a node with its name under it."""
    return min(10.5 * len(label), 300.0) + 60, 2.0 * radius + 50


def _spread(places: Places, boxes: Mapping[str, tuple[float, float]]) -> Places:
    """Push apart what overlaps: nodes with their `boxes`, or nodes alone where there are too many names to read."""
    import numpy as np

    if len(places) > PUSHED or not places:
        return places
    names = sorted(places)
    points = np.array([places[name] for name in names], dtype=np.float32)
    widths, heights = np.array([boxes.get(name, (44.0, 44.0)) for name in names], dtype=np.float32).T
    if boxes:
        points[:, 0] *= LANDSCAPE
    else:
        reach = float(np.sqrt((points**2).sum(axis=1).mean())) or 1.0
        points *= max(1.0, ROOM * math.sqrt(len(points)) / reach)
    for _ in range(80 if boxes else 8):
        if not _push(points, widths, heights):
            break
    return {name: (float(x), float(y)) for name, (x, y) in zip(names, points, strict=True)}


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
