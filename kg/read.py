"""Files and folders -> Documents. A file that cannot be read gives an InputError in its place; the others go on.

.txt            text; may begin with a header `date 2025-11-20 `, which is metadata and not part of the text
.md             text after YAML front matter (title, date, source, url)
.html, .htm     the article itself, with title, date, site name and address (trafilatura)
.jsonl          a document a line: {"text": ..., "title": ..., "date": ..., "source": ..., "url": ...}
FILE.meta.toml  (or .meta.yaml, .meta.json) beside any of them: the same four keys, which win over the file's own
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kg.decode import decode
from kg.errors import InputError
from kg.model import Document

SUFFIXES = (".htm", ".html", ".jsonl", ".markdown", ".md", ".txt")
SIDECARS = (".meta.toml", ".meta.yaml", ".meta.json")
LIMIT = 20_000_000  # bytes of one document
KEYS = {
    "title": "title",
    "date": "published",
    "published": "published",
    "source": "source",
    "sitename": "source",
    "url": "url",
}
HEADER = re.compile(r"\s?date (\d{4}-\d{2}-\d{2})(?:\r\n|\s)")
FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\D{0,4}")


def read_paths(paths: Iterable[Path], limit: int = LIMIT) -> Iterator[tuple[Path, Document | InputError]]:
    """Each document, or the error that stands for it, with its file; folders are read whole, in order of name."""
    for path in find_files(paths):
        if isinstance(path, InputError):
            yield Path(path.filename), path
            continue
        for item in read_file(path, limit):
            yield path, item


class MissingError(InputError):
    """A path that leads nowhere; `filename` is the path."""

    def __init__(self, filename: Path, message: str) -> None:
        super().__init__(f"{filename}: {message}")
        self.filename = filename


def find_files(paths: Iterable[Path]) -> Iterator[Path | MissingError]:
    """The files to read under `paths`: each once, sorted; hidden ones, sidecars and README files are left out."""
    seen: set[Path] = set()
    for path in paths:
        found: list[Path | MissingError]
        if path.is_dir():
            found = list(_walk(path))
        elif path.is_symlink() and not path.exists():
            found = [
                MissingError(path, f"links to {os.readlink(path)}, which does not exist; mend the link or delete it")
            ]
        elif not path.exists():
            found = [MissingError(path, "does not exist; check the path")]
        else:
            found = [path]
        for item in found:
            if isinstance(item, MissingError):
                yield item
            elif (absolute := item.absolute()) not in seen:
                seen.add(absolute)
                yield item


def _walk(folder: Path) -> Iterator[Path | MissingError]:
    visited = {os.path.realpath(folder)}
    closed: list[OSError] = []
    for root, folders, names in os.walk(folder, followlinks=True, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in list(folders):
            real = os.path.realpath(os.path.join(root, name))
            if real in visited:
                folders.remove(name)
            visited.add(real)
        for name in sorted(names):
            lower = name.lower()
            if lower.endswith(SUFFIXES) and not name.startswith(".") and not lower.startswith("readme."):
                yield Path(root, name)
    for error in closed:
        yield MissingError(Path(error.filename), f"cannot be listed: {error.strerror}; chmod u+rx it, or leave it out")


def sidecar(path: Path) -> Path | None:
    """The file of metadata beside `path`, if there is one."""
    for suffix in SIDECARS:
        if os.path.exists(f"{path}{suffix}"):
            return path.with_name(path.name + suffix)
    return None


def signature(path: Path) -> str:
    """What tells an unchanged file apart without opening it: size and time of change of the file and of its sidecar.

    Raises OSError.
    """
    files = [path, *filter(None, [sidecar(path)])]
    return " ".join(f"{status.st_size}:{status.st_mtime_ns}" for status in map(os.stat, files))


def fingerprint(path: Path) -> str:
    """Hex SHA-256 over the bytes of the file and of its sidecar. Raises OSError."""
    hashed = hashlib.sha256()
    for file in (path, *filter(None, [sidecar(path)])):
        with open(file, "rb") as stream:
            while block := stream.read(1 << 20):
                hashed.update(block)
        hashed.update(b"\x00" + file.suffix.encode())
    return hashed.hexdigest()


def read_file(path: Path, limit: int = LIMIT) -> Iterator[Document | InputError]:
    """The documents of one file: one, or one a line of .jsonl. `limit` is the greatest size of one of them in bytes."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError("is not a regular file; give files or folders of files")
        if path.suffix.lower() not in SUFFIXES:
            raise InputError(f"is of no known kind; kg reads {', '.join(SUFFIXES)}: rename or convert it")
        extra = _sidecar_data(path)
        if path.suffix.lower() == ".jsonl":
            yield from _read_lines(path, limit, extra)
            return
        if status.st_size > limit:
            raise InputError(f"has {status.st_size:,} bytes, more than {limit:,}; split it, or raise --limit")
        yield _one(path, path.read_bytes(), extra)
    except (InputError, OSError) as error:
        yield _placed(path, error)


