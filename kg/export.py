"""The network for other tools: GraphML, GEXF, CSV, and pictures for reports. Same network, same bytes."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import InputError
from kg.model import STATUSES
from kg.view import write
from kg.view.network import Network
from kg.view.weave import actor_graph

if TYPE_CHECKING:
    import networkx
    from matplotlib.figure import Figure

GRAPH_FORMATS = ("graphml", "gexf", "csv", "png", "svg")
PLOTS = ("meetings", "matrix")
COLOURS = {
    "Person": "#0072B2", "Government": "#D55E00", "Organization": "#009E73", "Media": "#CC79A7", "Group": "#7A808C",
    "Place": "#8A6D00", "Plan": "#C08A00", "NamedEvent": "#56B4E9",
}  # fmt: skip
SHAPES = {
    "Person": "o",
    "Government": "s",
    "Organization": "D",
    "Media": "^",
    "Group": "o",
    "Place": "v",
    "Plan": "h",
    "NamedEvent": "*",
}
LINES = {
    "held": ("#3F4757", "solid"),
    "ongoing": ("#009E73", "solid"),
    "planned": ("#0072B2", "dashed"),
    "proposed": ("#56B4E9", "dotted"),
    "postponed": ("#E69F00", "dashdot"),
    "cancelled": ("#D55E00", (0, (3, 3))),
    "denied": ("#8B8F99", (0, (1, 4))),
}


def export_graph(network: Network, format: str, out: Path) -> tuple[Path, ...]:
    """Write the graph of actors to `out` and give what was written; csv makes two files of it, -nodes and -edges."""
    if format == "csv":
        paths = tuple(out.with_name(f"{out.stem}-{part}.csv") for part in ("nodes", "edges"))
        for path, text in zip(paths, tables(network), strict=True):
            write(path, text)
        return paths
    if format in ("png", "svg"):
        write_figure(picture(network), out, format)
        return (out,)
    makers = {"graphml": graphml, "gexf": gexf}
    if format not in makers:
        raise InputError(f"{format!r} is no format of graphs; choose one of: {', '.join(GRAPH_FORMATS)}")
    write(out, makers[format](network))
    return (out,)


def graphml(network: Network) -> str:
    """GraphML: actors with label, kind, country, encounters; an edge for each event of each two of them."""
    import networkx

    return "\n".join(networkx.generate_graphml(_printable(actor_graph(network)), named_key_ids=True)) + "\n"


def gexf(network: Network) -> str:
    """GEXF 1.2 with days as a dynamic range, so that Gephi's timeline plays the encounters."""
    import re

    import networkx

    graph = _printable(actor_graph(network))
    graph.graph["mode"] = "dynamic"
    for _, _, attributes in graph.edges(data=True):
        attributes["day"] = attributes.get("start", "")
        if "start" in attributes:
            attributes.setdefault("end", attributes["start"])
    graph = networkx.relabel_nodes(graph, {})  # a copy: the writer adds its own attributes
    written = "\n".join(networkx.generate_gexf(graph, prettyprint=True)) + "\n"
    written = re.sub(r' lastmodifieddate="[^"]*"', "", written)  # no clock in what is written
    return written.replace('timeformat="string"', 'timeformat="date"').replace(
        'timeformat="double"', 'timeformat="date"'
    )


def tables(network: Network) -> tuple[str, str]:
    """CSV of nodes and of edges, with the headers that Gephi and Cytoscape know (Id, Label; Source, Target)."""
    graph = actor_graph(network)
    nodes = [
        [id, a["label"], a["kind"], a.get("country", ""), a["encounters"], a.get("offices", "")]
        for id, a in sorted(graph.nodes(data=True))
    ]
    edges = sorted(
        [
            min(one, other),
            max(one, other),
            "Undirected",
            key,
            a["kind"],
            a["status"],
            a.get("place", ""),
            a.get("start", ""),
            a.get("end", ""),
        ]
        for one, other, key, a in graph.edges(keys=True, data=True)
    )
    return (
        _csv(["Id", "Label", "Kind", "Country", "Encounters", "Offices"], nodes),
        _csv(["Source", "Target", "Type", "Event", "Kind", "Status", "Place", "Start", "End"], edges),
    )


