"""What each stage of a build depends on, as digests: two equal versions give equal results.

    parse    <- text, models, parser code
    extract  <- document, parse, rules, gazetteer, extraction code
    resolve  <- extractions, gazetteer, verdicts, resolution code
    graph    <- all of it, graph code

Digests are of content, so touching a file makes nothing stale. The code of a stage is its module and all modules of
kg that it imports, however deep.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields
from functools import cache
from importlib import metadata
from pathlib import Path

from kg.model import digest
from kg.resources import PACKAGE

IMPORT = re.compile(r"^\s*(?:from (kg[\w.]*) import (\([^)]*\)|.*)|import (kg[\w.]*))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Versions:
    """One digest for everything that a stage reads besides documents."""

    models: str
    parser: str
    rules: str
    gazetteer: str
    extractor: str
    verdicts: str
    resolver: str
    graph: str

    def changed(self, before: Versions) -> tuple[str, ...]:
        """The names of the fields in which `before` differs."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) != getattr(before, field.name))


@cache
def code_version(*modules: str) -> str:
    """The digest of the named modules of kg with all that they import from kg.

    >>> code_version("model") == code_version("model", "errors")
    False
    """
    seen: dict[str, bytes] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        file = PACKAGE.joinpath(*name.split("."))
        if file.is_dir():
            waiting += [f"{name}.{part.stem}" for part in file.glob("*.py")]
            continue
        file = file.with_suffix(".py")
        if name in seen or not file.is_file():
            continue
        seen[name] = file.read_bytes()
        for package, names, module in IMPORT.findall(seen[name].decode("utf-8")):
            parts = [(package or module).removeprefix("kg").removeprefix(".")]
            parts += [f"{parts[0]}.{part}".removeprefix(".") for part in re.findall(r"\w+", names)]
            waiting += [part for part in parts if part]
    return digest(*(f"{name} {hashlib.sha256(code).hexdigest()}" for name, code in sorted(seen.items())))


def package_version(*packages: str) -> str:
    """Names and versions of installed packages, without importing them."""
    return " ".join(f"{package}={metadata.version(package)}" for package in packages)


def files_version(*paths: Path) -> str:
    """The digest of files and of all files in folders, by name and content; a missing path counts as empty."""
    parts = []
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                name = file.relative_to(path).as_posix() if path.is_dir() else ""
                parts.append(f"{name} {_content(file, file.stat().st_size, file.stat().st_mtime_ns)}")
        parts.append("")
    return digest(*parts)


@cache
def _content(file: Path, size: int, changed: int) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
