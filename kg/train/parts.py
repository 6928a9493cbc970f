"""The parts of the model set that learn by gradient: tagger, parser, names, tokenizer, lemmatizer.

Each function takes the files of one part and writes one Stanza model. The options are Stanza's own command line
options, so `python -m stanza.models.parser --help` documents them.
"""

import io
import random
from pathlib import Path
from typing import Any

from kg.train.loop import Pace, fit
from kg.train.quick import quick_parser_trainer, quicken
from kg.train.treebank import read_conllu, write_conllu


def _seed(seed: int) -> None:
    import numpy
    import torch

    random.seed(seed)
    numpy.random.seed(seed)
    torch.manual_seed(seed)


def adopt(model: Any, start: Path, table: str = "word_emb.weight", unknown: int = 1) -> int:
    """Take over from the Stanza model `start` every tensor that fits by name and shape; returns how many did.

    Where the embeddings `table` has grown at its end, its new rows begin as the row `unknown` (1 in Stanza's vocabularies).
    """
    import torch

    theirs = torch.load(start, map_location="cpu", weights_only=True)["model"]
    ours = model.state_dict()
    same = {name: value.float() for name, value in theirs.items() if name in ours and ours[name].shape == value.shape}
    more = len(ours[table]) - len(theirs[table]) if table in ours and table in theirs else 0
    if more > 0:
        known = theirs[table].float()
        same[table] = torch.cat([known, known[unknown].expand(more, -1)])
    model.load_state_dict({**ours, **same})
    return len(same)


def _vocabulary(start: Path) -> Any:
    """The vocabularies of the tagger or parser `start`, so that its embeddings keep their meaning."""
    import torch
    from stanza.models.pos.vocab import MultiVocab

    return MultiVocab.load_state_dict(torch.load(start, map_location="cpu", weights_only=True)["vocab"])


def _with_words(known: Any, fresh: Any) -> Any:
    """The vocabularies `known` with the words of `fresh` at the end."""
    words = known["word"]
    for unit in fresh["word"]._id2unit:
        if unit not in words._unit2id:
            words._unit2id[unit] = len(words._id2unit)
            words._id2unit.append(unit)
    return known


def train_parser(
    train: Path, dev: Path, pretrain: Path, out: Path, pace: Pace, options: list[str], seed: int = 1234,
    start: Path | None = None,
) -> float:  # fmt: skip
    """A biaffine dependency parser from CoNLL-U `train`, chosen by LAS on CoNLL-U `dev`; returns that LAS.

    `start` is a parser to go on from, trained with the same vectors and sizes.
    """
    from stanza.models import parser
    from stanza.models.common.doc import DEPREL, HEAD, Document
    from stanza.models.common.pretrain import Pretrain
    from stanza.models.depparse import scorer
    from stanza.models.depparse.data import DataLoader, InfiniteBatch
    from stanza.utils.conll import CoNLL

    _seed(seed)
    args = parser.parse_args(
        ["--lang", "bg", "--shorthand", "bg_btb", "--train_file", str(train), "--eval_file", str(dev),
         "--wordvec_pretrain_file", str(pretrain), "--save_dir", str(out.parent), "--save_name", out.name,
         "--optim", "adam", "--no_second_optim", "--no_plateau", "--cpu", "--word_cutoff", "7",
         "--seed", str(seed), "--lr", str(pace.rate), "--beta2", "0.95", *options]
    )  # fmt: skip
    vectors = Pretrain(str(pretrain))
    train_data, _, _ = CoNLL.conll2dict(input_file=str(train))
    known = _vocabulary(start) if start else None
    batches = DataLoader(Document(train_data), args["batch_size"], args, vectors, vocab=known, evaluation=False)
    dev_doc = CoNLL.conll2doc(input_file=str(dev))
    dev_batches = DataLoader(dev_doc, 5000, args, vectors, vocab=batches.vocab, evaluation=True, sort_during_eval=True)
    trainer = quick_parser_trainer(args, batches.vocab, vectors)
    if start:
        adopt(trainer.model, start)
    endless = InfiniteBatch(batches)
    endless.reshuffle()

    def evaluate() -> float:
        predicted = parser.predict_dataset(trainer, dev_batches)
        dev_batches.doc.set([HEAD, DEPREL], [word for sentence in predicted for word in sentence])
        _, _, score = scorer.score(io.StringIO(f"{dev_batches.doc:C}\n\n"), str(dev))
        return score

    return fit(trainer, endless.next_batch, evaluate, pace, out)


