"""Tagger and parser decide together with the encoder: the log probabilities of both are added, with the same weight.

In "Гъсеницата прегриза листото" the small tagger alone takes the last word for an adverb; the encoder knows better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kg.encoder import COLUMNS, Encoder, Reading, Words
from kg.errors import ModelError

NEVER = -1e4  # log probability of what the encoder does not know
KEPT = 2000  # sentences, about 30 kB each


class Readings:
    """What the encoder holds of sentences, kept from the tagger's turn to the parser's."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._kept: dict[Words, Reading | None] = {}

    def fresh(self, sentences: Sequence[Sequence[str]]) -> list[Reading | None]:
        """Read anew; all but the tags is kept for `again`."""
        words = [tuple(sentence) for sentence in sentences]
        found = self.encoder.read(words)
        if len(self._kept) + len(words) > KEPT:
            self._kept.clear()
        self._kept.update(zip(words, (one and replace(one, tags=()) for one in found), strict=True))
        return found

    def again(self, sentences: Sequence[Sequence[str]]) -> list[Reading | None]:
        """What was kept of each sentence, without tags, or is read now."""
        words = [tuple(sentence) for sentence in sentences]
        if any(one not in self._kept for one in words):
            self.fresh(words)
        return [self._kept[one] for one in words]


def join(pipeline: Any, encoder: Encoder) -> None:
    """Let the encoder have its say in the tags and trees of a `stanza.Pipeline` that kg.quick has quickened."""
    readings = Readings(encoder)
    for name, join_part in (("pos", _join_tagger), ("depparse", _join_parser)):
        if name in pipeline.processors:
            join_part(pipeline.processors[name].trainer.model, readings)


def _join_tagger(model: Any, readings: Readings) -> None:
    import torch
    from stanza.models.common.vocab import CompositeVocab
    from stanza.models.pos.model import Tagger
    from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence, pad_sequence

    labels = {name: getattr(readings.encoder.labels, name) for name in COLUMNS}
    places = [i for i, unit in enumerate(labels["upos"]) if unit in model.vocab["upos"]._unit2id]
    columns = [model.vocab["upos"].unit2id(labels["upos"][i]) for i in places]
    composite = [name for name in COLUMNS[1:] if isinstance(model.vocab[name], CompositeVocab)]
    whole = {name: _Whole.of(model.vocab[name], labels[name]) for name in composite}
    heard: dict[str, list[Any]] = {name: [] for name in whole}
    here: dict[str, Any] = {}

    def with_parts_of_speech(_module: Any, _inputs: Any, scores: Any) -> Any:
        other = scores.new_full(scores.shape, NEVER)
        other[:, columns] = here["upos"][:, places]
        return scores.log_softmax(1) + torch.where(here["read"], other, 0.0)

    model.upos_clf.register_forward_hook(with_parts_of_speech)
    for name in whole:
        for scorer in model.tag_clf[name]:
            scorer.register_forward_hook(lambda _module, _inputs, scores, name=name: heard[name].append(scores))

    class JoinedTagger(Tagger):
        def forward(self, *batch):
            sizes, text = batch[7], batch[9]
            found = readings.fresh(text)
            for number, name in enumerate(COLUMNS):
                rows = [
                    one.tags[number] if one else torch.zeros(count, len(labels[name]))
                    for one, count in zip(found, sizes, strict=True)
                ]
                packed = pack_padded_sequence(pad_sequence(rows, batch_first=True), sizes, batch_first=True)
                here[name] = packed.data
            known = [torch.full((count, 1), one is not None) for one, count in zip(found, sizes, strict=True)]
            here["read"] = pack_padded_sequence(pad_sequence(known, batch_first=True), sizes, batch_first=True).data
            for scores in heard.values():
                scores.clear()
            loss, tags = super().forward(*batch)
            for number, name in enumerate(self.tag_names):
                if name in whole:
                    best = whole[name].best(heard[name], here[name])
                    tags[number] = pad_packed_sequence(PackedSequence(best, packed.batch_sizes), batch_first=True)[0]
            return loss, tags

    model.__class__ = JoinedTagger


class _Whole:
    """Tags that Stanza's tagger makes of parts, a number for each: the letters of an XPOS, the keys of FEATS."""

    def __init__(self, numbers: Any, chosen: Any, known: Any) -> None:
        self.numbers, self.chosen, self.known = numbers, chosen, known

    @classmethod
    def of(cls, vocabulary: Any, labels: Sequence[str]) -> _Whole:
        """Of the whole `labels`; those that `vocabulary` cannot write are never chosen."""
        import torch
        from stanza.models.common.vocab import UNK_ID

        numbers = [vocabulary.unit2id(label) for label in labels]
        known = torch.tensor([UNK_ID not in number for number in numbers])
        table = torch.tensor(numbers)
        sizes = vocabulary.lens()
        chosen = torch.zeros(sum(sizes), len(labels))
        begin = 0
        for part, count in enumerate(sizes):
            chosen[begin + table[:, part], torch.arange(len(labels))] = 1.0
            begin += count
        return cls(table, chosen, known)

    def best(self, parts: Sequence[Any], other: Any) -> Any:
        """(word, part) numbers of the label that the tagger's scores of `parts` and the encoder's `other` make best."""
        import torch

        own = torch.cat([scores.log_softmax(1) for scores in parts], 1) @ self.chosen
        return self.numbers[(own + other).masked_fill(~self.known, -float("inf")).argmax(1)]


def _join_parser(model: Any, readings: Readings) -> None:
    if not hasattr(model, "other_arcs"):
        raise ModelError("the parser is of a build that no encoder can join; use the set without one, or train it: kg models train")
    from stanza.models.common.vocab import VOCAB_PREFIX_SIZE

    names = readings.encoder.labels.deprel
    units = [model.vocab["deprel"].id2unit(i + VOCAB_PREFIX_SIZE) for i in range(model.num_relations)]
    pairs = [(i, names.index(unit)) for i, unit in enumerate(units) if unit in names]
    here, there = (list(side) for side in zip(*pairs, strict=True))

    def arcs(text: Sequence[Sequence[str]], scores: Any) -> None:
        for table, one in zip(scores, readings.again(text), strict=True):
            if one:
                n = len(one.arcs)
                table[1 : n + 1, : n + 1] += one.arcs.numpy()

    def relations(text: Sequence[Sequence[str]], heads: Any, scores: Any) -> None:
        for row, chosen, one in zip(scores, heads, readings.again(text), strict=True):
            if one:
                n = len(one.own)
                other = row.new_full((n, len(units)), NEVER)
                other[:, here] = readings.encoder.relations(one, chosen[:n].tolist())[:, there]
                row[:n] = row[:n].log_softmax(1) + other

    model.other_arcs, model.other_relations = arcs, relations
