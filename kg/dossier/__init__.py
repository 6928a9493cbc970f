"""What the store knows of one entity or event, read by queries alone (the .rq files beside this one)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kg import resources
from kg.dossier.disagreements import disagreements
from kg.errors import InputError

if TYPE_CHECKING:
    from kg.store import LocalStore
    from kg.store.remote import RemoteStore

    Store = LocalStore | RemoteStore

Record = dict[str, Any]
QUERIES = Path(__file__).parent
ENTITY = {"mentions": "mentions", "kept apart": "apart", "subjects": "subjects"}  # what is told of it -> the query
DECIDED = "verdict"  # reasons that begin so are people's, and are not asked again
FAR_FROM_SURE = 0.5  # a call is the closer, the nearer its score is to this


def ask(store: Store, name: str, **values: str) -> list[Record]:
    """The answer to one of the queries beside this module, or to a named question, as plain records."""
    file = QUERIES / f"{name}.rq"
    if not file.exists():
        file = resources.path("ontology") / "queries" / f"{name}.rq"
    records = store.query(file.read_text("utf-8"), values).records()
    return [{key: _short(value) for key, value in record.items()} for record in records]


def _short(value: Any) -> Any:
    """The last part of an IRI of the ontology or of a document; anything else as it is."""
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        if "#" in value:
            return value.rpartition("#")[2]
        if "/document/" in value:
            return value.rpartition("/")[2]
    return value


def find(store: Store, name: str) -> list[Record]:
    """The entities that `name` (a name in any case, or an id) stands for."""
    return ask(store, "find", key=" ".join(name.lower().split()))


def find_one(store: Store, name: str) -> Record:
    """The one entity that `name` stands for. Raises InputError where there is none, or where there are several."""
    found = find(store, name)
    if not found:
        raise InputError(f"nothing is called {name!r} in this store; look for a part of the name: kg query actors")
    if len(found) > 1:
        several = ", ".join(f"{record['id']} ({record['label']})" for record in found)
        raise InputError(f"{name!r} is the name of {len(found)} entities; give one of the ids: {several}")
    return found[0]


def entity(store: Store, id: str) -> Record:
    """Mentions with the reasons of their links, what the entity was kept apart from, and, of a plan, its subjects."""
    return {name: ask(store, query, id=id) for name, query in ENTITY.items()}


def close_calls(store: Store, limit: int) -> list[Record]:
    """The decisions nearest to a coin's throw, the nearest first: links that are not sure, pairs kept apart.

    A record asks whether `b` is `a`; `decision` is what the program decided ("same" or "apart"), with `reason`, `score`
    and a passage for each side. What people have decided is left out.
    """
    pairs = [record | {"decision": "apart"} for record in ask(store, "distinctions")]
    links = [record | {"decision": "same"} for record in ask(store, "unsure")]
    calls = [call for call in (*pairs, *links) if not call["reason"].startswith(DECIDED)]
    calls.sort(key=lambda call: (abs(call["score"] - FAR_FROM_SURE), call["a"], call["b"]))
    return [call | {"passages": list(_passages(store, call))} for call in calls[:limit]]


def _passages(store: Store, call: Record) -> Iterator[Record]:
    for side in ("a", "b"):
        found = chain(store, call["b"]) if side == "b" and call["decision"] == "same" else []
        found = found or ask(store, "mentions", id=call[side])
        if found:
            yield {"of": call[side], "document": found[0]["document"], "text": found[0]["around"]}


def history(store: Store, event: str) -> list[Record]:
    """What was claimed of an event, in the order of publication, each with its sentence and source."""
    return ask(store, "history", event=event)


def events_of(store: Store, id: str) -> list[Record]:
    """The events of an entity, those of the most articles first."""
    return ask(store, "events-of", id=id)


def conflicts(store: Store) -> list[Record]:
    """Where sources disagree on one event, side by side."""
    return disagreements(ask(store, "told"))


def chain(store: Store, key: str) -> list[Record]:
    """The first mention of a chain ("doc-start") with the words around it; nothing where there is no such chain."""
    some = ask(store, "any-chain")
    base = some[0]["chain"].rpartition("/")[0] if some else ""
    return ask(store, "chain", address=f"{base}/{quote(key)}")
