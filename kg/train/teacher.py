"""A teacher: one encoder that learns tags and trees together, to annotate raw text for the small models.

It is too large and too slow to ship. The small models learn from what it says about text that nobody annotated
(silver), beside the treebank itself.
"""

import json
import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.train.encoder import Pieces, build_encoder, read_weights
from kg.train.loop import Pace, fit
from kg.train.quick import quicken
from kg.train.treebank import Tree

log = logging.getLogger("kg.train")

COLUMNS = ("upos", "xpos", "feats")
TOKENS = 2200  # pieces in a batch
LONGEST = 480  # pieces in a sentence

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """What each column can hold, in the order of the outputs."""

    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    deprel: tuple[str, ...]

    @classmethod
    def of(cls, trees: Iterable[Tree]) -> "Labels":
        rows = [row for tree in trees for row in tree.rows]
        columns = (sorted({getattr(row, name) for row in rows}) for name in cls.__slots__)
        return cls(*map(tuple, columns))


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence to learn from: pieces of each word, and of tags, heads and relations those that are known."""

    words: tuple[tuple[int, ...], ...]
    tags: tuple[tuple[int, ...], ...] = ()
    heads: tuple[int, ...] = ()
    relations: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        return sum(map(len, self.words)) + 2


@dataclass(frozen=True, slots=True)
class Reading:
    """What the teacher says of one sentence of n words.

    `tags`: UPOS, XPOS, FEATS of each word. `arcs`: log probability of each head, (n, n + 1), 0 is the root.
    `own`, `other`: vectors of the words and of the heads, of which `Teacher.relations` makes relations.
    """

    tags: tuple[tuple[str, ...], ...]
    arcs: Any
    own: Any
    other: Any


def build_teacher(encoder: Any, labels: Labels) -> Any:
    """The torch module: encoder, weighted sums of its layers for tags and for trees, a head for each column."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            width = 2 * encoder.words.embedding_dim
            self.encoder = encoder
            self.mix = nn.Parameter(torch.zeros(2, len(encoder.layers) + 1))
            self.drop = nn.Dropout(0.2)
            self.root = nn.Parameter(torch.randn(width) * 0.02)
            self.tags = nn.ModuleDict({name: _head(width, len(getattr(labels, name))) for name in COLUMNS})
            self.arc_own, self.arc_head = _layer(width, 400), _layer(width, 400)
            self.rel_own, self.rel_head = _layer(width, 150), _layer(width, 150)
            self.arc = nn.Parameter(torch.zeros(401, 400))
            self.rel = nn.Parameter(torch.zeros(len(labels.deprel), 151, 151))

        def states(self, batch: "Batch") -> list[Any]:
            """For tags and for trees: (sentence, word, width), first and last piece of a word side by side."""
            layers = torch.stack(self.encoder(batch.pieces, batch.padding))
            found = []
            for weights in self.mix:
                mixed = torch.einsum("l,lbth->bth", weights.softmax(0), layers)
                ends = [
                    torch.gather(mixed, 1, place.unsqueeze(2).expand(-1, -1, mixed.size(2)))
                    for place in (batch.first, batch.last)
                ]
                found.append(self.drop(torch.cat(ends, 2)))
            return found

        def arcs(self, state: Any) -> tuple[Any, Any, Any]:
            """(score of each head for each word, vectors of words, vectors of heads); head 0 is the root."""
            root = self.root.expand(state.size(0), 1, -1)
            heads = torch.cat([root, state], 1)
            scores = _one(self.arc_own(state)) @ self.arc @ self.arc_head(heads).transpose(1, 2)
            return scores, _one(self.rel_own(state)), _one(self.rel_head(heads))

    return Network()


def _head(width: int, outputs: int) -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(width, 384), nn.GELU(), nn.Dropout(0.2), nn.Linear(384, outputs))


def _layer(width: int, outputs: int) -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(width, outputs), nn.GELU(), nn.Dropout(0.33))


