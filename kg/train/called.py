"""Names whose kind raw text itself tells: "компания „Газпром“", "газопровода „Южен поток“".

A model that saw few companies takes an unknown one for a product or a place. Raw text is full of names that stand behind
a word for what they are (`heads.toml`). Sentences with such names, tagged by the model of the first round and put right
where the text says better, teach it the others.
"""

import logging
import random
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.train.names import Tagged, country_names, spans, split_sentences
from kg.train.treebank import Row

log = logging.getLogger("kg.train")

HEADS = Path(__file__).with_name("heads.toml")
OPEN, CLOSE = '„"“«”', '“"”»'
LONGEST = 5  # words of a quoted name
EACH, MOST = 40, 6000  # sentences for a name that is known from others, and in all

Words = tuple[str, ...]
Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Head:
    """The kind of what a word is followed by, and whether that may stand without quotation marks."""

    kind: str
    bare: bool


def read_heads(rows: Iterable[Row], path: Path = HEADS) -> dict[str, Head]:
    """Form -> head; the forms of each lemma in `path` are those of `rows`, dictionary entries, and the lemma itself."""
    lemmas = {
        lemma: Head(kind, how == "bare")
        for kind, lists in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for how, words in lists.items()
        for lemma in words
    }
    forms = {row.form: lemmas[row.lemma] for row in rows if row.upos == "NOUN" and row.lemma in lemmas}
    return {**forms, **lemmas}


def told(words: Words, heads: dict[str, Head]) -> Iterator[Span]:
    """Names right behind a head: (first word, word after the last, kind).

    >>> heads = {"концернът": Head("ORG", True), "партия": Head("ORG", False)}
    >>> list(told(("концернът", "Газпром", "и", "партия", "„", "Нова", "сила", "“"), heads))
    [(1, 2, 'ORG'), (5, 7, 'ORG')]
    """
    for i, word in enumerate(words[:-1]):
        head = heads.get(word)
        if head is None:
            continue
        start = i + 1
        if words[start] in OPEN:
            start += 1
            end = start
            while end < len(words) and end - start <= LONGEST and words[end] not in CLOSE:
                end += 1
            if start < end < len(words) and words[end] in CLOSE and words[start][0].isupper():
                yield start, end, head.kind
        elif head.bare and words[start][0].isupper() and any(map(str.islower, words[start])):
            end = start + 1
            while end < len(words) and end - start < 3 and words[end][0].isupper() and words[end].isalpha():
                end += 1
            if end < len(words) and words[end].isdigit():
                end += 1  # "Северен поток 2"
            yield start, end, head.kind


def raw_sentences(texts: Iterable[Path]) -> list[Words]:
    """The sentences of raw texts, each once, without the list of sources at the end ("(Танюг, Бета - 02/10/04)")."""
    found: dict[Words, None] = {}
    for path in texts:
        for sentence in split_sentences(path.read_text(encoding="utf-8")):
            words = _without_sources(tuple(word for word, _, _ in sentence))
            if 5 < len(words) <= 90 and words[0] != "(":
                found[words] = None
    return list(found)


def _without_sources(words: Words) -> Words:
    for i in range(len(words) - 1, 0, -1):
        if words[i] == "(":
            return words[:i] if {"/", ";"} & set(words[i:]) else words
    return words


@dataclass(frozen=True, slots=True)
class Called:
    """What raw text teaches: tagged sentences, and the kind of each name that is called the same again and again."""

    sentences: tuple[Tagged, ...]
    kinds: dict[Words, str]

    def lists(self) -> dict[str, list[Words]]:
        """Kind -> names."""
        found: dict[str, list[Words]] = defaultdict(list)
        for name, kind in self.kinds.items():
            found[kind].append(name)
        return dict(found)


