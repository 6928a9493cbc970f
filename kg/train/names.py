"""Names for training: annotated articles as sentences with tags, and the same sentences with other names in them."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import InputError

ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        "г гг т.н др пр проф ген акад доц инж адв д-р г-н г-жа ул бул св стр чл ал млн млрд хил лв кв км кг м см мм "
        "сек мин ч ст вж напр пл обл гр с.г м.г к.м",
    )
)
WORD = re.compile(r"https?://\S+|\d+(?:[.,:]\d+)+|\w+(?:[-–’'`]\w+)*|[^\w\s]")
QUOTES = '“”"»'


@dataclass(frozen=True, slots=True)
class Tagged:
    """One sentence: words, and for each the kind of name it belongs to with B- or I-, or O."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    topic: str


def read_articles(corpus: Path) -> list[Tagged]:
    """Sentences of `corpus`/TOPIC/*.txt, with the names of the *.tsv beside each.

    The columns of the TSV: start, end, surface, base form, kind, identity.
    """
    found: list[Tagged] = []
    for path in sorted(corpus.glob("*/*.txt")):
        # newline="" keeps the offsets of the annotation right
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        found += _tagged(text, list(_annotated(path.with_suffix(".tsv"))), path.parent.name)
    if not found:
        raise InputError(f"{corpus}: no article TOPIC/NAME.txt with names in NAME.tsv beside it")
    return found


