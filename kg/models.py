"""Language models as folders in Stanza's layout: find them, check them, fetch the official ones.

    FOLDER/resources.json                    what is there, with an md5 for each file
    FOLDER/bg/PART/PACKAGE.pt                PART: tokenize, pos, lemma, depparse, ner, and what they depend on
    FOLDER/bg/lemma/PACKAGE.by_tag.tsv       form, UPOS, XPOS, lemma: of kg, where the tag tells the lemma; may be missing
    FOLDER/bg/encoder/PACKAGE.pt             of kg, the second reader that tagger and parser decide with; may be missing

Nothing here loads torch, except `pull`. Stanza reads weights with `weights_only`, so a file can spoil the result but
not run code; `verify` finds a file that is not what its folder promises.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg import resources
from kg.errors import ModelError

LANGUAGE = "bg"
EMBEDDED = "bg-compact"
QUICK = "bg-quick"  # the same without its encoder
OFFICIAL = "stanza"
NAMES = (EMBEDDED, QUICK, OFFICIAL)
PARTS = ("tokenize", "pos", "lemma", "depparse", "ner")
ENCODER = "encoder"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a set: which part, which package, where, and the md5 it should have (None: nobody said)."""

    part: str
    package: str
    path: Path
    md5: str | None


@dataclass(frozen=True, slots=True)
class ModelSet:
    """A folder of models that `stanza.Pipeline("bg", dir=folder, package=package)` can load, and perhaps an encoder."""

    name: str
    folder: Path
    package: str = "default"
    files: tuple[ModelFile, ...] = ()

    @property
    def megabytes(self) -> float:
        """Size on disk of all files that are there, in 10^6 bytes."""
        return sum(file.path.stat().st_size for file in self.files if file.path.is_file()) / 1e6

    @property
    def encoder(self) -> Path | None:
        """The file of the encoder, where the set has one."""
        return next((file.path for file in self.files if file.part == ENCODER), None)


def by_tag_file(lemmatizer: Path) -> Path:
    """Where the table of lemmas that depend on the tag stands: beside the lemmatizer."""
    return lemmatizer.with_suffix(".by_tag.tsv")


def find_models(name_or_dir: str | Path | None = None) -> ModelSet:
    """The model set of a name or a folder; the ones inside kg where nothing is given.

    `bg-compact` is the set inside kg, `bg-quick` the same without its encoder, `stanza` the official package that
    `kg models pull` fetched; everything else is a folder. Raises ModelError where there is none, or none for Bulgarian.
    """
    name = str(name_or_dir or EMBEDDED)
    if name == EMBEDDED:
        return _read(name, resources.path("models") / EMBEDDED)
    if name == QUICK:
        whole = _read(name, resources.path("models") / EMBEDDED)
        return replace(whole, files=tuple(file for file in whole.files if file.part != ENCODER))
    if name == OFFICIAL:
        folder = official_folder()
        if not (folder / "resources.json").is_file():
            raise ModelError(f"the official Stanza models are not in {folder}; fetch them: kg models pull")
        return _read(name, folder)
    return _read(name, Path(name).expanduser())


def known_models() -> list[ModelSet]:
    """The sets that have a name and are here: those inside kg and, once fetched, the official one."""
    found = []
    for name in NAMES:
        try:
            found.append(find_models(name))
        except ModelError:
            continue
    return found


def official_folder() -> Path:
    """Where the official package is kept: STANZA_RESOURCES_DIR, else kg's folder in the user's cache."""
    named = os.environ.get("STANZA_RESOURCES_DIR")
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(named) if named else Path(cache).expanduser() / "kg" / "stanza"


def verify(folder: Path) -> list[str]:
    """What is wrong with the models in `folder`, one sentence each; an empty list when they are as promised.

    Checks that all parts are there and that each file has the md5 of resources.json.
    """
    try:
        models = _read(str(folder), folder)
    except ModelError as error:
        return [str(error)]
    problems = []
    here = {file.part for file in models.files}
    for part in PARTS:
        if part not in here:
            problems.append(f"{folder}: there is no model for {part}")
    for file in models.files:
        if not file.path.is_file():
            problems.append(f"{file.path}: the file is missing")
        elif file.md5 is None:
            problems.append(f"{file.path}: resources.json has no md5 for it, so it cannot be checked")
        elif (found := _md5(file.path)) != file.md5:
            problems.append(f"{file.path}: the file is corrupt or another one (md5 {found}, expected {file.md5})")
    return problems


