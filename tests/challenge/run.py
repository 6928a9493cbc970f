"""Run the challenge through the real reading of Bulgarian: parser, rules, extraction."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from .cases import FOLDER, Case
from .judge import Fault, judge


@dataclass(frozen=True, slots=True)
class Result:
    """`explained` is what `kg explain` says of a case that fails."""

    case: Case
    faults: tuple[Fault, ...]
    explained: str = ""


def run(cases: Sequence[Case]) -> list[Result]:
    """Each case with its faults; parsed in one call, so that the models are loaded once."""
    from kg import stages
    from kg.explain import explain
    from kg.extract import annotation
    from kg.model import Document

    settings = stages.Settings()
    documents = [Document(case.text, published=case.published) for case in cases]
    results = []
    for case, document, sentences in zip(cases, documents, stages.parse(documents, settings), strict=True):
        extraction = stages.extract(document, sentences, settings)
        faults = tuple(judge(case, annotation(extraction, case.group), extraction))
        rules = (stages.lexicon(settings), stages.gazetteer(settings))
        results.append(Result(case, faults, explain(document, sentences, *rules) if faults else ""))
    return results


def by_group(results: Sequence[Result]) -> dict[str, tuple[int, int]]:
    """Group -> (cases that pass, all cases)."""
    groups = sorted({result.case.group for result in results})
    return {
        group: (
            sum(result.case.group == group and not result.faults for result in results),
            sum(result.case.group == group for result in results),
        )
        for group in groups
    }


def table(results: Sequence[Result]) -> str:
    """A line per phenomenon and the total."""
    rows = by_group(results)
    rows["all"] = (sum(passed for passed, _ in rows.values()), len(results))
    return "\n".join(f"{group:18} {passed:3} of {of:3}  {passed / of:4.0%}" for group, (passed, of) in rows.items())


def read_floors() -> dict[str, int]:
    """Group -> the number of its cases that must pass."""
    path = FOLDER / "floors.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
