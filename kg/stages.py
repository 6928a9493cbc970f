"""The stages of a build as plain functions, with what they load kept for the life of a process.

`work` is all that is done for documents alone: a pure function of its job, so that any process on any machine may do
it. A build in tests gives its own `Stages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kg import resources
from kg.errors import KgError, ModelError
from kg.model import Document, Extraction, Sentence
from kg.versions import Versions, code_version, files_version, package_version


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the language comes from: models (a name or a folder), rules, gazetteer files, verdicts."""

    model: str | None = None
    rules: str | None = None
    gazetteer: tuple[str, ...] = ()
    verdicts: str | None = None


@dataclass(frozen=True, slots=True)
class Stages:
    """The functions that a build calls, in order; each takes the settings last."""

    versions: Callable[[Settings], Versions]
    parse: Callable[[Sequence[Document], Settings], Iterable[tuple[Sentence, ...]]]
    extract: Callable[[Document, tuple[Sentence, ...], Settings], Extraction]
    resolve: Callable[[Iterable[Extraction], Settings], Any]
    document_quads: Callable[[Extraction, str], Iterable[str]]
    resolution_quads: Callable[[Any, str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Job:
    """Some documents, each with its parse as CoNLL-U where that is known; `versions` are those of the build."""

    documents: tuple[Document, ...]
    parses: tuple[str | None, ...]
    settings: Settings
    versions: Versions


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: its parse (if it is new) and its extraction as JSON, or the problem."""

    document: str
    parse: str | None = None
    extraction: bytes | None = None
    skipped: int = 0
    problem: str | None = None


def work(job: Job, stages: Stages) -> tuple[Outcome, ...]:
    """Parse and extract the documents of a job. A fault of one document is its `problem` and costs no other."""
    here = stages.versions(job.settings)
    if different := [name for name in here.changed(job.versions) if name not in ("verdicts", "resolver", "graph")]:
        raise KgError(
            f"a worker has other {', '.join(different)} than this machine; give all the same kg, models and rules"
        )
    parses = _parses(job, stages)
    return tuple(
        _extracted(document, parse, known is None, job.settings, stages)
        for document, parse, known in zip(job.documents, parses, job.parses, strict=True)
    )


def _parses(job: Job, stages: Stages) -> list[tuple[Sentence, ...] | str]:
    """The sentences of each document, or why there are none."""
    from kg.parse import from_conllu

    new = [document for document, parse in zip(job.documents, job.parses, strict=True) if parse is None]
    parsed = iter(_parsed(new, job.settings, stages))
    return [
        next(parsed) if parse is None else from_conllu(parse, document.id)
        for document, parse in zip(job.documents, job.parses, strict=True)
    ]


def _parsed(documents: Sequence[Document], settings: Settings, stages: Stages) -> list[tuple[Sentence, ...] | str]:
    if not documents:
        return []
    try:
        return list(stages.parse(documents, settings))
    except (ModelError, MemoryError):
        raise
    except Exception as error:  # any fault of the parser: the documents are parsed alone, the guilty one is reported
        if len(documents) == 1:
            return [f"cannot be parsed ({type(error).__name__}: {error}); remove the file, or report the fault with it"]
        return [part for document in documents for part in _parsed([document], settings, stages)]


def _extracted(
    document: Document, parse: tuple[Sentence, ...] | str, new: bool, settings: Settings, stages: Stages
) -> Outcome:
    import msgspec

    from kg.parse import to_conllu

    if isinstance(parse, str):
        return Outcome(document.id, problem=parse)
    conllu = to_conllu(parse) if new else None
    try:
        extraction = stages.extract(document, parse, settings)
    except KgError:
        raise
    except Exception as error:  # a fault of the rules' code: the parse is kept, the document is reported
        problem = f"cannot be understood ({type(error).__name__}: {error}); report the fault with the file"
        return Outcome(document.id, conllu, problem=problem)
    return Outcome(document.id, conllu, msgspec.json.encode(extraction), len(extraction.skipped))


# The real stages.


@lru_cache(maxsize=2)
def pipeline(settings: Settings) -> Any:
    """The Stanza pipeline, checked and loaded once in a process."""
    from kg.models import find_models, require_sound
    from kg.parse import load_pipeline

    return load_pipeline(require_sound(find_models(settings.model)))


@lru_cache(maxsize=2)
def lexicon(settings: Settings) -> Any:
    """The rules, loaded once in a process."""
    from kg.lexicon import load_lexicon

    return load_lexicon(Path(settings.rules) if settings.rules else None)


@lru_cache(maxsize=2)
def gazetteer(settings: Settings) -> Any:
    """The gazetteer, loaded once in a process."""
    from kg.gazetteer import load

    return load(extra=tuple(map(Path, settings.gazetteer)))


def versions(settings: Settings) -> Versions:
    """The versions of all that the real stages read."""
    from kg.model import digest
    from kg.models import find_models

    models = find_models(settings.model)
    return Versions(
        models=digest(files_version(models.folder), *(file.part for file in models.files)),
        parser=digest_of("parse", package_version("stanza", "torch")),
        rules=files_version(Path(settings.rules) if settings.rules else resources.path("rules")),
        gazetteer=files_version(resources.path("gazetteer"), *map(Path, settings.gazetteer)),
        extractor=code_version("extract"),
        verdicts=files_version(Path(settings.verdicts)) if settings.verdicts else "",
        resolver=code_version("resolve"),
        graph=code_version("graph"),
    )


def digest_of(module: str, *more: str) -> str:
    """The version of a module of kg together with `more` that it depends on."""
    from kg.model import digest

    return digest(code_version(module), *more)


def parse(documents: Sequence[Document], settings: Settings) -> Iterable[tuple[Sentence, ...]]:
    """Stanza's reading of the documents, all in one call."""
    from kg import parse as parser

    return parser.parse(documents, pipeline(settings))


def extract(document: Document, sentences: tuple[Sentence, ...], settings: Settings) -> Extraction:
    """Who met whom by the rules, in one document."""
    from kg import extract as extractor

    return extractor.extract(document, sentences, lexicon(settings), gazetteer(settings))


def resolve(extractions: Iterable[Extraction], settings: Settings) -> Any:
    """Which mentions are one actor and which claims one event, over the corpus."""
    from kg import resolve as resolver
    from kg import verdicts

    judged = verdicts.load(Path(settings.verdicts) if settings.verdicts else None)
    return resolver.resolve(extractions, gazetteer(settings), judged)


def document_quads(extraction: Extraction, base: str) -> Iterable[str]:
    from kg import graph

    return graph.document_quads(extraction, base)


def resolution_quads(resolution: Any, base: str) -> Iterable[str]:
    from kg import graph

    return graph.resolution_quads(resolution, base)


STAGES = Stages(versions, parse, extract, resolve, document_quads, resolution_quads)
