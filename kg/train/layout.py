"""Trained parts -> a folder that Stanza loads, small on disk.

Weights are rounded to multiples of a power of two near a sixteenth of their spread, word vectors an eighth, and every file
is deflated inside its own zip container, which torch.load reads as it is: a number then takes a byte or less. Weights are
stored in half precision; Stanza widens them when it loads. It does not widen the word vectors, which must stay float32. The encoder, which is kg's
own, is stored in steps of a quarter of the spread of a row.
"""

import hashlib
import json
import math
import os
import pickletools
import shutil
import zipfile
from pathlib import Path
from typing import Any

from kg.encoder import STEP
from kg.models import ENCODER, by_tag_file

PARTS = ("tokenize", "pos", "lemma", "depparse", "ner")
NEEDS_VECTORS = ("pos", "depparse", "ner")
SMALL = 5000  # numbers; fewer take no room as they are
ONLY_FOR_TRAINING = ("optimizer_state_dict", "bert_optimizer_state_dict", "scheduler_state_dict", "optimizer")


def lay_out(trained: dict[str, Path], out: Path, package: str = "compact") -> Path:
    """Write `trained` (part -> file, with "pretrain") as a folder for stanza.Pipeline("bg", dir=out), and return it.

    The folder is written beside `out` and takes its place in one step at the end.
    """
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    described: dict[str, Any] = {}
    for part, source in trained.items():
        target = fresh / "bg" / part / f"{package}.pt"
        target.parent.mkdir(parents=True)
        pack(source, target, part)
        entry: dict[str, Any] = {"md5": hashlib.md5(target.read_bytes()).hexdigest()}
        if by_tag_file(source).is_file():
            shutil.copyfile(by_tag_file(source), by_tag_file(target))
            entry["by_tag_md5"] = hashlib.md5(by_tag_file(target).read_bytes()).hexdigest()
        if part in NEEDS_VECTORS:
            entry["dependencies"] = [{"model": "pretrain", "package": package}]
        described[part] = {package: entry}
    chosen = {part: package for part in PARTS if part in trained}
    described["default_processors"] = chosen
    described["default_dependencies"] = {"pretrain": package}
    described["packages"] = {"default": chosen, package: chosen}
    described["lang_name"] = "Bulgarian"
    (fresh / "resources.json").write_text(json.dumps({"bg": described}, indent=1) + "\n", encoding="utf-8")
    replace_folder(fresh, out)
    return out


def replace_folder(fresh: Path, out: Path) -> None:
    """Put `fresh` where `out` is; a README.md that stands there stays."""
    old = out.with_name(out.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        if (out / "README.md").is_file() and not (fresh / "README.md").exists():
            shutil.copy(out / "README.md", fresh / "README.md")
        os.rename(out, old)
    os.rename(fresh, out)
    shutil.rmtree(old, ignore_errors=True)


def pack(source: Path, target: Path, part: str = "") -> None:
    """Write the Stanza model `source` to `target` without what only training needs, and as small as it gets."""
    import torch

    state = torch.load(source, map_location="cpu", weights_only=True)
    if isinstance(state, dict):
        state = {key: value for key, value in state.items() if key not in ONLY_FOR_TRAINING}
        if isinstance(state.get("config"), dict):
            state["config"] = {key: _no_path(value) for key, value in state["config"].items()}
    if part == ENCODER:
        state["model"] = in_steps(state["model"])
    else:
        state = _shrink(state, part == "pretrain")
    torch.save(state, target)
    deflate(target)


def deflate(path: Path) -> None:
    """Compress the members of the zip container that torch.save writes; dates are fixed, so equal in is equal out.

    Its pickle loses the numbers under which nothing is asked for again: torch.load goes through it step by step.
    """
    fresh = path.with_suffix(".deflated")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename.endswith("/data.pkl"):
                content = pickletools.optimize(content)
            new.writestr(zipfile.ZipInfo(member.filename), content, zipfile.ZIP_DEFLATED, 9)
    os.replace(fresh, path)


def _no_path(value: Any) -> Any:
    """File names of the machine that trained are of no use to others."""
    return os.path.basename(value) if isinstance(value, str) and os.sep in value else value


def _shrink(value: Any, vectors: bool) -> Any:
    import torch

    if torch.is_tensor(value):
        value = value.detach().cpu()
        if not value.is_floating_point():
            return value.clone()
        if value.numel() > SMALL:
            value = _rounded(value.float(), 8 if vectors else 16)
        return value.float() if vectors else value.half()
    if isinstance(value, dict):
        return type(value)((_apart(key), _shrink(item, vectors)) for key, item in value.items())
    if isinstance(value, list):
        return [_shrink(item, vectors) for item in value]
    if type(value) is tuple:
        return tuple(_shrink(item, vectors) for item in value)
    return value


def _apart(key: Any) -> Any:
    """The same key as an object of its own: a word that is written twice loads faster than one that is referred to."""
    return key.encode("utf-8").decode("utf-8") if isinstance(key, str) else key


def in_steps(weights: dict[str, Any]) -> dict[str, Any]:
    """Matrices as int8, the width of a step of each row beside them; vectors in half precision."""
    import torch

    found = {}
    for name, value in weights.items():
        found[name] = value.half()
        if value.dim() > 1 and value.numel() > SMALL:
            step = (value.float().std(-1) / 4).half().clamp(min=6e-8)
            found[name] = (value.float() / step.float().unsqueeze(-1)).round().clamp(-127, 127).to(torch.int8)
            found[name + STEP] = step
    return found


def _rounded(values: Any, share: int) -> Any:
    """`values` as multiples of a power of two near that share of their spread: some hundred different numbers."""
    grain = 2.0 ** math.floor(math.log2(max(float(values.std()), 1e-6) / share))
    return (values / grain).round() * grain
