"""One spelling for one name: mixed scripts repaired, a key for comparison, Latin and Cyrillic letters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

VOWELS = "аеиоуъюя"
LATIN_TWINS = "aceopxyABCEHKMOPTXYiIjJsS"
CYRILLIC_TWINS = "асеорхуАВСЕНКМОРТХУіІјЈѕЅ"
TO_CYRILLIC = str.maketrans(LATIN_TWINS, CYRILLIC_TWINS)
TO_LATIN = str.maketrans(CYRILLIC_TWINS, LATIN_TWINS)
LATIN_LETTER = re.compile(r"[A-Za-z]")
CYRILLIC_LETTER = re.compile(r"[\u0400-\u04FF]")
LETTERS = re.compile(r"[^\W\d_]+")
QUOTES = "\"'„“”«»‘’‚‛‹›`´"


PLAIN = {ord(char): " " for char in "-–—‐‑−_"} | {ord(char): None for char in QUOTES}


def repair(text: str) -> str:
    """Words that mix Cyrillic with Latin look-alikes, in the script of most of their letters ("Mай" -> "Май").

    The result has the length of `text`, so offsets hold. A word with a letter that has no twin stays ("iPhoneът").
    """
    if not LATIN_LETTER.search(text) or not CYRILLIC_LETTER.search(text):
        return text
    return LETTERS.sub(lambda match: _one_script(match.group()), text)


def _one_script(word: str) -> str:
    latin, cyrillic = len(LATIN_LETTER.findall(word)), len(CYRILLIC_LETTER.findall(word))
    if not latin or not cyrillic:
        return word
    as_cyrillic, as_latin = word.translate(TO_CYRILLIC), word.translate(TO_LATIN)
    if not LATIN_LETTER.search(as_cyrillic):
        return as_latin if not CYRILLIC_LETTER.search(as_latin) and latin > cyrillic else as_cyrillic
    return word if CYRILLIC_LETTER.search(as_latin) else as_latin


@lru_cache(maxsize=1 << 16)
def fold(name: str) -> str:
    """The key under which two spellings of one name are equal: one script a word, lower case, no quotes, plain hyphens.

    >>> fold('Информационна агенция "ФОКУС"') == fold("Информационна агенция Фокус")
    True
    """
    plain = unicodedata.normalize("NFC", name).translate(PLAIN)
    return " ".join(repair(plain).casefold().split())


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


FROM_LATIN = {
    **{
        "shch": "щ",
        "tsch": "ч",
        "sht": "щ",
        "sch": "ш",
        "sh": "ш",
        "ch": "ч",
        "zh": "ж",
        "kh": "х",
        "ts": "ц",
        "tz": "ц",
    },
    **{"ph": "ф", "th": "т", "ck": "к", "qu": "ку", "ya": "я", "yu": "ю", "yo": "йо", "ye": "йе", "oo": "у", "ee": "и"},
    **{"ff": "ф", "ll": "л", "ss": "с", "tt": "т", "nn": "н", "mm": "м", "pp": "п", "rr": "р", "wh": "у", "ju": "джу"},
    **dict(zip("abcdefghiklmnopqrstuvwz", "абкдефгхиклмнопкрстувуз", strict=True)),
    **{"x": "кс", "y": "и", "j": "дж", "ay": "ей", "ey": "ей", "oy": "ой", "ow": "оу", "ew": "ю"},
}


def cyrillic(name: str) -> str:
    """A foreign name in Bulgarian letters, by English spelling: "Witkoff" -> "Уиткоф", "Marco Rubio" -> "Марко Рубио".

    A guess for search and comparison, not for display: spelling does not tell how a name sounds.
    """
    return LETTERS.sub(lambda match: _cyrillic_word(match.group()), name)


def _cyrillic_word(word: str) -> str:
    lower, place, spelled = word.lower(), 0, ""
    if not LATIN_LETTER.search(lower):
        return word
    while place < len(lower):
        size = next((size for size in (4, 3, 2, 1) if lower[place : place + size] in FROM_LATIN), 0)
        spelled += FROM_LATIN[lower[place : place + size]] if size else lower[place]
        place += size or 1
    return spelled[:1].upper() + spelled[1:] if word[:1].isupper() else spelled


ACRONYM_AFTER = re.compile(r"\s*\([\w -]{2,15}\)$")


def without_acronym(name: str) -> str:
    """A long name without the acronym that explains it: "Световна банка (СБ)" -> "Световна банка"."""
    return ACRONYM_AFTER.sub("", name) or name


SOUNDS = (("tch", "ch"), ("sch", "sh"), ("ck", "k"), ("ph", "f"), ("wh", "w"), ("qu", "kv"), ("dzh", "j"), ("th", "t"))
LETTER_SOUNDS = str.maketrans({"c": "k", "q": "k", "x": "ks", "z": "s", "w": "v"})


def skeleton(name: str) -> str:
    """The consonants of a name as they sound, the same for a name in Latin and in Cyrillic letters, a word at a time.

    >>> skeleton("Стив Уиткоф") == skeleton("Steve Witkoff")
    True
    """
    return " ".join(filter(None, map(_word_skeleton, LETTERS.findall(fold(name)))))


def _word_skeleton(word: str) -> str:
    cyrillic_vowel = word[:1] in "уў" and word[1:2] in "аеиоъ"  # "Уиткоф", "Уолш": the sound that English spells w
    sounds = latin("в" + word[1:] if cyrillic_vowel else word)
    for spelling, sound in SOUNDS:
        sounds = sounds.replace(spelling, sound)
    sounds = sounds[:1] + re.sub("[aeiouyh]", "", sounds[1:])
    sounds = re.sub("^[aeiouy]", "a", sounds).translate(LETTER_SOUNDS)
    return re.sub(r"(.)\1+", r"\1", sounds)
