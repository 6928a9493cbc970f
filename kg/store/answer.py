"""The answer to a query, whichever engine gave it, and its formats."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kg.errors import QueryError
from kg.graph import PREFIXES

ROW_FORMATS = ("table", "json", "csv", "tsv")
GRAPH_FORMATS = ("turtle", "ntriples", "nquads", "trig", "jsonld")
_XSD = PREFIXES["xsd"]
_NUMBERS = {_XSD + "integer": int, _XSD + "decimal": float, _XSD + "double": float}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of a SELECT, the yes or no of an ASK, or the triples of a CONSTRUCT or DESCRIBE; terms are pyoxigraph's.

    `boolean` is None but for ASK, `triples` None but for CONSTRUCT and DESCRIBE. `cut` says that a limit was reached.
    """

    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    boolean: bool | None = None
    triples: tuple[Any, ...] | None = None
    cut: bool = False

    def records(self) -> list[dict[str, Any]]:
        """One dict a row, with plain values: str for IRIs, texts and dates, int, float, bool, None for what is unbound.

        >>> Answer(("n",), ((None,),)).records()
        [{'n': None}]
        """
        return [dict(zip(self.variables, map(plain, row), strict=True)) for row in self.rows]

    def written(self, format: str = "table") -> str:
        """The answer as text in one of ROW_FORMATS (not for triples) or GRAPH_FORMATS (only for triples)."""
        if self.triples is not None:
            return _graph(self.triples, "turtle" if format == "table" else format)
        if format not in ROW_FORMATS:
            raise QueryError(f"rows cannot be written as {format!r}; choose one of {', '.join(ROW_FORMATS)}")
        return {"table": self._table, "json": self._json, "csv": self._csv, "tsv": self._tsv}[format]()

    def _table(self) -> str:
        if self.boolean is not None:
            return "yes\n" if self.boolean else "no\n"
        cells = [list(self.variables), *([short(term).replace("\n", " ") for term in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
        ]
        return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]]) + "\n"

    def _json(self) -> str:
        """SPARQL 1.1 Query Results JSON Format."""
        if self.boolean is not None:
            return json.dumps({"head": {}, "boolean": self.boolean}) + "\n"
        bindings = [
            {name: _json_term(term) for name, term in zip(self.variables, row, strict=True) if term is not None}
            for row in self.rows
        ]
        head = {"vars": list(self.variables)}
        return json.dumps({"head": head, "results": {"bindings": bindings}}, ensure_ascii=False) + "\n"

    def _csv(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out)
        if self.boolean is not None:
            return f"{str(self.boolean).lower()}\r\n"
        writer.writerow(self.variables)
        writer.writerows(["" if term is None else term.value for term in row] for row in self.rows)
        return out.getvalue()

    def _tsv(self) -> str:
        if self.boolean is not None:
            return f"{str(self.boolean).lower()}\n"
        lines = ["\t".join(f"?{name}" for name in self.variables)]
        lines += ["\t".join("" if term is None else str(term) for term in row) for row in self.rows]
        return "\n".join(lines) + "\n"


def answer_of(results: Any, limit: int | None = None) -> Answer:
    """The Answer that pyoxigraph's results hold, no further than `limit` rows or triples."""
    import pyoxigraph

    if isinstance(results, pyoxigraph.QueryBoolean):
        return Answer(boolean=bool(results))
    if isinstance(results, pyoxigraph.QuerySolutions):
        variables = tuple(variable.value for variable in results.variables)
        rows, cut = _take((tuple(solution) for solution in results), limit)
        return Answer(variables, rows, cut=cut)
    triples, cut = _take(results, limit)
    return Answer(triples=triples, cut=cut)


def _take(items: Iterable[Any], limit: int | None) -> tuple[tuple[Any, ...], bool]:
    if limit is None:
        return tuple(items), False
    taken = tuple(itertools.islice(items, limit + 1))
    return taken[:limit], len(taken) > limit


def plain(term: Any) -> Any:
    """A term as a Python value: 5 for "5"^^xsd:integer, True for "true"^^xsd:boolean, else its text."""
    if term is None:
        return None
    datatype = getattr(getattr(term, "datatype", None), "value", "")
    if datatype == _XSD + "boolean":
        return term.value in ("true", "1")
    return _NUMBERS.get(datatype, str)(term.value)


def short(term: Any) -> str:
    """A term for people: Held for dip:Held, schema:url for others' terms, the bare text of a literal."""
    import pyoxigraph

    if term is None:
        return ""
    if isinstance(term, pyoxigraph.NamedNode):
        for prefix, namespace in PREFIXES.items():
            if term.value.startswith(namespace):
                local = term.value[len(namespace) :]
                return local if prefix == "dip" else f"{prefix}:{local}"
    return term.value if hasattr(term, "value") else str(term)


def _json_term(term: Any) -> dict[str, str]:
    import pyoxigraph

    if isinstance(term, pyoxigraph.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, pyoxigraph.BlankNode):
        return {"type": "bnode", "value": term.value}
    written = {"type": "literal", "value": term.value}
    if term.language:
        return written | {"xml:lang": term.language}
    return written if term.datatype.value == _XSD + "string" else written | {"datatype": term.datatype.value}


def graph_format(name: str) -> Any:
    """The pyoxigraph.RdfFormat called `name` (one of GRAPH_FORMATS)."""
    import pyoxigraph

    formats = pyoxigraph.RdfFormat
    known = dict(
        zip(
            GRAPH_FORMATS,
            (formats.TURTLE, formats.N_TRIPLES, formats.N_QUADS, formats.TRIG, formats.JSON_LD),
            strict=True,
        )
    )
    if name not in known:
        raise QueryError(f"a graph cannot be written as {name!r}; choose one of {', '.join(GRAPH_FORMATS)}")
    return known[name]


def _graph(triples: Iterable[Any], format: str) -> str:
    import pyoxigraph

    ordered = sorted(set(triples), key=str)
    return (pyoxigraph.serialize(ordered, format=graph_format(format), prefixes=PREFIXES) or b"").decode()