def _placed(path: Path, error: Exception, line: int | None = None) -> InputError:
    where = f"{path}: line {line}" if line else str(path)
    if isinstance(error, PermissionError):
        return InputError(f"{where}: may not be read; give yourself the right to: chmod u+r {path}")
    if isinstance(error, FileNotFoundError):
        broken = f"links to {os.readlink(path)}, which" if path.is_symlink() else "it"
        return InputError(f"{where}: {broken} does not exist; mend the link or delete it")
    if isinstance(error, OSError):
        return InputError(f"{where}: cannot be read: {error.strerror or error}; check the disk and the path")
    return InputError(f"{where}: {error}")


def _one(path: Path, data: bytes, extra: Mapping[str, Any]) -> Document:
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        return _read_html(data, extra)
    text, _ = decode(data)
    found: dict[str, Any] = {}
    if suffix in (".md", ".markdown") and (front := FRONT_MATTER.match(text)):
        found, text = _front_matter(front.group(1)), text[front.end() :]
    if header := HEADER.match(text):
        found.setdefault("published", header.group(1))
        text = text[header.end() :]
    return _document(text, found, extra)


def _read_html(data: bytes, extra: Mapping[str, Any]) -> Document:
    import trafilatura

    declared = CHARSET.search(data[:4096])
    html, _ = decode(data, declared.group(1).decode("ascii") if declared else None)
    until = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}  # the same on any day
    page: Any = trafilatura.bare_extraction(html, include_comments=False, with_metadata=True, date_extraction_params=until)
    if page is None or not (page.text or "").strip():
        raise InputError("holds no article that could be found; copy its text into a .txt file")
    found = {"title": page.title, "published": page.date, "source": page.sitename, "url": page.url}
    return _document(page.text, found, extra)


def _read_lines(path: Path, limit: int, extra: Mapping[str, Any]) -> Iterator[Document | InputError]:
    with open(path, "rb") as stream:
        probe = stream.read(65536)
        wide = b"\x00" in probe or probe.startswith((b"\xff\xfe", b"\xfe\xff"))
        stream.seek(0)
        if not probe.strip():
            raise InputError("is empty; delete it or put documents into it, one a line")
        lines = stream if not wide else [line.encode() for line in decode(stream.read())[0].splitlines(keepends=True)]
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                if len(line) > limit:
                    raise InputError(f"has {len(line):,} bytes, more than {limit:,}; shorten it, or raise --limit")
                yield _from_json(decode(line)[0], extra)
            except InputError as error:
                yield _placed(path, error, number)


def _from_json(line: str, extra: Mapping[str, Any]) -> Document:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f'is not JSON ({error}); each line must be one object: {{"text": ...}}') from error
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise InputError('must be an object with a string "text"; add it, or delete the line')
    return _document(record["text"], _known(record), extra)


def _front_matter(text: str) -> dict[str, Any]:
    import yaml

    try:
        record = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible day such as 2025-02-30
        problem = getattr(error, "problem", None) or str(error)
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 2})" if mark else ""
        raise InputError(
            f"has front matter that is not YAML{line}: {problem}; put values with a colon in quotes"
        ) from error
    if record is not None and not isinstance(record, dict):
        raise InputError("has front matter that is not a list of `key: value`; see the README for the keys")
    return _known(record or {})


def _sidecar_data(path: Path) -> dict[str, Any]:
    import tomllib

    file = sidecar(path)
    if file is None:
        return {}
    try:
        text, _ = decode(file.read_bytes())
        if file.suffix == ".yaml":
            return _front_matter(text)
        record = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except (InputError, ValueError) as error:
        raise InputError(f"its metadata {file.name} cannot be read: {error}; mend it or delete it") from error
    if not isinstance(record, dict):
        raise InputError(f"its metadata {file.name} must be `key = value`; the keys are title, date, source, url")
    return _known(record)


def _known(record: Mapping[str, Any]) -> dict[str, Any]:
    return {KEYS[key]: value for key, value in record.items() if key in KEYS and value not in (None, "")}


def _document(text: str, found: Mapping[str, Any], extra: Mapping[str, Any]) -> Document:
    if not text.strip():
        raise InputError("is empty; delete it or put text into it")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"holds half a character (a lone surrogate) at {error.start}; save it anew as UTF-8"
        ) from error
    values = {**found, **extra}
    published = values.get("published")
    return Document(
        text=text,
        title=_line(values.get("title")),
        published=None if published is None else _day(published),
        source=_line(values.get("source")),
        url=_line(values.get("url")),
    )


def _line(value: Any) -> str | None:
    """A metadata value as one line of text."""
    text = " ".join(str(value).split()) if value is not None else ""
    return text.encode("utf-8", "replace").decode("utf-8") or None


def _day(value: Any) -> date:
    """The day of `2025-11-20`, `2025-11-20T08:00:00+02:00`, `20.11.2025` or a date of YAML and TOML."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        if match := DAY_FIRST.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise InputError(f"has the date {text!r}, which is no day; write it as 2025-11-20") from error
