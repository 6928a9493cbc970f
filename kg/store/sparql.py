"""What is done to the text of a query before an engine sees it: parameters bound, calls to other hosts refused.

Both work on the tokens of SPARQL, so a `?name` inside a string, an IRI or a comment is left alone, and a bound value
arrives as one RDF term whatever it contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kg.errors import QueryError
from kg.graph import literal

_TOKENS = re.compile(
    r"""
    (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
      |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<comment>\#[^\r\n]*)
  | (?P<variable>[?$]\w+)
  | (?P<tag>@\w+(?:-\w+)*)
  | (?P<name>[\w.-]*:(?:[\w.:%-]|\\.)*)
  | (?P<word>\w+)
  | (?P<other>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """The (kind, text) of each token of a SPARQL text; joined again they are the text itself.

    >>> [token for kind, token in tokens('ASK { ?s <http://e/?x> "?y" }') if kind == "variable"]
    ['?s']
    """
    for match in _TOKENS.finditer(text):
        yield match.lastgroup or "other", match.group()


def bind(text: str, values: Mapping[str, str]) -> str:
    """`text` with each variable that `values` names put in as a string literal.

    Raises QueryError for a name that the query has not.

    >>> bind('SELECT ?s { ?s ?p ?name } # ?name', {"name": 'say "hi"'})
    'SELECT ?s { ?s ?p "say \\\\"hi\\\\"" } # ?name'
    """
    missing = set(values)
    bound = []
    for kind, token in tokens(text):
        if kind == "variable" and token[1:] in values:
            missing.discard(token[1:])
            token = literal(values[token[1:]])
        bound.append(token)
    if missing:
        raise QueryError(f"the query has no parameter {', '.join(sorted(missing))}; see: kg query --list")
    return "".join(bound)


def refuse_other_hosts(text: str) -> None:
    """Raise QueryError for a query or update that would make the engine call another host (SERVICE, LOAD)."""
    for kind, token in tokens(text):
        if kind == "word" and token.upper() in ("SERVICE", "LOAD"):
            raise QueryError(
                f"{token.upper()} is switched off: a query may not call other hosts; fetch the data and kg import it"
            )
