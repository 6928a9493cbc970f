"""Any number of lines in little memory: sorted in runs that wait on disk, kept as a file, compared as they stream by."""

from __future__ import annotations

import contextlib
import heapq
import os
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from pathlib import Path
from typing import IO

RUN = 20_000  # lines that are sorted at once: some 4 MB
OPEN = 100  # files that wait at the same time; more are joined to one


def in_order(lines: Iterable[str], folder: Path) -> Iterable[str]:
    """`lines` sorted, each once. More than RUN of them wait in nameless files in `folder`."""
    rest = iter(lines)
    run = [*islice(rest, RUN)]
    return dict.fromkeys(sorted(run)) if len(run) < RUN else _in_runs(run, rest, folder)


def _in_runs(run: list[str], rest: Iterator[str], folder: Path) -> Iterator[str]:
    with contextlib.ExitStack() as files:

        def waiting(lines: Iterable[str]) -> IO[str]:
            file = files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder))
            file.writelines(lines)
            file.seek(0)
            return file

        runs: list[IO[str]] = []
        while run:
            runs.append(waiting(line + "\n" for line in sorted({*run})))
            if len(runs) == OPEN:
                joined = waiting(heapq.merge(*runs))
                for file in runs:
                    file.close()
                runs = [joined]
            run = [*islice(rest, RUN)]
        for line, _ in groupby(heapq.merge(*runs)):
            yield line.rstrip("\n")


def kept(lines: Iterable[str], file: Path, least: int) -> Iterable[str]:
    """The lines themselves; when there are `least` or more they are in `file` afterwards, else there is no such file."""
    rest = iter(lines)
    first = [*islice(rest, least)]
    if len(first) < least:
        file.unlink(missing_ok=True)
        return first
    return _copied(chain(first, rest), file)


def _copied(lines: Iterable[str], file: Path) -> Iterator[str]:
    new = file.with_name(file.name + ".new")
    with open(new, "w", encoding="utf-8", newline="\n") as stream:
        for line in lines:
            stream.write(line + "\n")
            yield line
    os.replace(new, file)


def read(file: Path) -> Iterator[str]:
    """The lines of a file that `kept` wrote."""
    with open(file, encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield line.rstrip("\n")


def differences(before: Iterable[str], after: Iterable[str]) -> Iterator[tuple[bool, str]]:
    """(True, line) for each that only `after` has, (False, line) for each that only `before` has; both are sorted.

    >>> list(differences(["a", "b"], ["b", "c"]))
    [(False, 'a'), (True, 'c')]
    """
    marked = heapq.merge(((line, False) for line in before), ((line, True) for line in after))
    for line, sides in groupby(marked, key=lambda pair: pair[0]):
        found = {side for _, side in sides}
        if len(found) == 1:
            yield found.pop(), line
