"""Silver: raw text with tags and trees as a teacher gives them, together with the small parser that is to learn from it.

The two err in different places, so the tree that both find best is better than that of either.
"""

import logging
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.quick import best_tree, quicken_bilinear, relation_scores
from kg.train.teacher import Reading, Teacher
from kg.train.treebank import Row, Tree, conllu

log = logging.getLogger("kg.train")

SURE = 0.85  # mean probability of the heads of a sentence from which on it is used
STUDENT = 0.8  # weight of the parser beside the teacher
BLOCK = 1000  # sentences that are read at once
NEVER = -1e4


@dataclass(frozen=True, slots=True)
class Parser:
    """A trained Stanza parser and the word vectors that it reads."""

    trainer: Any
    vectors: Any

    @classmethod
    def load(cls, path: Path, pretrain: Path) -> "Parser":
        """The parser in the file `path`."""
        from stanza.models.common.pretrain import Pretrain
        from stanza.models.depparse.trainer import Trainer

        vectors = Pretrain(str(pretrain))
        trainer = Trainer.load(str(path), vectors, device="cpu")
        trainer.model.eval()
        quicken_bilinear(trainer.model)
        return cls(trainer, vectors)


def read_raw(texts: Iterable[Path], pipeline: Any, words: int, seed: int, known: Sequence[Tree]) -> list[Tree]:
    """About `words` words of lines of `texts`, by chance, as sentences with tags and lemmas by Stanza's `pipeline`.

    Sentences of `known` trees are left out, and those that are very short, very long or mostly in Latin letters.
    """
    held = {_letters(tree.text) for tree in known}
    lines = [line.strip() for path in texts for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if len(line) < 1500 and line.count(" ") > 2]
    random.Random(seed).shuffle(lines)
    found: list[Tree] = []
    count = position = 0
    while count < words and position < len(lines):
        for sentence in pipeline("\n\n".join(lines[position : position + 100])).sentences:
            rows = tuple(
                Row(word.text, word.lemma or word.text, word.upos, word.xpos or "_", word.feats or "_", 0, "root")
                for word in sentence.words
            )
            latin = sum(row.form.isascii() and row.form.isalpha() for row in rows)
            if 4 <= len(rows) <= 70 and latin <= len(rows) / 3 and _letters(Tree(rows).text) not in held:
                found.append(Tree(rows))
                count += len(rows)
        position += 100
    if not found:
        raise InputError("no sentence of the raw text can be annotated: all are in the treebank, very short or very long")
    log.info("%d sentences of raw text, %d words", len(found), count)
    return found


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text).lower()


def write_silver(trees: Sequence[Tree], teacher: Teacher, parser: Parser, tags: Path, heads: Path) -> None:
    """Annotate `trees` into two CoNLL-U files: all with the teacher's tags; the sure ones with heads and their own tags.

    In use the parser reads tags of the small tagger, so it learns with those.
    """
    kept = 0
    with tags.open("w", encoding="utf-8") as first, heads.open("w", encoding="utf-8") as second:
        for begin in range(0, len(trees), BLOCK):
            block = trees[begin : begin + BLOCK]
            for own, (tree, sure) in zip(block, annotate(block, teacher, parser), strict=True):
                first.writelines(f"{line}\n" for line in conllu([tree]))
                if sure >= SURE:
                    kept += 1
                    pairs = zip(own.rows, tree.rows, strict=True)
                    rows = tuple(replace(a, head=b.head, deprel=b.deprel) for a, b in pairs)
                    second.writelines(f"{line}\n" for line in conllu([replace(own, rows=rows)]))
            log.info("%d of %d sentences annotated, %d surely", min(begin + BLOCK, len(trees)), len(trees), kept)


