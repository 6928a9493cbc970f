"""What the card reports: the CoNLL-18 figures from raw text, and strict F1 of names on gold words."""

import io
import json
import time
from pathlib import Path

from kg.models import ModelSet
from kg.parse import load_pipeline
from kg.train.treebank import Tree, paragraphs, raw_text, read_conllu

METRICS = ("Tokens", "Sentences", "Words", "UPOS", "XPOS", "UFeats", "AllTags", "Lemmas", "UAS", "LAS", "CLAS", "MLAS")


def treebank_scores(models: ModelSet, gold: Path) -> dict[str, float]:
    """F1 in per cent for each of METRICS on the CoNLL-U file `gold`, parsed from its raw text, and words a second."""
    from stanza.models.common.utils import ud_scores
    from stanza.utils.conll import CoNLL

    trees: list[Tree] = read_conllu(gold)
    nlp = load_pipeline(models, "tokenize,pos,lemma,depparse")
    text = raw_text(paragraphs(trees))
    started = time.perf_counter()
    document = nlp(text)
    seconds = time.perf_counter() - started
    buffer = io.StringIO()
    CoNLL.write_doc2conll(document, buffer)
    found = ud_scores(str(gold), io.StringIO(buffer.getvalue()))
    scores = {name: round(100 * found[name].f1, 2) for name in METRICS}
    scores["words a second"] = round(document.num_words / seconds)
    return scores


def tag_names(models: ModelSet, sentences: list[tuple[str, ...]]) -> list[list[str]]:
    """The tags (B-, I-, E-, S-, O) that `models` give to the words of each sentence."""
    nlp = load_pipeline(models, "tokenize,ner", tokenize_pretokenized=True)
    return [[token.ner for token in sentence.tokens] for sentence in nlp([list(words) for words in sentences]).sentences]


def name_scores(models: ModelSet, gold: Path) -> dict[str, float]:
    """Precision, recall and F1 in per cent of exact (span, kind) on Stanza's NER JSON `gold`, words given."""
    data = json.loads(gold.read_text(encoding="utf-8"))
    found = tag_names(models, [tuple(word["text"] for word in sentence) for sentence in data])
    right = guessed = there = 0
    for sentence, tags in zip(data, found, strict=True):
        expected = _spans([word["ner"] for word in sentence])
        actual = _spans(tags)
        right += len(expected & actual)
        guessed += len(actual)
        there += len(expected)
    precision, recall = right / max(1, guessed), right / max(1, there)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {"precision": round(100 * precision, 2), "recall": round(100 * recall, 2), "F1": round(100 * f1, 2)}


def _spans(tags: list[str]) -> set[tuple[int, int, str]]:
    """Names in BIOES tags as (start, end, kind)."""
    found, start = set(), None
    for i, tag in enumerate(tags):
        if tag[0] in "BS":
            start = i
        if tag[0] in "ES" and start is not None:
            found.add((start, i + 1, tag[2:]))
            start = None
    return found