def train_tagger(
    train: list[Path], dev: Path, pretrain: Path, out: Path, pace: Pace, options: list[str], seed: int = 1234,
    start: Path | None = None,
) -> float:  # fmt: skip
    """UPOS, XPOS and FEATS from CoNLL-U files, chosen by all three right on `dev`; returns that share.

    `start` is a tagger to go on from; its vocabularies are kept, so `train` must not hold tags that it does not know;
    words that it lacks are added.
    """
    from stanza.models import tagger
    from stanza.models.common import utils
    from stanza.models.common.pretrain import Pretrain
    from stanza.models.pos import scorer
    from stanza.models.pos.data import Dataset, ShuffledDataset
    from stanza.models.pos.trainer import Trainer
    from stanza.utils.conll import CoNLL

    _seed(seed)
    args = tagger.parse_args(
        ["--lang", "bg", "--shorthand", "bg_btb", "--train_file", ";".join(map(str, train)), "--eval_file", str(dev),
         "--wordvec_pretrain_file", str(pretrain), "--save_dir", str(out.parent), "--save_name", out.name,
         "--cpu", "--seed", str(seed), "--lr", str(pace.rate), "--beta2", "0.95",
         "--augment_nopunct", "0.1", *options]
    )  # fmt: skip
    vectors = Pretrain(str(pretrain))
    vocab, data, batches = tagger.load_training_data(args, vectors)
    if start:
        vocab = _with_words(_vocabulary(start), vocab)
        data = [Dataset(part.doc, args, vectors, vocab=vocab, evaluation=False) for part in data]
        batches = ShuffledDataset(data, args["batch_size"])
    dev_doc = CoNLL.conll2doc(input_file=str(dev))
    dev_data = Dataset(dev_doc, args, vectors, vocab=vocab, evaluation=True, sort_during_eval=True)
    dev_batches = dev_data.to_loader(batch_size=100)
    trainer = Trainer(args=args, vocab=vocab, pretrain=vectors, device="cpu")
    if start:
        adopt(trainer.model, start)
    quicken(trainer.model)

    def endless():
        while True:
            yield from batches

    def evaluate() -> float:
        predicted, order = [], []
        for batch in dev_batches:
            predicted += trainer.predict(batch)
            order.extend(batch.idx)
        tagger.set_predictions(dev_data.doc, trainer, utils.unsort(predicted, order))
        _, _, score = scorer.score(io.StringIO(f"{dev_data.doc:C}\n\n"), str(dev), eval_type="AllTags")
        return score

    stream = endless()
    return fit(trainer, lambda: next(stream), evaluate, pace, out)


def retag(source: Path, tagger: Path, pretrain: Path, out: Path) -> None:
    """Write the CoNLL-U file `source` to `out` with UPOS, XPOS and FEATS as `tagger` gives them.

    In use a parser reads predicted tags; one that learned from those of the treebank trusts them too much.
    """
    from dataclasses import replace

    from stanza.models import tagger as stanza_tagger
    from stanza.models.common import utils
    from stanza.models.common.doc import FEATS, UPOS, XPOS
    from stanza.models.common.pretrain import Pretrain
    from stanza.models.pos.data import Dataset
    from stanza.models.pos.trainer import Trainer
    from stanza.utils.conll import CoNLL

    vectors = Pretrain(str(pretrain))
    trainer = Trainer(model_file=str(tagger), pretrain=vectors, device="cpu")
    doc = CoNLL.conll2doc(input_file=str(source))
    data = Dataset(doc, trainer.args, vectors, vocab=trainer.vocab, evaluation=True, sort_during_eval=True)
    predicted, order = [], []
    for batch in data.to_loader(batch_size=100):
        predicted += trainer.predict(batch)
        order.extend(batch.idx)
    stanza_tagger.set_predictions(data.doc, trainer, utils.unsort(predicted, order))
    tags = iter(data.doc.get([UPOS, XPOS, FEATS]))
    trees = []
    for tree in read_conllu(source):
        rows = []
        for row in tree.rows:
            upos, xpos, feats = (tag or "_" for tag in next(tags))
            rows.append(replace(row, upos=upos, xpos=xpos, feats=feats))
        trees.append(replace(tree, rows=tuple(rows)))
    write_conllu(out, trees)


