"""What is done to the text of a query before an engine sees it: parameters bound, calls to other hosts refused.

Both work on the tokens of SPARQL, so a `?name` inside a string, an IRI or a comment is left alone, and a bound value
arrives as one RDF term whatever it contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
_PARAMETER = re.compile(r'^# param (\w+) \((name|id)\): "(.*)" \((.*); (.*)\)$', re.MULTILINE)
_QUESTION = re.compile(r"^# (bg|en): (.*)$", re.MULTILINE)


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """The (kind, text) of each token of a SPARQL text; joined again they are the text itself.

    >>> [token for kind, token in tokens('ASK { ?s <http://e/?x> "?y" }') if kind == "variable"]
    ['?s']
    """
    for match in _TOKENS.finditer(text):
        yield match.lastgroup or "other", match.group()


def bind(text: str, values: Mapping[str, str]) -> str:
    """`text` with each variable that `values` names put in as a string literal.

    Where the head of the query calls a parameter a name, its value is put in lower case, as `dip:nameKey` has it.
    Raises QueryError for a parameter that the query has not.

    >>> bind('SELECT ?s { ?s ?p ?name } # ?name', {"name": 'say "hi"'})
    'SELECT ?s { ?s ?p "say \\\\"hi\\\\"" } # ?name'
    """
    names = {parameter.name for parameter in parameters(text) if parameter.kind == "name"}
    values = {name: value.lower() if name in names else value for name, value in values.items()}
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


def form_of(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE; for anything else the empty string.

    >>> form_of("PREFIX ask: <http://ask/> # select\\n CONSTRUCT WHERE { ?s ?p ?o }")
    'CONSTRUCT'
    """
    forms = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
    return next((token.upper() for kind, token in tokens(text) if kind == "word" and token.upper() in forms), "")


def refuse_other_hosts(text: str) -> None:
    """Raise QueryError for a query or update that would make the engine call another host (SERVICE, LOAD)."""
    for kind, token in tokens(text):
        if kind == "word" and token.upper() in ("SERVICE", "LOAD"):
            raise QueryError(
                f"{token.upper()} is switched off: a query may not call other hosts; fetch the data and kg import it"
            )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query file: `# param actor (name): "Ана Вечерин" (who it is about; за кого е)`.

    `kind` is "name" (of an entity, in any case) or "id" (as the queries print it).
    """

    name: str
    kind: str
    example: str
    en: str
    bg: str


def parameters(text: str) -> tuple[Parameter, ...]:
    """The parameters that the head of a query file declares, in its order."""
    return tuple(Parameter(*match) for match in _PARAMETER.findall(text))


def question(text: str) -> tuple[str, str]:
    """The question that a query file answers, in English and in Bulgarian; empty where the head has none."""
    found = {match[0]: match[1].strip() for match in _QUESTION.findall(text)}
    return found.get("en", ""), found.get("bg", "")
