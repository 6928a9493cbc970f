"""Bytes -> text, in the encodings that Bulgarian news comes in.

What a byte order mark or valid UTF-8 says is believed. Of the one-byte encodings, which all accept any bytes, the one
is taken whose words look like Cyrillic words: "Среща" is one, "яПЕЫЮ" (the same bytes as KOI8-R) and "Ñðåùà" are not.
"""

from __future__ import annotations

import codecs
import re

from kg.errors import InputError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ONE_BYTE = ("windows-1251", "koi8-r", "mac-cyrillic", "cp866", "iso-8859-5")
PROBE = 65536  # bytes that are enough to tell encodings apart
PLAUSIBLE = 0.6  # share of well-formed words from which an encoding is believed

WORD = re.compile(r"[^\W\d_]+")
WELL_FORMED = re.compile(r"[\u0410-\u042f]?[\u0430-\u044f\u0450\u045d]+|[\u0410-\u042f]+|[A-Za-z]+")
USUAL = r"\s\w!-/:-@\[-`{-~\u00a7\u00a9\u00ab\u00ad\u00ae\u00b0\u00b7\u00bb\u2010-\u203a\u20ac\u2116\u2122"
ODD = re.compile(f"[^{USUAL}]")
FREQUENT = frozenset("аеиоутнрсв")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of `data` without a byte order mark, and the name of its encoding.

    `declared` is what the file says of itself (the charset of an HTML page); it is believed where it gives words.
    Raises InputError for binary data and for bytes that no encoding makes sense of; the caller adds the file's name.

    >>> decode("Среща".encode("windows-1251"))
    ('Среща', 'windows-1251')
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding), encoding
    wide = _wide(data)
    if wide is not None:
        return _strictly(data, wide), wide
    if CONTROL.search(data[:PROBE].decode("latin-1")):
        raise InputError("holds control characters, so it is not text; give the text of it as .txt in UTF-8")
    broken = _broken_utf8(data)
    if broken is None:
        return _strictly(data, "utf-8"), "utf-8"
    found = _one_byte(data, declared)
    if found is None:
        line = data.count(b"\n", 0, broken) + 1
        raise InputError(
            f"is not UTF-8 (line {line}, byte {broken}) and makes no sense in any other encoding; "
            "convert it: iconv -f ENCODING -t UTF-8"
        )
    return _strictly(data, found), found


def plausibility(text: str) -> float:
    """How much `text` looks like news in Bulgarian (or in Latin letters, a little less), 0..1.

    The share of letters that stand in well-formed words, among letters, symbols that news does not use and quotation
    marks without their pair (a lower one is the capital "Д" of another encoding), weighed by how many of the Cyrillic
    letters are the ten frequent ones: capitals alone would pass in two encodings otherwise.

    >>> plausibility("СРЕЩА") > plausibility("япеыю")
    True
    """
    words = WORD.findall(text)
    letters = sum(map(len, words))
    good = [word for word in words if WELL_FORMED.fullmatch(word)]
    unpaired = abs(text.count("\u201e") - text.count("\u201c") - text.count("\u201d"))
    share = sum(map(len, good)) / max(1, letters + 2 * len(ODD.findall(text)) + 2 * unpaired)
    cyrillic = [letter for word in good if word[-1] > "\u0400" for letter in word.lower()]
    if not cyrillic:
        return 0.7 * share
    if all(word.isupper() for word in good):
        share *= 0.9  # a text all in capitals is rarer than one all in small letters
    frequent = sum(letter in FREQUENT for letter in cyrillic) / len(cyrillic)
    return share * (0.5 + min(0.5, frequent))


def _broken_utf8(data: bytes) -> int | None:
    """Where `data` stops being UTF-8, or None."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte is the high one, which is 0 or 4 nearly everywhere."""
    probe = data[:PROBE]
    if len(data) % 2 or len(probe) < 4:
        return None
    even, odd = probe[0::2], probe[1::2]
    for high, low, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        usual = high.count(0) + high.count(4)
        usual_or_quote = usual + high.count(0x20)
        if usual > 0.5 * len(high) and usual_or_quote > 0.9 * len(high) and low.count(0) < 0.1 * len(low):
            return encoding
    return None


def _one_byte(data: bytes, declared: str | None) -> str | None:
    probe = data[:PROBE]
    scores = []
    for rank, encoding in enumerate((declared, *ONE_BYTE)):
        if encoding is None:
            continue
        try:
            scores.append((plausibility(probe.decode(encoding)), -rank, encoding))
        except (LookupError, UnicodeDecodeError):
            continue
    best = max(scores, default=(0.0, 0, None))
    if best[0] >= PLAUSIBLE:
        return best[2]
    from charset_normalizer import from_bytes

    guess = from_bytes(probe, threshold=0.1).best()
    return guess.encoding if guess is not None and plausibility(str(guess)) >= PLAUSIBLE else None


def _strictly(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise InputError(f"cannot be decoded as {encoding}: {error}; save it again as UTF-8") from error
    if CONTROL.search(text):
        raise InputError("holds NUL or other control characters; give the text of it as .txt in UTF-8")
    return text
