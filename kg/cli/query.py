"""`kg query`, `kg check`, `kg serve`, `kg export`, `kg import`, `kg ontology-docs`: what is asked of a store."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from kg.cli import options
from kg.errors import InputError, KgError, QueryError

UPDATE = re.compile(r"^\s*(?:(?:PREFIX|BASE)\b[^>]*>\s*)*(?:INSERT|DELETE|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH)\b", re.IGNORECASE)
ROWS, GRAPHS = ("table", "json", "csv", "tsv"), ("turtle", "ntriples", "nquads", "trig", "jsonld")
Question = Annotated[
    str | None, typer.Argument(help="Name of a question (kg query --list), a file with SPARQL, or SPARQL itself.")
]
Text = Annotated[str | None, typer.Option("--execute", "-e", metavar="SPARQL", help="The query itself.")]
Param = Annotated[
    list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="Value of a parameter; repeatable.")
]
Format = Annotated[
    str | None,
    typer.Option("--format", "-f", help=f"{', '.join(ROWS)}; for CONSTRUCT and DESCRIBE {', '.join(GRAPHS)}."),
]
Timeout = Annotated[float, typer.Option("--timeout", min=0.01, help="Seconds after which a query is stopped.")]


def register(app: typer.Typer) -> None:
    app.command("query")(query)
    app.command("check")(check)
    app.command("serve")(serve)
    app.command("export")(export)
    app.command("import")(import_)
    app.command("ontology-docs")(ontology_docs)


def query(
    question: Question = None,
    execute: Text = None,
    param: Param = None,
    store: options.Store = options.DEFAULT_STORE,
    format: Format = None,
    as_json: options.AsJson = False,
    timeout: Timeout = 60.0,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most rows or triples to give.")] = 10_000,
    list_: Annotated[bool, typer.Option("--list", help="List the questions that have names.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Carry out a SPARQL update instead of a query.")] = False,
) -> None:
    """Ask the graph: a question with a name, a file, or SPARQL of your own. Exit code 1: an ASK was answered "no".

    Example: kg query meetings-of --param actor="Стив Уиткоф"
    """
    from kg.store import open_store
    from kg.store.sparql import bind, parameters

    if list_:
        _list_questions(as_json or format == "json")
        return
    if (question is None) == (execute is None):
        raise QueryError("give either the name of a question or -e SPARQL; the names: kg query --list")
    text = execute if execute is not None else _text_of(question or "")
    values = dict(map(_pair, param or []))
    known = {parameter.name: parameter for parameter in parameters(text)}
    if missing := [parameter for name, parameter in known.items() if name not in values]:
        examples = " ".join(f'--param {parameter.name}="{parameter.example}"' for parameter in missing)
        unknown = "".join(f"it has no parameter {name}; " for name in values if name not in known)
        raise QueryError(f"this question needs more; {unknown}for example: kg query {question} {examples}")
    if write:
        with open_store(store) as opened:
            opened.update(bind(text, values))
        return
    try:
        with open_store(store, read_only=True) as opened:
            answer = opened.query(text, values, timeout=timeout, limit=limit)
    except QueryError as error:
        if UPDATE.search(text):
            raise QueryError(f"{error}; to change the store by SPARQL update: --write") from error
        raise
    sys.stdout.write(answer.written("json" if as_json else format or "table"))
    if answer.cut:
        print(f"only the first {limit}; for more: --limit", file=sys.stderr)
    if answer.boolean is False:
        raise typer.Exit(1)


def check(
    file: Annotated[
        Path | None, typer.Argument(help="An RDF file to check instead of the store (.ttl, .trig, .nt, .nq, .jsonld).")
    ] = None,
    store: options.Store = options.DEFAULT_STORE,
    rules: options.Rules = None,
    model: options.Model = None,
    examples: Annotated[
        bool, typer.Option("--examples", help="Parse the example sentences of the rules too; takes a minute.")
    ] = False,
    graph: Annotated[
        list[str] | None, typer.Option("--graph", help="Check only this graph of the store; repeatable.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Check the rules, the ontology with its questions, and the graphs by SHACL. Exit code 1: not all is well.

    Example: kg check
    """
    from kg import check as checks

    findings = [*checks.rule_findings(rules), *checks.ontology_findings()]
    if examples:
        findings += checks.sentence_findings(options.settings(model, rules))
    graphs = iter(checks.graphs_of_file(file)) if file else _stored_graphs(store, graph)
    findings += checks.shape_findings(graphs)
    if as_json:
        print(json.dumps({"conforms": not findings, "findings": findings}, ensure_ascii=False))
    else:
        for finding in findings:
            print(finding)
        print("all is well" if not findings else f"{len(findings)} findings", file=sys.stderr)
    if findings:
        raise typer.Exit(1)