def picture(network: Network, *, most: int = 150) -> Figure:
    """The graph as a figure: at most the `most` best connected actors, which the caption says."""
    from kg.view.layout import place_actors
    from kg.view.picture import BEND

    graph = actor_graph(network)
    places = place_actors(network, graph)
    shown = sorted(places, key=lambda id: (-graph.nodes[id]["encounters"], id))[:most]
    figure, axes = _figure(11, 8)
    drawn: Counter[tuple[str, str]] = Counter()
    for one, other, _, attributes in sorted(
        graph.subgraph(shown).edges(keys=True, data=True), key=lambda e: (*sorted(e[:2]), e[2])
    ):
        first, second = sorted((one, other))
        nth = drawn[first, second]
        drawn[first, second] += 1
        colour, style = LINES[attributes["status"]]
        bend = BEND * ((nth + 1) // 2) * (1 if nth % 2 else -1)
        arrow = {
            "arrowstyle": "-",
            "color": colour,
            "linestyle": style,
            "linewidth": 1.1,
            "alpha": 0.8,
            "connectionstyle": f"arc3,rad={bend}",
        }
        axes.annotate("", places[second], places[first], arrowprops=arrow)
    for id in shown:
        node = graph.nodes[id]
        x, y = places[id]
        axes.scatter(
            [x],
            [y],
            s=70 + 25 * node["encounters"],
            marker=SHAPES[node["kind"]],
            color=COLOURS[node["kind"]],
            zorder=3,
            edgecolors="white",
        )
        if len(shown) <= 80 or node["encounters"] > 3:
            axes.annotate(
                _plain(node["label"]),
                (x, y),
                xytext=(0, -16),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=8,
                zorder=4,
            )
    axes.invert_yaxis()
    axes.set_axis_off()
    axes.margins(0.08)
    used = {event.status for event in network.events}
    for status in (status for status in STATUSES if status in used):
        label = " / ".join(network.labels.get(status.capitalize(), (status,)))
        axes.plot([], [], color=LINES[status][0], linestyle=LINES[status][1], label=label)
    if used:
        axes.legend(frameon=False, fontsize=8, ncols=4, loc="upper left", bbox_to_anchor=(0, 0))
    if len(shown) < len(places):
        axes.set_title(f"{len(shown)} / {len(places)}", fontsize=9, loc="left")
    return figure


def meetings_over_time(network: Network) -> Figure:
    """Dated encounters a month, stacked by status."""
    counts: dict[str, Counter[str]] = {status: Counter() for status in STATUSES}
    for event in network.events:
        if event.encounter and event.start:
            counts[event.status][f"{event.start:%Y-%m}"] += 1
    months = _months(key for counter in counts.values() for key in counter)
    figure, axes = _figure(10, 4.5)
    bottom = [0] * len(months)
    for status in STATUSES:
        if not counts[status]:
            continue
        heights = [counts[status][month] for month in months]
        label = " / ".join(network.labels.get(status.capitalize(), (status,)))
        axes.bar(months, heights, bottom=bottom, color=LINES[status][0], label=label, width=0.8)
        bottom = [a + b for a, b in zip(bottom, heights, strict=True)]
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.get_major_locator().set_params(integer=True)
    step = max(1, len(months) // 16)
    axes.set_xticks(range(0, len(months), step), months[::step], rotation=45, ha="right")
    if months:
        axes.legend(frameon=False, fontsize=8, ncols=4, loc="lower left", bbox_to_anchor=(0, 1))
    return figure


def who_meets_whom(network: Network, *, most: int = 25) -> Figure:
    """A matrix of the `most` best connected actors: how many encounters each two of them share."""
    pairs: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    for event in network.events:
        if event.encounter:
            actors = sorted({side.actor for side in event.participants})
            pairs.update(combinations(actors, 2))
            total.update(actors if len(actors) > 1 else ())
    names = {actor.id: _plain(actor.name) for actor in network.actors}
    shown = [id for id in sorted(total, key=lambda id: (-total[id], id)) if id in names][:most]
    table = [[pairs[one, other] if one < other else pairs[other, one] for other in shown] for one in shown]
    side = 3 + 0.32 * len(shown)
    figure, axes = _figure(side, side)
    if shown:
        axes.imshow(table, cmap="Blues", vmin=0)
        axes.set_xticks(range(len(shown)), [names[id] for id in shown], rotation=60, ha="right", fontsize=8)
        axes.set_yticks(range(len(shown)), [names[id] for id in shown], fontsize=8)
        highest = max(max(row) for row in table) or 1
        for y, row in enumerate(table):
            for x, count in enumerate(row):
                if count:
                    axes.text(
                        x,
                        y,
                        str(count),
                        ha="center",
                        va="center",
                        fontsize=8,
                        color="white" if count > highest / 2 else "#1F2430",
                    )
    axes.spines[:].set_visible(False)
    return figure


def write_figure(figure: Figure, out: Path, format: str) -> None:
    """Save a figure as png or svg, without date or random ids in it."""
    import warnings

    import matplotlib

    held = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None} if format == "svg" else {"Software": None}
    with matplotlib.rc_context({"svg.hashsalt": "kg", "svg.fonttype": "path"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # an emoji in a name is drawn as a box
        figure.savefig(held, format=format, dpi=160, bbox_inches="tight", metadata=metadata)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(held.getvalue())


def _figure(width: float, height: float) -> tuple[Figure, Any]:
    """A figure of this size in inches, made without matplotlib's global state."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError('pictures need matplotlib; install it: pip install "diplokg[plots]"') from error
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots()


def _printable(graph: networkx.MultiGraph) -> networkx.MultiGraph:
    """The graph without the characters that XML cannot hold."""
    for _, attributes in [*graph.nodes(data=True), *((edge[:2], edge[2]) for edge in graph.edges(data=True))]:
        attributes.update({name: _xml(value) for name, value in attributes.items() if isinstance(value, str)})
    return graph


def _xml(text: str) -> str:
    return "".join(
        char
        if char in "\t\n\r" or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff")
        else "\ufffd"
        for char in text
    )


def _plain(text: str) -> str:
    """A label that matplotlib draws as it is: `$` would begin a formula."""
    return _xml(text).replace("$", r"\$")


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _months(keys: Iterable[str]) -> list[str]:
    """Every month from the first to the last, "2025-03"."""
    known = sorted(set(keys))
    if not known:
        return []
    (first_year, first), (last_year, last) = ([int(part) for part in key.split("-")] for key in (known[0], known[-1]))
    return [f"{m // 12}-{m % 12 + 1:02d}" for m in range(first_year * 12 + first - 1, last_year * 12 + last)]
