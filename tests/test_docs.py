"""The manual says what the program does: every command, option, rule key, term and question, in force and unbroken."""

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import yaml

from kg import lexicon
from kg.errors import KgError
from kg.model import STATUSES

ROOT = Path(__file__).parent.parent
MANUAL = ROOT / "notebooks" / "manual"
PAGES = sorted(MANUAL.rglob("*.md"))
FOLDERS = (".", "data", "data/*", "data/models/*", "ontology", "kg/rules", "tests/*")
TEXTS = [*PAGES, *(path for folder in FOLDERS for path in ROOT.glob(f"{folder}/*.md"))]


def load_writer():
    spec = spec_from_file_location("write_manual", ROOT / "notebooks" / "write_manual.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITER = load_writer()


def test_pages_made_of_the_program_are_fresh():
    stale = [path.name for path, text in WRITER.quick_pages().items() if path.read_text("utf-8") != text]
    assert stale == [], "run notebooks/write_manual.py --quick"


def test_every_command_and_option_has_words():
    lines = [line for line in (MANUAL / "en" / "commands.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    assert len(lines) > 50
    assert [line for line in lines if not line.split("|")[2].strip()] == []


@pytest.mark.parametrize("language", ["en", "bg"])
def test_every_rule_key_is_explained(language):
    page = (MANUAL / language / "frames.md").read_text("utf-8")
    words = {*lexicon.FRAME_KEYS, *lexicon.ROLES, *lexicon.STANCES, *STATUSES}
    assert sorted(word for word in words if f"`{word}`" not in page) == []


@pytest.mark.parametrize("language", ["en", "bg"])
def test_every_term_has_label_and_definition(language):
    rows = [line for line in (MANUAL / language / "terms.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    terms = [row for row in rows if row != "| `dip:` | | | |"]
    assert len(terms) > 80
    assert [row for row in terms if not all(cell.strip() for cell in row.split("|")[2:4])] == []


def test_every_question_is_worded_in_both_languages():
    files = WRITER.question_files()
    assert len(files) >= 12
    for path in files:
        text = path.read_text("utf-8")
        assert WRITER.wording(text, "bg").endswith("?")
        assert WRITER.wording(text, "en").endswith("?")
        for language in WRITER.LANGUAGES:
            assert f"\n## {path.stem}\n" in (MANUAL / language / "questions.md").read_text("utf-8")


def anchors(text: str) -> set[str]:
    from markdown.extensions.toc import slugify

    return {slugify(re.sub(r"[`*]", "", title), "-") for title in re.findall(r"^#+ (.+)$", text, re.M)}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S)
    broken = []
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists() or (anchor and anchor not in anchors(there.read_text("utf-8"))):
            broken.append(target)
    assert broken == []


def test_every_page_is_in_the_menu():
    config = (ROOT / "notebooks" / "mkdocs.yml").read_text("utf-8")
    nav = yaml.safe_load(config)["nav"]
    listed = {page for section in nav for pages in section.values() for entry in pages for page in entry.values()}
    assert listed == {str(path.relative_to(MANUAL)) for path in PAGES}


def kg_lines(text: str) -> list[str]:
    blocks = re.findall(r"```(?:bash|console|sh)\n(.*?)```", text, re.S)
    lines = "\n".join(blocks).splitlines()
    return [line.split("#")[0].strip() for line in lines if re.match(r"(\.venv/bin/)?kg ", line.strip())]


def test_commands_that_the_texts_show_exist():
    """Every `kg …` in a code block is a command with options that the program has."""
    import typer.main

    from kg.cli import app

    known = dict(WRITER._leaves(typer.main.get_command(app), "kg"))
    shown = [(path.name, line) for path in TEXTS for line in kg_lines(path.read_text("utf-8"))]
    assert len(shown) > 20
    wrong = []
    for name, line in shown:
        words = line.removeprefix(".venv/bin/").split()
        command = known.get(" ".join(words[:3])) or known.get(" ".join(words[:2]))
        if command is None:
            if words[1:2] != ["--help"] and words[1:2] != ["--version"]:
                wrong.append((name, line))
            continue
        options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        given = {word.split("=")[0] for word in re.sub(r"\"[^\"]*\"|'[^']*'", "", line).split() if word.startswith("-")}
        if given - options:
            wrong.append((name, line))
    assert wrong == []


def test_site_is_built_and_loads_nothing_from_elsewhere(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", ROOT / "notebooks" / "mkdocs.yml", "-d", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) > len(PAGES)
    loaded = r"""<(script|img|iframe)[^>]+src=["']?https?:|<link[^>]+rel=["']?(stylesheet|preconnect)[^>]+https?:"""
    assert [page.name for page in pages if re.search(loaded, page.read_text("utf-8"))] == []


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    import kg

    folder = tmp_path_factory.mktemp("sample")
    kg.build([ROOT / "data" / "news"], folder)
    with kg.open(folder) as store:
        yield store


@pytest.mark.model
@pytest.mark.slow
def test_answers_of_the_manual_are_fresh(sample):
    stale = [str(path) for path, text in WRITER.sample_pages(sample).items() if path.read_text("utf-8") != text]
    assert stale == [], "run notebooks/write_manual.py"


def test_an_unknown_question_says_which_there_are(tmp_path):
    import kg

    kg.build([tmp_path], tmp_path / "store")
    with pytest.raises(KgError, match="did you mean who-met-whom"):
        kg.query("who-met-who", store=tmp_path / "store")


def test_the_picture_shows_the_page():
    assert (MANUAL / "graph.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.model
@pytest.mark.slow
def test_answer_of_the_readme_is_fresh(sample):
    import kg

    shown = re.search(r"^Meeting  Володимир Зеленски .*$", (ROOT / "README.md").read_text("utf-8"), re.M)[0].split("  ")
    rows = sample.query(kg.questions()["meetings-of"]["sparql"], {"actor": "Стив Уиткоф"}).records()
    said = [[str(value).rpartition("#")[2] for value in list(row.values())[:-1]] for row in rows]
    assert [cell.strip() for cell in shown if cell.strip()][:-1] in said


@pytest.mark.model
@pytest.mark.slow
def test_quality_figures_of_the_readme_are_fresh():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert WRITER.between(readme, "quality", WRITER.quality()) == readme, "run notebooks/write_manual.py --measure"


def test_speed_figures_of_the_readme_are_given():
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.split("<!-- speed -->")[1].split("<!-- /speed -->")[0]
    assert len(re.findall(r"\| [\d.]+ s \| [\d.]+ s \|", table)) == 4
    assert re.search(r"\| \d+ MB \|", table)
