"""What people decided about who is who: an append-only TSV that outranks the program and survives every rebuild.

    verdict   a                     b                     who     why
    same      person/stiv-uitkof    person/witkoff        Ana     one envoy, two spellings
    split     person/dmitriev       3f2a...-1042          Ana     another Dmitriev, the footballer

`same` makes one entity of two, or puts the chain `b` ("doc-start") where it belongs; the id of `a` stays. `split` takes
`b` out of the entity `a`: `b` is a chain, a document id, or a name. `apart` confirms that two entities are two. Later
lines come after earlier ones. A verdict is undone by deleting its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError

COLUMNS = ("verdict", "a", "b", "who", "why")
KINDS = ("same", "split", "apart")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line: `a` is an entity id, `b` an entity id, or a chain, document or name."""

    verdict: str
    a: str
    b: str
    who: str
    why: str

    @property
    def reason(self) -> str:
        """How the graph tells of it: "verdict of Ana: one envoy, two spellings"."""
        return f"verdict{' of ' + self.who if self.who else ''}: {self.why or self.verdict}"


def load(path: Path | None) -> tuple[Verdict, ...]:
    """The verdicts of a file, in order; none where the file does not exist.

    Raises InputError with file and line where a line is wrong.
    """
    if path is None or not path.exists():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); a verdict file is UTF-8 text with tabs") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#") or line.split("\t") == list(COLUMNS):
            continue
        found.append(_verdict(path, number, line))
    return tuple(found)


def _verdict(path: Path, number: int, line: str) -> Verdict:
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) < 3 or len(fields) > len(COLUMNS) or not all(fields[:3]):
        raise InputError(f"{path}: line {number}: write {' TAB '.join(COLUMNS)}; who and why may be empty")
    if fields[0] not in KINDS:
        raise InputError(f"{path}: line {number}: {fields[0]!r} is no verdict; write same, split or apart")
    return Verdict(*fields, *[""] * (len(COLUMNS) - len(fields)))


def append(path: Path, verdict: Verdict) -> bool:
    """Write one line at the end of the file, which is made where there is none; False if it already stands there.

    Raises InputError where the folder cannot be written or a field would break the line.
    """
    fields = (verdict.verdict, verdict.a, verdict.b, verdict.who, verdict.why)
    if any(char in field for field in fields for char in "\t\n\r"):
        raise InputError("a verdict is one line of fields between tabs; leave tabs and line ends out of who and why")
    if verdict in load(path):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists() or not path.read_text(encoding="utf-8").strip()
        with open(path, "a", encoding="utf-8", newline="\n") as file:
            if new:
                file.write("\t".join(COLUMNS) + "\n")
            file.write("\t".join(fields) + "\n")
    except OSError as error:
        raise InputError(
            f"{path}: the verdict cannot be written ({error}); give another file with --verdicts"
        ) from error
    return True
