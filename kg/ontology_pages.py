"""The ontology as pages that open offline: terms (by pyLODE), shapes, questions, with the files that they come from."""

from __future__ import annotations

import html
import logging
import shutil
from pathlib import Path
from typing import Any

from kg import resources
from kg.errors import KgError
from kg.store.sparql import parameters, question

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{overflow-x:auto;"
    "padding:.8rem;border:1px solid #8886}h2{margin-top:2.2rem}svg{max-width:100%;height:auto}td,th{text-align:left;"
    "padding:.2rem .8rem .2rem 0;vertical-align:top}"
)
LINKS = (("index.html", "Terms"), ("shapes.html", "Shapes"), ("questions.html", "Questions"), ("kg.ttl", "kg.ttl"))


def write_pages(folder: Path) -> tuple[Path, ...]:
    """Write the pages into `folder`, which is made; gives what was written. Raises KgError where pyLODE is missing."""
    source = resources.path("ontology")
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"index.html": _terms(source), "shapes.html": _shapes(source), "questions.html": _questions(source)}
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")
    copied = [source / "kg.ttl", source / "shapes.ttl", source / "examples" / "valid" / "sample.trig"]
    for file in copied:
        shutil.copyfile(file, folder / file.name)
    return tuple(sorted(folder / name for name in (*pages, *(file.name for file in copied))))


def _terms(source: Path) -> str:
    root = logging.getLogger()
    level = root.level  # pyLODE reports its progress through the root logger, and sets it to do so
    logging.disable(logging.INFO)
    try:
        from pylode import OntPub
    except ImportError as error:
        raise KgError("the pages are made by pyLODE; install it: pip install 'diplokg[teach]'") from error
    else:
        page = OntPub(ontology=_own_terms(source)).make_html()
    finally:
        logging.disable(logging.NOTSET)
        root.setLevel(level)
    diagram = (source / "diagram.svg").read_text("utf-8")
    before, body, after = page.partition("<body>")
    figure = f'<figure style="max-width:56rem;margin:0 16rem 0 0">{diagram}</figure>'
    return f"{before}{body}\n{_navigation()}\n{figure}{after}"


def _own_terms(source: Path) -> Any:
    """kg.ttl without what belongs to others, and one label a term in both languages, as pyLODE shows them."""
    import rdflib

    whole, own = rdflib.Graph().parse(source / "kg.ttl"), rdflib.Graph()
    kept = {*whole.subjects(rdflib.RDFS.isDefinedBy, None), *whole.subjects(rdflib.RDF.type, rdflib.OWL.Ontology)}
    for subject, predicate, value in sorted(whole, key=str):
        if subject in kept or isinstance(subject, rdflib.BNode):
            own.add((subject, predicate, value))
    for subject in sorted(kept, key=str):
        for name in (rdflib.RDFS.label, rdflib.DCTERMS.title):
            words = {getattr(word, "language", None): str(word) for word in own.objects(subject, name)}
            if words:
                own.set((subject, name, rdflib.Literal(f"{words['en']} · {words['bg']}")))
    return own


def _shapes(source: Path) -> str:
    import rdflib

    shapes = rdflib.Graph().parse(source / "shapes.ttl")
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    text = (source / "shapes.ttl").read_text("utf-8")
    blocks = {block.split()[0]: block for block in text.split("\n\n") if block.startswith("shape:")}
    examples = {file: file.read_text("utf-8") for file in sorted((source / "examples" / "invalid").glob("*.ttl"))}
    sample = _sample(source)
    parts = [
        "<h1>Shapes</h1><p>What a graph must look like. <code>kg check</code> applies them. Under each shape: a node of "
        'the <a href="sample.trig">sample</a> that conforms, and mistakes that trip it.</p>'
    ]
    for shape in sorted(shapes.subjects(rdflib.RDF.type, sh.NodeShape), key=str):
        name = str(shape).rpartition("#")[2]
        labels = {getattr(label, "language", None): str(label) for label in shapes.objects(shape, rdflib.RDFS.label)}
        parts.append(f'<h2 id="{name}">{name}</h2><p>{_safe(labels["en"])}.<br>{_safe(labels["bg"])}.</p>')
        parts.append(f"<pre>{_safe(blocks[f'shape:{name}'])}</pre>")
        target, of = shapes.value(shape, sh.targetClass), shapes.value(shape, sh.targetSubjectsOf)
        parts.append(_example("conforms", _node(sample, sample.subjects(rdflib.RDF.type if target else of, target))))
        for file, example in examples.items():
            if example.startswith(f"# trips: {name}\n"):
                parts.append(_example(f"trips: {file.stem}", example))
    return _page("Shapes", parts)


def _example(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary><pre>{_safe(text)}</pre></details>"


def _sample(source: Path) -> Any:
    """The valid example as one graph, with the short names of kg.ttl."""
    import pyoxigraph
    import rdflib

    quads = pyoxigraph.parse(path=str(source / "examples" / "valid" / "sample.trig"))
    graph = rdflib.Graph().parse(data="\n".join(f"{quad.triple} ." for quad in quads), format="nt")
    for prefix, iri in rdflib.Graph().parse(source / "kg.ttl").namespaces():
        graph.bind(prefix, iri)
    return graph


def _node(graph: Any, subjects: Any) -> str:
    """What the graph says of the first of the subjects, in Turtle without its head."""
    import rdflib

    first, part = min(subjects, key=str), rdflib.Graph()
    for prefix, iri in graph.namespaces():
        part.bind(prefix, iri)
    for triple in graph.triples((first, None, None)):
        part.add(triple)
    lines = part.serialize(format="turtle").splitlines()
    return "\n".join(line for line in lines if line and not line.startswith("@prefix"))


def _questions(source: Path) -> str:
    parts = ["<h1>Questions</h1><p><code>kg query NAME --param NAME=VALUE</code></p>"]
    for file in sorted((source / "queries").glob("*.rq")):
        text = file.read_text("utf-8")
        en, bg = question(text)
        parts.append(f'<h2 id="{file.stem}">{file.stem}</h2><p>{_safe(en)}<br>{_safe(bg)}</p>')
        if given := parameters(text):
            rows = "".join(
                f"<tr><td><code>{p.name}</code></td><td>{_safe(p.en)}</td><td>{_safe(p.example)}</td></tr>"
                for p in given
            )
            parts.append(f"<table><tr><th>Parameter</th><th></th><th>Example</th></tr>{rows}</table>")
        parts.append(f"<pre>{_safe(text)}</pre>")
    return _page("Questions", parts)


def _navigation() -> str:
    return "<nav>" + " · ".join(f'<a href="{address}">{label}</a>' for address, label in LINKS) + "</nav>"


def _page(title: str, parts: list[str]) -> str:
    head = f'<head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head>'
    return "\n".join(['<!doctype html>\n<html lang="en">', head, "<body>", _navigation(), *parts, "</body></html>", ""])


def _safe(text: str) -> str:
    return html.escape(text)
