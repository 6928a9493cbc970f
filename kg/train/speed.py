"""How fast a model set is, against the sizes of Stanza's official Bulgarian models with random weights in them.

    python -m kg.train.speed MODELS TEXT [THREADS ...]

The official set has the same tokenizer and lemmatizer, character language models of 1,024 units forwards and
backwards, three parser layers of 400, and name and tag layers of 256 and 200 (stanza.models, defaults).
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

OFFICIAL = {
    "pos": {"hidden_dim": 200, "num_layers": 2, "deep_biaff_hidden_dim": 400, "composite_deep_biaff_hidden_dim": 100,
            "word_emb_dim": 75, "tag_emb_dim": 50, "transformed_dim": 125},
    "depparse": {"hidden_dim": 400, "num_layers": 3, "deep_biaff_hidden_dim": 400, "word_emb_dim": 75,
                 "tag_emb_dim": 50, "transformed_dim": 125, "linearization": True, "distance": True},
    "ner": {"hidden_dim": 256, "num_layers": 1},
}  # fmt: skip
CHARACTER_UNITS = 1024


def random_official(ours: Path, out: Path) -> Path:
    """A folder of the sizes of Stanza's official Bulgarian one: random weights, the vocabularies of `ours`."""
    import torch
    from stanza.models.common.char_model import CharacterLanguageModel
    from stanza.models.common.pretrain import Pretrain
    from stanza.models.common.vocab import CharVocab
    from stanza.models.depparse.model import GraphParser
    from stanza.models.ner.model import NERTagger
    from stanza.models.ner.vocab import MultiVocab as NerVocab
    from stanza.models.pos.model import Tagger
    from stanza.models.pos.tag_columns import tag_columns_from_config
    from stanza.models.pos.vocab import MultiVocab

    described = json.loads((ours / "resources.json").read_text(encoding="utf-8"))["bg"]
    package = described["default_processors"]["pos"]
    torch.manual_seed(1)
    for part in ("tokenize", "lemma", "pretrain"):
        _copy(ours / "bg" / part / f"{package}.pt", out / "bg" / part / f"{package}.pt")
    vectors = Pretrain(str(ours / "bg" / "pretrain" / f"{package}.pt"))
    state = torch.load(ours / "bg" / "pos" / f"{package}.pt", weights_only=True)
    letters = CharVocab.load_state_dict(state["vocab"]["char"])
    paths = {}
    for direction in ("forward", "backward"):
        sizes = {"char_emb_dim": 100, "char_hidden_dim": CHARACTER_UNITS, "char_num_layers": 1, "char_dropout": 0.05,
                 "char_rec_dropout": 0.0, "char_unit_dropout": 0.0}  # fmt: skip
        model = CharacterLanguageModel(sizes, {"char": letters}, is_forward_lm=direction == "forward")
        paths[direction] = out / "bg" / f"{direction}_charlm" / f"{package}.pt"
        model.save(str(paths[direction]))
    characters: dict[str, Any] = {"charlm": True, "char": True, "charlm_transform_dim": None}
    characters |= {f"charlm_{direction}_file": str(path) for direction, path in paths.items()}
    builders = {"pos": (Tagger, MultiVocab), "depparse": (GraphParser, MultiVocab), "ner": (NERTagger, NerVocab)}
    for part, (build, vocabulary) in builders.items():
        state = torch.load(ours / "bg" / part / f"{package}.pt", weights_only=True)
        config = {**state["config"], **OFFICIAL[part], **characters}
        state["vocab"]["char"] = letters.state_dict()  # characters go to the language models' embeddings
        words = vocabulary.load_state_dict(state["vocab"])
        if part == "ner":
            model = build(config, words, emb_matrix=vectors.emb)
        elif part == "pos":
            columns = {**config, "tag_columns": tag_columns_from_config(config["tag_columns"])}
            model = build(columns, words, emb_matrix=vectors.emb, share_hid=False)
        else:
            model = build(config, words, emb_matrix=vectors.emb)
        weights = {key: value for key, value in model.state_dict().items() if key.split(".")[0] not in model.unsaved_modules}
        for value in weights.values():  # heads start at zero; random ones make the search for trees as hard as it is
            if value.is_floating_point() and not value.any():
                value.normal_(std=0.02)
        target = out / "bg" / part / f"{package}.pt"
        target.parent.mkdir(parents=True, exist_ok=True)
        torch.save({**state, "model": weights, "config": config}, target)
        described[part][package]["dependencies"] = [{"model": name, "package": package} for name in ("pretrain", "forward_charlm", "backward_charlm")]
    for direction in paths:
        described[f"{direction}_charlm"] = {package: {}}
    for part in described["default_processors"]:
        described[part][package].pop("md5", None)
    (out / "resources.json").write_text(json.dumps({"bg": described}), encoding="utf-8")
    return out


def words_per_second(nlp: Any, text: str) -> dict[str, float]:
    """Words a second of the clock and of processor time, all parts with names."""
    nlp("Първо изречение за загряване.")
    started, worked = time.perf_counter(), time.process_time()
    document = nlp(text)
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    return {
        "words": document.num_words,
        "words/s": round(document.num_words / seconds),
        "words/processor second": round(document.num_words / work),
    }


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def main(folder: Path, text: Path, *threads: int) -> None:
    """Print one line for each set and number of threads."""
    import tempfile
    from dataclasses import replace

    import stanza
    import torch

    from kg.models import find_models
    from kg.parse import PROCESSORS, load_pipeline

    content, models = text.read_text(encoding="utf-8"), find_models(folder)
    alone = replace(models, files=tuple(file for file in models.files if file.path != models.encoder))
    plain = {"processors": PROCESSORS, "download_method": None, "use_gpu": False, "verbose": False}
    with tempfile.TemporaryDirectory() as place:
        official = random_official(folder, Path(place))
        ways: dict[str, Callable[[], Any]] = {
            "official sizes in Stanza": lambda: stanza.Pipeline("bg", dir=str(official), **plain),
            "ours in Stanza": lambda: stanza.Pipeline("bg", dir=str(folder), **plain),
            "ours as kg reads, without the encoder": lambda: load_pipeline(alone),
            "ours as kg reads": lambda: load_pipeline(models),
        }
        for count in threads or (1, 2):
            torch.set_num_threads(count)
            for name, load in ways.items():
                started = time.perf_counter()
                nlp = load()
                seconds = time.perf_counter() - started
                print(name, count, {"load": round(seconds, 2), **words_per_second(nlp, content)}, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
