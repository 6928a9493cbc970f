"""Finding, checking and fetching models. Most of it needs no model: a folder with the right names and sums will do."""

import contextlib
import functools
import hashlib
import http.server
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kg import models, resources
from kg.errors import ModelError

PARTS = ("tokenize", "pos", "lemma", "depparse", "ner", "pretrain")


def make_folder(folder: Path, language: str = "bg") -> Path:
    """Files with a line of text instead of weights, described as Stanza does."""
    described: dict = {}
    for part in PARTS:
        path = folder / language / part / "tiny.pt"
        path.parent.mkdir(parents=True)
        path.write_text(f"weights of {part}", encoding="utf-8")
        described[part] = {"tiny": {"md5": hashlib.md5(path.read_bytes()).hexdigest()}}
    for part in ("pos", "depparse", "ner"):
        described[part]["tiny"]["dependencies"] = [{"model": "pretrain", "package": "tiny"}]
    chosen = {part: "tiny" for part in PARTS[:-1]}
    described |= {"default_processors": chosen, "packages": {"default": chosen}}
    (folder / "resources.json").write_text(json.dumps({language: described}), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "tiny")


def test_a_sound_folder_has_no_problems(folder):
    assert [] == models.verify(folder)
    found = models.find_models(folder)
    assert set(PARTS) == {file.part for file in found.files}
    assert models.require_sound(found) is found


def test_the_official_layout_is_read_too(folder):
    """There, dependencies are plain and the packages are named by quality."""
    index = json.loads((folder / "resources.json").read_text(encoding="utf-8"))
    index["url"] = "https://example.org/{lang}/{filename}"
    index["bg"]["packages"]["default_fast"] = {"pos": "missing"}
    index["multilingual"] = {"lang_name": "multilingual"}
    (folder / "resources.json").write_text(json.dumps(index), encoding="utf-8")
    assert [] == models.verify(folder)


def test_a_changed_file_is_named_with_both_sums(folder):
    path = folder / "bg" / "ner" / "tiny.pt"
    path.write_text("other weights", encoding="utf-8")
    [problem] = models.verify(folder)
    assert str(path) in problem and "corrupt" in problem and hashlib.md5(path.read_bytes()).hexdigest() in problem
    with pytest.raises(ModelError, match=r"corrupt.*get them anew: "):
        models.require_sound(models.find_models(folder))


def test_a_missing_file_is_named(folder):
    (folder / "bg" / "pretrain" / "tiny.pt").unlink()
    [problem] = models.verify(folder)
    assert "pretrain" in problem and "missing" in problem


def test_the_table_of_lemmas_is_checked_when_the_index_names_one(folder):
    table = models.by_tag_file(folder / "bg" / "lemma" / "tiny.pt")
    table.write_text("си\tPRON\tPpxtd\tсе\n", encoding="utf-8")
    index = json.loads((folder / "resources.json").read_text(encoding="utf-8"))
    index["bg"]["lemma"]["tiny"]["by_tag_md5"] = hashlib.md5(table.read_bytes()).hexdigest()
    (folder / "resources.json").write_text(json.dumps(index), encoding="utf-8")
    assert [] == models.verify(folder)
    table.write_text("си\tPRON\tPpxtd\tсвой\n", encoding="utf-8")
    (problem,) = models.verify(folder)
    assert "tiny.by_tag.tsv: the file is corrupt" in problem
    table.unlink()
    (problem,) = models.verify(folder)
    assert "tiny.by_tag.tsv: the file is missing" in problem


class FakeLemmatizer:
    """What let_lemmas_follow_tags needs of a part of a pipeline."""

    def __init__(self, model: Path) -> None:
        self.config = {"model_path": str(model)}

    def process(self, document):
        from stanza.models.common.doc import LEMMA

        document.set([LEMMA], ["свой", "свой", "цел"])
        return document


