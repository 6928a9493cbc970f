"""Documents -> Sentences. Beside it only kg.quick, kg.ensemble, kg.models and kg.train import stanza, all inside functions.

Stanza reads paragraphs (a line of the text each, so that a headline never runs into the lead); offsets are moved back
into the document, whose text is not touched. A parse is written down as CoNLL-U, which is also what the cache keeps.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from kg.errors import ModelError
from kg.model import Document, Sentence, Word
from kg.models import ModelSet, by_tag_file

PROCESSORS = "tokenize,pos,lemma,depparse,ner"
Token = tuple[str, int, int]  # text, start, end
MARKS = "„“”\"«»"
YEAR = "г."
CLOSING = ("”", "“", '"', "»", "’", ")", "]", "''")
LONGEST_SENTENCE = 250  # words; a longer "sentence" is a list or a broken page, and its tree would be noise


def load_pipeline(models: ModelSet, processors: str = PROCESSORS, **more: Any) -> Any:
    """A `stanza.Pipeline` for Bulgarian of `models`, with no network, joined by their encoder if they have one.

    `more`: options of Stanza's. Raises ModelError when a part is missing or cannot be read.
    """
    import stanza

    from kg.quick import not_to_be_trained, quicken

    options = {"package": models.package, "ner_batch_size": 128, **more}
    try:
        with not_to_be_trained():
            pipeline = stanza.Pipeline(
                "bg", dir=str(models.folder), processors=processors, download_method=None, verbose=False, use_gpu=False, **options
            )
    except Exception as error:  # stanza raises half a dozen unrelated types for a bad folder
        raise ModelError(
            f"cannot load Bulgarian models from {models.folder}: {error}; check them with: kg models verify"
        ) from error
    quicken(pipeline)
    let_lemmas_follow_tags(pipeline)
    if models.encoder:
        from kg.encoder import Encoder
        from kg.ensemble import join

        join(pipeline, Encoder.load(models.encoder))
    return pipeline


def let_lemmas_follow_tags(pipeline: Any) -> None:
    """Give words the lemma of their tag where the table beside the lemmatizer has one; without a table, nothing changes.

    Stanza's lemmatizer knows the form and UPOS alone; "си" needs XPOS too: "свой" in "целта си" (Psxto), "се" in
    "спомня си" (Ppxtd).
    """
    part = pipeline.processors.get("lemma")
    table = by_tag_file(Path(part.config.get("model_path", ""))) if part else None
    if table is None or not table.is_file():
        return
    lemmas = {tuple(cells[:3]): cells[3] for cells in (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines())}
    plain = part.process

    def process(document: Any) -> Any:
        from stanza.models.common.doc import LEMMA, TEXT, UPOS, XPOS

        document = plain(document)
        rows = document.get([TEXT, UPOS, XPOS, LEMMA])
        document.set([LEMMA], [lemmas.get((text.lower(), upos, xpos), lemma) for text, upos, xpos, lemma in rows])
        return document

    part.process = process


def paragraphs(text: str) -> list[tuple[int, str]]:
    """Start and text of each non-blank line; lines that only wrap a paragraph at a fixed width are joined (same length).

    >>> paragraphs("Заглавие\\n\\nПърви ред.")
    [(0, 'Заглавие'), (10, 'Първи ред.')]
    """
    lines = [(match.start(), match.group()) for match in re.finditer(r"[^\r\n\u2028\u2029\x0b\x0c]+", text) if match.group().strip()]
    if not _hard_wrapped(lines):
        return [piece for start, line in lines for piece in _unglued(start, line)]
    blocks = re.finditer(r"\S(?:[^\n]|\n(?!\s*\n))*", text)
    return [(block.start(), re.sub(r"[\r\n]", " ", block.group())) for block in blocks]


def _unglued(start: int, line: str) -> list[tuple[int, str]]:
    """Sentences with no space between them apart: "такива сведения.Тази намеса"."""
    borders = [0, *(match.end() - 1 for match in re.finditer(r"[а-я][а-я”“»\"][.!?][“”»\"]?[„“А-Я](?=[а-я])", line)), len(line)]
    return [(start + a, line[a:b]) for a, b in itertools.pairwise(borders)]


def _hard_wrapped(lines: list[tuple[int, str]]) -> bool:
    lengths = [len(line) for _, line in lines]
    if len(lengths) < 8 or max(lengths) > 100:
        return False
    unfinished = sum(not line.rstrip().endswith((".", "!", "?", "“", '"', "»")) for _, line in lines)
    return unfinished > 0.6 * len(lines) and sum(length > 55 for length in lengths) > 0.6 * len(lines)


def parse(documents: Sequence[Document], pipeline: Any) -> Iterator[tuple[Sentence, ...]]:
    """The sentences of each document, in order; all paragraphs of the call go through Stanza together."""
    import stanza
    import torch

    parts = [paragraphs(document.text) for document in documents]
    inputs = [stanza.Document([], text=_plain(text)) for part in parts for _, text in part]
    with torch.no_grad():
        if inputs:
            pipeline.processors["tokenize"].bulk_process(inputs)
            inputs = [_rejoined(document) for document in inputs]
            for name in PROCESSORS.split(",")[1:]:
                pipeline.processors[name].bulk_process(inputs)
    parsed = iter(inputs)
    for document, part in zip(documents, parts, strict=True):
        found: list[Sentence] = []
        for start, _ in part:
            for sentence in next(parsed).sentences:
                words = _words(sentence, start)
                if words and len(words) <= LONGEST_SENTENCE:
                    found.append(Sentence(document.id, len(found), words))
        yield tuple(found)


def _rejoined(document: Any) -> Any:
    """The tokenized paragraph with sentences joined that were cut in the middle.

    A sentence ends with a mark of its end, and the next does not begin with a small letter or a comma:
    "курорт Сочи | за среща с Путин" is one.
    """
    sentences: list[list[Token]] = []
    for sentence in document.sentences:
        tokens = [part for token in sentence.tokens for part in _without_marks(token.text, token.start_char, token.end_char)]
        first = tokens[0][0]
        if sentences and (not _ends(sentences[-1]) or first[0] in ",;:)" or (first[0].islower() and sentences[-1][-1][0] != ".")):
            tokens = sentences.pop() + tokens
        sentences.append(tokens)
    if sum(map(len, sentences)) == document.num_tokens and len(sentences) == len(document.sentences):
        return document
    from stanza.models.common.doc import Document as StanzaDocument

    rows = [
        [{"id": number, "text": text, "start_char": start, "end_char": end} for number, (text, start, end) in enumerate(tokens, 1)]
        for tokens in sentences
    ]
    return StanzaDocument(rows, text=document.text)


def _without_marks(text: str, start: int, end: int) -> list[Token]:
    """A quotation mark that the tokenizer left on a word is a token of its own: "„моментът" -> "„", "моментът"."""
    borders = [0]
    if len(text) > 1 and text[0] in MARKS:
        borders.append(1)
    if len(text) - borders[-1] > 1 and text[-1] in MARKS:
        borders.append(len(text) - 1)
    if len(text) > 5 and text[-1] == "." and text[:-1].isalpha() and len(borders) == 1:
        borders.append(len(text) - 1)
    if len(borders) == 1:
        return [(text, start, end)]
    borders.append(len(text))
    return [(text[a:b], start + a, start + b) for a, b in itertools.pairwise(borders)]


def _ends(tokens: Sequence[Token]) -> bool:
    """Is there a mark of the end, perhaps before quotation marks? "14 ноември 2025 г." alone is a date before a sentence."""
    texts = [text for text, _, _ in tokens]
    if texts[-1] == YEAR and sum(len(text) > 2 and text.isalpha() for text in texts) < 2:
        return False
    while len(texts) > 1 and texts[-1] in CLOSING:
        texts.pop()
    return texts[-1][-1] in ".!?…:;"


def _plain(text: str) -> str:
    """The same length without characters that a tokenizer of running text never met."""
    return re.sub(r"[\x00-\x1f\x7f\u00a0\u200b-\u200f\u202a-\u202e\ufeff\ufffd]", " ", text)


def _words(sentence: Any, offset: int) -> tuple[Word, ...]:
    words = []
    for token in sentence.tokens:
        for word in token.words:
            start = word.start_char if word.start_char is not None else token.start_char
            end = word.end_char if word.end_char is not None else token.end_char
            words.append(
                Word(
                    id=word.id,
                    form=word.text,
                    lemma=word.lemma or word.text,
                    upos=word.upos or "X",
                    xpos=word.xpos or "_",
                    feats=_feats(word.feats),
                    head=word.head if word.head is not None else 0,
                    deprel=word.deprel or "dep",
                    start=offset + start,
                    end=offset + end,
                    ner=token.ner or "O",
                )
            )
    return tuple(words)


@lru_cache(maxsize=1 << 12)
def _feats(text: str | None) -> tuple[tuple[str, str], ...]:
    if not text or text == "_":
        return ()
    return tuple(sorted(tuple(pair.split("=", 1)) for pair in text.split("|")))  # type: ignore[misc]


def to_conllu(sentences: Iterable[Sentence]) -> str:
    """CoNLL-U with character offsets and names in MISC, as Stanza writes it."""
    blocks = []
    for sentence in sentences:
        rows = [f"# sent_id = {sentence.index}"]
        for word in sentence.words:
            feats = "|".join(f"{key}={value}" for key, value in word.feats) or "_"
            misc = f"start_char={word.start}|end_char={word.end}|ner={word.ner}"
            columns = (str(word.id), word.form, word.lemma, word.upos, word.xpos, feats, str(word.head), word.deprel, "_", misc)
            rows.append("\t".join(columns))
        blocks.append("\n".join(rows) + "\n\n")
    return "".join(blocks)


def from_conllu(text: str, doc: str) -> tuple[Sentence, ...]:
    """What `to_conllu` wrote, again. Raises ValueError for anything else."""
    sentences: list[Sentence] = []
    for block in text.split("\n\n"):
        words = []
        for row in block.splitlines():
            if row.startswith("#") or not row.strip():
                continue
            id_, form, lemma, upos, xpos, feats, head, deprel, _, misc = row.split("\t")
            extra = dict(pair.split("=", 1) for pair in misc.split("|"))
            words.append(
                Word(
                    int(id_), form, lemma, upos, xpos, _feats(feats), int(head), deprel,
                    int(extra["start_char"]), int(extra["end_char"]), extra["ner"],
                )
            )  # fmt: skip
        if words:
            sentences.append(Sentence(doc, len(sentences), tuple(words)))
    return tuple(sentences)
