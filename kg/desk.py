"""The work on single documents: found in the cache, or done now by one of the ways of kg.workers and kept there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.cache import Cache, drop, get, known, put_many
from kg.errors import KgError
from kg.model import Extraction, digest
from kg.read import LIMIT
from kg.sources import document
from kg.stages import Job, Outcome, Settings, Stages
from kg.versions import Versions
from kg.workers import chosen

BATCH = 30_000  # characters of text that one job holds; Stanza reads them together
Tell = Callable[[str, int, int], None]  # stage, done, total


def silent(stage: str, done: int, total: int) -> None:
    """The teller of progress that tells nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to build. `jobs` 0 means one process a core; `wait` is in seconds; `work` is the folder of cache and lock."""

    settings: Settings = field(default_factory=Settings)
    base: str = "https://w3id.org/diplokg/id/"
    jobs: int = 0
    scheduler: str | None = None
    limit: int = LIMIT
    wait: float = 600.0
    dry_run: bool = False
    diff: bool = False
    work: Path | None = None


class Desk:
    """The table on which extractions are looked up, and made when they are missing."""

    def __init__(
        self, cache: Cache, paths: Mapping[str, str], versions: Versions, options: Options, stages: Stages, tell: Tell
    ) -> None:
        """`paths` maps the id of each document to a file that holds it."""
        self.cache, self.paths = cache, paths
        self.versions, self.options, self.stages, self.tell = versions, options, stages, tell
        self.keys = {id: extraction_key(id, versions) for id in paths}
        self.problems: dict[str, str] = {}
        self.skipped: dict[str, int] = {}
        self.parsed = self.extracted = 0

    def work(self, ids: Iterable[str]) -> None:
        """Parse and extract those of the documents that the cache does not hold."""
        ids = list(ids)
        if not ids:
            return
        held = known(self.cache, "extraction")
        missing = [id for id in ids if self.keys[id] not in held and id not in self.problems]
        if not missing:
            return
        batches = list(in_batches(self._lengths(missing)))
        run = chosen(self.options.jobs, self.options.scheduler, len(batches))
        done = 0
        self.tell("parsing", 0, len(missing))
        with contextlib.closing(run(map(self._job, batches), self.stages)) as results:
            for outcomes in results:
                self._keep(outcomes)
                done += len(outcomes)
                self.tell("parsing", done, len(missing))

    def extraction(self, id: str) -> Extraction | None:
        """The extraction of a document; None if there is a problem with it."""
        import msgspec

        for _ in range(2):
            data = get(self.cache, "extraction", self.keys[id])
            if data is not None:
                return msgspec.json.decode(data, type=Extraction)
            if id in self.problems:
                break
            drop(self.cache, "extraction", [self.keys[id]])
            self.work([id])
        return None

    def _lengths(self, ids: Sequence[str]) -> Iterator[tuple[str, int]]:
        for id in ids:
            try:
                yield id, len(document(id, self.paths[id], self.cache, self.options.limit).text)
            except KgError as error:
                self.problems[id] = str(error)

    def _job(self, ids: tuple[str, ...]) -> Job:
        documents = tuple(document(id, self.paths[id], self.cache, self.options.limit) for id in ids)
        parses = (get(self.cache, "parse", self._parse_key(one.text)) for one in documents)
        return Job(
            documents, tuple(parse.decode("utf-8") if parse else None for parse in parses), self.options.settings, self.versions
        )

    def _parse_key(self, text: str) -> str:
        return digest("parse", text, self.versions.models, self.versions.parser)

    def _keep(self, outcomes: Sequence[Outcome]) -> None:
        parses, extractions = [], []
        for outcome in outcomes:
            id = outcome.document
            if outcome.parse is not None:
                text = document(id, self.paths[id], self.cache, self.options.limit).text
                parses.append((self._parse_key(text), outcome.parse.encode("utf-8")))
            if outcome.extraction is not None:
                extractions.append((self.keys[id], outcome.extraction))
                self.skipped[id] = outcome.skipped
            if outcome.problem is not None:
                self.problems[id] = outcome.problem
        put_many(self.cache, "parse", parses)
        put_many(self.cache, "extraction", extractions)
        self.parsed += len(parses)
        self.extracted += len(extractions)


def in_batches(lengths: Iterable[tuple[str, int]]) -> Iterator[tuple[str, ...]]:
    """Ids of documents in groups of about BATCH characters: the same groups on any machine.

    The last groups are smaller, so that the workers end at about the same time.

    >>> list(in_batches([("a", 20_000), ("b", 9_000)]))
    [('a', 'b')]
    >>> list(in_batches([("a", 20_000), ("b", 9_000), ("c", 9_000)]))
    [('a',), ('b',), ('c',)]
    """
    waiting = list(lengths)
    left = sum(length for _, length in waiting)
    least = BATCH if left <= BATCH else BATCH // 4
    group: list[str] = []
    size = 0
    for id, length in waiting:
        if group and size + length > min(BATCH, max(least, (size + left) // 4)):
            yield tuple(group)
            group, size = [], 0
        group.append(id)
        size += length
        left -= length
    if group:
        yield tuple(group)


def extraction_key(id: str, versions: Versions) -> str:
    """The name in the cache of what was extracted from the document `id` by these versions."""
    return digest(
        "extraction", id, versions.models, versions.parser, versions.rules, versions.gazetteer, versions.extractor
    )