@pytest.mark.parametrize(
    ("table", "lemmas"),
    [("си\tPRON\tPpxtd\tсе\n", ["се", "свой", "цел"]), ("", ["свой", "свой", "цел"]), (None, ["свой", "свой", "цел"])],
)
def test_a_lemma_follows_the_tag_where_the_table_says_so(tmp_path, table, lemmas):
    """ "Спомни си" has "се", "целта си" has "свой"."""
    from types import SimpleNamespace

    from stanza.models.common.doc import LEMMA, Document

    from kg.parse import let_lemmas_follow_tags

    if table is not None:
        (tmp_path / "tiny.by_tag.tsv").write_text(table, encoding="utf-8")
    part = FakeLemmatizer(tmp_path / "tiny.pt")
    let_lemmas_follow_tags(SimpleNamespace(processors={"lemma": part}))
    words = [("Си", "PRON", "Ppxtd"), ("си", "PRON", "Psxto"), ("цел", "NOUN", "Ncfsi")]
    rows = [{"id": i, "text": text, "upos": upos, "xpos": xpos} for i, (text, upos, xpos) in enumerate(words, 1)]
    assert lemmas == part.process(Document([rows])).get([LEMMA])


def test_a_missing_part_is_named(folder):
    index = json.loads((folder / "resources.json").read_text(encoding="utf-8"))
    del index["bg"]["packages"]["default"]["depparse"]
    (folder / "resources.json").write_text(json.dumps(index), encoding="utf-8")
    assert [f"{folder}: there is no model for depparse"] == models.verify(folder)


def test_a_file_without_a_sum_is_not_taken_for_sound(folder):
    index = json.loads((folder / "resources.json").read_text(encoding="utf-8"))
    del index["bg"]["pos"]["tiny"]["md5"]
    (folder / "resources.json").write_text(json.dumps(index), encoding="utf-8")
    [problem] = models.verify(folder)
    assert "no md5" in problem


def test_models_of_another_language_are_foreign(tmp_path):
    folder = make_folder(tmp_path / "mk", language="mk")
    [problem] = models.verify(folder)
    assert "mk" in problem and "not Bulgarian" in problem
    with pytest.raises(ModelError, match="not Bulgarian"):
        models.find_models(folder)


@pytest.mark.parametrize("content", ["", "[]", "not json", '{"bg": 1}', '{"bg": {"packages": {"default": 3}}}'])
def test_a_broken_index_is_an_error_not_a_crash(tmp_path, content):
    (tmp_path / "resources.json").write_text(content, encoding="utf-8")
    assert models.verify(tmp_path)
    if content != '{"bg": {"packages": {"default": 3}}}':
        with pytest.raises(ModelError):
            models.find_models(tmp_path)


def test_a_folder_without_models_says_how_to_see_which_there_are(tmp_path):
    with pytest.raises(ModelError, match=r"kg models list$"):
        models.find_models(tmp_path)


def test_the_official_name_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("STANZA_RESOURCES_DIR", str(tmp_path))
    with pytest.raises(ModelError, match=r"kg models pull$"):
        models.find_models("stanza")


def test_the_embedded_set_is_the_default_and_is_sound():
    found = models.find_models()
    assert resources.path("models") / "bg-compact" == found.folder
    assert [] == models.verify(found.folder)
    assert {"bg-compact"} <= {known.name for known in models.known_models()}
    assert found.megabytes <= 75


def test_finding_and_checking_load_neither_torch_nor_stanza():
    code = (
        "import sys; from kg.models import find_models, verify; verify(find_models().folder); import kg.cli.models; "
        "assert not {'torch', 'stanza', 'gensim'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def kg(*words: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", "import kg.cli; kg.cli.main()", "models", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **more},
        timeout=120,
    )


def test_the_commands_answer_with_exit_codes(folder):
    assert "bg-compact" in kg("list").stdout
    assert 0 == kg("verify", str(folder)).returncode
    assert f"export KG_MODEL={folder}\n" == kg("use", str(folder)).stdout
    (folder / "bg" / "ner" / "tiny.pt").unlink()
    bad = kg("verify", str(folder))
    assert 1 == bad.returncode and "missing" in bad.stdout
    unusable = kg("use", str(folder))
    assert 2 == unusable.returncode and unusable.stderr.startswith("error: ") and "" == unusable.stdout
    assert 2 == kg("verify", str(folder / "nothing")).returncode


