"""The manual says what the program does: every command, option, rule key, term and question, in force and unbroken."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from kg.errors import KgError

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


def test_all_of_the_program_is_explained():
    """Every command, option, rule key, list of words, term, question and function; the last four also in Bulgarian."""
    coverage = WRITER.coverage()
    assert len(coverage) == 10
    assert {kind: unexplained for kind, (_, unexplained) in coverage.items() if unexplained} == {}
    least = {"commands": 25, "options": 120, "lists of words": 30, "rule keys (bg)": 40, "terms (bg)": 80, "questions (bg)": 12}
    assert all(coverage[kind][0] >= number for kind, number in least.items())


@pytest.mark.parametrize(
    ("page", "old", "new", "kind", "missing"),
    [
        ("en/commands.md", "## kg history", "## kg hist", "commands", "kg history"),
        ("bg/frames.md", "`unless`", "`unles`", "rule keys (bg)", "unless"),
        ("en/terms.md", "| `Meeting` | meeting |", "| `Meeting` |  |", "terms (en)", "Meeting"),
        ("bg/questions.md", "```sparql", "```", "questions (bg)", "actors"),
    ],
)
def test_what_is_not_explained_is_found(tmp_path, monkeypatch, page, old, new, kind, missing):
    shutil.copytree(MANUAL, tmp_path / "manual")
    changed = tmp_path / "manual" / page
    text = changed.read_text("utf-8")
    assert old in text
    changed.write_text(text.replace(old, new), "utf-8")
    monkeypatch.setattr(WRITER, "MANUAL", tmp_path / "manual")
    assert missing in WRITER.coverage()[kind][1]


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
    assert listed == {*(str(path.relative_to(MANUAL)) for path in PAGES), "ontology/index.html"}


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


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    config = ROOT / "notebooks" / "mkdocs.yml"
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-f", config, "-d", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return folder


def test_the_site_loads_nothing_from_elsewhere(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(PAGES) + 3
    loaded = r"""<(script|img|iframe)[^>]+src=["']?https?:|<link[^>]+rel=["']?(stylesheet|preconnect)[^>]+https?:"""
    assert [page.name for page in pages if re.search(loaded, page.read_text("utf-8"))] == []


class Page(HTMLParser):
    """What a page names (ids) and what it points at."""

    def __init__(self, path):
        super().__init__()
        self.names, self.targets = set(), []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.names |= {given[key] for key in ("id", "name") if given.get(key)}
        self.targets += [given[key] for key in ("href", "src") if given.get(key)]


def test_no_link_of_the_site_is_broken(site):
    """Manual and ontology pages: every file and every place in a page that is pointed at is there."""
    pages = {path: Page(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    broken, followed = [], 0
    for path, page in pages.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme:
                continue
            followed += 1
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not there.is_file() or (parts.fragment and unquote(parts.fragment) not in pages[there].names):
                broken.append(f"{path.relative_to(site)}: {target}")
    assert broken == []
    assert followed > 1000


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium is installed: apt-get install chromium")
def test_the_site_is_searched_without_a_server(site):
    from playwright.sync_api import TimeoutError, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        opened = browser.new_page()
        for words, page in (("scheduler", "en/scale-out.html"), ("противоречат", "bg/questions.html")):
            opened.goto((site / "index.html").as_uri(), wait_until="networkidle")
            found = opened.locator(f".md-search-result__link[href*='{page}']").first
            for _ in range(12):  # the index is read by a worker of its own, and what is typed before it is ready finds nothing
                opened.locator(".md-search__input").fill("")
                opened.locator(".md-search__input").press_sequentially(words, delay=60)
                opened.locator(".md-search__input").press("End")  # the driver lets no key go up after a Cyrillic letter
                try:
                    found.wait_for(timeout=5_000)
                    break
                except TimeoutError:
                    continue
            assert found.is_visible(), words
        browser.close()


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


@pytest.mark.model
@pytest.mark.slow
def test_every_feature_shows_itself_in_the_sample(sample):
    """A meeting planned, postponed and held; a plan cancelled; sources that contradict each other; namesakes apart."""
    from kg import dossier

    asked = {path.stem: path.read_text("utf-8") for path in WRITER.question_files()}
    meetings = sample.query(asked["meetings-of"], {"actor": "Ралица Войнова"}).records()
    (ruse,) = {row["id"] for row in meetings if row["with"] == "Михай Добреску" and row["from"] == "2026-03-19"}
    statuses = [str(row["status"]).rpartition("#")[2] for row in sample.query(asked["history"], {"event": ruse}).records()]
    assert [status for status in dict.fromkeys(statuses) if status != "Ongoing"] == ["Planned", "Postponed", "Held"]
    changes = sample.query(asked["postponed-or-cancelled"]).records()
    assert any(str(row["change"]).endswith("#Cancelled") and str(row["was"]).endswith("#Planned") for row in changes)
    disputed = {one["who"] for one in dossier.conflicts(sample) if one["over"] == "status"}
    assert {"Антон Дмитриев, Асен Кърджиев", "Антон Дмитриев, Тарас Левченко"} <= disputed
    namesakes = {row["label"] for row in sample.query(asked["entity"], {"name": "Дмитриев"}).records()}
    assert {"Антон Дмитриев", "Олег Дмитриев", "Кирил Дмитриев"} <= namesakes


@pytest.mark.model
@pytest.mark.slow
def test_every_question_has_an_answer_for_its_example(sample):
    """But one: no two articles of the sample disagree on the day or place of what both say was held."""
    asked = {path.stem: (path.read_text("utf-8"), WRITER.parameters(path, sample)) for path in WRITER.question_files()}
    assert [name for name, (text, about) in asked.items() if not sample.query(text, about).rows] == ["conflicts-of"]


@pytest.mark.model
def test_frames_that_the_texts_teach_hold(tmp_path):
    """The frames in the manual and beside the rules, added to the rules: read without a fault, their examples true."""
    from dataclasses import replace

    from kg import gazetteer, lexicon
    from kg.examples import example_findings
    from kg.parse import parse
    from kg.stages import Settings, pipeline

    taught = {
        re.search(r'id = "(.+)"', frame)[1]: frame
        for path in (MANUAL / "en" / "frames.md", MANUAL / "bg" / "frames.md", ROOT / "kg" / "rules" / "README.md")
        for frame in re.findall(r"```toml\n(\[\[frame\]\]\n.*?)```", path.read_text("utf-8"), re.S)
    }
    assert len(taught) >= 3
    shutil.copytree(ROOT / "kg" / "rules", tmp_path / "rules")
    (tmp_path / "rules" / "taught.toml").write_text("\n".join(taught.values()), "utf-8")
    rules = lexicon.load_lexicon(tmp_path / "rules")
    own = replace(rules, frames=tuple(frame for frame in rules.frames if frame.id in taught))
    assert list(example_findings(own, gazetteer.load(), lambda documents: parse(documents, pipeline(Settings())))) == []


def test_an_unknown_question_says_which_there_are(tmp_path):
    import kg

    kg.build([tmp_path], tmp_path / "store")
    with pytest.raises(KgError, match="did you mean who-met-whom"):
        kg.query("who-met-who", store=tmp_path / "store")


@pytest.mark.model
@pytest.mark.slow
def test_the_picture_shows_the_page_of_the_sample(sample, tmp_path):
    from kg.view import write_page

    write_page(sample, tmp_path / "graph.html")
    assert WRITER.pictured() == WRITER.digest(tmp_path / "graph.html"), "run notebooks/write_manual.py --picture"


@pytest.mark.model
@pytest.mark.slow
def test_the_page_of_the_sample_is_the_same_bytes_whatever_the_order_of_sets(sample, tmp_path):
    for seed in "12":
        command = [sys.executable, "-c", "from kg.cli import main; main()", "view", "--store", sample.folder]
        command += ["--out", tmp_path / f"{seed}.html"]
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True)
    assert (tmp_path / "1.html").read_bytes() == (tmp_path / "2.html").read_bytes()


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
