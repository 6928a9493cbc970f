"""The graph for human eyes: a picture with the evidence behind it, in one page or a small site, with no network.

store --SPARQL--> Network --networkx--> layout --pyvis--> one self-contained HTML page
                     └────────────────────────────────> a static site, exports, plots
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.view.network import Network, Store


def write_page(store: Store, path: Path, *, limit: int = 2000) -> Network:
    """Write what `store` holds as one HTML page, whole or not at all, and give what it shows.

    The picture starts with the `limit` most connected actors.
    """
    from kg.view.network import load_network
    from kg.view.page import make_page

    network = load_network(store)
    write(path, make_page(network, limit=limit))
    return network


def write_site(store: Store, folder: Path, *, limit: int = 2000) -> Network:
    """Write what `store` holds as a small static site, and give what it shows. Pages of what is gone are removed."""
    from kg.view.network import load_network
    from kg.view.site import make_site

    network = load_network(store)
    written = set()
    for name, text in make_site(network, limit=limit):
        write(folder / name, text)
        written.add(folder / name)
    for kind in ("actor", "event", "article"):
        for stale in set((folder / kind).glob("*.html")) - written:
            stale.unlink()
    return network


def write(path: Path, text: str) -> None:
    """Write a file in one step: a reader sees the old text or the new. Half surrogate pairs become U+FFFD."""
    import os

    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(text.encode("utf-8", "replace"))
    os.replace(new, path)
