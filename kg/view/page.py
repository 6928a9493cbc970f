"""The one self-contained page: data, scripts and styles inside, and a policy that forbids everything from outside."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from kg.view.layout import place_actors, place_events
from kg.view.network import Network
from kg.view.payload import describe, evidence, packed, script_json
from kg.view.picture import draw, library, render
from kg.view.weave import actor_graph

HERE = Path(__file__).parent
LIMIT = 2000  # actors in the picture when the page opens
SCRIPTS = ("dom", "words", "data", "symbols", "search", "filters", "graph", "timeline", "table", "panel", "page")


def make_page(network: Network, *, limit: int = LIMIT, pages: Mapping[str, list[str]] | None = None) -> str:
    """The HTML of the page. The same network gives the same bytes.

    `limit` is how many actors the picture starts with; the others are in the search, the timeline and the table.
    `pages` gives the addresses of the pages of a site, one an actor, event and document, in their order.
    """
    graph = actor_graph(network)
    places = place_actors(network, graph)
    event_places = place_events(network, places)
    data = describe(network, places, event_places, limit)
    if pages:
        data |= {"site": True, "pages": pages}
    encoding, proof = packed(evidence(network))
    scripts = [library(), *(static(f"{name}.js") for name in SCRIPTS)]
    style = static("page.css")
    picture = draw(network, graph, places, event_places, limit)
    return render(
        picture,
        {
            "policy": policy(scripts, [style]),
            "style": style,
            "scripts": scripts,
            "words": script_json(words() | {"letters": letters()}),
            "data": script_json(data),
            "evidence": proof,
            "encoding": encoding,
            "title": words()["title"][0],
            "noscript": " · ".join(words()["needs_script"]),
            "script_json": script_json,
        },
    )


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """A Content-Security-Policy under which only these very scripts and styles run and nothing is ever fetched."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(_hash(script) for script in scripts),
            "style-src " + " ".join(_hash(style) for style in styles),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def words() -> dict[str, list[str]]:
    """The words of the pages: key -> [Bulgarian, English]."""
    return tomllib.loads((HERE / "words.toml").read_text("utf-8"))


def letters() -> dict[str, str]:
    """Cyrillic letter -> Latin letters, by which the search understands both scripts."""
    from kg.names import latin

    cyrillic = map(chr, range(0x430, 0x492))
    return {letter: written for letter in cyrillic if (written := latin(letter)) != letter}


def static(name: str) -> str:
    """A script or style of this package."""
    return (HERE / "static" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