@contextlib.contextmanager
def served(folder: Path):
    """`folder` over HTTP on the loopback; yields its address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What Stanza's server has, made of our own models."""
    from stanza.resources.common import DEFAULT_RESOURCES_VERSION

    own = models.find_models()
    place = tmp_path / "repository"
    shutil.copytree(own.folder / "bg", place / "bg")
    index = json.loads((own.folder / "resources.json").read_text(encoding="utf-8"))
    index["url"] = "https://example.org/{lang}/{filename}"
    index["bg"]["lemma"]["compact"].pop("by_tag_md5", None)  # that table is of kg, and so is the encoder
    index["bg"].pop("encoder")
    (place / f"resources_{DEFAULT_RESOURCES_VERSION}.json").write_text(json.dumps(index), encoding="utf-8")
    return place


@pytest.mark.model
def test_pull_fetches_from_a_repository_in_the_format_of_stanza(repository, tmp_path):
    target = tmp_path / "here"
    with served(repository) as url:
        found = models.pull("compact", target, url)
        again = models.pull("compact", target, url)
    assert found == again
    assert [] == models.verify(target)
    own = {(file.part, file.md5) for file in models.find_models("bg-quick").files if file.path.suffix == ".pt"}
    assert own == {(file.part, file.md5) for file in found.files}


@pytest.mark.model
def test_pull_refuses_a_file_that_is_not_what_was_promised(repository, tmp_path):
    (repository / "bg" / "lemma" / "compact.pt").write_bytes(b"something else")
    with served(repository) as url, pytest.raises(ModelError, match=r"md5 .*kg models pull"):
        models.pull("compact", tmp_path / "here", url)


@pytest.mark.model
def test_pull_of_an_unknown_package_is_an_error(repository, tmp_path):
    with served(repository) as url, pytest.raises(ModelError, match="'nonesuch'"):
        models.pull("nonesuch", tmp_path / "here", url)


@pytest.mark.model
def test_pull_without_a_network_says_what_to_do(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ModelError, match=r"kg models verify$") as error:
        models.pull("compact", tmp_path / "here", address)
    assert f"kg models pull --package compact --dir {tmp_path / 'here'} --url {address}" in str(error.value)


class Trap:
    """Pickled, it would write a file when read."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.model
def test_a_model_file_cannot_run_code(tmp_path):
    """Even one whose sum is right: Stanza reads weights only."""
    import torch

    from kg.parse import load_pipeline

    own = models.find_models()
    place = tmp_path / "trapped"
    shutil.copytree(own.folder, place)
    sprung = tmp_path / "sprung"
    path = place / "bg" / "lemma" / f"{own.files[2].package}.pt"
    state = torch.load(path, weights_only=True)
    state["config"]["trap"] = Trap(sprung)
    torch.save(state, path)
    index = json.loads((place / "resources.json").read_text(encoding="utf-8"))
    index["bg"]["lemma"][own.files[2].package]["md5"] = hashlib.md5(path.read_bytes()).hexdigest()
    (place / "resources.json").write_text(json.dumps(index), encoding="utf-8")
    assert [] == models.verify(place)
    with pytest.raises(ModelError, match="kg models verify"):
        load_pipeline(models.find_models(place))
    assert not sprung.exists()
    with pytest.raises(pickle.UnpicklingError):
        torch.load(path, weights_only=True)


@pytest.mark.model
def test_the_embedded_set_parses_a_sentence():
    from kg.parse import load_pipeline

    nlp = load_pipeline(models.find_models())
    document = nlp("Министърът на външните работи се срещна с посланика на Турция в София.")
    [sentence] = document.sentences
    words = {word.text: word for word in sentence.words}
    root = words["срещна"]
    assert 0 == root.head
    assert "VERB" == root.upos and "Number=Sing" in root.feats
    assert "nsubj" == words["Министърът"].deprel.split(":")[0] and root.id == words["Министърът"].head
    assert "посланик" == words["посланика"].lemma
    assert root.id == words["посланика"].head
    assert {"Турция", "София"} <= {entity.text for entity in document.ents}
