"""Quotations of a text: „…“, “…”, «…», "…", nested and unbalanced -> spans of characters, marks included.

Marks are paired inside a paragraph. Where more were opened than closed, the last closing mark closes all that are open
(„Това е рамка, която казва: „Как да донесем сигурност“, подчерта той); a mark that closes nothing closes a quotation
that began with its sentence; one that is never closed ends with its paragraph.
"""

from __future__ import annotations

import re

OPENING = "„«‚‹"
CLOSING = "»’›"
EITHER = "“”\"‟'"


def find_quotes(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of every quotation, outer before inner.

    >>> find_quotes('Той каза: „Да“.')
    ((10, 14),)
    """
    found: list[tuple[int, int]] = []
    for paragraph in re.finditer(r"[^\r\n]+", text):
        found += _in_paragraph(text, paragraph.start(), paragraph.end())
    return tuple(sorted(found, key=lambda q: (q[0], -q[1])))


def _in_paragraph(text: str, start: int, end: int) -> list[tuple[int, int]]:
    stack: list[int] = []
    found: list[tuple[int, int]] = []
    last_close = None
    for at in range(start, end):
        mark = text[at]
        if mark in OPENING or (mark in EITHER and _opens(text, at, start, end, stack)):
            stack.append(at)
        elif mark in CLOSING or mark in EITHER:
            if mark in "'’" and (not stack or text[stack[-1]] not in "'‚‘"):
                continue
            last_close = at + 1
            if stack:
                found.append((stack.pop(), at + 1))
            elif mark != "'":
                found.append((_sentence_start(text, start, at), at + 1))
    for opened in stack:
        found.append((opened, last_close if last_close and last_close > opened else end))
    return found


def _sentence_start(text: str, start: int, at: int) -> int:
    """Where the sentence begins that a mark without an opening one closes: 'Ще бъдем доволни ", каза тя'."""
    ends = [match.end() for match in re.finditer(r"[.!?…]\s+(?=[„“\"А-ЯA-Z])", text[start:at])]
    return start + ends[-1] if ends else start


def _opens(text: str, at: int, start: int, end: int, stack: list[int]) -> bool:
    """Does a mark that may open or close open here? “ closes what „ opened; else the space around it tells."""
    mark = text[at]
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    if mark == "'":
        return (before.isspace() or before in "(„“\"") and after.isalpha() and "'" in text[at + 1 : min(end, at + 60)]
    if mark == "“" and stack and text[stack[-1]] == "„":
        return False
    if mark == "”" and stack:
        return False
    opening_context = before.isspace() or before in "(–—-[„“"
    if stack and not opening_context:
        return False
    if after.isspace() or after in ",.;:!?)":
        return bool(mark == '"' and not stack and opening_context and after.isspace() and '"' in text[at + 1 : end])
    return opening_context or not stack
