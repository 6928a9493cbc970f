"""Stanza's parser and tagger, trained several times as fast on a CPU; the trained models are Stanza's own.

Three things cost more than half of each step and change nothing in the model: scoring all relations for every pair of
words when the loss looks only at the true head, drawing dropout masks number by number, and nn.Bilinear.
"""

from typing import Any

from kg.quick import quicken_bilinear, relation_scores


def quick_parser_trainer(args: dict, vocab: Any, pretrain: Any) -> Any:
    """A Stanza GraphTrainer whose model computes the same loss with less work."""
    import torch
    from stanza.models.common.vocab import VOCAB_PREFIX_SIZE
    from stanza.models.depparse.model import GraphParser
    from stanza.models.depparse.trainer import GraphTrainer

    class QuickParser(GraphParser):
        def forward(self, *batch):
            if not self.training or self.args["linearization"] or self.args["distance"]:
                return super().forward(*batch)
            word_mask, head, deprel = batch[1], batch[9], batch[10]
            states = self.embed(*batch)
            arcs = self.unlabeled(self.drop(states), self.drop(states)).squeeze(3)
            itself = torch.eye(arcs.size(-1), dtype=torch.bool).unsqueeze(0)
            arcs = arcs.masked_fill(itself | word_mask.unsqueeze(1), -float("inf"))[:, 1:]
            heads = head.masked_fill(word_mask[:, 1:], -1).reshape(-1)
            loss = self.crit(arcs.reshape(-1, arcs.size(2)), heads)
            # relations: for each word only the pair (word, its true head)
            real = heads >= 0
            labels = relation_scores(self.deprel, self.drop(states), head).flatten(0, 1)[real]
            target = (deprel.reshape(-1) - VOCAB_PREFIX_SIZE)[real]
            loss = loss + self.crit(labels, target)
            return loss / batch[2].size(0), []

    class QuickTrainer(GraphTrainer):
        @staticmethod
        def build_model(*model_args, **options):
            return QuickParser(*model_args, **options)

    trainer = QuickTrainer(args=args, vocab=vocab, pretrain=pretrain, device="cpu")
    quicken(trainer.model)
    return trainer


def quicken(model: Any) -> None:
    """Give the layers of `model` the same arithmetic in less time.

    Dropout draws eight masks from one random number (p is rounded to 1/256). Stanza's tagger scores its tags with
    nn.Bilinear, whose general code takes nine tenths of a training step on a CPU; one matrix product does the same.
    """
    import torch

    class QuickDropout(torch.nn.Dropout):
        def forward(self, values):
            if not self.training or self.p == 0:
                return values
            count = values.numel()
            noise = torch.empty((count + 7) // 8, dtype=torch.int64).random_(-(2**63), None)
            border = round(self.p * 256)
            mask = noise.view(torch.uint8)[:count].view(values.shape) >= border
            return values * mask * (256 / (256 - border))

    for module in model.modules():
        if type(module) is torch.nn.Dropout:
            module.__class__ = QuickDropout
    quicken_bilinear(model)
