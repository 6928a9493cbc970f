"""Names against gold: base forms, who is who over a topic, recognition, and the link to a known entity.

Gold is a folder of `NAME.txt` with `NAME.tsv` beside it; a line of the TSV is a name: start, end, words, base form,
kind (PER LOC ORG PRO EVT), identity (the same in all documents and languages: "GPE-Great-Britain"). Offsets count
characters of the text as it is, with its own line ends.

- base form: accuracy over all names, exactly and with mixed-script letters repaired on both sides;
- clustering: names are given, entities are ours; pairwise and B-cubed precision, recall and F1 over the whole folder;
- recognition: F1 of exactly equal span and kind;
- linking: of the names whose identity the gazetteer knows, the share that we link to it; and of all names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kg import coref, names
from kg.errors import InputError
from kg.gazetteer import Gazetteer
from kg.model import Document, Extraction, Mention, Sentence, Span, Word

KINDS = {"PER": "Person", "LOC": "Place", "ORG": "Organization", "PRO": "Plan", "EVT": "NamedEvent"}


@dataclass(frozen=True, slots=True)
class GoldName:
    """One annotated name."""

    start: int
    end: int
    words: str
    base: str
    kind: str
    identity: str


@dataclass(frozen=True, slots=True)
class NamedText:
    """One annotated article."""

    document: Document
    names: tuple[GoldName, ...]


def read_names(folder: Path) -> tuple[NamedText, ...]:
    """The annotated articles of a folder, in the order of their file names.

    Raises InputError with file and line where the annotation does not fit the text.
    """
    texts = []
    for path in sorted(folder.glob("*.txt")):
        table = next((table for table in (path.with_suffix(".tsv"), Path(f"{path}.tsv")) if table.exists()), None)
        if table is None:
            raise InputError(f"{path}: no annotation beside it; put {path.with_suffix('.tsv').name} there")
        with open(path, encoding="utf-8", newline="") as file:
            document = Document(text=file.read())
        texts.append(NamedText(document, tuple(_rows(table, document.text))))
    if not texts:
        raise InputError(f"{folder}: no articles (*.txt) here; give a folder of NAME.txt with NAME.tsv beside it")
    return tuple(texts)


def _rows(path: Path, text: str) -> Iterator[GoldName]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fields = line.split("\t")
        if len(fields) < 6:
            continue
        name = GoldName(int(fields[0]), int(fields[1]), *fields[2:6])
        if not 0 <= name.start < name.end <= len(text):
            raise InputError(
                f"{path}: line {number}: {name.start}–{name.end} is outside the text of {len(text)} characters"
            )
        yield name


def score_names(
    texts: Sequence[NamedText], sentences: Sequence[Sequence[Sentence]], gazetteer: Gazetteer
) -> dict[str, Any]:
    """All figures for `texts`, whose parses are `sentences` in the same order."""
    mentions = [
        {name: _mention(name, text.document.id, parse, gazetteer) for name in text.names}
        for text, parse in zip(texts, sentences, strict=True)
    ]
    pairs = [(name, mention) for found in mentions for name, mention in found.items()]
    bases = [(name.base, mention.base) for name, mention in pairs]
    ours, gold = _entities(texts, mentions, gazetteer)
    return {
        "documents": len(texts),
        "names": len(pairs),
        "base form": _share(one == two for one, two in bases),
        "base form, scripts repaired": _share(names.repair(one) == names.repair(two) for one, two in bases),
        "pairwise": pairwise(ours, gold),
        "B-cubed": b_cubed(ours, gold),
        "recognition": _recognition(texts, sentences),
        "linking": _linking(ours, gold, pairs, gazetteer),
    }


def _share(hits: Iterable[bool]) -> float:
    counted = Counter(hits)
    return round(counted[True] / max(1, sum(counted.values())), 4)


# ---- names as mentions


def words_between(sentences: Sequence[Sentence], start: int, end: int) -> tuple[Word, ...]:
    """The words of a span; a word that reaches out of it is cut at its edge."""
    found = []
    for sentence in sentences:
        for word in sentence.words:
            if word.start < end and word.end > start:
                first, last = max(start, word.start), min(end, word.end)
                whole = (first, last) == (word.start, word.end) or len(word.form) != word.end - word.start
                form = word.form if whole else word.form[first - word.start : last - word.start]
                found.append(word if whole else replace(word, form=form, start=first, end=last))
    return tuple(found)


def _mention(name: GoldName, doc: str, sentences: Sequence[Sentence], gazetteer: Gazetteer) -> Mention:
    """The gold name as extraction would give it: base form ours, kind from the annotation and the gazetteer."""
    words = words_between(sentences, name.start, name.end)
    kind = KINDS.get(name.kind, "Organization")
    base = names.base_form(words, kind) if words else name.words
    country = gazetteer.country(base) or (gazetteer.demonym(base) if kind == "Person" and " " not in base else None)
    if country and kind in ("Place", "Person", "Organization"):
        kind = "Government"
    elif kind in ("Organization", "Plan") and gazetteer.media(base):
        kind = "Media"
    span = Span(doc, 0, name.start, name.end)
    return Mention(span, 0, name.words, base, kind, named=True, country=country)


# ---- who is who


def _entities(
    texts: Sequence[NamedText], mentions: Sequence[Mapping[GoldName, Mention]], gazetteer: Gazetteer
) -> tuple[list[str], list[str]]:
    """Our entity and the annotated identity of each name, in one order."""
    from kg.resolve import resolve

    extractions, chain_of = [], []
    for text, found in zip(texts, mentions, strict=True):
        chains = coref.chains(tuple(found.values()), text.document, gazetteer)
        chain_of.append({mention: chain.key for chain in chains for mention in chain.mentions})
        extractions.append(Extraction(text.document, (), tuple(found.values()), chains, (), (), ()))
    entity_of = {link.chain: link.entity for link in resolve(extractions, gazetteer).links}
    ours, gold = [], []
    for found, chains_here in zip(mentions, chain_of, strict=True):
        for name, mention in found.items():
            ours.append(entity_of[chains_here[mention]])
            gold.append(name.identity)
    return ours, gold


def pairwise(ours: Sequence[str], gold: Sequence[str]) -> dict[str, float]:
    """Precision, recall and F1 over all pairs of names that are one entity."""

    def pairs(counts: Iterable[int]) -> int:
        return sum(count * (count - 1) // 2 for count in counts)

    both = pairs(Counter(zip(ours, gold, strict=True)).values())
    return _figures(both, pairs(Counter(ours).values()), pairs(Counter(gold).values()))


def b_cubed(ours: Sequence[str], gold: Sequence[str]) -> dict[str, float]:
    """Precision, recall and F1 of the cluster of each name, averaged over names."""
    both = Counter(zip(ours, gold, strict=True))
    our, golden = Counter(ours), Counter(gold)
    precision = sum(count * count / our[one] for (one, _), count in both.items())
    recall = sum(count * count / golden[two] for (_, two), count in both.items())
    return _rates(precision / max(1, len(ours)), recall / max(1, len(ours)))


def _figures(hits: float, found: float, wanted: float) -> dict[str, float]:
    return _rates(hits / found if found else 0.0, hits / wanted if wanted else 0.0)


def _rates(precision: float, recall: float) -> dict[str, float]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "F1": round(f1, 4)}


# ---- recognition and linking


def _recognition(texts: Sequence[NamedText], sentences: Sequence[Sequence[Sentence]]) -> dict[str, float]:
    wanted = {(n, g.start, g.end, g.kind) for n, text in enumerate(texts) for g in text.names}
    found = {(n, *name) for n, parse in enumerate(sentences) for sentence in parse for name in tagged(sentence)}
    return _figures(len(wanted & found), len(found), len(wanted))


def tagged(sentence: Sentence) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of the names that the BIOES tags of a sentence mark."""
    start, end, kind = 0, 0, ""
    for word in sentence.words:
        mark, _, label = word.ner.partition("-")
        if kind and (mark in ("O", "B", "S") or label != kind):
            yield start, end, kind
            kind = ""
        if mark != "O":
            start, end, kind = (word.start if not kind else start), word.end, label
            if mark in ("E", "S"):
                yield start, end, kind
                kind = ""
    if kind:
        yield start, end, kind


