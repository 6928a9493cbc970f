"""Silver: raw text with the tags and trees that small models and encoder hold best together, for the small ones to learn.

They err in different places, so what they decide together is better than what each says alone.
"""

import logging
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.train.treebank import Row, Tree, chance_groups

SENTENCE_ENDS = (".", "!", "?", "…", "...", "“", '"', "»")
SHORT = 22  # words of a sentence that could be a headline
log = logging.getLogger("kg.train")


def read_raw(texts: Iterable[Path], pipeline: Any, words: int, seed: int, known: Sequence[Tree]) -> list[Tree]:
    """About `words` words of lines of `texts`, by chance, as sentences annotated by Stanza's `pipeline`.

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
            begins = [word.start_char for word in sentence.words[1:]]
            rows = tuple(
                Row(
                    word.text, word.lemma or word.text, word.upos, word.xpos or "_", word.feats or "_", word.head, word.deprel,
                    begin != word.end_char,
                )
                for word, begin in zip(sentence.words, [*begins, None], strict=True)
            )  # fmt: skip
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


def to_divide(gold: Sequence[Tree], raw: Sequence[Tree], share: float, seed: int) -> list[list[Tree]]:
    """Groups of 1 to 16 sentences in chance order to learn their ends from: those of `gold` three times, and of `raw`.

    A `share` of the short sentences of `raw` loses its stop, as headlines have none: what follows must tell that it ended.
    Of `raw` only sentences that begin and end as sentences do.
    """
    chance = random.Random(seed)
    whole = [tree for tree in raw if tree.rows[-1].form in SENTENCE_ENDS and not tree.rows[0].form[0].islower()]
    headlines = [
        Tree(tree.rows[:-1]) if tree.rows[-1].form == "." and len(tree.rows) < SHORT and chance.random() < share else tree
        for tree in whole
    ]
    trees = [*gold, *gold, *gold, *headlines]
    chance.shuffle(trees)
    return chance_groups(trees, (1, 2, 4, 8, 16), chance)
