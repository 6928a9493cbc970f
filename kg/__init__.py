"""Bulgarian diplomatic news as a knowledge graph: who met whom, when, where, in what status, and who says so.

import kg

kg.build(["data/news"], store="news.kg")                      # read, understand, store
kg.query("meetings-of", store="news.kg", actor="Войнова")     # [{"kind": ..., "with": ..., "status": ...}, ...]
kg.draw("graph.html", store="news.kg")                        # one page that opens offline

These eight functions are the public interface; all else may change between versions. Nothing heavy is imported before
a function needs it. Whatever goes wrong is a `kg.KgError` that says where, what, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError

if TYPE_CHECKING:
    import networkx

    from kg.model import Extraction
    from kg.pipeline import BuildReport
    from kg.store import LocalStore
    from kg.store.remote import RemoteStore

__all__ = ["KgError", "build", "draw", "explain_sentence", "network", "open", "query", "questions", "understand"]


def build(paths: Iterable[str | Path] = (), store: str | Path = ".kg", **options: Any) -> BuildReport:
    """Bring the store up to date with files and folders of news (none: those of earlier builds), and say what was done.

    Only what is new or changed is read. `options` are `model`, `rules`, `gazetteer` (a list of files), `verdicts`,
    `jobs` (processes; 0 is one a core), `base` (IRI of the data), `scheduler` (Dask), all as on the command line.
    Raises KgError when nothing could be done; faults of single files are in the report's `problems`.
    """
    from kg import pipeline

    names = ("model", "rules", "gazetteer", "verdicts")
    settings = _settings(**{name: options.pop(name) for name in names if name in options})
    return pipeline.build([Path(path) for path in paths], store, pipeline.Options(settings=settings, **options))


def open(store: str | Path = ".kg") -> LocalStore | RemoteStore:
    """The store in a folder, or behind the URL of a SPARQL 1.1 server, for reading; close it or use it in a `with`.

    Its `query(sparql, {"parameter": "value"})` gives an Answer: `.records()` are dicts, `.written("csv")` is text.
    """
    from kg.store import open_store

    return open_store(store, read_only=True)


def query(question: str, store: str | Path = ".kg", **parameters: str) -> list[dict[str, Any]]:
    """The answer to a question of `questions()` by name, or to a SPARQL SELECT; one dict a row, in stable order.

    Values are str, int, float, bool or None; a term of the ontology is its name ("Held"), any other IRI its text.
    Raises KgError for an unknown question or parameter, malformed SPARQL, or a store that is not there.
    """
    with open(store) as opened:
        records = opened.query(_sparql(question), parameters).records()
    return [{name: _name(value) for name, value in record.items()} for record in records]


def questions() -> dict[str, dict[str, str]]:
    """The questions that have names: {name: {"en": the question, "bg": the same, "sparql": its text}}."""
    from kg import resources

    found = {}
    for path in sorted((resources.path("ontology") / "queries").glob("*.rq")):
        text = path.read_text("utf-8")
        heads = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith(("# en: ", "# bg: ")))
        found[path.stem] = {**heads, "sparql": text}
    return found


def understand(text: str, published: date | None = None, **settings: Any) -> Extraction:
    """All that one text says: sentences, mentions, statements, claims and events, with offsets into the text.

    `published` is the day from which "вчера" counts; `settings` are `model`, `rules`, `gazetteer`. No store is needed.
    """
    from kg import stages
    from kg.model import Document

    chosen = _settings(**settings)
    document = Document(text, published=published)
    (sentences,) = stages.parse([document], chosen)
    return stages.extract(document, sentences, chosen)


def explain_sentence(sentence: str, **settings: Any) -> str:
    """Why a sentence is understood as it is, for a person to read: its tree, the frames that fired, and near misses."""
    from kg import stages
    from kg.explain import explain
    from kg.model import Document

    chosen = _settings(**settings)
    document = Document(sentence)
    (sentences,) = stages.parse([document], chosen)
    return explain(document, sentences, stages.lexicon(chosen), stages.gazetteer(chosen))


def network(store: str | Path = ".kg") -> networkx.MultiGraph:
    """The actors as nodes and every event between two of them as an edge, keyed by the id of the event.

    Nodes have `label`, `kind`, `encounters`, and where known `country`, `offices`; edges have `kind`, `status`, and
    where known `place`, `start`, `end` (ISO days).
    """
    from kg.view.network import load_network
    from kg.view.weave import actor_graph

    with open(store) as opened:
        return actor_graph(load_network(opened))


def draw(page: str | Path, store: str | Path = ".kg") -> Path:
    """Write the graph as one HTML page that opens with no network, and give its path."""
    from kg.view import write_page

    with open(store) as opened:
        write_page(opened, Path(page))
    return Path(page)


def _settings(
    model: str | Path | None = None,
    rules: str | Path | None = None,
    gazetteer: Iterable[str | Path] = (),
    verdicts: str | Path | None = None,
) -> Any:
    from kg.stages import Settings

    return Settings(
        model=str(model) if model else None,
        rules=str(rules) if rules else None,
        gazetteer=tuple(str(path) for path in gazetteer),
        verdicts=str(verdicts) if verdicts else None,
    )


def _name(value: Any) -> Any:
    from kg.graph import PREFIXES

    return value.removeprefix(PREFIXES["dip"]) if isinstance(value, str) else value


def _sparql(question: str) -> str:
    import difflib

    from kg.errors import QueryError

    known = questions()
    if question in known:
        return known[question]["sparql"]
    if any(character in question for character in "{ \n"):
        return question
    near = difflib.get_close_matches(question, known, 1) or sorted(known)
    raise QueryError(f"there is no question {question!r}; did you mean {' or '.join(near)}?")