def train_ner(
    train: Path, dev: Path, pretrain: Path, out: Path, pace: Pace, options: list[str], seed: int = 1234,
    start: Path | None = None,
) -> float:  # fmt: skip
    """Names from Stanza's NER JSON, chosen by strict F1 on `dev`; returns that F1. `start` is a model to go on from."""
    import json

    import torch
    from stanza.models import ner_tagger
    from stanza.models.common.doc import Document
    from stanza.models.common.pretrain import Pretrain
    from stanza.models.ner import scorer
    from stanza.models.ner.data import DataLoader
    from stanza.models.ner.trainer import Trainer
    from stanza.models.ner.vocab import MultiVocab

    _seed(seed)
    args = ner_tagger.parse_args(
        ["--shorthand", "bg_slavic", "--train_file", str(train), "--eval_file", str(dev),
         "--wordvec_pretrain_file", str(pretrain), "--save_dir", str(out.parent), "--save_name", out.name,
         "--cpu", "--seed", str(seed), "--no_emb_finetune", "--optim", "adam", "--lr", str(pace.rate), *options]
    )  # fmt: skip
    vectors = Pretrain(str(pretrain))
    args["word_emb_dim"] = vectors.emb.shape[1]
    train_doc = Document(json.loads(train.read_text(encoding="utf-8")))
    dev_doc = Document(json.loads(dev.read_text(encoding="utf-8")))
    size = {"max_batch_words": args["max_batch_words"]}
    known = None
    if start:
        known = MultiVocab.load_state_dict(torch.load(start, map_location="cpu", weights_only=True)["vocab"])
        known["word"] = vectors.vocab
    batches = DataLoader(train_doc, args["batch_size"], args, vectors, vocab=known, evaluation=False, **size)
    dev_batches = DataLoader(dev_doc, 100, args, vectors, vocab=batches.vocab, evaluation=True)
    trainer = Trainer(args=args, vocab=batches.vocab, pretrain=vectors, device="cpu")
    if start:
        adopt(trainer.model, start)
    quicken(trainer.model)
    gold = [[tag[trainer.args["predict_tagset"]] for tag in tags] for tags in dev_batches.tags]

    def endless():
        while True:
            yield from batches
            batches.reshuffle()

    def evaluate() -> float:
        predicted = []
        for batch in dev_batches:
            predicted += trainer.predict(batch)
        return scorer.score_by_entity(predicted, gold)[2]

    stream = endless()
    return fit(trainer, lambda: next(stream), evaluate, pace, out)


TOKENIZER = [
    "--hidden_dim", "128", "--emb_dim", "48", "--unit_dropout", "0.05", "--dropout", "0.2",
    "--drop_initial_punct_prob", "0", "--split_mwt_prob", "0",
]  # fmt: skip


def train_tokenizer(
    train: tuple[Path, Path], dev: tuple[Path, Path, Path], out: Path, pace: Pace, seed: int = 1234,
    start: Path | None = None,
) -> float:  # fmt: skip
    """Words and sentences from (text, labels) of `train`; `dev` is (text, labels, CoNLL-U).

    Chosen by the harmonic mean of the F1 of both on `dev`, which is returned. `start` is a tokenizer to go on from.
    """
    import torch
    from stanza.models import tokenizer
    from stanza.models.tokenization.data import DataLoader, TokenizationDataset
    from stanza.models.tokenization.trainer import Trainer
    from stanza.models.tokenization.utils import eval_model
    from stanza.models.tokenization.vocab import Vocab

    _seed(seed)
    args = tokenizer.parse_args(
        ["--mode", "train", "--lang", "bg", "--shorthand", "bg_btb", "--cpu", "--seed", str(seed),
         "--txt_file", str(train[0]), "--label_file", str(train[1]), "--dev_conll_gold", str(dev[2]),
         "--max_seqlen", "300", "--conll_file", str(out.with_suffix(".dev.conllu")), "--save_dir", str(out.parent),
         "--save_name", out.name, "--lr0", str(pace.rate), *TOKENIZER]
    )  # fmt: skip
    args["feat_funcs"] = tokenizer.DEFAULT_FEAT_FUNCS
    args["feat_dim"] = len(args["feat_funcs"])
    known = None
    if start:
        known = Vocab.load_state_dict(torch.load(start, map_location="cpu", weights_only=True)["vocab"])
    files = {"txt": str(train[0]), "label": str(train[1])}
    batches = DataLoader(args, input_files=files, vocab=known, dictionary=None, mwt_expansions={})
    # Bulgarian has no multiword tokens
    args |= {"vocab_size": len(batches.vocab), "num_dict_feat": 0, "use_mwt": False}
    files = {"txt": str(dev[0]), "label": str(dev[1])}
    dev_batches = TokenizationDataset(args, input_files=files, vocab=batches.vocab, evaluation=True, dictionary=None)
    trainer = Trainer(args=args, vocab=batches.vocab, device="cpu")
    if start:
        adopt(trainer.model, start, "embeddings.weight", batches.vocab.unit2id("<UNK>"))
    steps = 0

    def next_batch():
        nonlocal steps
        steps += 1
        if steps % args["shuffle_steps"] == 0:
            batches.shuffle()
        return batches.next(unit_dropout=args["unit_dropout"], feat_unit_dropout=args["feat_unit_dropout"])

    def evaluate() -> float:
        return eval_model(args, trainer, dev_batches, batches.vocab, {})

    return fit(_Tokenizer(trainer), next_batch, evaluate, pace, out)


