"""Word lists that widen what the treebank shows: morphology without trees, and dictionaries of forms and lemmas."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kg.train.treebank import Row, Tree

PARTS = {"N": "NOUN", "ADJ": "ADJ", "V": "VERB", "ADV": "ADV", "PROPN": "PROPN"}
GRADED = ("ADJ", "ADV")
DEGREES = ("по-", "най-")


def read_morphology(path: Path, treebank: list[Tree], held_out: Iterable[Tree] = ()) -> list[Tree]:
    """Sentences of (word, lemma, BTB tag) lines as CoNLL-U trees without heads.

    The treebank tells which UPOS and FEATS go with a tag and a lemma. A sentence with a tag that the treebank never
    shows is left out, and so is one that stands in `held_out`: those are for measuring.
    """
    by_both: dict[tuple[str, str], Counter] = defaultdict(Counter)
    by_tag: dict[str, Counter] = defaultdict(Counter)
    for tree in treebank:
        for row in tree.rows:
            by_both[row.xpos, row.lemma.lower()][row.upos, row.feats] += 1
            by_tag[row.xpos][row.upos, row.feats] += 1
    measured = {_squeezed(row.form for row in tree.rows) for tree in held_out}
    found = []
    for words in _blocks(path):
        rows: list[Row] = []
        for form, lemma, tag in words:
            known = by_both.get((tag, lemma.lower())) or by_tag.get(tag)
            if not known:
                break
            upos, feats = known.most_common(1)[0][0]
            rows.append(Row(form, lemma, upos, tag, feats, min(len(rows), 1), "dep" if rows else "root"))
        else:
            if rows and _squeezed(row.form for row in rows) not in measured:
                found.append(Tree(_spaced(rows)))
    return found


def lemmas_by_tag(trees: Iterable[Tree], least: int = 3, share: float = 0.8) -> list[tuple[str, str, str, str]]:
    """(form in small letters, UPOS, BTB tag, lemma) where one form of one class has several lemmas and the tag tells which.

    "си" is "свой" as a possessive (Psxto) and "се" as a reflexive (Ppxtd); "може" is "мога", or itself when it has no
    subject. Only what occurs `least` times and has that lemma in a `share` of the cases.
    """
    lemmas: dict[tuple[str, str], set[str]] = defaultdict(set)
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for tree in trees:
        for row in tree.rows:
            form = row.form.lower()
            lemmas[form, row.upos].add(row.lemma)
            counts[form, row.upos, row.xpos][row.lemma] += 1
    found = []
    for (form, upos, xpos), count in sorted(counts.items()):
        ((lemma, most),) = count.most_common(1)
        if len(lemmas[form, upos]) > 1 and most >= least and most >= share * count.total():
            found.append((form, upos, xpos, lemma))
    return found


def _blocks(path: Path):
    """Lists of (form, lemma, tag), one a sentence."""
    block: list[tuple[str, ...]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        cells = tuple(line.split("\t"))
        if line.startswith("#") and len(cells) == 1:
            continue
        if len(cells) == 3 and all(cells):
            block.append(cells)
        elif block:
            yield block
            block = []


def _squeezed(forms: Iterable[str]) -> str:
    return "".join(c for form in forms for c in form.lower() if c.isalnum())


def _spaced(rows: list[Row]) -> tuple[Row, ...]:
    """Rows with no space before closing punctuation, which is all that the tagger needs to know."""
    following = [row.form for row in rows[1:]] + [""]
    pairs = zip(rows, following, strict=True)
    return tuple(replace(row, space_after=after not in {",", ".", ":", ";", "!", "?", ")"}) for row, after in pairs)


def lemma_rows(treebank: list[Tree]) -> list[Row]:
    """One row for each (form, UPOS), with its most frequent lemma: what the lemmatizer's network learns from."""
    seen: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for tree in treebank:
        for row in tree.rows:
            seen[row.form, row.upos][row.lemma] += 1
    return [Row(form, lemmas.most_common(1)[0][0], upos, "_", "_", 0, "root") for (form, upos), lemmas in seen.items()]


def read_lexicons(unimorph: Path | None, pairs: Path | None, known: list[Row]) -> tuple[list[Row], dict[str, float]]:
    """(form, UPOS, lemma) rows of the dictionaries that the treebank does not have, and how well each class agrees.

    `unimorph`: lemma, form, features; `pairs`: lemma, form without a word class, which is taken from the lemma's
    class in the treebank or in `unimorph`. Verbs get the treebank's lemma ("срещна-(се)" for "срещна"). A form with
    two lemmas in one class is left out, and a class that agrees with the treebank in less than 95 % of the forms that
    both have is left out as a whole.
    """
    own = {(row.form.lower(), row.upos): row.lemma for row in known}
    verb = {row.lemma.split("-(")[0]: row.lemma for row in known if row.upos == "VERB"}
    classes: dict[str, set[str]] = defaultdict(set)
    for row in known:
        classes[row.lemma].add(row.upos)
    entries: dict[tuple[str, str], set[str]] = defaultdict(set)
    if unimorph:
        for lemma, form, features in _cells(unimorph, 3):
            upos = PARTS.get(features.split(";")[0].split(".")[0])
            if upos and "PTCP" not in features:
                entries[form, upos].add(verb.get(lemma, lemma) if upos == "VERB" else lemma)
                classes[lemma].add(upos)
    if pairs:
        for lemma, form in _cells(pairs, 2):
            if len(classes[lemma]) == 1:
                upos = next(iter(classes[lemma]))
                entries[form, upos].add(verb.get(lemma, lemma) if upos == "VERB" else lemma)
    agree: dict[str, list[bool]] = defaultdict(list)
    for (form, upos), lemmas in entries.items():
        if len(lemmas) == 1 and (form.lower(), upos) in own:
            agree[upos].append(own[form.lower(), upos] in lemmas)
    share = {upos: sum(found) / len(found) for upos, found in sorted(agree.items())}
    rows = [
        Row(form, next(iter(lemmas)), upos, "_", "_", 0, "root")
        for (form, upos), lemmas in sorted(entries.items())
        if len(lemmas) == 1 and share.get(upos, 0) >= 0.95 and (form.lower(), upos) not in own and " " not in form
    ]
    return rows, share


def widened(rows: list[Row]) -> list[Row]:
    """Forms that follow from `rows` and that no list has: degrees, first words of sentences, words in capitals.

    A name (PROPN) stays as it is. The rows that are given are not among those that come back.

    >>> row = Row("добрия", "добър", "ADJ", "_", "_", 0, "root")
    >>> [more.form for more in widened([row])]
    ['по-добрия', 'най-добрия', 'Добрия', 'ДОБРИЯ', 'По-добрия', 'Най-добрия']
    """
    plain = [row for row in rows if row.form.isalpha() and row.form.islower() and row.upos != "PROPN"]
    degrees = [replace(row, form=prefix + row.form) for row in plain if row.upos in GRADED for prefix in DEGREES]
    first = [replace(row, form=row.form[0].upper() + row.form[1:]) for row in plain]
    capitals = [replace(row, form=row.form.upper()) for row in plain if len(row.form) > 1]
    first_degrees = [replace(row, form=row.form[0].upper() + row.form[1:]) for row in degrees]
    seen = {(row.form, row.upos) for row in rows}
    found: dict[tuple[str, str], Row] = {}
    for row in (*degrees, *first, *capitals, *first_degrees):
        if (row.form, row.upos) not in seen:
            found.setdefault((row.form, row.upos), row)
    return list(found.values())


def _cells(path: Path, count: int):
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        cells = line.split("\t")
        if len(cells) == count and all(cells):
            yield cells
