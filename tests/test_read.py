"""Reading: encodings, formats, metadata, and that one bad file never costs another."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.decode import ONE_BYTE, decode, plausibility
from kg.errors import InputError
from kg.model import Document
from kg.read import find_files, fingerprint, read_file, read_paths, signature

TEXT = "Министърът се срещна с посланика в София. Двамата обсъдиха мира и търговията."
WORDS = st.lists(st.sampled_from(TEXT.replace(".", "").split()), min_size=4, max_size=30, unique=True).map(" ".join)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def only(path: Path, **options) -> Document:
    (item,) = read_file(path, **options)
    if isinstance(item, InputError):
        raise item
    return item


def error(path: Path, **options) -> str:
    (item,) = read_file(path, **options)
    assert isinstance(item, InputError), item
    assert str(item).startswith(str(path)), "an error begins with the file"
    return str(item)


# Encodings


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1))
def test_utf8_is_read_as_it_is(text):
    if not text.startswith("\ufeff"):
        assert decode(text.encode("utf-8"))[0] == text


@given(WORDS, st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", *ONE_BYTE]))
def test_bulgarian_words_survive_every_encoding(text, encoding):
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "mac-cyrillic", "utf-16-le", "utf-16-be", "utf-16"])
def test_encoding_is_told_apart(tmp_path, encoding):
    text = "СРЕЩА В СОФИЯ\r\nПрезидентът Доналд Тръмп се срещна с колегата си.\n"
    assert only(write(tmp_path, "a.txt", text.encode(encoding))).text == text


def test_capitals_alone_are_told_apart():
    assert plausibility("МИНИСТЪРЪТ ЗАМИНА") > plausibility("МИНИСТЪРЪТ ЗАМИНА".encode("windows-1251").decode("koi8-r"))


def test_byte_order_mark_is_not_text(tmp_path):
    assert only(write(tmp_path, "a.txt", b"\xef\xbb\xbf" + TEXT.encode())).text == TEXT


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x1b"])
def test_text_is_not_altered(tmp_path, newline):
    text = f"Първи ред.{newline}{newline} Втори\u00a0ред. {newline}"
    assert only(write(tmp_path, "a.txt", text)).text == text


def test_half_broken_utf8_is_named_with_its_line(tmp_path):
    broken = f"Първи ред.\n{TEXT}".encode().replace("София".encode(), b"\xd0\xff\xfe")
    assert "line 2" in error(write(tmp_path, "a.txt", broken))


# Formats and metadata


def test_leading_date_is_metadata(tmp_path):
    expected = Document(TEXT, published=date(2025, 1, 31))
    assert expected == only(write(tmp_path, "a.txt", f"date 2025-01-31 {TEXT}"))
    assert expected == only(write(tmp_path, "b.txt", f" date 2025-01-31\r\n{TEXT}"))


def test_front_matter(tmp_path):
    front = '---\ntitle: "Мир: кога?"\ndate: 2025-03-04\nsource: Дневник\nurl: https://example.org/1\nauthor: А\n---\n'
    expected = Document(TEXT, "Мир: кога?", date(2025, 3, 4), "Дневник", "https://example.org/1")
    assert expected == only(write(tmp_path, "a.md", front + TEXT))
    assert expected == only(write(tmp_path, "b.md", (front + TEXT).replace("\n", "\r\n").encode("utf-8-sig")))


def test_a_rule_in_markdown_is_not_front_matter(tmp_path):
    text = f"Заглавие\n---\n{TEXT}\n---\n"
    assert only(write(tmp_path, "a.md", text)) == Document(text)


PAGE = """<html><head><meta charset="{charset}"><title>Среща в София</title>
<meta property="article:published_time" content="2025-03-04T23:30:00+02:00">
<meta property="og:site_name" content="Дневник">
<link rel="canonical" href="https://example.org/2"></head><body><nav>Начало Меню Вход</nav>
<article><h1>Среща в София</h1><p>{text}</p>
<p>Втори абзац с още думи за срещата на министрите в столицата.</p></article>
<footer>Всички права запазени</footer></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251"])
def test_html(tmp_path, charset):
    document = only(write(tmp_path, "a.html", PAGE.format(charset=charset, text=TEXT).encode(charset)))
    assert TEXT in document.text
    assert "Меню" not in document.text and "права" not in document.text
    assert Document(document.text, "Среща в София", date(2025, 3, 4), "Дневник", "https://example.org/2") == document


