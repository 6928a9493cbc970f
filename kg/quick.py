"""Stanza's models read in half the time, with the same results.

What costs more than the networks themselves on a CPU: Stanza's search for the best tree starts from scores in which no
word may hang on the root, so that it always has cycles to break; it scores every relation for every pair of words;
nn.Bilinear is slow code; each word is spelled and lemmatized as often as it occurs; numbers are looked up and copied
one by one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

FEW = 64  # heads whose scores are worked out at once
KNOWN = 20_000  # units whose numbers are remembered
WORDS = 6_000  # words whose spelling is remembered, as 100 numbers or so each


def quicken(pipeline: Any) -> None:
    """Let the parts of a `stanza.Pipeline` compute the same with less work."""
    _quicken_tensors()
    for name, part in pipeline.processors.items():
        if name in ("pos", "depparse", "ner"):
            for vocabulary in {id(v): v for v in (*part.vocab._vocabs.values(), *_pretrained(part))}.values():
                _quicken_vocabulary(vocabulary)
            _quicken_characters(part.trainer.model)
            quicken_bilinear(part.trainer.model)
        if name == "pos":
            _quicken_tags(part.trainer.model)
        if name == "depparse":
            _quicken_parser(part.trainer.model)
        if name == "lemma" and not (part.use_identity or part.trainer.has_contextual_lemmatizers()):
            _quicken_lemmas(part)


@contextlib.contextmanager
def not_to_be_trained() -> Iterator[None]:
    """Models that Stanza loads in here come without optimizers, whose code takes a second to import, and without the
    chance numbers that their weights would begin with."""
    import torch
    from stanza.models.common import utils

    kinds: tuple[Any, ...] = (torch.nn.Embedding, torch.nn.Linear, torch.nn.LSTM, torch.nn.Bilinear)
    makers, begins = (utils.get_optimizer, utils.get_split_optimizer), [kind.reset_parameters for kind in kinds]
    utils.get_optimizer, utils.get_split_optimizer = (lambda *_, **__: None), (lambda *_, **__: {})
    for kind in kinds:
        kind.reset_parameters = lambda _: None
    try:
        yield
    finally:
        utils.get_optimizer, utils.get_split_optimizer = makers
        for kind, begin in zip(kinds, begins, strict=True):
            kind.reset_parameters = begin


def _pretrained(part: Any) -> tuple[Any, ...]:
    pretrain = getattr(part, "pretrain", None)
    return (pretrain.vocab,) if pretrain is not None else ()


def remembered(look_up: Callable[[Sequence[Any]], Iterable[Any]]) -> Callable[[Sequence[Any]], list[Any]]:
    """A function of many units that asks `look_up` for each once, many at a time; forgets all when it knows too many."""
    known: dict[Any, Any] = {}

    def look_all_up(units: Sequence[Any]) -> list[Any]:
        keys = [tuple(unit) if isinstance(unit, list) else unit for unit in units]
        try:
            return [known[key] for key in keys]
        except KeyError:
            if len(known) > KNOWN:
                known.clear()
            new = {key: unit for key, unit in zip(keys, units, strict=True) if key not in known}
            known.update(zip(new, look_up([*new.values()]), strict=True))
            return [known[key] for key in keys]

    return look_all_up


def _quicken_vocabulary(vocabulary: Any) -> None:
    vocabulary.map = remembered(vocabulary.map)
    vocabulary.unmap = remembered(vocabulary.unmap)


def _quicken_tensors() -> None:
    """Stanza pads lists of numbers row by row; here all rows are filled at once."""
    from stanza.models.depparse import data as of_parser
    from stanza.models.ner import data as of_names
    from stanza.models.pos import data as of_tagger

    for module in (of_tagger, of_parser, of_names):
        module.get_long_tensor = padded  # the name under which the module calls it


def padded(rows: Sequence[Any], count: int, pad_id: int = 0) -> Any:
    """A LongTensor (count, longest) of rows of numbers, or (count, longest, size) of rows of lists of one size."""
    import numpy
    import torch

    lengths = numpy.fromiter(map(len, rows), dtype=numpy.int64, count=len(rows))
    values = numpy.array([*chain.from_iterable(rows)], dtype=numpy.int64)
    table = numpy.full((count, int(lengths.max(initial=0)), *values.shape[1:]), pad_id, dtype=numpy.int64)
    table[: len(rows)][numpy.arange(table.shape[1]) < lengths[:, None]] = values
    return torch.from_numpy(table)


def _quicken_characters(model: Any) -> None:
    """Spell each different word once, and not again while it is remembered."""
    import torch
    from stanza.models.common.char_model import CharacterModel
    from stanza.models.common.utils import tensor_unsort
    from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

    class QuickCharacters(CharacterModel):
        rows: dict[bytes, int]
        spelled: Any

        def forward(self, chars, chars_mask, word_orig_idx, sentlens, wordlens):
            words = [row[:length].tobytes() for row, length in zip(chars.numpy(), wordlens, strict=True)]
            new = {word: place for place, word in enumerate(words) if word not in self.rows}
            if new and len(self.rows) + len(new) > len(self.spelled):
                self.rows.clear()
                new = {word: place for place, word in enumerate(words)}
            if new:
                places = sorted(new.values())  # the longest first, as they came
                lengths = [wordlens[place] for place in places]
                once = super().forward(chars[places], None, range(len(places)), [len(places)], lengths)
                vectors = once[0] if self.pad else once.data
                if len(self.spelled) < len(new):
                    self.spelled = vectors.new_empty(max(WORDS, len(new)), vectors.size(1))
                self.spelled[len(self.rows) : len(self.rows) + len(new)] = vectors
                self.rows.update((words[place], row) for row, place in enumerate(places, len(self.rows)))
            found = self.spelled[torch.tensor([self.rows[word] for word in words])]
            sentences = pack_sequence(tensor_unsort(found, word_orig_idx).split(sentlens))
            return pad_packed_sequence(sentences, batch_first=True)[0] if self.pad else sentences

    for module in model.modules():
        if type(module) is CharacterModel:
            module.__class__ = QuickCharacters
            module.rows, module.spelled = {}, torch.empty(0, 0)


def _quicken_tags(model: Any) -> None:
    """Score the tags once for each part of speech that occurs, of which there are few, instead of for each word."""
    import torch
    from stanza.models.common.biaffine import BiaffineScorer
    from stanza.models.pos.model import TAG_LINK_HIDDEN

    class QuickScorer(BiaffineScorer):
        def forward(self, words, classes):
            values, number = torch.unique(classes[:, 0], return_inverse=True)
            each = classes.new_ones(len(values), classes.size(1) + 1)
            each[number, :-1] = classes
            weight = torch.einsum("twc,nc->wnt", self.W_bilin.weight, each)
            scores = (words @ weight[:-1].flatten(1) + weight[-1].flatten()).view(len(words), len(values), -1)
            return scores[torch.arange(len(words)), number] + self.W_bilin.bias

    if model.share_hid or model.link_mode == TAG_LINK_HIDDEN or {*model.column_parents.values()} != {(), ("upos",)}:
        return  # a tagger of another build, whose tags do not hang on the part of speech alone
    first = model.upos_emb.weight[:, 0]
    if len(first.unique()) == len(first):  # this number alone tells which part of speech a row stands for
        for module in model.tag_clf.modules():
            if type(module) is BiaffineScorer:
                module.__class__ = QuickScorer


def _quicken_lemmas(part: Any) -> None:
    """Lemmatize each different word once; a lemma depends on the form and its part of speech alone."""
    from stanza.models.common.doc import LEMMA, TEXT, UPOS, Document

    plain = part.process

    def look_up(words: Sequence[tuple[str, str]]) -> Sequence[str]:
        rows = [{"id": number, TEXT: text, UPOS: upos} for number, (text, upos) in enumerate(words, 1)]
        return plain(Document([rows])).get([LEMMA])

    lemmas = remembered(look_up)

    def process(document: Any) -> Any:
        document.set([LEMMA], lemmas([tuple(word) for word in document.get([TEXT, UPOS])]))
        return document

    part.process = process


def quicken_bilinear(model: Any) -> None:
    """Let every nn.Bilinear in `model` be computed as one matrix product and a sum."""
    import torch

    class QuickBilinear(torch.nn.Bilinear):
        def forward(self, left, right):
            outputs, width, depth = self.weight.shape
            shape = left.shape[:-1]
            left, right = left.reshape(-1, width), right.reshape(-1, depth)
            mixed = (left @ self.weight.permute(1, 0, 2).reshape(width, -1)).view(-1, outputs, depth)
            return torch.bmm(mixed, right.unsqueeze(2)).squeeze(2).add(self.bias).view(*shape, outputs)

    for module in model.modules():
        if type(module) is torch.nn.Bilinear:
            module.__class__ = QuickBilinear


def _quicken_parser(model: Any) -> None:
    """Relations only for the heads that were chosen. A parser of another build is left as it is."""
    import torch
    from stanza.models.common.vocab import VOCAB_PREFIX_SIZE
    from stanza.models.depparse.head_constraints import (
        find_head_constraint_violations,
        resolve_head_constraint_violations,
    )
    from stanza.models.depparse.model import GraphParser

    class QuickParser(GraphParser):
        def other_arcs(self, text: Any, scores: Any) -> None:
            """Add what another reader holds of the heads to `scores` (sentence, word, head); here there is none."""

        def other_relations(self, text: Any, heads: Any, scores: Any) -> None:
            """Add what another reader holds of the relations to `heads` to `scores` (sentence, word, relation)."""

        def predict(self, *batch, resolve_head_constraints=False):
            vocab, sizes, text = self.vocab["deprel"], batch[12], batch[14]
            states = self.embed(*batch)
            arcs = self.unlabeled(states, states).squeeze(3)
            itself = torch.eye(arcs.size(1), dtype=torch.bool).unsqueeze(0)
            arcs = arcs.masked_fill(itself, -float("inf")).log_softmax(2).numpy()
            self.other_arcs(text, arcs)
            trees = [best_tree(arcs[i][:size, :size]) for i, size in enumerate(sizes)]
            heads = torch.zeros(arcs.shape[0], arcs.shape[1] - 1, dtype=torch.long)
            for i, tree in enumerate(trees):
                heads[i, : len(tree) - 1] = torch.as_tensor(tree[1:])
            relations = relation_scores(self.deprel, states, heads)
            self.other_relations(text, heads, relations)
            labels = (relations.argmax(2) + VOCAB_PREFIX_SIZE).tolist()
            found = []
            for i, (tree, size) in enumerate(zip(trees, sizes, strict=True)):
                relations = vocab.unmap(labels[i][: size - 1])
                if resolve_head_constraints and find_head_constraint_violations(tree, relations):
                    own = states[i : i + 1, :size]
                    every = self.deprel(own, own)[0].log_softmax(2).numpy()  # each relation of each pair of words
                    tree, numbers = resolve_head_constraint_violations(arcs[i][:size, :size], every, tree, vocab)
                    relations = vocab.unmap([number + VOCAB_PREFIX_SIZE for number in numbers])
                found.append([[head, relation] for head, relation in zip(tree[1:], relations, strict=True)])
            return found

    plain = not any(model.args.get(name) for name in ("use_arc_embedding", "linearization", "distance"))
    if type(model) is GraphParser and plain:
        model.__class__ = QuickParser


def relation_scores(scorer: Any, states: Any, heads: Any) -> Any:
    """(sentence, word, relation) for each word and its head; `states` has the root first, `heads` has no root.

    What a head brings into the scores of its dependents is worked out once; few heads at a time, so that what is in
    between stays in the processor's own memory.
    """
    import torch

    def with_one(rows: Any) -> Any:
        return torch.cat([rows, rows.new_ones(len(rows), 1)], 1)

    own = with_one(scorer.dropout(scorer.hidden_func(scorer.W1(states)))[:, 1:].flatten(0, 1))
    other = scorer.dropout(scorer.hidden_func(scorer.W2(states)))
    places = (heads + torch.arange(len(heads)).unsqueeze(1) * other.size(1)).flatten()
    each, number, count = places.unique(return_inverse=True, return_counts=True)
    other = with_one(other.flatten(0, 1)[each])
    weight = scorer.scorer.W_bilin.weight  # (word, head, relation)
    width, _, relations = weight.shape
    weight = weight.transpose(0, 1).flatten(1)
    order = number.argsort(stable=True)
    number = number[order]
    rank = torch.arange(len(order)) - (count.cumsum(0) - count)[number]  # of a word among the dependents of its head
    scores, done = [], 0
    for few, sizes in zip(other.split(FEW), count.split(FEW), strict=True):
        mixed = (few @ weight).view(-1, width, relations)
        here = slice(done, done + int(sizes.sum()))
        place = number[here] - number[done], rank[here]
        dependents = own.new_zeros(len(few), int(sizes.max()), own.size(1)).index_put(place, own[order[here]])
        scores.append((dependents @ mixed)[place])
        done = here.stop
    found = torch.cat(scores)[order.argsort()] + scorer.scorer.W_bilin.bias
    return found.view(*heads.shape, -1)


def best_tree(scores: Any) -> Any:
    """The head of each word in the best tree with one root; scores[word][head], row and column 0 are the root's.

    Where the best head of each word already gives such a tree, no other can be better, and there is nothing to search.
    """
    from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root

    heads = scores.argmax(1)
    heads[0] = 0
    return heads if _is_tree(heads.tolist()) else chuliu_edmonds_one_root(scores)


def _is_tree(heads: list[int]) -> bool:
    """
    >>> _is_tree([0, 2, 0, 2]), _is_tree([0, 2, 1, 0]), _is_tree([0, 0, 0])
    (True, False, False)
    """
    if heads[1:].count(0) != 1:
        return False
    safe = {0}
    for word in range(1, len(heads)):
        path = []
        while word not in safe:
            if word in path:
                return False
            path.append(word)
            word = heads[word]
        safe.update(path)
    return True
