"""The whole recipe in reading order: sources -> data -> vectors -> parts -> folder -> figures -> card.

Every step writes one file into the work folder and is skipped when that file is there, so an interrupted run goes on
where it stopped; the long parts go on from their last evaluation. All randomness comes from one seed.
"""

import json
import logging
import os
import random
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InputError, ModelError
from kg.train import names as name_data
from kg.train import parts
from kg.train.layout import lay_out
from kg.train.lexicon import lemma_rows, read_lexicons, read_morphology, widened
from kg.train.loop import Pace
from kg.train.treebank import Tree, paragraphs, raw_text, read_conllu, token_labels, write_conllu

log = logging.getLogger("kg.train")

# Sizes of the shipped set, too small to learn the treebank by heart, so that little is dropped. Steps for a machine that
# has hours. Batch sizes: words for the parser, sentences for the others.
TAGGER = shlex.split(
    "--hidden_dim 160 --num_layers 2 --deep_biaff_hidden_dim 300 --composite_deep_biaff_hidden_dim 100 "
    "--char_hidden_dim 64 --char_emb_dim 50 --word_emb_dim 50 --transformed_dim 100 --batch_size 40 "
    "--dropout 0.15 --word_dropout 0.05"
)
PARSER = shlex.split(
    "--hidden_dim 256 --num_layers 2 --deep_biaff_hidden_dim 256 --char_hidden_dim 100 --char_emb_dim 100 "
    "--word_emb_dim 50 --transformed_dim 125 --batch_size 1000 --no_linearization --no_distance "
    "--dropout 0.2 --word_dropout 0.08"
)
NAMES = shlex.split("--hidden_dim 200 --char_hidden_dim 64 --batch_size 32 --word_dropout 0.05")
STEPS = {"tokenize": 4000, "pos": 6000, "lemma": 4000, "depparse": 10000, "ner": 6000}
RATES = {"pos": 2.5e-3, "lemma": 1e-3, "depparse": 1.5e-3, "ner": 1.5e-3}


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that models are made of.

    `held_out`: topics of `names` to measure on and not to train on. `start`: a folder of models to go on from.
    """

    treebank: Path
    names: Path
    raw: Path
    morphology: Path | None = None
    unimorph: Path | None = None
    lemmas: Path | None = None
    held_out: tuple[str, ...] = ()
    start: Path | None = None

    def trees(self, split: str) -> Path:
        """The CoNLL-U file of train, dev or test."""
        found = sorted(self.treebank.glob(f"*{split}.conllu"))
        if len(found) != 1:
            raise InputError(f"{self.treebank}: expected one file *{split}.conllu, found {len(found)}")
        return found[0]

    def texts(self) -> list[Path]:
        """The raw texts, in a fixed order."""
        return sorted(self.raw.glob("*.txt"))

    def started(self, part: str) -> Path | None:
        """The file of `part` in the folder to go on from, if there is one."""
        if self.start is None:
            return None
        found = sorted((self.start / "bg" / part).glob("*.pt"))
        return found[0] if found else None


def train_all(
    sources: Sources,
    out: Path,
    work: Path,
    scale: float = 1.0,
    minutes: float = 0.0,
    seed: int = 1234,
    threads: int = 1,
) -> str:
    """Train every part, lay the folder `out` out, measure it and write its card; returns the figures as text.

    `scale` shortens the training, `minutes` limits each part but vectors and tokenizer. Needs the extra `train`.
    """
    for package in ("torch", "stanza", "gensim"):
        _need(package)
    import torch

    torch.set_num_threads(threads)
    work.mkdir(parents=True, exist_ok=True)
    _log_to(work / "train.log")
    log.info("seed %d, scale %g, threads %d, %s", seed, scale, threads, sources)
    data = prepare(sources, work, seed)
    train, dev, test = (sources.trees(split) for split in ("train", "dev", "test"))
    vectors = work / "pretrain.pt"
    _once(vectors, lambda: _vectors(sources, data, vectors, seed, threads))

    def pace(part: str) -> Pace:
        steps = max(2, round(STEPS[part] * scale))
        every = max(1, min(300, steps // 3))
        return Pace(steps, RATES[part], min(100, steps // 10), every, minutes=minutes)

    tokenize, pos, lemma = work / "tokenize.pt", work / "pos.pt", work / "lemma.pt"
    depparse, ner = work / "depparse.pt", work / "ner.pt"
    steps = max(3, round(STEPS["tokenize"] * scale))
    _once(tokenize, lambda: parts.train_tokenizer(data.tokens_train, data.tokens_dev, tokenize, steps, seed))
    tagged = [train, *([data.morphology] if data.morphology else [])]
    _once(pos, lambda: parts.train_tagger(tagged, dev, vectors, pos, pace("pos"), TAGGER, seed, sources.started("pos")))
    lists = (data.lemmas, data.lexicon, data.widened)
    _once(lemma, lambda: parts.train_lemmatizer(*lists, dev, lemma, pace("lemma"), seed, sources.started("lemma")))
    begin = sources.started("depparse")
    seen = {split: work / f"{split}.tagged.conllu" for split in ("train", "dev")}
    for split, path in seen.items():
        parts.retag(sources.trees(split), pos, vectors, path)
    _once(
        depparse,
        lambda: parts.train_parser(
            seen["train"], seen["dev"], vectors, depparse, pace("depparse"), PARSER, seed, begin
        ),
    )
    begin = sources.started("ner")
    _once(ner, lambda: parts.train_ner(data.names_train, data.names_dev, vectors, ner, pace("ner"), NAMES, seed, begin))
    trained = {"tokenize": tokenize, "pos": pos, "lemma": lemma, "depparse": depparse, "ner": ner, "pretrain": vectors}
    lay_out(trained, out)
    return _figures(out, test, data.names_test, work)


@dataclass(frozen=True, slots=True)
class Data:
    """The files that `prepare` writes, in the formats of Stanza's trainers."""

    tokens_train: tuple[Path, Path]
    tokens_dev: tuple[Path, Path, Path]
    lemmas: Path
    lexicon: Path
    widened: Path
    names_train: Path
    names_dev: Path
    names_test: Path | None
    morphology: Path | None


