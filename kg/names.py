"""Bulgarian names: base form, comparison key, Latin and Cyrillic spelling. Pure functions; no names of people here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kg.model import Word

LATIN_TWINS = "aceopxyABCEHKMOPTXYiIjJsS"
CYRILLIC_TWINS = "асеорхуАВСЕНКМОРТХУіІјЈѕЅ"
TO_CYRILLIC = str.maketrans(LATIN_TWINS, CYRILLIC_TWINS)
TO_LATIN = str.maketrans(CYRILLIC_TWINS, LATIN_TWINS)
LATIN_LETTER = re.compile(r"[A-Za-z]")
CYRILLIC_LETTER = re.compile(r"[\u0400-\u04FF]")
LETTERS = re.compile(r"[^\W\d_]+")
QUOTES = "\"'„“”«»‘’‚‛‹›`´"


def repair(text: str) -> str:
    """Words that mix Cyrillic with Latin look-alikes, in the script of most of their letters ("Mай" -> "Май").

    The result has the length of `text`, so offsets hold. A word with a letter that has no twin stays ("iPhoneът").
    """
    return LETTERS.sub(lambda match: _one_script(match.group()), text)


def _one_script(word: str) -> str:
    latin, cyrillic = len(LATIN_LETTER.findall(word)), len(CYRILLIC_LETTER.findall(word))
    if not latin or not cyrillic:
        return word
    as_cyrillic, as_latin = word.translate(TO_CYRILLIC), word.translate(TO_LATIN)
    if not LATIN_LETTER.search(as_cyrillic):
        return as_latin if not CYRILLIC_LETTER.search(as_latin) and latin > cyrillic else as_cyrillic
    return word if CYRILLIC_LETTER.search(as_latin) else as_latin


def fold(name: str) -> str:
    """The key under which two spellings of one name are equal: one script a word, lower case, no quotes, plain hyphens.

    >>> fold('Информационна агенция "ФОКУС"') == fold("Информационна агенция Фокус")
    True
    """
    plain = repair(unicodedata.normalize("NFC", name)).casefold()
    plain = "".join(" " if char in "-–—‐‑−_" else "" if char in QUOTES else char for char in plain)
    return " ".join(plain.split())


TRANSLITERATION = {
    **dict(zip("абвгдезийклмнопрстуфхъь", "abvgdeziyklmnoprstufhay", strict=True)),
    **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "yu", "я": "ya"},
    **{"ы": "y", "э": "e", "ё": "yo", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ј": "j", "љ": "lj", "њ": "nj"},
    **{"ћ": "c", "ђ": "dj", "џ": "dzh", "ѓ": "gj", "ќ": "kj", "ѕ": "dz", "ў": "u", "ѝ": "i"},
}


def latin(name: str) -> str:
    """The name in Latin letters by the Transliteration Act of 2009: "София" -> "Sofia", "Желязков" -> "Zhelyazkov"."""
    return LETTERS.sub(lambda match: _latin_word(match.group()), name)


def _latin_word(word: str) -> str:
    lower = word.lower()
    if not CYRILLIC_LETTER.search(lower):
        return word
    if lower == "българия":
        spelled = "bulgaria"
    else:
        ending = "ia" if lower.endswith("ия") else ""
        stem = lower[:-2] if ending else lower
        spelled = "".join(TRANSLITERATION.get(letter, letter) for letter in stem) + ending
    if len(word) > 1 and word.isupper():
        return spelled.upper()
    return spelled[:1].upper() + spelled[1:] if word[:1].isupper() else spelled


# Base forms. A Bulgarian noun phrase has one article, on its first word; what follows a preposition keeps its own.

ARTICLES = ("ият", "ът", "ят", "ия", "та", "то", "те", "а", "я")
PREPOSITIONS = frozenset(
    "на за по от в във с със при към до из без срещу между над под през върху относно около против".split()
)
SOFT_STEMS = ("ск", "шк", "чк", "цк", "зк", "жк")
VOWELS = "аеиоуъюя"


def base_form(words: Sequence[Word], kind: str) -> str:
    """The base form of the name that `words` spell in running text; `kind` is a kind of kg.model.

    "Европейския съюз" -> "Европейски съюз", "Върховният съд на Пакистан" -> "Върховен съд на Пакистан", "британците" ->
    "британци". Idempotent on what has no article. Empty for no words.
    """
    forms = [repair(word.form) for word in words]
    if not forms:
        return ""
    position = _article(words, forms, kind)
    if position is not None:
        forms[position] = _like(forms[position], _indefinite(words[position], forms[position].lower()))
    return _spell(words, forms)


def _article(words: Sequence[Word], forms: Sequence[str], kind: str) -> int | None:
    """The place of the word that carries the article of the whole phrase, or None."""
    for position, (word, form) in enumerate(zip(words, forms, strict=True)):
        if position and (form.lower() in PREPOSITIONS or word.upos in ("ADP", "CCONJ") or form in QUOTES):
            return None
        if word.feat("Definite") == "Def" and form.lower().endswith(ARTICLES):
            return position
    return None


def _indefinite(word: Word, form: str) -> str:
    """`form` (lower case, with an article) without it; an adjective in the masculine gets its full stem back."""
    if form.endswith(("ата", "ята", "ото", "ето", "ите", "йто", "тта", "ъта")):
        return form[:-2]
    if word.upos in ("ADJ", "NUM", "DET", "PRON", "VERB") or form.endswith(("ския", "ският")):
        return _masculine(word, form)
    if form.endswith("ът"):
        return form[:-2]
    if form.endswith("ят"):
        return form[:-2] + ("й" if form[-3:-2] in VOWELS else "")
    if form.endswith("я"):
        return form[:-1] + ("й" if form[-2:-1] in VOWELS else "")
    return form[:-2] if form.endswith(("та", "то", "те")) else form[:-1]


def _masculine(word: Word, form: str) -> str:
    stem = form.removesuffix("ият") if form.endswith("ият") else form.removesuffix("ия")
    if stem == form:
        return form
    lemma = word.lemma.lower()
    if stem.endswith(SOFT_STEMS):
        return stem + "и"
    if lemma != form and lemma[:2] == stem[:2]:
        return lemma
    return stem[:-1] + "ен" if stem.endswith("н") and stem[-2:-1] not in VOWELS else stem


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