def annotate(trees: Sequence[Tree], teacher: Teacher, parser: Parser | None = None) -> Iterator[tuple[Tree, float]]:
    """Each tree with the tags and the heads found for it, and the mean probability of the heads, 0 to 1.

    `parser` has a say in heads and relations when it is given.
    """
    import numpy
    import torch

    readings = teacher.read([tuple(row.form for row in tree.rows) for tree in trees])
    tagged = [_with_tags(tree, reading) for tree, reading in zip(trees, readings, strict=True)]
    second = _parser_states(parser, tagged) if parser else []
    for i, (tree, reading) in enumerate(zip(tagged, readings, strict=True)):
        n = len(tree.rows)
        arcs, weight = reading.arcs, 1.0
        if parser:
            arcs, weight = arcs + STUDENT * second[i][0], 1.0 + STUDENT
        arcs = (arcs / weight).clamp(min=NEVER)
        table = numpy.full((n + 1, n + 1), NEVER, dtype=numpy.float32)
        table[1:] = arcs.numpy()
        heads = [int(head) for head in best_tree(table)[1:]]
        sure = float(arcs.softmax(1)[torch.arange(n), heads].mean())
        relations = teacher.relations(reading, heads)
        if parser:
            relations = relations + STUDENT * _parser_relations(parser, second[i][1], heads, teacher.labels.deprel)
        chosen = relations.argmax(1).tolist()
        rows = tuple(
            replace(row, head=head, deprel=teacher.labels.deprel[number])
            for row, head, number in zip(tree.rows, heads, chosen, strict=True)
        )
        yield replace(tree, rows=rows), sure


def _with_tags(tree: Tree, reading: Reading) -> Tree:
    rows = tuple(
        replace(row, upos=upos, xpos=xpos, feats=feats)
        for row, (upos, xpos, feats) in zip(tree.rows, reading.tags, strict=True)
    )
    return replace(tree, rows=rows)


def _parser_states(parser: Parser, trees: Sequence[Tree]) -> list[tuple[Any, Any]]:
    """For each tree of n words (log probability of each head (n, n + 1), states of root and words (n + 1, width))."""
    import torch
    from stanza.models.common.utils import unsort
    from stanza.models.depparse.data import DataLoader
    from stanza.models.depparse.trainer import unpack_batch
    from stanza.utils.conll import CoNLL

    flat = [
        replace(tree, rows=tuple(replace(row, head=min(i, 1), deprel="root") for i, row in enumerate(tree.rows)))
        for tree in trees
    ]
    document = CoNLL.conll2doc(input_str="\n".join(conllu(flat)) + "\n")
    trainer = parser.trainer
    loader = DataLoader(
        document, 3000, trainer.args, parser.vectors, vocab=trainer.vocab, evaluation=True, sort_during_eval=True
    )
    found: list[tuple[Any, Any]] = []
    for batch in loader:
        inputs, order, word_order, lengths, word_lengths, text = unpack_batch(batch, torch.device("cpu"))
        with torch.no_grad():
            states = trainer.model.embed(*inputs, word_order, lengths, word_lengths, text)
            scores = trainer.model.unlabeled(states, states).squeeze(3)
        scores.masked_fill_(torch.eye(scores.size(-1), dtype=torch.bool).unsqueeze(0), -float("inf"))
        here = [(scores[k, 1:n, :n].log_softmax(1), states[k, :n]) for k, n in enumerate(lengths)]
        found += unsort(here, order)
    return unsort(found, loader.data_orig_idx)


def _parser_relations(parser: Parser, states: Any, heads: Sequence[int], names: Sequence[str]) -> Any:
    """(word, relation) log probabilities by the parser, the relations in the order of `names`."""
    import torch
    from stanza.models.common.vocab import VOCAB_PREFIX_SIZE

    model = parser.trainer.model
    theirs = [parser.trainer.vocab["deprel"].id2unit(i + VOCAB_PREFIX_SIZE) for i in range(model.num_relations)]
    with torch.no_grad():
        scores = relation_scores(model.deprel, states.unsqueeze(0), torch.tensor([list(heads)]))[0].log_softmax(1)
    found = scores.new_full((len(heads), len(names)), NEVER)
    for i, name in enumerate(theirs):
        if name in names:
            found[:, names.index(name)] = scores[:, i]
    return found