def test_jsonl_names_the_bad_line_and_goes_on(tmp_path):
    lines = [
        json.dumps({"text": TEXT, "date": "2025-03-04T10:00:00", "id": 7}, ensure_ascii=False),
        "{broken",
        "",
        json.dumps({"text": TEXT + " Край.", "published": "05.03.2025 г.", "source": "БТА"}),
        json.dumps({"title": "без текст"}),
        json.dumps({"text": "половин \ud83d знак"}),
        json.dumps({"text": TEXT, "date": "вчера"}),
    ]
    path = write(tmp_path, "a.jsonl", "\n".join(lines))
    first, second, third, *rest = read_file(path)
    assert Document(TEXT, published=date(2025, 3, 4)) == first
    assert Document(TEXT + " Край.", published=date(2025, 3, 5), source="БТА") == third
    named = [str(fault)[: len(f"{path}: line 0")] for fault in (second, *rest)]
    assert [f"{path}: line {number}" for number in (2, 5, 6, 7)] == named


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1251"])
def test_jsonl_encodings(tmp_path, encoding):
    line = json.dumps({"text": TEXT}, ensure_ascii=False)
    documents = list(read_file(write(tmp_path, "a.jsonl", f"{line}\n{line}\n".encode(encoding))))
    assert [Document(TEXT), Document(TEXT)] == documents


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".meta.toml", 'title = "Друго"\ndate = 2025-05-06\nsource = "БНР"'),
        (".meta.yaml", "title: Друго\ndate: 2025-05-06\nsource: БНР"),
        (".meta.json", '{"title": "Друго", "published": "2025-05-06", "sitename": "БНР"}'),
    ],
)
def test_sidecar_wins(tmp_path, suffix, content):
    path = write(tmp_path, "a.md", f"---\ntitle: Едно\nurl: https://example.org\n---\n{TEXT}")
    before = fingerprint(path), signature(path)
    write(tmp_path, "a.md" + suffix, content)
    assert Document(TEXT, "Друго", date(2025, 5, 6), "БНР", "https://example.org") == only(path)
    assert (fingerprint(path), signature(path)) != before
    assert [path] == list(find_files([tmp_path]))


# Faults


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.md", b"---\ntitle: A\n---\n \n", "is empty"),
        ("nul.txt", b"text\x00\x00\x00more text" + b"x" * 90, "control characters"),
        ("late-nul.txt", ("б" * 70000).encode() + b"\x00", "control characters"),
        ("picture.txt", bytes(range(256)) * 20, "control characters"),
        ("noise.txt", bytes(range(128, 256)) * 20, "makes no sense in any other encoding"),
        ("cut.txt", b"\xff\xfea", "utf-16"),
        ("page.html", b"<html><p>", "no article"),
        ("front.md", b"---\ntitle: a: b\n---\ntext", "line 2"),
        ("day.md", b"---\ndate: 2025-02-30\n---\ntext", "front matter"),
        ("list.md", b"---\n- a\n---\ntext", "front matter"),
        ("day.txt", b"date 2025-02-30 text", "no day"),
        ("scan.pdf", b"%PDF-1.7", "no known kind"),
        ("empty.jsonl", b"\n", "is empty"),
    ],
)
def test_faults_name_file_and_remedy(tmp_path, name, content, words):
    assert words in error(write(tmp_path, name, content))


def test_size_limit(tmp_path):
    assert "--limit" in error(write(tmp_path, "a.txt", TEXT), limit=10)
    assert "--limit" in error(write(tmp_path, "a.jsonl", json.dumps({"text": TEXT})), limit=10).replace("line 1", "")


def test_broken_sidecar(tmp_path):
    path = write(tmp_path, "a.txt", TEXT)
    write(tmp_path, "a.txt.meta.toml", "title = ")
    assert "a.txt.meta.toml" in error(path)


def test_permission_is_explained(tmp_path, monkeypatch):
    path = write(tmp_path, "a.txt", TEXT)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert f"chmod u+r {path}" in error(path)


def test_links_fifos_and_missing_paths(tmp_path):
    os.symlink(tmp_path / "gone.txt", tmp_path / "link.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    os.symlink(tmp_path, tmp_path / "loop")
    write(tmp_path, "good.txt", TEXT)
    items = dict(read_paths([tmp_path, tmp_path / "nowhere", tmp_path / "link.txt"]))
    assert Document(TEXT) == items[tmp_path / "good.txt"]
    assert "which does not exist" in str(items[tmp_path / "link.txt"])
    assert "not a regular file" in str(items[tmp_path / "pipe.txt"])
    assert "check the path" in str(items[tmp_path / "nowhere"])
    assert {"good.txt", "link.txt", "pipe.txt", "nowhere"} == {path.name for path in items}


def test_files_come_once_and_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("b/2.txt", "b/1.html", "a.md", ".hidden.txt", "README.md", "c.csv"):
        write(tmp_path, name, TEXT)
    found = list(find_files([tmp_path, tmp_path / "a.md", tmp_path / "b"]))
    assert ["a.md", "b/1.html", "b/2.txt"] == [path.relative_to(tmp_path).as_posix() for path in found]


@given(st.binary(max_size=300), st.sampled_from([".txt", ".md", ".jsonl"]))
def test_no_bytes_break_the_reader(tmp_path_factory, data, suffix):
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(data)
    for item in read_file(path):
        assert isinstance(item, Document | InputError)