def _annotated(path: Path) -> Iterator[tuple[int, int, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for line in file.read().split("\n"):
            cells = line.rstrip("\r").split("\t")
            if len(cells) >= 6 and cells[0].isdigit():
                yield int(cells[0]), int(cells[1]), cells[4]


def _tagged(text: str, names: list[tuple[int, int, str]], topic: str) -> Iterator[Tagged]:
    for sentence in split_sentences(text):
        tags = ["O"] * len(sentence)
        for start, end, kind in sorted(names):
            inside = [i for i, (_, a, b) in enumerate(sentence) if a < end and b > start]
            for k, i in enumerate(inside):
                if tags[i] == "O":
                    tags[i] = ("I-" if k else "B-") + kind
        yield Tagged(tuple(word for word, _, _ in sentence), tuple(tags), topic)


def split_words(text: str) -> list[tuple[str, int, int]]:
    """(word, start, end) as the treebank splits: an abbreviation keeps its full stop, a hyphenated word is one.

    >>> [word for word, _, _ in split_words("Г-н Т. Шор, ген. секретар.")]
    ['Г-н', 'Т.', 'Шор', ',', 'ген.', 'секретар', '.']
    """
    words = [(m.group(), m.start(), m.end()) for m in WORD.finditer(text)]
    found, i = [], 0
    while i < len(words):
        word, start, end = words[i]
        i += 1
        stop = i < len(words) and words[i][0] == "." and words[i][1] == end
        if stop and (word.lower() in ABBREVIATIONS or (len(word) == 1 and word.isupper())):
            word, end = word + ".", words[i][2]
            i += 1
        found.append((word, start, end))
    return found


def split_sentences(text: str) -> Iterator[list[tuple[str, int, int]]]:
    """Lists of (word, start, end) with offsets in `text`; a line break always ends a sentence."""
    offset = 0
    for line in text.split("\n"):
        words, current = split_words(line), []
        for i, (word, start, end) in enumerate(words):
            current.append((word, start + offset, end + offset))
            after = words[i + 1] if i + 1 < len(words) else None
            closes = word in ".!?…" or (word in QUOTES and i > 0 and words[i - 1][0] in ".!?…")
            if closes and after and after[1] > end and (after[0][0].isupper() or after[0][0] in '„"“«—-–'):
                yield current
                current = []
        if current:
            yield current
        offset += len(line) + 1


def distinct(sentences: Iterable[Tagged], longest: int = 180) -> list[Tagged]:
    """The sentences without repetitions (wire copies) and without the endless ones."""
    seen: dict[tuple[str, ...], Tagged] = {}
    for sentence in sentences:
        if len(sentence.words) <= longest:
            seen.setdefault(sentence.words, sentence)
    return list(seen.values())


def swapped(sentences: list[Tagged], lists: dict[str, list[tuple[str, ...]]], share: float, seed: int) -> list[Tagged]:
    """Copies of a `share` of the sentences in which each name is another of its kind.

    The other name comes from another sentence or, half of the time, from `lists` (kind -> names as tuples of words).
    A name of one word is exchanged for one of one word, so that the sentence keeps its shape.
    """
    pool: dict[tuple[str, int], list[tuple[str, ...]]] = defaultdict(list)
    for sentence in sentences:
        for start, end, kind in spans(sentence.tags):
            pool[kind, min(end - start, 3)].append(sentence.words[start:end])
    extra: dict[tuple[str, int], list[tuple[str, ...]]] = defaultdict(list)
    for kind, others in lists.items():
        for other in others:
            extra[kind, min(len(other), 3)].append(other)
    chance = random.Random(seed)
    found = []
    for sentence in sentences:
        names = spans(sentence.tags)
        if not names or chance.random() >= share:
            continue
        words: list[str] = []
        tags: list[str] = []
        position = 0
        for start, end, kind in names:
            key = (kind, min(end - start, 3))
            source = extra[key] if extra[key] and chance.random() < 0.5 else pool[key]
            name = chance.choice(source)
            words += [*sentence.words[position:start], *name]
            tags += [*sentence.tags[position:start], "B-" + kind, *["I-" + kind] * (len(name) - 1)]
            position = end
        words += sentence.words[position:]
        tags += sentence.tags[position:]
        found.append(replace(sentence, words=tuple(words), tags=tuple(tags)))
    return found


def headlines(sentences: list[Tagged], share: float, seed: int) -> list[Tagged]:
    """Copies of a `share` of the short sentences as a headline: capitals, or without the full stop."""
    chance = random.Random(seed)
    found = []
    for sentence in sentences:
        if 4 <= len(sentence.words) <= 20 and chance.random() < share:
            words, tags = sentence.words, sentence.tags
            if words[-1] == ".":
                words, tags = words[:-1], tags[:-1]
            if chance.random() < 0.5:
                words = tuple(word.upper() for word in words)
            found.append(replace(sentence, words=words, tags=tags))
    return found


def spans(tags: tuple[str, ...]) -> list[tuple[int, int, str]]:
    """(start, end, kind) of each name in B- and I- tags.

    >>> spans(("O", "B-PER", "I-PER", "B-LOC"))
    [(1, 3, 'PER'), (3, 4, 'LOC')]
    """
    found: list[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        if tag[0] == "B":
            found.append((i, i + 1, tag[2:]))
        elif tag[0] == "I" and found and found[-1][1] == i:
            found[-1] = (found[-1][0], i + 1, found[-1][2])
    return found


def bioes(tags: tuple[str, ...]) -> list[str]:
    """Stanza's tags: S- for a name of one word, E- for the last of several.

    >>> bioes(("B-PER", "I-PER", "O", "B-LOC"))
    ['B-PER', 'E-PER', 'O', 'S-LOC']
    """
    found = ["O"] * len(tags)
    for start, end, kind in spans(tags):
        found[start:end] = [f"I-{kind}"] * (end - start)
        found[start], found[end - 1] = f"B-{kind}", f"E-{kind}"
        if end - start == 1:
            found[start] = f"S-{kind}"
    return found


def plain(tags: Iterable[str]) -> tuple[str, ...]:
    """B- and I- of Stanza's tags.

    >>> plain(["B-PER", "E-PER", "O", "S-LOC"])
    ('B-PER', 'I-PER', 'O', 'B-LOC')
    """
    return tuple({"S": "B", "E": "I"}.get(tag[0], tag[0]) + tag[1:] for tag in tags)


def write_json(path: Path, sentences: Iterable[Tagged]) -> None:
    """Stanza's NER file: a list of sentences, each a list of {text, ner}."""
    data = [[{"text": word, "ner": tag} for word, tag in zip(s.words, bioes(s.tags), strict=True)] for s in sentences]
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def country_names() -> list[tuple[str, ...]]:
    """Names of countries in Bulgarian, as tuples of words."""
    from babel import Locale

    names = (str(name) for code, name in sorted(Locale("bg").territories.items()) if code.isalpha())
    return [tuple(name.split()) for name in names if "(" not in name]


TITLES = re.compile(
    r"\b(?:[Пп]резидентът?|[Пп]ремиерът?|[Мм]инистърът?|[Мм]инистър-председателят?|[Пп]осланикът?|[Лл]идерът|"
    r"[Гг]оворителят|[Пп]редседателят?|[Кк]анцлерът|[Дд]епутатът|[Гг]енерал)\s+(?:на\s+\w+\s+)?"
    r"([А-Я][а-я]{2,}(?:\s+[А-Я][а-я]{2,}){0,2})\b"
)


def person_names(raw: Iterable[Path], most: int = 3000) -> list[tuple[str, ...]]:
    """Names of people found in raw text after a title: "министърът Соломон Паси"."""
    counts: dict[tuple[str, ...], int] = defaultdict(int)
    for path in raw:
        for found in TITLES.finditer(path.read_text(encoding="utf-8")):
            counts[tuple(found.group(1).split())] += 1
    return sorted(counts, key=lambda name: (-counts[name], name))[:most]
