"""`kg entity`, `merge`, `split`, `review`, `history`, `conflicts`: who is who, and what was said when."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from kg.cli import options

Why = Annotated[str, typer.Option("--why", help="The reason; it stands in the graph with the decision.")]
Who = Annotated[str, typer.Option("--who", envvar="KG_WHO", help="Who decides.")]


def register(app: typer.Typer) -> None:
    app.command("entity")(entity)
    app.command("merge")(merge)
    app.command("split")(split)
    app.command("review")(review)
    app.command("history")(history)
    app.command("conflicts")(conflicts)


def entity(
    name: Annotated[str, typer.Argument(help="A name in any case, or an id such as person/stiv-uitkof.")],
    store: options.Store = options.DEFAULT_STORE,
    as_json: options.AsJson = False,
) -> None:
    """Show who or what a name is: every mention, why it was linked, and what it was kept apart from.

    Exit code 1: nothing is called so.

    Example: kg entity "Стив Уиткоф"
    """
    from kg import dossier
    from kg.store import open_store

    with open_store(store, read_only=True) as opened:
        found = [one | dossier.entity(opened, one["id"]) for one in dossier.find(opened, name)]
    if as_json:
        _print_json(found)
    else:
        for one in found:
            _print_entity(one)
    if not found:
        print(f"nothing is called {name!r} in {store}", file=sys.stderr)
        raise typer.Exit(1)


def merge(
    a: Annotated[str, typer.Argument(help="The entity whose id stays: a name or an id.")],
    b: Annotated[str, typer.Argument(help="The entity that is the same one: a name, an id, or a chain (doc-start).")],
    why: Why = "",
    who: Who = "",
    store: options.Store = options.DEFAULT_STORE,
    verdicts: options.Verdicts = None,
) -> None:
    """Decide that two entities are one. The next build applies it; deleting the line in the file undoes it.

    Example: kg merge person/stiv-uitkof person/witkoff --why "one envoy, two spellings"
    """
    from kg import dossier
    from kg.store import open_store

    with open_store(store, read_only=True) as opened:
        first = dossier.find_one(opened, a)["id"]
        second = b if dossier.chain(opened, b) else dossier.find_one(opened, b)["id"]
    _decide("same", first, second, who, why, verdicts)


def split(
    a: Annotated[str, typer.Argument(help="The entity that holds too much: a name or an id.")],
    b: Annotated[str, typer.Argument(help="What is not it: a chain (doc-start), a document id, or one of its names.")],
    why: Why = "",
    who: Who = "",
    store: options.Store = options.DEFAULT_STORE,
    verdicts: options.Verdicts = None,
) -> None:
    """Decide that a part of an entity is another one. The next build applies it; deleting the line undoes it.

    Example: kg split "Дмитриев" 3f2a8c11d0b94e57-1042 --why "the footballer"
    """
    from kg import dossier
    from kg.store import open_store

    with open_store(store, read_only=True) as opened:
        first = dossier.find_one(opened, a)["id"]
    _decide("split", first, b, who, why, verdicts)


def review(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many calls to look at.")] = 20,
    who: Who = "",
    store: options.Store = options.DEFAULT_STORE,
    verdicts: options.Verdicts = None,
    as_json: options.AsJson = False,
) -> None:
    """Go through the closest calls, the closest first: is this one the same as that? yes, no, skip or quit.

    Where the input is no terminal the calls are only listed.

    Example: kg review --limit 10 --who Ана
    """
    from kg import dossier
    from kg.store import open_store

    with open_store(store, read_only=True) as opened:
        calls = dossier.close_calls(opened, limit)
    if as_json:
        _print_json(calls)
        return
    asked = sys.stdin.isatty()
    for number, call in enumerate(calls, start=1):
        _print_call(number, len(calls), call)
        if asked:
            answer = typer.prompt("the same? [y]es [n]o [s]kip [q]uit", default="s")[:1].lower()
            if answer == "q":
                break
            if answer in "yn":
                _decide(*_verdict_of(call, answer == "y"), who, "reviewed", verdicts)
    if not calls:
        print("no close calls are left", file=sys.stderr)


def history(
    event: Annotated[str, typer.Argument(help="The id of an event; or a name, to see its events.")],
    store: options.Store = options.DEFAULT_STORE,
    as_json: options.AsJson = False,
) -> None:
    """Print what was said of an event, in order, with sentence and source. Exit code 1: there is no such event.

    Example: kg history a0ba3ebab4bc7ce6
    """
    from kg import dossier
    from kg.store import open_store

    with open_store(store, read_only=True) as opened:
        told = dossier.history(opened, event)
        events = (
            [] if told else [e for one in dossier.find(opened, event) for e in dossier.events_of(opened, one["id"])]
        )
    if as_json:
        _print_json(told or events)
    for line in told if not as_json else []:
        _print_claim(line)
    for line in events if not as_json else []:
        print(f"{line['event']}  {line['kind']}, {line['status']}  {line['day'] or ''}  {line['actors']}")
    if not told and not events:
        print(f"no event and no actor is called {event!r} in {store}; events: kg query who-met-whom", file=sys.stderr)
        raise typer.Exit(1)


SIDES = (("publisher", "speaker", "sentence"), ("otherPublisher", "otherSpeaker", "otherSentence"))  # of a disagreement


def conflicts(store: options.Store = options.DEFAULT_STORE, as_json: options.AsJson = False) -> None:
    """Print where sources disagree on date, place, status or participants of an event, side by side.

    Example: kg conflicts
    """
    from kg import dossier
    from kg.store import open_store

    with open_store(store, read_only=True) as opened:
        found = dossier.conflicts(opened)
    if as_json:
        _print_json(found)
        return
    for (id, kind, who), told in groupby(found, key=lambda one: (one["id"], one["kind"], one["who"])):
        print(f"{id}  {kind}  {who}")
        for one in told:
            print(f"    {one['over']}: {one['one']} – {one['two']}")
            for publisher, speaker, sentence in SIDES:
                voice = f" ({one[speaker]})" if one[speaker] else ""
                print(f"        {one[publisher] or 'no source'}{voice}: {one[sentence].strip()}")
    if not found:
        print("the sources agree", file=sys.stderr)


def _decide(verdict: str, a: str, b: str, who: str, why: str, file: Path | None) -> None:
    from kg.verdicts import Verdict, append

    path = file or options.DEFAULT_VERDICTS
    new = append(path, Verdict(verdict, a, b, who, why))
    print(f"{verdict}\t{a}\t{b}")
    told = "written to" if new else "stands already in"
    print(f"{told} {path}; the next kg build applies it", file=sys.stderr)


def _verdict_of(call: dict[str, Any], same: bool) -> tuple[str, str, str]:
    if same:
        return "same", call["a"], call["b"]
    return ("apart" if call["decision"] == "apart" else "split"), call["a"], call["b"]


def _print_json(found: Any) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=2))


def _print_entity(one: dict[str, Any]) -> None:
    print(f"{one['label']}  {one['kind']}  {one['id']}{'  ' + one['country'] if one['country'] else ''}")
    for mention in one["mentions"]:
        source = ", ".join(str(mention[key]) for key in ("publisher", "said", "headline") if mention[key])
        sure = f"{mention['reason']}, {mention['score']:g}{', inferred' if mention['inferred'] else ''}"
        if mention["base"] != mention["name"]:
            sure = f"in its text {mention['name']}; {sure}"
        print(f"  {mention['words']}  ({sure})  {source or mention['document']}  {mention['chain'].rpartition('/')[2]}")
        print(f"      {mention['around'].strip()}")
    for matter in one["subjects"]:
        print(f"  about: {matter['subject']}")
        print(f"      {matter['sentence'].strip()}")
    for other in one["kept apart"]:
        print(f"  kept apart from {other['label']}  {other['other']}  ({other['reason']})")


def _print_call(number: int, total: int, call: dict[str, Any]) -> None:
    decided = "kept apart" if call["decision"] == "apart" else "taken to be the same"
    print(f"{number}/{total}  {call['aName']} ({call['a']})  –  {call['bName']} ({call['b']})")
    print(f"    {decided}: {call['reason']}, {call['score']:g}")
    for passage in call["passages"]:
        print(f"    {passage['text'].strip()}")


def _print_claim(line: dict[str, Any]) -> None:
    dates = " – ".join(str(line[key]) for key in ("from", "to") if line.get(key))
    print(f"{line['said'] or 'undated'}  {line['publisher'] or ''}  {line['status']}{'  ' + dates if dates else ''}")
    print(f"    {line['sentence'].strip()}")
