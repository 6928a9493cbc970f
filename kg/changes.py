"""What a build changes, as facts that a person can read: added, withdrawn and changed, source by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kg.model import Claim, Extraction, Statement


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """A claim or a statement without ids and offsets: equal in two versions of an article if it says the same.

    `words` is the sentence; facts with equal `kind` and `words` but another `text` are one fact that changed.
    """

    kind: str
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """`source` is the file, `sign` one of "+", "-", "~"; `before` is given for what changed."""

    source: str
    sign: str
    fact: Fact
    before: Fact | None = None

    def __str__(self) -> str:
        was = f"  (was: {self.before.text})" if self.before else ""
        return f"{self.sign} {self.fact.kind} {self.fact.text}{was}  | {self.fact.words}"


def facts(extraction: Extraction | None) -> tuple[Fact, ...]:
    """All facts of a document, sorted; none for None."""
    if extraction is None:
        return ()
    found = [_claim_fact(claim, extraction) for claim in extraction.claims]
    found += [_statement_fact(statement, extraction) for statement in extraction.statements]
    return tuple(sorted(found))


def changes(source: str, before: Iterable[Fact], after: Iterable[Fact]) -> tuple[Change, ...]:
    """How the facts of one source differ, in a fixed order.

    >>> changes("a.txt", [Fact("Meeting", "planned", "s")], [Fact("Meeting", "held", "s")])[0].sign
    '~'
    """
    gone, new = Counter(before), Counter(after)
    gone, new = gone - new, new - gone
    found = []
    for fact in sorted(new.elements()):
        old = next((other for other in sorted(gone) if (other.kind, other.words) == (fact.kind, fact.words)), None)
        if old:
            gone -= Counter([old])
        found.append(Change(source, "~" if old else "+", fact, old))
    found += [Change(source, "-", fact) for fact in sorted(gone.elements())]
    return tuple(found)


def _claim_fact(claim: Claim, extraction: Extraction) -> Fact:
    parts = [claim.status]
    parts += sorted(f"{argument.role}={argument.mention.base}" for argument in claim.arguments)
    parts += [f"place={claim.place.mention.base}"] if claim.place else []
    parts += [f"time={claim.when.edtf or claim.when.text}"] if claim.when else []
    return Fact(claim.kind, " ".join(parts), _sentence(claim.trigger.sentence, extraction))


def _statement_fact(statement: Statement, extraction: Extraction) -> Fact:
    speaker = statement.speaker.mention.base if statement.speaker else "?"
    via = "".join(f" via={argument.mention.base}" for argument in statement.via)
    return Fact(
        "Statement", f"{statement.stance} speaker={speaker}{via}", _sentence(statement.trigger.sentence, extraction)
    )


def _sentence(number: int, extraction: Extraction) -> str:
    start, end = extraction.sentences[number]
    return " ".join(extraction.document.text[start:end].split())
