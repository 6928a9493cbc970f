"""The base form of a Bulgarian name: what a dictionary of names would list.

A Bulgarian noun phrase has one article, on its first word: "Европейския съюз", "Върховният съд на Пакистан"; what
follows a preposition keeps its own. The article goes, the adjective gets its stem back ("Върховният" -> "Върховен").
The lists of words that decide are in `kg/rules/names.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from kg import resources
from kg.errors import RuleError
from kg.model import Word
from kg.names.spelling import QUOTES, VOWELS, repair

ADJECTIVE_ARTICLES = ("ата", "ята", "ото", "ето", "ите")
MASCULINE_ARTICLES = ("ът", "ят", "а", "я")
OTHER_ARTICLES = ("та", "то", "те")
DESIGNATION = re.compile(r"[^\W\d_]+-\d+")
NUMBER = re.compile(r"\s*[-–—]?\s*(\d+)$")


@cache
def _lists() -> dict[str, frozenset[str]]:
    """The word lists of names.toml by name."""
    path = resources.path("rules") / "names.toml"
    try:
        return {name: frozenset(words) for name, words in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path}: {error}; every entry is a list of words in quotation marks") from error


def words(name: str) -> frozenset[str]:
    """A word list of names.toml: "governments", "prepositions", ..."""
    return _lists()[name]


def base_form(words: Sequence[Word], kind: str) -> str:
    """The base form of the name that `words` spell in running text; `kind` is a kind of kg.model.

    "Европейския съюз" -> "Европейски съюз", "Белия дом" -> "Бял дом", "Камарата на общините" -> "Камара на общините",
    "Британците" -> "британци" (a group of people), "ПАКИСТАН" -> "Пакистан". A name whose article belongs to it stays
    ("Обединеното кралство"). Empty for no words.
    """
    forms = [repair(word.form) for word in words]
    if not forms:
        return ""
    if " ".join(forms).lower() not in _lists()["articled"]:
        for position, bare in _without_article(words, forms, kind):
            forms[position] = _like(forms[position], bare)
    shouted = all(form.isupper() for form in forms if form.isalpha())
    forms = [_capitals(form, kind, shouted) for form in forms]
    forms[1:] = [_common(form, before) for before, form in pairwise(forms)]
    name = _spell(words, forms)
    return _initial(_quotes(name, words, kind), words, kind)


def _without_article(words: Sequence[Word], forms: Sequence[str], kind: str) -> list[tuple[int, str]]:
    """The place of the word that carries the article of the whole phrase, and its form (lower case) without it."""
    if kind == "Person" and len(words) > 1 and forms[0][:1].isupper():
        return []
    for position, (word, form) in enumerate(zip(words, forms, strict=True)):
        lower = form.lower()
        if position and (lower in _lists()["prepositions"] or word.upos in ("ADP", "CCONJ") or form in QUOTES):
            break
        following = words[position + 1] if position + 1 < len(words) else None
        bare = _indefinite(word, lower, following, kind)
        if bare != lower:
            return [(position, bare)]
        if word.upos == "NUM":  # "24 часа": a count form, not an article
            break
    return []


def _indefinite(word: Word, form: str, following: Word | None, kind: str) -> str:
    """`form` (lower case) without its article, or as it is if it has none."""
    if form.endswith(("ският", "шкият", "чкият", "цкият", "зкият")):
        return form[:-2]
    if following and form.endswith(("ския", "шкия", "чкия", "цкия", "зкия")):
        return form[:-1]
    if following and form.endswith(("ската", "ското", "ските", "шката", "шкото", "шките")):
        return form[:-2]
    if word.upos in ("ADJ", "NUM", "DET", "VERB") and len(form) > 4:
        return _plain_adjective(word, form, following)
    if following and following.form[:1].islower() and following.feat("Gender") == "Masc" and form.endswith("ия"):
        return _plain_adjective(word, form, following) if kind in ("Place", "Organization") else form
    return _plain_noun(word, form, kind) if word.upos in ("NOUN", "PROPN") else form


def _plain_adjective(word: Word, form: str, following: Word | None) -> str:
    if form.endswith(ADJECTIVE_ARTICLES):
        return form[:-2] if word.feat("Definite") == "Def" or following else form
    if not (form.endswith("ият") or (form.endswith("ия") and following)):
        return form
    stem = form.removesuffix("т").removesuffix("ия")
    lemma = word.lemma.lower()
    if lemma[:1] == stem[:1] and lemma[-1:] == stem[-1:] and len(lemma) - len(stem) in (0, 1):
        return lemma
    if stem.endswith(("ск", "шк", "чк", "цк", "зк")) or word.upos == "PROPN":
        return stem + "и"
    return stem[:-1] + "ен" if stem.endswith("н") and stem[-2:-1] not in VOWELS else stem


def _plain_noun(word: Word, form: str, kind: str) -> str:
    """By gender, and only where the lemma or the tag says that there is an article ("Америка" ends in its own а)."""
    lemma, definite = word.lemma.lower(), word.feat("Definite") == "Def"
    if form.endswith("та") and form[:-1] in _lists()["masculine_t"]:
        return form[:-1]
    body = next((form.removesuffix(ending) for ending in MASCULINE_ARTICLES if form.removesuffix(ending) in _lists()["masculine_heads"]), None)
    if body and kind in ("Organization", "Media", "Government"):
        return body  # "Фонда Масих": whatever the tags say
    if lemma == form and kind in ("Person", "Place"):
        return form
    if kind == "Place" and word.form[:1].isupper() and form.endswith(("а", "я")) and word.feat("Gender") == "Masc":
        return form  # "Ламанша", "Ватикана": the name has its article for good, or ends so by itself
    if form.endswith("та") and lemma == form[:-2]:
        return lemma
    if word.feat("Gender") == "Masc" and word.feat("Number") != "Plur":
        ending = next((ending for ending in MASCULINE_ARTICLES if form.endswith(ending)), "")
        stem = form.removesuffix(ending)
        if not ending or not (definite or lemma == stem):
            return form
        if lemma[:3] == form[:3] and lemma[-1:] == form[len(stem) - 1] and len(lemma) - len(stem) in (0, 1):
            return lemma
        return stem + "й" if ending in ("я", "ят") and stem[-1:] in VOWELS else stem
    if lemma != form and form.endswith(OTHER_ARTICLES) and (definite or lemma == form[:-2]):
        return form[:-2]
    return form


def _common(form: str, before: str) -> str:
    """A common noun after its adjective without the capital of ceremony: "Европейски Съюз" -> "Европейски съюз"."""
    adjective = before.lower().endswith(("ски", "ска", "ско", "ен", "на", "но", "ял", "ни"))
    return form.lower() if adjective and form.istitle() and form.lower() in _lists()["common_heads"] else form


def _capitals(form: str, kind: str, shouted: bool) -> str:
    """A name all in capitals for emphasis ("ПАКИСТАН", "РОЙТЕРС") gets one; an acronym ("БГНЕС", "UKIP") stays.

    A designation with a number is written in capitals: "Ковид-19" -> "КОВИД-19".
    """
    if kind == "NamedEvent" and DESIGNATION.fullmatch(form):
        return form.upper()
    emphasised = shouted and form.isupper() and form.isalpha() and form[0] > "z"
    longest = {"Person": 3, "Place": 4}.get(kind, 5)
    vowels = sum(letter in VOWELS for letter in form.lower())
    return form[0] + form[1:].lower() if emphasised and len(form) > longest and vowels > 1 else form


def _initial(name: str, words: Sequence[Word], kind: str) -> str:
    """A body gets a capital ("лейбъристката партия" -> "Лейбъристка партия"), a group of people none."""
    lemmas = {word.lemma.lower() for word in words}
    if kind == "Person":
        plural = len(words) == 1 and words[0].upos == "NOUN" and words[0].feat("Number") == "Plur"
        return name.lower() if plural and words[0].feat("Definite") == "Def" else name
    if not name[:1].islower() or any(letter.isupper() for letter in words[0].form):
        return name
    if kind == "NamedEvent":
        proper = bool(lemmas & _lists()["proper_events"]) or name in _lists()["proper_events"]
    elif kind == "Place":
        proper = len(words) == 1 or (words[0].upos == "ADJ" and words[1].form[:1].isupper())
    else:
        proper = kind in ("Organization", "Government") and not lemmas & _lists()["common_bodies"]
    return name[:1].upper() + name[1:] if proper else name


def _quotes(name: str, words: Sequence[Word], kind: str) -> str:
    """Without the marks around a whole name or a medium's name; a product's number stands apart.

    „Северен поток-2“ -> "Северен поток 2", Информационна агенция „Фокус“ -> "Информационна агенция Фокус"; but
    институт „Роберт Кох“ keeps its marks.
    """
    marks = [place for place, char in enumerate(name) if char in QUOTES and not _inside(name, place)]
    whole = marks and marks[0] == 0 and (marks[-1] == len(name) - 1 or name[marks[-1] + 1 :].strip().isdigit())
    medium = kind == "Media" or any(word.lemma.lower() in _lists()["media_nouns"] for word in words)
    if marks and (whole or medium or len(marks) % 2 or NUMBER.search(name)):
        name = " ".join("".join(" " if place in marks else char for place, char in enumerate(name)).split())
    return NUMBER.sub(r" \1", name) if kind == "Plan" else name


def _inside(name: str, place: int) -> bool:
    """Whether the mark at `place` is an apostrophe between letters ("О'Лиъри")."""
    return 0 < place < len(name) - 1 and name[place - 1].isalpha() and name[place + 1].isalpha()


def _like(model: str, word: str) -> str:
    """`word` in the capitals of `model`."""
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def _spell(words: Sequence[Word], forms: Sequence[str]) -> str:
    """The forms with one space where the text has any space between the words."""
    spelled = forms[0]
    for before, word, form in zip(words, words[1:], forms[1:], strict=False):
        spelled += (" " if word.start > before.end else "") + form
    return spelled