def require_sound(models: ModelSet) -> ModelSet:
    """`models` again, or ModelError with all that `verify` finds and how to mend it."""
    problems = verify(models.folder)
    if not problems:
        return models
    mend = {
        EMBEDDED: "pip install --force-reinstall diplokg",
        QUICK: "pip install --force-reinstall diplokg",
        OFFICIAL: f"rm -r {models.folder} && kg models pull",
    }.get(models.name, "kg models use DIR")
    raise ModelError("; ".join(problems) + f"; get them anew: {mend}")


def pull(package: str = "default", folder: Path | None = None, url: str | None = None) -> ModelSet:
    """Fetch Stanza's official Bulgarian models into `folder` (`official_folder` when None) and check them.

    `url` is a mirror: it serves resources_VERSION.json and bg/PART/PACKAGE.pt below it. Files that are there already,
    with the right md5, are not fetched again. Raises ModelError without a network or with a wrong file.
    """
    folder = folder or official_folder()
    again = f"kg models pull --package {package} --dir {folder}" + (f" --url {url}" if url else "")
    import stanza

    places: dict[str, Any] = {}
    if url:
        places = {"resources_url": url.rstrip("/"), "model_url": url.rstrip("/") + "/{lang}/{filename}"}
    try:
        stanza.download(
            LANGUAGE,
            model_dir=str(folder),
            package=package,
            processors=",".join(PARTS),
            verbose=False,
            **places,
        )
    except Exception as error:  # requests, huggingface_hub, json and stanza each have their own
        what = str(error).split("\n")[0][:300] or type(error).__name__
        raise ModelError(
            f"cannot fetch the package {package!r} of Stanza's Bulgarian models: {what}; "
            f"with a network, try again: {again}; without one, kg's own models do: kg models verify"
        ) from error
    return require_sound(_read(OFFICIAL, folder, package))


def _read(name: str, folder: Path, package: str = "default") -> ModelSet:
    """The set in `folder` as its resources.json describes it."""
    index = folder / "resources.json"
    if not index.is_file():
        raise ModelError(f"{folder}: no models here (no resources.json); see which there are: kg models list")
    try:
        all_languages = json.loads(index.read_text(encoding="utf-8"))
        described = all_languages.get(LANGUAGE)
    except (ValueError, AttributeError) as error:
        raise ModelError(
            f"{index}: not a resources.json of Stanza ({error}); which models there are: kg models list"
        ) from error
    if not isinstance(described, dict):
        others = ", ".join(sorted(key for key, value in all_languages.items() if isinstance(value, dict))[:5])
        raise ModelError(
            f"{folder}: models for another language ({others or 'none'}), not Bulgarian (bg); "
            "see which there are: kg models list"
        )
    packages = described.get("packages") or {}
    if package != "default" and package not in packages:
        raise ModelError(
            f"{folder}: there is no package {package!r} for Bulgarian, only {', '.join(sorted(packages))}; "
            "choose one: kg models pull --package default"
        )
    try:
        files = tuple(_files(described, folder, package))
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{index}: the entry for bg is damaged ({error!r}); get the models anew: kg models pull"
        ) from error
    return ModelSet(name, folder, package, files)


def _files(described: dict, folder: Path, package: str) -> list[ModelFile]:
    """The files to load for `package`: one a part, the encoder of the tagger's name, then the word vectors and the like."""
    chosen = described.get("packages", {}).get(package) or described.get("default_processors", {})
    wanted = [(part, chosen[part]) for part in PARTS if part in chosen]
    wanted += [(ENCODER, chosen["pos"])] if chosen.get("pos") in described.get(ENCODER, {}) else []
    found: dict[tuple[str, str], ModelFile] = {}
    while wanted:
        part, name = wanted.pop(0)
        if (part, name) in found:
            continue
        entry = described.get(part, {}).get(name) or {}
        path = folder / LANGUAGE / part / f"{name}.pt"
        found[part, name] = ModelFile(part, name, path, entry.get("md5"))
        if "by_tag_md5" in entry:
            found[part, f"{name}.by_tag"] = ModelFile(part, f"{name}.by_tag", by_tag_file(path), entry["by_tag_md5"])
        wanted += [(needed["model"], needed["package"]) for needed in entry.get("dependencies", [])]
    return list(found.values())


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