def learn_names(
    sentences: Sequence[Words], heads: dict[str, Head], tag: Callable[[list[Words]], list[tuple[str, ...]]], seed: int
) -> Called:
    """Tag the sentences in which a head tells a name, and others with the same names.

    `tag` gives B-, I- and O of a model for sentences. A name counts when it is called the same kind at least twice and
    nearly always, and not too seldom among all its places ("отборът на Черно море" does not make the sea a club).
    """
    evidence = {i: found for i, words in enumerate(sentences) if (found := list(told(words, heads)))}
    tags = dict(zip(evidence, tag([sentences[i] for i in evidence]), strict=True))
    counts: dict[Words, Counter[str]] = defaultdict(Counter)
    people: Counter[Words] = Counter()
    for i, found in evidence.items():
        for start, end, kind in found:
            person = any(k == "PER" and a < end and start < b for a, b, k in spans(tags[i]))
            if person and end - start > 1:
                people[sentences[i][start:end]] += 1
            else:
                counts[sentences[i][start:end]][kind] += 1
    kinds = _kinds(counts, people, sentences)
    first = _by_first(kinds)
    more = _more(sentences, set(evidence), kinds, seed)
    tags |= zip(more, tag([sentences[i] for i in more]), strict=True)
    result = []
    for i, given in tags.items():
        words = sentences[i]
        said = ((words[start:end], (start, end, kind)) for start, end, kind in evidence.get(i, ()))
        sure = [span for name, span in said if people[name] < counts[name].total()]
        known = [(k, k + len(name), kinds[name]) for k, name in _occurrences(words, first)]
        result.append(Tagged(words, _put_right(words, given, sure, known), "raw"))
    log.info("%d sentences of raw text with names that it calls by their kind, %d names", len(result), len(kinds))
    return Called(tuple(result), kinds)


def _kinds(counts: dict[Words, Counter[str]], people: Counter[Words], sentences: Sequence[Words]) -> dict[Words, str]:
    countries = set(country_names())
    kinds = {}
    for name, count in counts.items():
        ((kind, most),) = count.most_common(1)
        often = count.total() >= 2 and most >= 0.8 * count.total() and people[name] < count.total()
        if often and name not in countries and len(" ".join(name)) > 3:
            kinds[name] = kind
    places = Counter(name for words in sentences for _, name in _occurrences(words, _by_first(kinds)))
    return {name: kind for name, kind in kinds.items() if counts[name].total() >= 0.08 * places[name]}


def _by_first(names: Iterable[Words]) -> dict[str, list[Words]]:
    """First word -> names that begin with it, the longest first."""
    found: dict[str, list[Words]] = defaultdict(list)
    for name in sorted(names, key=lambda name: (-len(name), name)):
        found[name[0]].append(name)
    return found


def _occurrences(words: Words, names: dict[str, list[Words]]) -> Iterator[tuple[int, Words]]:
    for i, word in enumerate(words):
        for name in names.get(word, ()):
            if words[i : i + len(name)] == name:
                yield i, name
                break


def _more(sentences: Sequence[Words], known: set[int], kinds: dict[Words, str], seed: int) -> list[int]:
    """Numbers of other sentences with these names, by chance, not too many of one name."""
    first, used = _by_first(kinds), Counter[Words]()
    found: list[int] = []
    order = [i for i, words in enumerate(sentences) if i not in known and not first.keys().isdisjoint(words)]
    random.Random(seed).shuffle(order)
    for i in order:
        here = {name for _, name in _occurrences(sentences[i], first)}
        if any(used[name] < EACH for name in here) and len(found) < MOST:
            found.append(i)
            used.update(here)
    return found


def _put_right(words: Words, tags: tuple[str, ...], sure: Sequence[Span], known: Sequence[Span]) -> tuple[str, ...]:
    """The tags of the model with `sure` names in place of its own, and `known` ones that are quoted or that it sees too."""
    seen = spans(tags)
    borders = {(start, end) for start, end, _ in seen}
    mine: list[Span] = []
    for start, end, kind in (*sure, *known):
        believed = (start, end, kind) in sure or (start, end) in borders or (start > 0 and words[start - 1] in OPEN)
        if believed and not any(start < b and a < end for a, b, _ in mine):
            mine.append((start, end, kind))
    kept = [span for span in seen if not any(span[0] < b and a < span[1] for a, b, _ in mine)]
    found = ["O"] * len(words)
    for start, end, kind in (*kept, *mine):
        found[start:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - start - 1)]
    return tuple(found)
