"""Does it hold together? The rules, the ontology with its shapes and questions, and graphs against the shapes (SHACL).

Every function gives its findings as lines for people, in a stable order; no line means that all is well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kg import resources
from kg.errors import InputError, QueryError, RuleError
from kg.graph import DIP
from kg.stages import Settings
from kg.store.answer import answer_of, short
from kg.store.sparql import bind, parameters, question, tokens


def rule_findings(folder: Path | None = None) -> Iterator[str]:
    """The first mistake in the linguist's files, if there is one."""
    from kg.lexicon import load_lexicon

    try:
        load_lexicon(folder)
    except RuleError as error:
        yield f"rules: {error}"


def sentence_findings(settings: Settings) -> Iterator[str]:
    """The example sentences of the rules that do not show their frame, and the counter-examples that do: it parses
    them all, with the models, rules and gazetteer of the settings. Raises ModelError without models."""
    from kg import gazetteer
    from kg.examples import example_findings
    from kg.lexicon import load_lexicon
    from kg.parse import parse
    from kg.stages import pipeline

    lexicon = load_lexicon(Path(settings.rules) if settings.rules else None)
    known = gazetteer.load(extra=tuple(Path(file) for file in settings.gazetteer))
    yield from example_findings(lexicon, known, lambda documents: parse(documents, pipeline(settings)))


def ontology_findings(folder: Path | None = None) -> Iterator[str]:
    """What `ontology/checks` finds in kg.ttl and shapes.ttl, and faults of the questions in `queries`."""
    import pyoxigraph

    folder = folder or resources.path("ontology")
    store = pyoxigraph.Store()
    for name in ("kg.ttl", "shapes.ttl"):
        try:
            store.load(path=str(folder / name))
        except (SyntaxError, OSError) as error:
            yield f"ontology: {name}: {error}"
            return
    for file in sorted((folder / "checks").glob("*.rq")):
        text = file.read_text("utf-8")
        for row in answer_of(store.query(text)).rows:
            yield f"ontology: {file.stem}: {' '.join(short(term) for term in row)}"
    defined = {quad.subject.value for quad in store if quad.predicate.value.endswith("#isDefinedBy")}
    for file in sorted((folder / "queries").glob("*.rq")):
        yield from (
            f"queries/{file.name}: {finding}" for finding in _question_findings(file.read_text("utf-8"), defined)
        )


def _question_findings(text: str, defined: set[str]) -> Iterator[str]:
    import pyoxigraph

    if not all(question(text)):
        yield "its head lacks the question in English or Bulgarian (# en: ..., # bg: ...)"
    for _, token in tokens(text):
        if token.startswith("dip:") and len(token) > 4 and DIP + token[4:] not in defined:
            yield f"{token} is not defined in kg.ttl"
    try:
        bound = bind(text, {parameter.name: parameter.example for parameter in parameters(text)})
        pyoxigraph.Store().query(bound)
    except (SyntaxError, QueryError) as error:
        yield str(error)


def shape_findings(graphs: Iterable[Iterable[str]], folder: Path | None = None) -> Iterator[str]:
    """What SHACL finds in each of `graphs` (N-Quads or N-Triples lines of one graph): shape, node, message."""
    import pyoxigraph
    import pyshacl
    import rdflib

    shapes = rdflib.Graph().parse((folder or resources.path("ontology")) / "shapes.ttl")
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    for lines in graphs:
        quads = pyoxigraph.parse("\n".join(lines).encode(), pyoxigraph.RdfFormat.N_QUADS)
        data = rdflib.Graph().parse(data="\n".join(f"{quad.triple} ." for quad in quads), format="nt")
        _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", meta_shacl=False)
        found = set()
        for result in results.subjects(rdflib.RDF.type, shacl.ValidationResult):
            source = results.value(result, shacl.sourceShape)
            shape = (
                source if isinstance(source, rdflib.URIRef) else shapes.value(predicate=shacl.property, object=source)
            )
            name = str(shape).rpartition("#")[2]
            node = results.value(result, shacl.focusNode)
            found.add(f"shape {name}: <{node}> {results.value(result, shacl.resultMessage)}")
        yield from sorted(found)


def graphs_of_file(path: Path) -> list[list[str]]:
    """The graphs of an RDF file, each as N-Triples lines. Raises InputError for what is no RDF."""
    import pyoxigraph

    found: dict[str, list[str]] = {}
    try:
        for quad in pyoxigraph.parse(path=str(path)):
            found.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .")
    except (SyntaxError, ValueError, OSError) as error:
        raise InputError(f"{path}: not RDF that kg can read (.ttl, .trig, .nt, .nq, .jsonld): {error}") from error
    return [sorted(found[name]) for name in sorted(found)]
