"""An encoder learns tags and trees of the treebank together.

It teaches the small models, which learn from what it says about text that nobody annotated (silver), and then decides
with them (kg.ensemble).
"""

import json
import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.encoder import COLUMNS, LONGEST, Batch, Encoder, Labels, Pieces, in_batches, size
from kg.quick import best_tree
from kg.train.loop import Pace, fit
from kg.train.pretrained import begin, read_weights
from kg.train.quick import quicken
from kg.train.treebank import Tree

log = logging.getLogger("kg.train")

TOKENS = 2200  # pieces in a batch


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence to learn from: pieces of each word, and of tags, heads and relations those that are known."""

    words: tuple[tuple[int, ...], ...]
    tags: tuple[tuple[int, ...], ...] = ()
    heads: tuple[int, ...] = ()
    relations: tuple[int, ...] = ()

    def column(self, number: int) -> tuple[int, ...]:
        """The tags of one of COLUMNS."""
        return tuple(tags[number] for tags in self.tags)


def labels_of(trees: Iterable[Tree]) -> Labels:
    """All that the columns of `trees` hold."""
    rows = [row for tree in trees for row in tree.rows]
    return Labels(*(tuple(sorted({getattr(row, name) for row in rows})) for name in Labels.__slots__))


def _padded(rows: Sequence[Sequence[int]], batch: Batch) -> Any:
    """The numbers of each sentence (sentence, word), -100 where there are none."""
    import torch

    found = torch.full(batch.mask.shape, -100)
    for i, row in enumerate(rows):
        found[i, : len(row)] = torch.tensor(row)
    return found


class Teacher(Encoder):
    """An encoder that learns; `update`, `model`, `optimizer` and `save` are what `kg.train.loop.fit` asks for."""

    optimizer: Any

    @classmethod
    def fresh(cls, labels: Labels, weights: Path, words: set[str], rate: float = 0.0) -> "Teacher":
        """One that has learned nothing yet, on the encoder in `weights`, which keeps the pieces of `words`."""
        import torch

        source = read_weights(weights)
        model, pieces = begin(source, words, labels)
        teacher = cls(model, source.sizes, labels, pieces)
        inside = list(model.encoder.parameters())
        ids = {id(p) for p in inside}
        outside = [p for p in model.parameters() if id(p) not in ids]
        groups: list[dict[str, Any]] = [{"params": inside}, {"params": outside, "scale": 8.0}]
        teacher.optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=0.01, betas=(0.9, 0.98))
        return teacher

    def update(self, items: Sequence[Item], eval: bool = False) -> float:
        """One step on `items`; returns the loss."""
        import torch

        self.model.train()
        loss = self._loss(items)
        for group in self.optimizer.param_groups:
            group["lr"] *= group.get("scale", 1.0)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def _loss(self, items: Sequence[Item]) -> Any:
        import torch
        from torch.nn.functional import cross_entropy

        model = self.model
        batch = Batch.of([item.words for item in items], self.pieces)
        tags, trees = model.states(batch)
        losses = []

        def add(scores: Any, target: Any, smooth: float = 0.03) -> None:
            losses.append(cross_entropy(scores.flatten(0, -2), target.flatten(), label_smoothing=smooth))

        for column, name in enumerate(COLUMNS):
            add(model.tags[name](tags), _padded([item.column(column) for item in items], batch))
        heads = _padded([item.heads for item in items], batch)
        if (heads >= 0).any():
            scores, own, other = model.arcs(trees)
            allowed = torch.cat([torch.ones(len(items), 1, dtype=torch.bool), batch.mask], 1).unsqueeze(1)
            add(scores.masked_fill(~allowed, -1e4), heads, 0.0)
            real = heads >= 0
            chosen = torch.gather(other, 1, heads.clamp(min=0).unsqueeze(2).expand(-1, -1, other.size(2)))[real]
            left = torch.einsum("ni,rij->nrj", own[real], model.rel)
            add(torch.einsum("nrj,nj->nr", left, chosen), _padded([item.relations for item in items], batch)[real])
        return torch.stack(losses).sum()


def _items(trees: Iterable[Tree], whole: bool, labels: Labels, pieces: Pieces) -> list[Item]:
    """Sentences as numbers: with tags, and with heads and relations when they are `whole` trees."""
    numbers = {
        name: {value: number for number, value in enumerate(getattr(labels, name))} for name in Labels.__slots__
    }
    found = []
    for tree in trees:
        words = pieces([row.form for row in tree.rows])
        tags = tuple(tuple(numbers[name][getattr(row, name)] for name in COLUMNS) for row in tree.rows)
        if whole:
            relations = tuple(numbers["deprel"][row.deprel] for row in tree.rows)
            found.append(Item(words, tags, tuple(row.head for row in tree.rows), relations))
        else:
            found.append(Item(words, tags))
    return [item for item in found if size(item.words) <= LONGEST]


def _endless(pools: Sequence[tuple[Sequence[Item], float]], seed: int) -> Iterator[list[Item]]:
    """Batches for ever: each comes from one of `pools` (items, weight), chosen by weight."""
    chance = random.Random(seed)
    waiting: list[list[list[Item]]] = [[] for _ in pools]
    while True:
        (i,) = chance.choices(range(len(pools)), [weight for _, weight in pools])
        if not waiting[i]:
            items = chance.sample(pools[i][0], len(pools[i][0]))
            groups = in_batches([size(item.words) for item in items], TOKENS)
            waiting[i] = [[items[k] for k in group] for group in chance.sample(groups, len(groups))]
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
    teacher = Teacher.fresh(labels_of([*trees, *tagged]), weights, words, pace.rate)
    quicken(teacher.model)
    pools = [
        (pool, weight)
        for pool, weight in (
            (_items(trees, True, teacher.labels, teacher.pieces), 0.9),
            (_items(tagged, False, teacher.labels, teacher.pieces), 0.1),
        )
        if pool
    ]
    log.info("%d pieces, %d trees, %d tagged", len(teacher.pieces), len(trees), len(tagged))
    stream = _endless(pools, seed)

    def evaluate() -> float:
        figures = agreement(annotated(dev, teacher), dev)
        log.info("teacher on dev: %s", json.dumps(figures))
        return figures["LAS"]

    return fit(teacher, lambda: next(stream), evaluate, pace, out)


def annotated(trees: Sequence[Tree], encoder: Encoder) -> list[Tree]:
    """`trees` with the tags and heads that the `encoder` alone holds best; sentences that are too long stay as they are."""
    import numpy

    found = []
    for tree, reading in zip(trees, encoder.read([tuple(row.form for row in tree.rows) for tree in trees]), strict=True):
        if reading:
            table = numpy.pad(reading.arcs.numpy(), ((1, 0), (0, 0)), constant_values=-1e4)
            heads = [int(head) for head in best_tree(table)[1:]]
            chosen = [column.argmax(1).tolist() for column in (*reading.tags, encoder.relations(reading, heads))]
            columns = zip((*COLUMNS, "deprel"), chosen, strict=True)
            values = {name: [getattr(encoder.labels, name)[i] for i in numbers] for name, numbers in columns}
            rows = (
                replace(row, head=head, **{name: value[i] for name, value in values.items()})
                for i, (row, head) in enumerate(zip(tree.rows, heads, strict=True))
            )
            tree = replace(tree, rows=tuple(rows))
        found.append(tree)
    return found


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
