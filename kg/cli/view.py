"""`kg view`: the page and the site. `kg graph`, `kg plot`: the graph for other tools and for reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli import options
from kg.errors import InputError

if TYPE_CHECKING:
    from kg.view.network import Network


def register(app: typer.Typer) -> None:
    app.command("view")(view)
    app.command("graph")(graph)
    app.command("plot")(plot)


def view(
    store: options.Store = options.DEFAULT_STORE,
    out: Annotated[Path, typer.Option("--out", "-o", help="The HTML file to write.")] = Path("graph.html"),
    site: Annotated[
        Path | None,
        typer.Option(
            "--site", help="Write a folder of pages instead: graph, timeline, table, a page an actor, event, article."
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="How many actors, the most connected first, the picture starts with.")
    ] = 2000,
) -> None:
    """Write the graph as one HTML page that opens with no network, or as a small static site.

    Example: kg view --out graph.html

    Example: kg view --site public
    """
    from kg.store import open_store
    from kg.view import write_page, write_site

    with open_store(store, read_only=True) as opened:
        if site:
            write_site(opened, site, limit=limit)
        else:
            write_page(opened, out, limit=limit)
    print(site / "index.html" if site else out)


def graph(
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help="graphml, gexf, csv, png or svg; without it, what --out ends in, or graphml."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file to write; without it graph.<format>.")
    ] = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Write the graph of actors for Gephi, Cytoscape, a spreadsheet or a report.

    Example: kg graph --format gexf --out news.gexf
    """
    from kg.export import GRAPH_FORMATS, export_graph

    format = format or (out.suffix[1:] if out and out.suffix else "graphml")
    if format not in GRAPH_FORMATS:
        raise InputError(f"--format {format!r}: choose one of {', '.join(GRAPH_FORMATS)}")
    for path in export_graph(_network(store), format, out or Path(f"graph.{format}")):
        print(path)


def plot(
    what: Annotated[str, typer.Argument(help="meetings (over time) or matrix (who meets whom).")] = "meetings",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The .png or .svg file to write.")] = None,
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Draw meetings over time, or the matrix of who meets whom.

    Example: kg plot matrix --out matrix.svg
    """
    from kg.export import PLOTS, meetings_over_time, who_meets_whom, write_figure

    path = out or Path(f"{what}.png")
    if what not in PLOTS:
        raise InputError(f"{what!r} is no plot; choose one of {', '.join(PLOTS)}")
    if path.suffix not in (".png", ".svg"):
        raise InputError(f"--out {path}: the name must end in .png or .svg")
    draw = meetings_over_time if what == "meetings" else who_meets_whom
    write_figure(draw(_network(store)), path, path.suffix[1:])
    print(path)


def _network(store: str) -> Network:
    from kg.store import open_store
    from kg.view.network import load_network

    with open_store(store, read_only=True) as opened:
        return load_network(opened)