def prepare(sources: Sources, work: Path, seed: int) -> Data:
    """Write the training data of all parts into `work`; quick, so it is done anew each time."""
    train, dev, test = (read_conllu(sources.trees(split)) for split in ("train", "dev", "test"))
    tokens = {}
    for split, trees in (("train", train), ("dev", dev)):
        groups = list(paragraphs(trees)) if split == "dev" else _paragraphs_of_news(train, seed)
        text, labels = work / f"tokens.{split}.txt", work / f"tokens.{split}.labels"
        text.write_text(raw_text(groups), encoding="utf-8")
        labels.write_text(token_labels(groups), encoding="utf-8")
        tokens[split] = (text, labels)
    morphology: list[Tree] = []
    if sources.morphology:
        morphology = read_morphology(sources.morphology, train, [*dev, *test])
        write_conllu(work / "morphology.conllu", morphology)
    known = lemma_rows([*train, *morphology])
    more, agreement = read_lexicons(sources.unimorph, sources.lemmas, known)
    log.info("%d forms from dictionaries; agreement with the treebank %s", len(more), agreement)
    write_conllu(work / "lemmas.conllu", (Tree((row,)) for row in known))
    write_conllu(work / "lexicon.conllu", (Tree((row,)) for row in more or known[:1]))
    write_conllu(work / "widened.conllu", (Tree((row,)) for row in widened([*known, *more])))
    train_names, dev_names, test_names = split_names(sources, seed)
    files = {}
    for split, part in (("train", train_names), ("dev", dev_names), ("test", test_names)):
        files[split] = work / f"names.{split}.json"
        name_data.write_json(files[split], part)
    log.info(
        "%d trees, %d tagged sentences more, %d sentences with names, %d to measure names on",
        len(train), len(morphology), len(train_names), len(test_names),
    )  # fmt: skip
    return Data(
        tokens["train"],
        (*tokens["dev"], sources.trees("dev")),
        work / "lemmas.conllu",
        work / "lexicon.conllu",
        work / "widened.conllu",
        files["train"],
        files["dev"],
        files["test"] if test_names else None,
        work / "morphology.conllu" if morphology else None,
    )


