"""`kg build`, `kg remove`, `kg watch`, `kg status`: the store and its sources. `kg extract`, `kg explain`: one text."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli import options
from kg.errors import InputError

if TYPE_CHECKING:
    from kg.desk import Options, Tell
    from kg.pipeline import BuildReport

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Files and folders of news; without any: those of earlier builds, at first data/news."),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", envvar="KG_SCHEDULER", help="Dask scheduler (tcp://host:8786) that does the reading."),
]
Limit = Annotated[int, typer.Option("--limit", min=1, envvar="KG_LIMIT", help="Greatest size of a document in bytes.")]
Base = Annotated[str, typer.Option("--base", envvar="KG_BASE", help="IRI under which the data's names are made.")]
Wait = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for another build of the same store.")]
Diff = Annotated[bool, typer.Option("--diff", help="Print the facts added (+), withdrawn (-) and changed (~).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing; print what would change, as --diff does.")]
Html = Annotated[
    Path | None,
    typer.Option(
        "--html",
        envvar="KG_HTML",
        help="Where the page of the graph goes; without it: graph.html in the folder of the store.",
    ),
]
BASE = "https://w3id.org/diplokg/id/"
LIMIT = 20_000_000
RARELY = 100_000  # new objects after which Python looks for dead cycles: a build makes millions, and hardly a cycle


def register(app: typer.Typer) -> None:
    app.command("build")(build)
    app.command("remove")(remove)
    app.command("watch")(watch)
    app.command("status")(status)
    app.command("extract")(extract)
    app.command("explain")(explain)


def build(
    paths: Paths = None,
    store: options.Store = options.DEFAULT_STORE,
    model: options.Model = None,
    rules: options.Rules = None,
    gazetteer: options.Gazetteer = None,
    verdicts: options.Verdicts = None,
    jobs: options.Jobs = 0,
    scheduler: Scheduler = None,
    limit: Limit = LIMIT,
    base: Base = BASE,
    wait: Wait = 600,
    diff: Diff = False,
    dry_run: DryRun = False,
    html: Html = None,
    as_json: options.AsJson = False,
) -> None:
    """Bring the store up to date with the news: only what is new or changed is read.

    Example: kg build data/news --diff
    """
    from kg import pipeline

    gc.set_threshold(RARELY)
    chosen = _options(model, rules, gazetteer, verdicts, jobs, scheduler, limit, base, wait, diff, dry_run)
    with _progress() as tell:
        report = pipeline.build(paths or [], store, chosen, tell=tell)
    _print_report(report, as_json)
    if not dry_run and not as_json:
        _show(store, html, report)
    if report.problems:
        raise typer.Exit(1)


def remove(
    sources: Annotated[list[str], typer.Argument(help="Files, folders or ids of documents to take back.")],
    store: options.Store = options.DEFAULT_STORE,
    model: options.Model = None,
    rules: options.Rules = None,
    gazetteer: options.Gazetteer = None,
    verdicts: options.Verdicts = None,
    base: Base = BASE,
    wait: Wait = 600,
    diff: Diff = False,
    dry_run: DryRun = False,
    as_json: options.AsJson = False,
) -> None:
    """Take back all that only these sources said; they are not read again until they are named to kg build.

    Example: kg remove data/news/2025-11-axios-miami.txt --diff
    """
    from kg import pipeline

    chosen = _options(model, rules, gazetteer, verdicts, 0, None, LIMIT, base, wait, diff, dry_run)
    with _progress() as tell:
        report = pipeline.remove(sources, store, chosen, tell=tell)
    _print_report(report, as_json)


def watch(
    folder: Annotated[Path, typer.Argument(help="Folder of news to watch.")],
    store: options.Store = options.DEFAULT_STORE,
    model: options.Model = None,
    rules: options.Rules = None,
    gazetteer: options.Gazetteer = None,
    verdicts: options.Verdicts = None,
    limit: Limit = LIMIT,
    base: Base = BASE,
    wait: Wait = 600,
    html: Html = None,
) -> None:
    """Build now and again whenever files in the folder arrive, change or go, until interrupted.

    Example: kg watch data/news --store .kg
    """
    from kg import pipeline

    chosen = _options(model, rules, gazetteer, verdicts, 1, None, limit, base, wait, True, False)
    if folder.is_dir():
        print(f"watching {folder}; stop with Ctrl-C", file=sys.stderr)
    for report in pipeline.watch(folder, store, chosen):
        _print_report(report, False)
        _show(store, html, report, answer=False)
        sys.stdout.flush()


def status(
    store: options.Store = options.DEFAULT_STORE,
    model: options.Model = None,
    rules: options.Rules = None,
    gazetteer: options.Gazetteer = None,
    verdicts: options.Verdicts = None,
    base: Base = BASE,
    sources: Annotated[bool, typer.Option("--sources", help="List each source with its documents.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Say what is in the store and what is stale: files that changed since, and rules or models that did.

    Example: kg status --sources
    """
    from kg import pipeline

    chosen = _options(model, rules, gazetteer, verdicts, 0, None, LIMIT, base, 0, False, False)
    found = pipeline.status(store, chosen)
    record = dataclasses.asdict(found)
    if not sources:
        record["sources"] = len(found.sources)
    if as_json:
        print(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        print(found.text(sources))
    if not found.fresh:
        raise typer.Exit(1)


def extract(
    files: Annotated[list[Path], typer.Argument(help="Files and folders of news.")],
    model: options.Model = None,
    rules: options.Rules = None,
    gazetteer: options.Gazetteer = None,
    jobs: options.Jobs = 0,
    limit: Limit = LIMIT,
) -> None:
    """Print what each text says of encounters and statements: one JSON object a document and line. No store is needed.

    Example: kg extract data/news/2025-11-axios-miami.txt
    """
    from kg import pipeline
    from kg.extract import annotation

    chosen = _options(model, rules, gazetteer, None, jobs, None, limit, BASE, 0, False, False)
    failed = False
    with _progress() as tell:
        for name, extraction in pipeline.extract_files(files, chosen, tell=tell):
            if isinstance(extraction, InputError):
                print(f"error: {extraction}", file=sys.stderr)
                failed = True
                continue
            print(json.dumps(annotation(extraction, name), ensure_ascii=False))
    if failed:
        raise typer.Exit(1)


def explain(
    sentence: Annotated[str, typer.Argument(help="A sentence (or more) in Bulgarian.")],
    model: options.Model = None,
    rules: options.Rules = None,
    gazetteer: options.Gazetteer = None,
) -> None:
    """Show why a sentence is understood as it is: its tree, the frames that fired, and those that nearly did.

    Example: kg explain "Министърът се срещна с посланика в София."
    """
    from kg import stages
    from kg.explain import explain as explained
    from kg.model import Document

    document = Document(sentence)
    if not sentence.strip():
        raise InputError("the sentence is empty; give it in quotes")
    chosen = options.settings(model, rules, gazetteer)
    (sentences,) = stages.parse([document], chosen)
    print(explained(document, sentences, stages.lexicon(chosen), stages.gazetteer(chosen)))


def _options(
    model: str | None,
    rules: Path | None,
    gazetteer: list[Path] | None,
    verdicts: Path | None,
    jobs: int,
    scheduler: str | None,
    limit: int,
    base: str,
    wait: float,
    diff: bool,
    dry_run: bool,
) -> Options:
    from kg.desk import Options

    return Options(
        settings=options.settings(model, rules, gazetteer, verdicts),
        base=base,
        jobs=jobs,
        scheduler=scheduler,
        limit=limit,
        wait=wait,
        dry_run=dry_run,
        diff=diff,
    )


def _print_report(report: BuildReport, as_json: bool) -> None:
    for text in (*report.notes, *report.problems):
        print(f"{'error' if text in report.problems else 'note'}: {text}", file=sys.stderr)
    if as_json:
        record = dataclasses.asdict(report)
        record["changes"] = [
            {"source": c.source, "sign": c.sign, **dataclasses.asdict(c.fact), "before": c.before and c.before.text}
            for c in report.changes
        ]
        print(json.dumps(record, ensure_ascii=False, indent=2))
        return
    source = None
    for change in report.changes:
        if change.source != source:
            source = change.source
            print(source)
        print(f"  {change}")
    for old, new in report.moved:
        print(f"moved: {old} -> {new}", file=sys.stderr)
    print(_summary(report), file=sys.stderr)


def _summary(report: BuildReport) -> str:
    parts = [f"{report.documents} documents from {report.sources} files"]
    parts += [
        f"{count} {word}"
        for count, word in (
            (report.added, "added"),
            (report.redone, "redone"),
            (report.removed, "removed"),
            (report.parsed, "parsed"),
            (report.skipped, "sentences skipped"),
            (len(report.problems), "problems"),
        )
        if count
    ]
    return ", ".join(parts) + ("" if report.published else ", nothing written")


def _show(store: str, html: Path | None, report: BuildReport, answer: bool = True) -> None:
    """The page of the graph (made again only when the graph changed), where it is, and one answered question."""
    local = not store.startswith(("http://", "https://"))
    page = html or (Path(store) / "graph.html" if local else Path("graph.html"))
    if report.published or not page.exists():
        from kg.store import open_store
        from kg.view import write_page

        with open_store(store, read_only=True) as opened:
            write_page(opened, page)
            if answer and report.documents:
                _answer(opened)
    print(f"The graph: {page.resolve().as_uri()}")


def _answer(store: Any) -> None:
    from kg import resources

    text = (resources.path("ontology") / "queries" / "who-met-whom.rq").read_text("utf-8")
    found = store.query(text, {}, limit=8)
    print(found.written("table"), end="")


@contextlib.contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on stderr while work goes on, only where a person watches."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks: dict[str, Any] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total or None)
            bar.update(tasks[stage], completed=done, total=total or None)

        yield tell
