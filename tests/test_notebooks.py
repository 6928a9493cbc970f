"""The notebooks run from top to bottom, use the public interface only, and lie in git without outputs."""

import json
import re
from pathlib import Path

import pytest

import kg

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def sources(path: Path, kind: str = "code") -> list[str]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def test_there_are_four():
    assert [path.stem.split("-", 1)[1] for path in NOTEBOOKS] == [
        "one-sentence",
        "questions",
        "network-measured",
        "sources-that-disagree",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in code if cell["outputs"] or cell["execution_count"]] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_only_the_public_interface_is_used(path):
    code = "\n".join(sources(path))
    assert re.findall(r"^(?:from|import) kg\.?\w+.*", code, re.M) == []
    assert set(re.findall(r"\bkg\.(\w+)", code)) <= set(kg.__all__)


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path, monkeypatch, tmp_path_factory):
    import nbclient
    import nbformat

    shared = tmp_path_factory.getbasetemp() / "notebooks"
    shared.mkdir(exist_ok=True)
    monkeypatch.setenv("TMPDIR", str(shared))
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(FOLDER)}}).execute()
    said = [output for cell in notebook.cells for output in cell.get("outputs", ()) if output["output_type"] != "error"]
    assert len(said) >= 3