def split_names(sources: Sources, seed: int) -> tuple[list, list, list]:
    """(train, dev, test) sentences with names.

    dev is a twentieth of the training topics and picks the best weights; test is all of the held-out topics. Training
    sentences come again with other names in them, and as headlines.
    """
    articles = name_data.read_articles(sources.names)
    test = [sentence for sentence in articles if sentence.topic in sources.held_out]
    rest = name_data.distinct(sentence for sentence in articles if sentence.topic not in sources.held_out)
    if not rest:
        raise InputError(f"{sources.names}: all topics are held out; nothing is left to train on")
    random.Random(seed).shuffle(rest)
    size = max(1, len(rest) // 20)
    dev, train = rest[:size], rest[size:] or rest
    lists = {"PER": name_data.person_names(sources.texts()), "LOC": name_data.country_names()}
    train = [
        *train,
        *name_data.swapped(train, lists, 0.6, seed + 1),
        *name_data.headlines(train, 0.1, seed + 2),
    ]
    return train, dev, test


def _paragraphs_of_news(trees: list[Tree], seed: int) -> list[list[Tree]]:
    """The treebank in paragraphs of one to five sentences, as news have them."""
    chance = random.Random(seed)
    groups, position = [], 0
    while position < len(trees):
        size = chance.choice((1, 2, 3, 4, 5))
        groups.append(trees[position : position + size])
        position += size
    return groups


def _vectors(sources: Sources, data: Data, out: Path, seed: int, threads: int) -> None:
    from kg.train.vectors import extend_vectors, train_vectors

    trees = [*read_conllu(sources.trees("train")), *(read_conllu(data.morphology) if data.morphology else [])]
    words = [row.form for tree in read_conllu(data.lexicon) for row in tree.rows]
    forms = ([row.form for row in tree.rows] for tree in trees)
    begin = sources.started("pretrain")
    fresh = out.with_name("vectors.pt") if begin else out
    count = train_vectors(sources.texts(), forms, words, fresh, seed, threads)
    if begin:
        count = extend_vectors(begin, fresh, out)
    log.info("vectors of %d words", count)


def _figures(out: Path, test: Path, names: Path | None, work: Path) -> str:
    """Measure the folder, keep the figures as JSON in `work` and as a card in the folder."""
    from kg.train.card import write_card
    from kg.train.evaluate import name_scores, treebank_scores

    figures = {"treebank": treebank_scores(out, test), "names": name_scores(out, names) if names else {}}
    minutes = {path.name.split(".")[0]: _minutes(path) for path in sorted(work.glob("*.minutes"))}
    (work / "figures.json").write_text(json.dumps({**figures, "minutes": minutes}, indent=1) + "\n", encoding="utf-8")
    return write_card(out, figures, minutes)


def _once(out: Path, make: Callable[[], object]) -> None:
    """Run `make` unless `out` is there; the minutes it took go to a file beside it."""
    if out.exists() and not Path(f"{out}.resume").exists():
        log.info("%s is there", out.name)
        return
    started = time.monotonic()
    log.info("making %s", out.name)
    make()
    if not out.exists():
        raise ModelError(f"training ended without {out}; see {out.parent / 'train.log'} and start it again")
    spent = (time.monotonic() - started) / 60
    out.with_suffix(".minutes").write_text(f"{spent:.1f}\n", encoding="utf-8")
    log.info("%s took %.1f minutes", out.name, spent)


def _minutes(path: Path) -> float:
    return float(path.read_text(encoding="utf-8"))


def _need(package: str) -> None:
    import importlib.util

    if importlib.util.find_spec(package) is None:
        raise ModelError(f"training needs the package {package}: pip install 'diplokg[train]'")


def _log_to(path: Path) -> None:
    """Send the log of kg.train to `path` too, once a process and file."""
    log.setLevel(logging.INFO)
    wanted = os.fspath(path.absolute())
    if not any(getattr(handler, "baseFilename", None) == wanted for handler in log.handlers):
        handler = logging.FileHandler(path, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        log.addHandler(handler)