class _Tokenizer:
    """Stanza's trainer of tokenizers with the `update` that the others have."""

    def __init__(self, trainer: Any) -> None:
        self.model, self.optimizer, self.save = trainer.model, trainer.optimizer, trainer.save
        self._update = trainer.update

    def update(self, batch: Any, eval: bool = False) -> float:
        return self._update(batch)


def train_lemmatizer(
    train: Path, lexicon: Path, widened: Path, dev: Path, out: Path, pace: Pace, seed: int = 1234,
    start: Path | None = None,
) -> float:  # fmt: skip
    """Lemmas: a dictionary of (form, UPOS), and a network for words that it lacks; returns the share right on `dev`.

    The network learns from `train` and `lexicon`. What `widened` has goes into the dictionary for its own word class
    only: a name that looks like a word at the beginning of a sentence keeps its own lemma. `start` is a lemmatizer
    whose network to go on from.
    """
    import torch
    from stanza.models import lemmatizer
    from stanza.models.common.doc import LEMMA, TEXT, UPOS
    from stanza.models.lemma.data import DataLoader
    from stanza.models.lemma.trainer import Trainer
    from stanza.models.lemma.vocab import MultiVocab
    from stanza.utils.conll import CoNLL

    _seed(seed)
    args = lemmatizer.parse_args(
        ["--shorthand", "bg_btb", "--cpu", "--seed", str(seed), "--hidden_dim", "100", "--batch_size", "100",
         "--lr", str(pace.rate), "--save_dir", str(out.parent), "--save_name", out.name]
    )  # fmt: skip
    known, listed, more, dev_doc = (CoNLL.conll2doc(input_file=str(path)) for path in (train, lexicon, widened, dev))
    vocab = None
    if start:
        vocab = MultiVocab.load_state_dict(torch.load(start, map_location="cpu", weights_only=True)["vocab"])
    shuffled = DataLoader(known, 100, args, vocab=vocab)
    vocab = shuffled.vocab
    batches = [*shuffled, *DataLoader(listed, 100, args, vocab=vocab)]
    args["vocab_size"], args["pos_vocab_size"] = vocab["char"].size, vocab["pos"].size
    trainer = Trainer(args=args, vocab=vocab, device="cpu")
    if start:
        adopt(trainer.model, start)
    trainer.train_dict([*known.get([TEXT, UPOS, LEMMA]), *listed.get([TEXT, UPOS, LEMMA])])
    trainer.train_dict(more.get([TEXT, UPOS, LEMMA]), update_word_dict=False)
    words = [(form, upos) for form, upos in dev_doc.get([TEXT, UPOS])]
    lemmas = dev_doc.get([LEMMA])
    unknown = [not skip for skip in trainer.skip_seq2seq(words)]
    new = DataLoader(dev_doc, 100, args, vocab=vocab, evaluation=True, skip=[not item for item in unknown])

    def endless():
        while True:
            random.shuffle(batches)
            yield from batches

    def evaluate() -> float:
        guesses: list[str] = []
        edits: list[int] = []
        for batch in new:
            guess, edit = trainer.predict(batch, 1)
            guesses += guess
            edits += edit
        forms = [form for (form, _), asked in zip(words, unknown, strict=True) if asked]
        guessed = iter(trainer.postprocess(forms, guesses, edits=edits))
        found = trainer.ensemble(words, [next(guessed) if asked else None for asked in unknown])
        return sum(a == b for a, b in zip(found, lemmas, strict=True)) / len(lemmas)

    stream = endless()
    return fit(trainer, lambda: next(stream), evaluate, pace, out)
