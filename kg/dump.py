"""The whole store as one file of RDF, and back: canonical order out, the same graphs in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from kg.errors import InputError, QueryError
from kg.graph import PREFIXES

FORMATS = ("trig", "nquads", "turtle", "jsonld")


def write_dump(store: Any, format: str, stream: BinaryIO) -> None:
    """Write all graphs of `store` in one of FORMATS, graphs and lines sorted; Turtle has their union."""
    if format not in FORMATS:
        raise QueryError(f"--format {format!r}: choose one of {', '.join(FORMATS)}")
    if format == "nquads":
        for line in store.quads():
            stream.write(f"{line}\n".encode())
        return
    import pyoxigraph

    from kg.store.answer import graph_format

    kind = graph_format(format)
    quads: Iterable[Any] = pyoxigraph.parse("\n".join(store.quads()).encode(), pyoxigraph.RdfFormat.N_QUADS)
    if format == "turtle":
        quads = sorted({quad.triple for quad in quads}, key=str)
    pyoxigraph.serialize(quads, output=stream, format=kind, prefixes=PREFIXES)


def read_dump(path: Path) -> dict[str, list[str]]:
    """The graphs of an RDF file: name -> N-Quads lines. Raises InputError for what is no RDF or has no graph names."""
    import pyoxigraph

    graphs: dict[str, list[str]] = {}
    try:
        for quad in pyoxigraph.parse(path=str(path)):
            if not isinstance(quad.graph_name, pyoxigraph.NamedNode):
                raise InputError(
                    f"{path}: a triple stands in no graph; import .nq, .trig or .jsonld, as kg export writes it"
                )
            graphs.setdefault(quad.graph_name.value, []).append(f"{quad} .")
    except (SyntaxError, ValueError, OSError) as error:
        raise InputError(f"{path}: not RDF that kg can read (.nq, .trig, .jsonld): {error}") from error
    return graphs