def _one(values: Any) -> Any:
    import torch

    return torch.cat([values, values.new_ones(*values.shape[:-1], 1)], -1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors of some sentences: pieces, where padding is, the first and last piece and the mask of words."""

    items: tuple[Item, ...]
    pieces: Any
    padding: Any
    first: Any
    last: Any
    mask: Any

    @classmethod
    def of(cls, items: Sequence[Item], pieces: Pieces) -> "Batch":
        import torch

        long = max(item.size for item in items)
        words = max(len(item.words) for item in items)
        numbers = torch.full((len(items), long), pieces.unknown)
        padding = torch.ones(len(items), long, dtype=torch.bool)
        first, last = (torch.zeros(len(items), words, dtype=torch.long) for _ in range(2))
        mask = torch.zeros(len(items), words, dtype=torch.bool)
        for i, item in enumerate(items):
            flat = [pieces.begin, *(piece for word in item.words for piece in word), pieces.end]
            numbers[i, : len(flat)] = torch.tensor(flat)
            padding[i, : len(flat)] = False
            place = 1
            for j, word in enumerate(item.words):
                first[i, j], last[i, j] = place, place + len(word) - 1
                place += len(word)
            mask[i, : len(item.words)] = True
        return cls(tuple(items), numbers, padding, first, last, mask)

    def padded(self, name: str, column: int | None = None) -> Any:
        """The numbers of `name` (sentence, word), -100 where there are none."""
        import torch

        found = torch.full(self.mask.shape, -100)
        for i, item in enumerate(self.items):
            values = getattr(item, name)
            if values:
                row = values if column is None else [value[column] for value in values]
                found[i, : len(row)] = torch.tensor(row)
        return found


class Teacher:
    """A teacher that reads and learns; `update`, `model`, `optimizer` and `save` are what `kg.train.loop.fit` asks for."""

    def __init__(self, model: Any, labels: Labels, pieces: Pieces, rate: float = 0.0) -> None:
        import torch

        self.model, self.labels, self.pieces = model, labels, pieces
        inside = list(model.encoder.parameters())
        ids = {id(p) for p in inside}
        outside = [p for p in model.parameters() if id(p) not in ids]
        groups: list[dict[str, Any]] = [{"params": inside}, {"params": outside, "scale": 8.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=0.01, betas=(0.9, 0.98))

    @classmethod
    def fresh(cls, labels: Labels, weights: Path, words: set[str], rate: float = 0.0) -> "Teacher":
        """One that has learned nothing yet, on the encoder in `weights`, which keeps the pieces of `words`."""
        source = read_weights(weights)
        pieces = Pieces(source, words)
        return cls(build_teacher(build_encoder(source, pieces), labels), labels, pieces, rate)

    @classmethod
    def load(cls, path: Path, weights: Path, words: set[str]) -> "Teacher":
        """The teacher in the file `path`; `words` must be those that it was made with."""
        import torch

        state = torch.load(path, weights_only=True)
        labels = Labels(*(tuple(state["labels"][name]) for name in Labels.__slots__))
        teacher = cls.fresh(labels, weights, words)
        teacher.model.load_state_dict({name: value.float() for name, value in state["model"].items()})
        return teacher

    def save(self, path: str) -> None:
        """Weights in half precision and labels, readable with weights_only."""
        import torch

        state = {name: value.half() for name, value in self.model.state_dict().items()}
        labels = {name: list(getattr(self.labels, name)) for name in Labels.__slots__}
        torch.save({"model": state, "labels": labels}, path)

    def update(self, items: Sequence[Item], eval: bool = False) -> float:
        """One step on `items`; returns the loss."""
        import torch

        self.model.train()
        loss = self._loss(Batch.of(items, self.pieces))
        for group in self.optimizer.param_groups:
            group["lr"] *= group.get("scale", 1.0)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def _loss(self, batch: Batch) -> Any:
        import torch
        from torch.nn.functional import cross_entropy

        model = self.model
        tags, trees = model.states(batch)
        losses = []

        def add(scores: Any, target: Any, smooth: float = 0.03) -> None:
            losses.append(cross_entropy(scores.flatten(0, -2), target.flatten(), label_smoothing=smooth))

        for column, name in enumerate(COLUMNS):
            add(model.tags[name](tags), batch.padded("tags", column))
        heads = batch.padded("heads")
        if (heads >= 0).any():
            scores, own, other = model.arcs(trees)
            allowed = torch.cat([torch.ones(len(batch.items), 1, dtype=torch.bool), batch.mask], 1).unsqueeze(1)
            add(scores.masked_fill(~allowed, -1e4), heads, 0.0)
            real = heads >= 0
            chosen = torch.gather(other, 1, heads.clamp(min=0).unsqueeze(2).expand(-1, -1, other.size(2)))[real]
            left = torch.einsum("ni,rij->nrj", own[real], model.rel)
            add(torch.einsum("nrj,nj->nr", left, chosen), batch.padded("relations")[real])
        return torch.stack(losses).sum()

    def read(self, sentences: Sequence[Words]) -> list[Reading]:
        """What it says of each sentence, in order."""
        import torch

        self.model.eval()
        items = [Item(tuple(self.pieces(word) for word in words)) for words in sentences]
        found: dict[int, Reading] = {}
        for group in batches(items, 2 * TOKENS):
            batch = Batch.of([items[i] for i in group], self.pieces)
            with torch.no_grad():
                tags, trees = self.model.states(batch)
                best = [self.model.tags[name](tags).argmax(2).tolist() for name in COLUMNS]
                scores, own, other = self.model.arcs(trees)
            for k, i in enumerate(group):
                n = len(sentences[i])
                columns = [
                    [getattr(self.labels, name)[number] for number in numbers[k][:n]]
                    for name, numbers in zip(COLUMNS, best, strict=True)
                ]
                arcs = scores[k, :n, : n + 1].log_softmax(1)
                found[i] = Reading(tuple(zip(*columns, strict=True)), arcs, own[k, :n], other[k, : n + 1])
        return [found[i] for i in range(len(items))]

    def relations(self, reading: Reading, heads: Sequence[int]) -> Any:
        """(word, relation) log probabilities of the relation of each word to its head."""
        import torch

        with torch.no_grad():
            left = torch.einsum("ni,rij->nrj", reading.own, self.model.rel)
            return torch.einsum("nrj,nj->nr", left, reading.other[list(heads)]).log_softmax(1)


def _items(trees: Iterable[Tree], whole: bool, labels: Labels, pieces: Pieces) -> list[Item]:
    """Sentences as numbers: with tags, and with heads and relations when they are `whole` trees."""
    numbers = {
        name: {value: number for number, value in enumerate(getattr(labels, name))} for name in Labels.__slots__
    }
    found = []
    for tree in trees:
        words = tuple(pieces(row.form) for row in tree.rows)
        tags = tuple(tuple(numbers[name][getattr(row, name)] for name in COLUMNS) for row in tree.rows)
        if whole:
            relations = tuple(numbers["deprel"][row.deprel] for row in tree.rows)
            found.append(Item(words, tags, tuple(row.head for row in tree.rows), relations))
        else:
            found.append(Item(words, tags))
    return [item for item in found if item.size <= LONGEST]


def batches(items: Sequence[Item], size: int, chance: random.Random | None = None) -> list[list[int]]:
    """Numbers of items in groups of about `size` pieces, of similar length; in chance order when `chance` is given."""
    order = sorted(range(len(items)), key=lambda i: (items[i].size, chance.random() if chance else i))
    groups: list[list[int]] = []
    for i in order:
        if groups and (len(groups[-1]) + 1) * items[i].size <= size:
            groups[-1].append(i)
        else:
            groups.append([i])
    if chance:
        chance.shuffle(groups)
    return groups


def _endless(pools: Sequence[tuple[Sequence[Item], float]], seed: int) -> Iterator[list[Item]]:
    """Batches for ever: each comes from one of `pools` (items, weight), chosen by weight."""
    chance = random.Random(seed)
    waiting: list[list[list[Item]]] = [[] for _ in pools]
    while True:
        (i,) = chance.choices(range(len(pools)), [weight for _, weight in pools])
        if not waiting[i]:
            items = pools[i][0]
            waiting[i] = [[items[k] for k in group] for group in batches(items, TOKENS, chance)]
        yield waiting[i].pop()


def words_of(trees: Iterable[Tree]) -> set[str]:
    """All forms."""
    return {row.form for tree in trees for row in tree.rows}


def train_teacher(
    trees: Sequence[Tree],
    tagged: Sequence[Tree],
    dev: Sequence[Tree],
    words: set[str],
    weights: Path,
    out: Path,
    pace: Pace,
    seed: int = 1234,
) -> float:
    """Fine-tune the encoder in `weights` on `trees` and on sentences of which only tags are known.

    `words` are all words that it will be asked about, those of the trees included. Returns LAS on `dev`, words given.
    """
    import torch

    torch.manual_seed(seed)
    teacher = Teacher.fresh(Labels.of([*trees, *tagged]), weights, words, pace.rate)
    quicken(teacher.model)
    pools = [
        (pool, weight)
        for pool, weight in (
            (_items(trees, True, teacher.labels, teacher.pieces), 0.9),
            (_items(tagged, False, teacher.labels, teacher.pieces), 0.1),
        )
        if pool
    ]
    log.info("%d pieces, %d trees, %d tagged", len(teacher.pieces.kept), len(trees), len(tagged))
    stream = _endless(pools, seed)

    def evaluate() -> float:
        from kg.train.silver import annotate

        figures = agreement([tree for tree, _ in annotate(dev, teacher)], dev)
        log.info("teacher on dev: %s", json.dumps(figures))
        return figures["LAS"]

    return fit(teacher, lambda: next(stream), evaluate, pace, out)


def agreement(found: Sequence[Tree], gold: Sequence[Tree]) -> dict[str, float]:
    """UPOS, XPOS, FEATS, UAS and LAS as shares, words given; LAS without subtypes, as everywhere."""
    pairs = [(a, b) for one, two in zip(found, gold, strict=True) for a, b in zip(one.rows, two.rows, strict=True)]

    def share(same: Any) -> float:
        return round(sum(same(a, b) for a, b in pairs) / max(1, len(pairs)), 4)

    def attached(row: Any) -> tuple[int, str]:
        return row.head, row.deprel.partition(":")[0]

    return {
        "UPOS": share(lambda a, b: a.upos == b.upos),
        "XPOS": share(lambda a, b: a.xpos == b.xpos),
        "FEATS": share(lambda a, b: a.feats == b.feats),
        "UAS": share(lambda a, b: a.head == b.head),
        "LAS": share(lambda a, b: attached(a) == attached(b)),
    }