def serve(
    store: options.Store = options.DEFAULT_STORE,
    site: Annotated[
        Path | None, typer.Option("--site", help="Page or folder of pages to serve; without it the store's graph.html.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 7878,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen at; one that other machines reach needs --token.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option("--token", envvar="KG_SERVE_TOKEN", help="Ask every visitor for it (Authorization: Bearer ...)."),
    ] = None,
    timeout: Timeout = 60.0,
) -> None:
    """Serve the store for reading: SPARQL at /sparql, the pages at /, questions at /query.html.

    Example: kg serve --port 8000
    """
    import signal

    from kg.serve import open_door
    from kg.store import LocalStore, open_store

    opened = open_store(store, read_only=True)
    if not isinstance(opened, LocalStore):
        raise KgError(f"{store} is a server already; kg serve is for a store in a folder")
    if site and not site.exists():
        raise InputError(f"--site {site}: there is no such page or folder; make one: kg view")
    page = Path(store) / "graph.html"
    site = site or (page if page.is_file() else None)
    door = open_door(opened, host, port, site=site, token=token, timeout=timeout)
    print(f"serving {store} at http://{host}:{door.server_port}/ (end with Ctrl-C)", file=sys.stderr, flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        door.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        door.server_close()


def export(
    store: options.Store = options.DEFAULT_STORE,
    format: Annotated[str, typer.Option("--format", "-f", help="trig, nquads, turtle, jsonld.")] = "trig",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; without it standard output.")
    ] = None,
) -> None:
    """Write the whole store as RDF, in one order whatever the history: the same graph gives the same bytes.

    Example: kg export --format nquads --output news.nq
    """
    from kg.dump import write_dump
    from kg.store import open_store

    with open_store(store, read_only=True) as opened:
        if output is None:
            write_dump(opened, format, sys.stdout.buffer)
            return
        with output.open("wb") as stream:
            write_dump(opened, format, stream)
    print(f"wrote {output}", file=sys.stderr)


def import_(
    dump: Annotated[Path, typer.Argument(help="RDF with named graphs: .nq, .trig or .jsonld, as kg export writes it.")],
    store: options.Store = options.DEFAULT_STORE,
) -> None:
    """Fill an empty store from a dump.

    Example: kg import news.nq --store copy
    """
    from kg.dump import read_dump
    from kg.store import open_store

    with open_store(store) as opened:
        if opened.graphs():
            raise KgError(f"the store {store} is not empty; import into a new one: --store FOLDER")
        graphs = read_dump(dump)
        opened.replace(graphs)
    print(f"{len(graphs)} graphs in {store}", file=sys.stderr)


def ontology_docs(
    folder: Annotated[Path, typer.Argument(help="Folder to write the pages to; it is made.")],
) -> None:
    """Write the ontology as HTML pages: classes, properties, questions.

    Example: kg ontology-docs site/ontology
    """
    from kg.ontology_pages import write_pages

    for page in write_pages(folder):
        print(page)


def _list_questions(as_json: bool) -> None:
    from kg import resources
    from kg.store.sparql import parameters, question

    listed: list[dict[str, Any]] = []
    for file in sorted((resources.path("ontology") / "queries").glob("*.rq")):
        text = file.read_text("utf-8")
        en, bg = question(text)
        given = [{"name": p.name, "example": p.example, "en": p.en, "bg": p.bg} for p in parameters(text)]
        listed.append({"name": file.stem, "en": en, "bg": bg, "parameters": given})
    if as_json:
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for entry in listed:
        print(f"{entry['name']}\n    {entry['bg']}\n    {entry['en']}")
        for one in entry["parameters"]:
            print(f'    --param {one["name"]}="{one["example"]}"  {one["bg"]} / {one["en"]}')


def _text_of(question: str) -> str:
    import difflib

    from kg import resources

    if "{" in question:  # no question and hardly a file is called so: it is the SPARQL itself
        return question
    folder = resources.path("ontology") / "queries"
    named = folder / f"{question}.rq"
    path = named if named.parent == folder and named.is_file() else Path(question)
    if not path.is_file():
        names = [file.stem for file in folder.glob("*.rq")]
        near = difflib.get_close_matches(question, names, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise QueryError(f"no question and no file is called {question!r}; {hint}the names: kg query --list")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise QueryError(f"{path}: not text in UTF-8") from error


def _pair(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals or not name:
        raise QueryError(f'--param {given!r}: write NAME=VALUE, such as --param actor="Стив Уиткоф"')
    return name, value


def _stored_graphs(store: str, names: list[str] | None) -> Iterator[list[str]]:
    from kg.store import open_store

    with open_store(store, read_only=True) as opened:
        known = opened.graphs()
        for name in names or known:
            if name not in known:
                raise QueryError(f"the store {store} has no graph {name}")
            yield list(opened.quads(name))
