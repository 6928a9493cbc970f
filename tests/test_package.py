"""Wheel and sdist are built, and the wheel alone is enough: `kg --help`, and a build of one article."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.model]


def run(*command, cwd):
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # it would bring the checkout in
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with both archives; their contents come from git's view of the project through the build back end."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The `kg` of a new environment: this wheel, with the libraries of the present one, without the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    venv.create(folder, with_pip=False)
    site = next(folder.glob("lib/python*/site-packages"))
    libraries = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (wheel,) = built.glob("*.whl")
    run(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", site, wheel, cwd=folder)
    (site / "libraries.pth").write_text(f"{libraries}\n")
    return folder / "bin" / "python"


def test_the_archives_hold_what_they_should(built):
    (wheel,) = built.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {"kg/py.typed", "kg/_data/ontology/kg.ttl", "kg/_data/gazetteer/countries.tsv"} <= inside
    assert any(name.startswith("kg/_data/models/") and name.endswith(".pt") for name in inside)
    assert any(name.startswith("kg/rules/") and name.endswith(".toml") for name in inside)
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[-1] for name in archive.getnames()}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".ci/constraints.txt", "kg/__init__.py"} <= names
    assert not any(".venv" in name or "__pycache__" in name for name in inside | names)


def test_help_and_a_build_of_one_article_from_the_wheel_alone(installed, tmp_path):
    where = run(installed, "-c", "import kg; print(kg.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(installed.parent.parent)
    kg = (installed, "-c", "from kg.cli import main; main()")
    assert "build" in run(*kg, "--help", cwd=tmp_path)
    (tmp_path / "news.txt").write_text(
        "date 2026-03-12 Ралица Войнова се срещна с Михай Добреску в Русе.", encoding="utf-8"
    )
    run(*kg, "build", "news.txt", "--store", "store", cwd=tmp_path)
    assert (tmp_path / "store" / "graph.html").exists()
    answer = run(*kg, "query", "who-met-whom", "--store", "store", cwd=tmp_path)
    assert "Ралица Войнова" in answer
    assert "Михай Добреску" in answer
