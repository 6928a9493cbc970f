"""Stanza's models read in half the time, with the same results.

Three things cost more than the networks themselves on a CPU: Stanza's search for the best tree starts from scores in
which no word may hang on the root, so that it always has cycles to break; it scores every relation for every pair of
words; and nn.Bilinear is slow code.
"""

from __future__ import annotations

from typing import Any


def quicken(pipeline: Any) -> None:
    """Let the tagger and the parser of a `stanza.Pipeline` compute the same with less work."""
    for name in ("pos", "depparse"):
        if name in pipeline.processors:
            quicken_bilinear(pipeline.processors[name].trainer.model)
    if "depparse" in pipeline.processors:
        _quicken_parser(pipeline.processors["depparse"].trainer.model)


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
        def predict(self, *batch, resolve_head_constraints=False):
            vocab, sizes = self.vocab["deprel"], batch[12]
            states = self.embed(*batch)
            arcs = self.unlabeled(states, states).squeeze(3)
            itself = torch.eye(arcs.size(1), dtype=torch.bool).unsqueeze(0)
            arcs = arcs.masked_fill(itself, -float("inf")).log_softmax(2).numpy()
            trees = [best_tree(arcs[i][:size, :size]) for i, size in enumerate(sizes)]
            heads = torch.zeros(arcs.shape[0], arcs.shape[1] - 1, dtype=torch.long)
            for i, tree in enumerate(trees):
                heads[i, : len(tree) - 1] = torch.as_tensor(tree[1:])
            labels = (relation_scores(self.deprel, states, heads).argmax(2) + VOCAB_PREFIX_SIZE).tolist()
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
    """(sentence, word, relation) for each word and its head; `states` has the root first, `heads` has no root."""
    import torch

    own = scorer.dropout(scorer.hidden_func(scorer.W1(states)))[:, 1:]
    other = scorer.dropout(scorer.hidden_func(scorer.W2(states)))
    other = torch.gather(other, 1, heads.unsqueeze(2).expand(-1, -1, other.size(2)))
    shape = own.shape[:2]
    own, other = (
        torch.cat([side, side.new_ones(*shape, 1)], 2).reshape(-1, side.size(2) + 1) for side in (own, other)
    )
    weight = scorer.scorer.W_bilin.weight  # (own, other, relation)
    width, depth, relations = weight.shape
    mixed = (own @ weight.reshape(width, -1)).view(-1, depth, relations)
    return (torch.bmm(other.unsqueeze(1), mixed).squeeze(1) + scorer.scorer.W_bilin.bias).view(*shape, relations)


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
