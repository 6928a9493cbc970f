"""The command line: every command and option has words and an example, errors are one line and exit code 2."""

import json
import re
import subprocess
import sys
import time

import pytest
import typer.main
from fakes import FAKES
from typer.testing import CliRunner

from kg import pipeline
from kg.cli import app
from kg.errors import InputError

GROUP = typer.main.get_command(app)


def commands(group=GROUP, path=()):
    """Every command with its words: ("models", "list")."""
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands())


def kg(*words, **options):
    """Run the program as a person does."""
    command = [sys.executable, "-c", "from kg.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_the_commands_of_the_program_are_all_there():
    first = {path[0] for path in COMMANDS}
    assert {"build", "remove", "watch", "status", "extract", "explain", "query", "view", "score", "models"} <= first


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does_with_an_example(path):
    text = COMMANDS[path].help or ""
    assert len(text.split()) > 4
    assert re.search(rf"Examples?:\s+(eval \"\$\()?kg {' '.join(path)}", text), "the help of a command ends with an example"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_and_argument_has_words(path):
    params = [parameter for parameter in COMMANDS[path].params if parameter.name != "help"]
    assert [parameter.name for parameter in params if not (parameter.help or "").strip()] == []


def test_one_option_one_meaning():
    """The shared options come from the same variable of the environment wherever they are."""
    named = {"--store": "KG_STORE", "--model": "KG_MODEL", "--rules": "KG_RULES", "--jobs": "KG_JOBS"}
    found = {
        (flag, " ".join(path), parameter.envvar)
        for path, command in COMMANDS.items()
        for parameter in command.params
        for flag in parameter.opts
        if flag in named
    }
    assert len(found) > 10
    assert sorted(entry for entry in found if entry[2] != named[entry[0]]) == []


def test_help_starts_quickly():
    """The best of five starts; the limit leaves room for a machine that does other work."""
    kg("--help")
    times = []
    for _ in range(5):
        started = time.perf_counter()
        assert kg("--help").returncode == 0
        times.append(time.perf_counter() - started)
    assert min(times) < 1.5, times


def test_version():
    assert re.fullmatch(r"kg \d+\.\d+\.\d+\S*\n", kg("--version").stdout)


@pytest.mark.parametrize(
    ("words", "code"),
    [(["nonsense"], 2), (["build", "--jobs", "many"], 2), (["extract"], 2), (["remove", "x", "--store", "nowhere"], 2)],
)
def test_wrong_use_is_exit_code_2_and_nothing_on_stdout(tmp_path, words, code):
    done = kg(*words, cwd=tmp_path)
    assert (code, "") == (done.returncode, done.stdout)
    assert done.stderr.strip() and "Traceback" not in done.stderr


@pytest.fixture
def fake(monkeypatch):
    """The program with stages that need no model."""
    for name in ("build", "remove", "watch", "status", "extract_files"):
        function = getattr(pipeline, name)
        monkeypatch.setattr(pipeline, name, lambda *a, f=function, **k: f(*a, **{**k, "stages": FAKES}))
    return CliRunner()


@pytest.fixture
def news(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("Иван среща Петър", "utf-8")
    (folder / "b.txt").write_text("Мария среща Иван", "utf-8")
    return folder


def test_build_status_remove(fake, news, tmp_path):
    store = ["--store", str(tmp_path / "kg")]
    first = fake.invoke(app, ["build", str(news), "--diff", "--jobs", "1", *store])
    assert first.exit_code == 0, first.output
    assert "+ Meeting held participant=Иван participant=Петър" in first.stdout
    page = tmp_path / "kg" / "graph.html"
    assert f"The graph: {page.resolve().as_uri()}" in first.stdout and page.exists()
    assert "2 documents from 2 files, 2 added" in first.stderr
    again = fake.invoke(app, ["build", *store])
    assert (again.exit_code, "nothing written" in again.stderr) == (0, True)
    found = fake.invoke(app, ["status", "--json", *store])
    assert (found.exit_code, json.loads(found.stdout)["documents"]) == (0, 2)
    (news / "c.txt").write_text("Елена среща Иван", "utf-8")
    stale = fake.invoke(app, ["status", "--sources", *store])
    assert (stale.exit_code, f"new: {news / 'c.txt'}" in stale.stdout) == (1, True)
    dry = fake.invoke(app, ["build", "--dry-run", *store])
    assert (dry.exit_code, "+ Meeting" in dry.stdout, "nothing written" in dry.stderr) == (0, True, True)
    taken = fake.invoke(app, ["remove", str(news / "a.txt"), "--json", *store])
    record = json.loads(taken.stdout)
    assert (taken.exit_code, record["removed"], record["documents"]) == (0, 1, 1)


def test_a_bad_file_is_exit_code_1_and_the_others_are_built(fake, news, tmp_path):
    (news / "bad.txt").write_bytes(b"\x00\x01")
    done = fake.invoke(app, ["build", str(news), "--jobs", "1", "--json", "--store", str(tmp_path / "kg")])
    assert done.exit_code == 1
    assert f"error: {news / 'bad.txt'}" in done.stderr
    assert json.loads(done.stdout)["documents"] == 2


def test_a_folder_without_articles_and_a_wrong_path_are_told_of(fake, tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a.pdf").write_bytes(b"%PDF")
    store = ["--jobs", "1", "--store", str(tmp_path / "kg")]
    done = fake.invoke(app, ["build", str(tmp_path / "scans"), *store])
    assert (done.exit_code, f"note: {tmp_path / 'scans'}: there is no article in it; kg reads .htm" in done.stderr) == (0, True)
    assert "first" not in done.stdout, "no table of nothing"
    done = fake.invoke(app, ["build", str(tmp_path / "nowhere"), *store])
    assert (done.exit_code, "check the path\n" in done.stderr, "kg remove" in done.stderr) == (1, True, False)
    (tmp_path / "scans" / "a.pdf").unlink()
    (tmp_path / "scans").rmdir()
    done = fake.invoke(app, ["build", *store])
    assert (done.exit_code, f"forget it with: kg remove {tmp_path / 'scans'}" in done.stderr) == (1, True)
    done = fake.invoke(app, ["build", "--rules", str(tmp_path / "none"), *store])
    assert "no such folder of rules" in str(done.exception)


def test_settings_come_from_the_environment_too(fake, news, tmp_path):
    env = {"KG_STORE": str(tmp_path / "elsewhere"), "KG_JOBS": "1", "KG_HTML": str(tmp_path / "page.html")}
    assert fake.invoke(app, ["build", str(news)], env=env).exit_code == 0
    assert (tmp_path / "elsewhere" / "current").exists() and (tmp_path / "page.html").exists()


def test_extract_prints_one_object_a_document(fake, news):
    (news / "bad.txt").write_bytes(b"")
    (news / "two.jsonl").write_text('{"text": "Иван"}\n{"text": "Петър"}\n', "utf-8")
    done = fake.invoke(app, ["extract", str(news), "--jobs", "1"])
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["a", "b", "two-1", "two-2"] == [record["doc"] for record in records]
    assert all({"doc", "published", "events", "statements"} == record.keys() for record in records)
    assert (done.exit_code, "bad.txt" in done.stderr) == (1, True)


def test_an_empty_sentence_cannot_be_explained(fake):
    done = fake.invoke(app, ["explain", "  "])
    assert isinstance(done.exception, InputError)


@pytest.mark.model
def test_explain_shows_tree_and_frame():
    done = kg("explain", "Министърът се срещна с посланика в София.")
    assert (done.returncode, done.stderr) == (0, "")
    assert "meet" in done.stdout and "nsubj" in done.stdout


@pytest.mark.model
def test_a_real_build_of_one_article_answers(tmp_path):
    (tmp_path / "a.txt").write_text("date 2026-03-12 Ралица Войнова се срещна с Михай Добреску в Русе.", "utf-8")
    done = kg("build", "a.txt", "--store", "kg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Ралица Войнова" in done.stdout and "The graph: file://" in done.stdout
    seconds = time.perf_counter()
    again = kg("build", "--store", "kg", cwd=tmp_path)
    assert "nothing written" in again.stderr and time.perf_counter() - seconds < 10
