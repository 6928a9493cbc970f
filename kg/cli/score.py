"""`kg score`: extraction against gold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from kg.cli.options import AsJson, Model, settings
from kg.errors import InputError


def register(app: typer.Typer) -> None:
    app.command("score")(score)


def score(
    gold: Annotated[
        Path | None,
        typer.Argument(help="Folder of gold annotations (*.json), their texts (*.txt) beside them; else that of kg."),
    ] = None,
    system: Annotated[
        Path | None, typer.Option(help="Folder of annotations to judge; without it the texts are extracted now.")
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="List each miss and each false find with its sentence and nearest frame.")
    ] = False,
    names: Annotated[
        list[Path] | None,
        typer.Option(help="Measure names instead: a folder of texts (*.txt) with their names (*.tsv); repeatable."),
    ] = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Measure extraction against gold: precision, recall and F1 with 95 % intervals.

    Example: kg score data/gold --errors
    """
    if names:
        results = {str(folder): measure_names(folder, model) for folder in names}
        print(json.dumps(results, ensure_ascii=False, indent=2)) if as_json else print_names(results)
        return
    from kg import resources
    from kg.score import report, score_document

    folder = gold or resources.path("gold")
    texts = read_texts(folder)
    golden = read_annotations(folder, texts)
    why: dict[str, dict[int, str]] = {}
    if system:
        found = read_annotations(system, texts)
    else:
        found, why = extract_annotations([folder / f"{name}.txt" for name in sorted(golden)], model, explain=errors)
    empty: dict[str, Any] = {"events": [], "statements": []}
    documents = [score_document(golden[name], found.get(name, empty)) for name in sorted(golden)]
    result = report(documents)
    if errors:
        result["errors"] = [
            fault_record(fault, texts.get(name), why.get(name, {}))
            for name, document in zip(sorted(golden), documents, strict=True)
            for fault in document.faults
        ]
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return
    print_report(result)
    print_faults(result.get("errors", []))


def read_texts(folder: Path) -> dict[str, str]:
    """File name without ending -> the document's text as kg reads it (a `date ...` header is not part of it)."""
    from kg.model import Document
    from kg.read import read_paths

    paths = sorted(folder.glob("*.txt"))
    return {path.stem: item.text for path, item in read_paths(paths) if isinstance(item, Document)}


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


def extract_annotations(
    paths: list[Path], model: str | None, explain: bool
) -> tuple[dict[str, Any], dict[str, dict[int, str]]]:
    """What kg understands of each file now, and (if asked) what it tried on each word: offset -> frames and reasons."""
    from kg import stages
    from kg.extract import annotation
    from kg.model import Document
    from kg.read import read_paths

    chosen = settings(model)
    documents = []
    for path, item in read_paths(paths):
        if not isinstance(item, Document):
            raise item
        documents.append((path.stem, item))
    parses = stages.parse([document for _, document in documents], chosen)
    found, why = {}, {}
    for (name, document), sentences in zip(documents, parses, strict=True):
        found[name] = annotation(stages.extract(document, sentences, chosen), name)
        if explain:
            why[name] = tried_frames(sentences, stages.lexicon(chosen))
    return found, why


def tried_frames(sentences: Any, lexicon: Any) -> dict[int, str]:
    """Offset of a word -> the frames that know it, each with the slots it filled or the reason why it did not fire."""
    from kg.match import Match, attempts
    from kg.repairs import repair
    from kg.tree import Tree

    tried: dict[int, list[str]] = {}
    for sentence in sentences:
        tree = Tree(repair(sentence))
        for attempt in attempts(tree, lexicon):
            if isinstance(attempt, Match):
                slots = ", ".join(f"{fill.role} <- {tree.form(fill.id)}" for fill in attempt.fills) or "no slot filled"
                words = f"{attempt.frame.id} fired: {slots}"
            else:
                words = f"{attempt.frame.id}: {attempt.reason}"
            tried.setdefault(tree.word(attempt.trigger).start, []).append(words)
    return {offset: "; ".join(frames) for offset, frames in tried.items()}


def measure_names(folder: Path, model: str | None) -> dict[str, Any]:
    """How well base forms, identity, recognition and links of names agree with the gold of a folder."""
    from kg import stages
    from kg.score_names import read_names, score_names

    chosen = settings(model)
    texts = read_names(folder)
    sentences = list(stages.parse([text.document for text in texts], chosen))
    return score_names(texts, sentences, stages.gazetteer(chosen))


def print_names(results: dict[str, Any]) -> None:
    """A line per figure, folder by folder."""
    for folder, figures in results.items():
        print(folder)
        for name, value in figures.items():
            if isinstance(value, dict):
                value = "  ".join(f"{part} {number}" for part, number in value.items())
            print(f"  {name:28} {value}")


def fault_record(fault: Any, text: str | None, why: dict[int, str]) -> dict[str, Any]:
    """One fault as plain data, with the sentence that it is about and the frames that were tried on its word."""
    from kg.score import sentence_at

    return {
        "doc": fault.doc,
        "figure": fault.figure,
        "fault": "missed" if fault.missed else "false",
        "what": fault.what,
        "sentence": sentence_at(text, fault.start) if text is not None and fault.start is not None else None,
        "frames": why.get(fault.start, "no frame knows this word") if why and fault.start is not None else None,
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
        rates = [f"{row[key]:.3f}" for key in ("precision", "recall", "f1")]
        return rates + [str(row[key]) for key in ("hits", "false", "missed")]

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
    """Each fault on two or three lines: what, the sentence, the frames that were tried on its word."""
    for fault in faults:
        print(f"{fault['doc']} {fault['fault']:6} {fault['figure']:11} {fault['what']}")
        if fault["sentence"]:
            print(f"    {fault['sentence']}")
        if fault["frames"]:
            print(f"    frames: {fault['frames']}")
