"""`kg score`: extraction against gold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from kg.errors import InputError


def register(app: typer.Typer) -> None:
    app.command("score")(score)


def score(
    gold: Annotated[
        Path | None, typer.Argument(help="Folder of gold annotations (*.json) with their texts (*.txt) beside them.")
    ] = None,
    system: Annotated[
        Path | None, typer.Option(help="Folder of annotations to judge; without it the texts are extracted now.")
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="List each miss and each false find with its sentence.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="Folder of Stanza models; the ones inside kg when left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure extraction against gold: precision, recall and F1 with 95 % intervals.

    Example: kg score data/gold --errors
    """
    from kg import resources
    from kg.score import report, score_document

    folder = gold or resources.path("gold")
    texts = read_texts(folder)
    golden = read_annotations(folder, texts)
    found = (
        read_annotations(system, texts)
        if system
        else extract_annotations([folder / f"{name}.txt" for name in golden], model)
    )
    empty: dict[str, Any] = {"events": [], "statements": []}
    documents = [score_document(golden[name], found.get(name, empty)) for name in sorted(golden)]
    faults = [
        fault_record(fault, texts.get(name)) for name, document in zip(sorted(golden), documents, strict=True)
        for fault in document.faults
    ]  # fmt: skip
    result = report(documents)
    if as_json:
        print(json.dumps(result | ({"errors": faults} if errors else {}), ensure_ascii=False, indent=2))
        return
    print_report(result)
    if errors:
        print_faults(faults)


def read_texts(folder: Path) -> dict[str, str]:
    """File name without ending -> the document's text as kg reads it (a `date ...` header is not part of it)."""
    from kg.model import Document
    from kg.read import read_paths

    paths = sorted(folder.glob("*.txt"))
    return {path.stem: item.text for path, item in read_paths(paths) if isinstance(item, Document)}


def extract_annotations(paths: list[Path], model: str | None) -> dict[str, Any]:
    """File name without ending -> what kg understands of it now."""
    from kg import stages
    from kg.extract import annotation
    from kg.model import Document
    from kg.read import read_paths

    settings = stages.Settings(model=model)
    documents = []
    for path, item in read_paths(paths):
        if not isinstance(item, Document):
            raise item
        documents.append((path.stem, item))
    parses = stages.parse([document for _, document in documents], settings)
    return {
        name: annotation(stages.extract(document, sentences, settings), name)
        for (name, document), sentences in zip(documents, parses, strict=True)
    }


def read_annotations(folder: Path, texts: dict[str, str]) -> dict[str, Any]:
    """File name without ending -> annotation, checked against its text where there is one."""
    from kg.score import check

    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise InputError(f"{folder}: no annotations (*.json) here; give a folder in the format of data/gold")
    annotations = {}
    for path in paths:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: cannot be read as JSON: {error}; mend or remove the file") from error
        annotations[path.stem] = check(content, texts.get(path.stem), str(path))
    return annotations


def fault_record(fault: Any, text: str | None) -> dict[str, Any]:
    """One fault as plain data, with the sentence that it is about."""
    from kg.score import sentence_at

    return {
        "doc": fault.doc,
        "figure": fault.figure,
        "fault": "missed" if fault.missed else "false",
        "what": fault.what,
        "sentence": sentence_at(text, fault.start) if text is not None and fault.start is not None else None,
    }


def print_report(result: dict[str, Any]) -> None:
    """The figures as tables on standard output."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)

    def table(title: str, *columns: str) -> Table:
        made = Table(title=title, box=box.SIMPLE, title_justify="left")
        for number, column in enumerate(columns):
            made.add_column(column, justify="right" if number else "left", no_wrap=True)
        return made

    def counts(row: dict[str, Any]) -> list[str]:
        return [f"{row[key]:.3f}" for key in ("precision", "recall", "f1")] + [
            str(row[key]) for key in ("hits", "false", "missed")
        ]

    def interval(pair: tuple[float, float]) -> str:
        return f"{pair[0]:.2f}–{pair[1]:.2f}"

    figures = table(f"{result['documents']} documents", "figure", "P", "R", "F1", "hits", "false", "missed", "F1 95 %")
    for name, row in result["figures"].items():
        figures.add_row(name, *counts(row), interval(row["f1_95"]))
    console.print(figures)
    shares = table("on matched events", "attribute", "right", "of", "share", "95 %")
    for name, row in result["shares"].items():
        shares.add_row(name, str(row["right"]), str(row["of"]), f"{row['value']:.3f}", interval(row["value_95"]))
    console.print(shares)
    kinds = table("by kind", "kind", "P", "R", "F1", "hits", "false", "missed")
    for kind, rows in result["kinds"].items():
        for figure, row in rows.items():
            kinds.add_row(f"{kind} {figure}", *counts(row))
    console.print(kinds)
    if result["registers"]:
        registers = table("by register", "register", "P", "R", "F1", "hits", "false", "missed")
        for register_name, rows in result["registers"].items():
            for figure in ("trigger", "pair", "pair+status", "statement"):
                registers.add_row(f"{register_name} {figure}", *counts(rows[figure]))
        console.print(registers)


def print_faults(faults: list[dict[str, Any]]) -> None:
    """Each fault on two lines: what, and the sentence."""
    for fault in faults:
        print(f"{fault['doc']} {fault['fault']:6} {fault['figure']:11} {fault['what']}")
        if fault["sentence"]:
            print(f"    {fault['sentence']}")
