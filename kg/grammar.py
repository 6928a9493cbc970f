"""The closed classes of Bulgarian grammar, from `kg/rules/grammar.toml`: clitics, auxiliaries, pronouns, prepositions.

They are part of the program rather than of a user's rules: `kg --rules` replaces frames and word lists, not these.
"""

from __future__ import annotations

import tomllib

from kg import resources
from kg.errors import RuleError

_FILE = resources.path("rules") / "grammar.toml"
try:
    _TABLE = tomllib.loads(_FILE.read_text(encoding="utf-8"))
except (OSError, ValueError) as error:
    raise RuleError(f"{_FILE.name}: {error}; mend the file") from error
_ASKED: set[str] = set()


def _list(name: str) -> tuple[str, ...]:
    """The list `name` in the order of the file. Raises RuleError when it is missing or holds something else than words."""
    _ASKED.add(name)
    value = _TABLE.get(name)
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise RuleError(f"{_FILE.name}: {name!r} should be a list of words in quotation marks")
    return tuple(value)


def _words(name: str) -> frozenset[str]:
    return frozenset(_list(name))


def _table(name: str) -> dict[str, str]:
    _ASKED.add(name)
    value = _TABLE.get(name)
    if not isinstance(value, dict) or not all(isinstance(word, str) for word in value.values()):
        raise RuleError(f"{_FILE.name}: [{name}] should be a table of word = word")
    return value


FOLDED = _table("folded")
MISREAD = _table("misread")
COMPOUND = tuple(tuple(words.split()) for words in _list("compound-prepositions"))
ARTICLES, ADJECTIVE_ENDINGS = _list("articles"), _list("adjective-endings")
CLITICS, ENCLITICS, PARTICLES, NEGATION = _words("clitics"), _words("enclitics"), _words("particles"), _words("negation")
FUTURE, FUTURE_IN_PAST, FUTURE_HEARD = _words("future"), _words("future-in-past"), _words("future-heard")
NO_FUTURE, NO_FUTURE_PAST, CONDITIONAL = _words("no-future"), _words("no-future-past"), _words("conditional")
BE, BE_PRESENT, BE_PAST, BE_HEARD = _words("be"), _words("be-present"), _words("be-past"), _words("be-heard")
OBJECT_CLITICS, INDIRECT_CLITICS = _words("object-clitics"), _words("indirect-clitics")
REFLEXIVE_POSSESSIVE, OWNERS = _words("reflexive-possessive"), _words("owners")
PLURAL_PRONOUNS, FEMININE_PRONOUNS = _words("plural-pronouns"), _words("feminine-pronouns")
MASCULINE_PRONOUNS, RELATIVE_PRONOUNS, WHERE = _words("masculine-pronouns"), _words("relative-pronouns"), _words("where")
DEMONSTRATIVES, NO_SPEAKERS, GENERAL = _words("demonstratives"), _words("no-speakers"), _words("general-determiners")
ADVERBS, ADVERBIAL, CHANNELS = _words("adverbs"), _words("adverbial-nouns"), _words("channels")
OBJECT_CONTROL, NOUN_CONTROL, INTENTIONS = _words("object-control"), _words("noun-control"), _words("intentions")
TODAY = _words("today")
TIMES, COMING, COMING_MODIFIERS = _words("times"), _words("coming"), _words("coming-modifiers")
DURATION_UNITS, DURATIONS, HALVES = _words("duration-units"), _words("durations"), _words("halves")
THERE, BUT = _words("there"), _words("but")
ADJECTIVE_ARTICLES = _list("adjective-articles")
FULL_ARTICLES = _list("full-articles")
THIRD_PLURAL_ENDINGS = _list("third-plural-endings")
FIRST_PERSON_ENDINGS = _words("first-person-endings")
CONDITIONS, WHETHER, ALONG, GOALS = _words("conditions"), _words("whether"), _words("along"), _words("goals")
COMPANY, PURPOSES, LIKE_ADVERBS = _words("company"), _words("purposes"), _words("prepositions-like-adverbs")
OBLIGATION, NOT_HAVING = _words("obligation"), _words("not-having")
EXISTENCE, CONTINUING = _words("existence"), _words("continuing")
SEPARATELY, ALSO = _words("separately"), _words("also")
PHASES, ORDINALS = _words("phases"), _words("ordinals")
THAT, SOURCE_PREPOSITIONS, VIA_PREPOSITIONS = _words("that"), _list("source-prepositions"), _words("via-prepositions")
FEMININE_SURNAMES, FEMININE_NAMES = _list("feminine-surname-endings"), _list("feminine-name-endings")
DASHES = frozenset("-–—")
FIRST_PERSON = _words("first-person-pronouns")
QUOTES = frozenset("„“”\"«»‘’‚‹›''``")

if unknown := sorted(_TABLE.keys() - _ASKED):
    raise RuleError(f"{_FILE.name}: unknown list {unknown[0]!r}; known: {', '.join(sorted(_ASKED))}")