def _linking(
    ours: Sequence[str], gold: Sequence[str], pairs: Sequence[tuple[GoldName, Mention]], gazetteer: Gazetteer
) -> dict[str, float]:
    """An identity is known if a gazetteer entry has its English name; a name is linked as its entity mostly is."""
    wanted = [_plain(identity.partition("-")[2]) for identity in gold]
    votes: dict[str, Counter[frozenset[str]]] = defaultdict(Counter)
    for entity, (_, mention) in zip(ours, pairs, strict=True):
        votes[entity][_english(mention, gazetteer)] += 1
    linked = {
        entity: max(counted, key=lambda names: (counted[names], sorted(names))) for entity, counted in votes.items()
    }
    known = _all_english(gazetteer)
    hits = [one in linked[entity] for one, entity in zip(wanted, ours, strict=True)]
    possible = [one in known for one in wanted]
    return {
        "known": sum(possible),
        "share of known": _share(hit for hit, can in zip(hits, possible, strict=True) if can),
        "share of all": _share(hits),
    }


def _english(mention: Mention, gazetteer: Gazetteer) -> frozenset[str]:
    """The English names of what the gazetteer takes a name for; none where it does not know it."""
    if mention.kind == "Government" and mention.country:
        return frozenset(map(_plain, gazetteer.countries[mention.country].english))
    entry = gazetteer.organization(mention.base) or gazetteer.media(mention.base)
    if entry and mention.kind != "Place":
        return frozenset(_plain(name) for name in (entry.name, *entry.aliases) if name.isascii())
    place = gazetteer.place(mention.base) if mention.kind in ("Place", "Government") else None
    return frozenset({_plain(place.english)}) if place and place.english else frozenset()


def _all_english(gazetteer: Gazetteer) -> frozenset[str]:
    found = {_plain(name) for country in gazetteer.countries.values() for name in country.english}
    found |= {_plain(place.english) for place in gazetteer.places.values() if place.english}
    aliases = (name for entry in gazetteer.entries.values() for name in (entry.name, *entry.aliases))
    return frozenset(found | {_plain(name) for name in aliases if name.isascii()})


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
