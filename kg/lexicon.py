"""The linguist's files -> Lexicon. A mistake in a file is an error that names the file and the entry, never ignored.

`kg/rules/*.toml` holds everything that is Bulgarian: frames (events, reporting, change of status), light verbs, the
words that give status, the nouns that describe unnamed actors. `kg/rules/README.md` is the manual of the format.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kg import resources
from kg.errors import RuleError
from kg.grammar import COMPOUND, FOLDED
from kg.model import STATUSES
from kg.tree import SLOTS

PREPOSITIONS = frozenset(
    "с на за по в от към върху до при пред между срещу против около относно след преди без през край у над под зад чрез "
    "заради поради според спрямо въпреки освен вместо извън из".split()
) | {" ".join(FOLDED.get(word, word) for word in compound) for compound in COMPOUND}
STANCES = ("asserts", "denies", "doubts", "asks", "hearsay", "promises", "praises", "criticises", "warns", "demands")
FRAME_KEYS = {
    "id", "event", "says", "sets", "verbs", "nouns", "adjectives", "phrases", "roles", "needs", "unless", "with", "under", "status",
    "media", "examples", "counter", "note",
}  # fmt: skip
ROLES = {
    "participant", "visitor", "host", "agent", "recipient", "topic", "place", "speaker", "content", "via", "encounter",
    "beneficiary", "instrument",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry of the rule files: a set of words that take the same slots.

    Exactly one of `event` (a class of the ontology), `says` (a stance) and `sets` (a status) is given. `verbs` are
    lemmas, with " се" where reflexive; `unless` lists lemmas whose presence among the dependents blocks the frame;
    `companions` (key "with") lemmas of which one must be there ("връчи акредитивни писма"); `under` the prepositions
    under which alone a noun counts ("по думите на"); `needs` roles that must be filled.
    """

    id: str
    file: str
    event: str | None = None
    says: str | None = None
    sets: str | None = None
    verbs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    roles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    status: str | None = None
    media: bool = False
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()

    def slots(self, role: str) -> tuple[str, ...]:
        return next((slots for name, slots in self.roles if name == role), ())


@dataclass(frozen=True, slots=True)
class WordList:
    """A named list of words of `kg/rules/words.toml`, used by one rule of status, actors or coreference."""

    name: str
    words: frozenset[str]


@dataclass(frozen=True)
class Lexicon:
    """All rules, with the indexes that the matcher asks. `version` changes when any rule file changes."""

    frames: tuple[Frame, ...]
    lists: dict[str, frozenset[str]]
    version: str
    by_verb: dict[tuple[str, bool], tuple[Frame, ...]] = field(default_factory=dict)
    by_noun: dict[str, tuple[Frame, ...]] = field(default_factory=dict)
    by_adjective: dict[str, tuple[Frame, ...]] = field(default_factory=dict)
    by_phrase: dict[tuple[str, ...], tuple[Frame, ...]] = field(default_factory=dict)

    @cached_property
    def phrase_openings(self) -> frozenset[str]:
        """The first words of all phrases."""
        return frozenset(forms[0] for forms in self.by_phrase)

    def words(self, name: str) -> frozenset[str]:
        """The list called `name`; a KeyError is a fault of the code, not of the data."""
        return self.lists[name]

    def frame(self, id: str) -> Frame:
        return next(frame for frame in self.frames if frame.id == id)


REQUIRED_LISTS = frozenset({
    "actors.address", "actors.bodies", "actors.collective", "actors.companies", "actors.media", "actors.not-actors", "actors.people",
    "actors.people-phrases", "actors.pronouns", "actors.reporters", "actors.unnamed", "coref.delegations", "coref.documents",
    "coref.host", "coref.representatives", "coref.same-noun", "coref.side", "coref.two", "coref.union",
    "coref.unnamed-sources", "kinds.personal", "kinds.place-by",
    "light.act", "light.arrival", "light.ask", "light.chair", "light.goal",
    "light.join", "light.leave", "light.object", "light.participation", "light.phase", "light.place", "light.programme",
    "light.telephone", "plans.borders", "plans.clauses", "plans.descriptive", "plans.general", "plans.goals", "plans.hold",
    "plans.joints", "plans.new", "plans.none", "plans.nouns", "plans.of", "plans.of-by", "plans.old", "plans.other",
    "plans.over", "plans.over-by", "plans.owner-by", "plans.parts", "plans.points-by", "plans.purpose-by", "plans.this",
    "reporting.begun", "status.achieved-verbs", "status.cancelled-modifiers", "status.ending-verbs", 
    "status.held-modifiers", "status.held-verbs", "status.now", "status.ongoing-modifiers", "status.ongoing-verbs",
    "status.past-or-present", "status.planned-modifiers", "status.present-forms", "status.planned-verbs", "status.postponed-modifiers",
    "status.proposed-modifiers", "status.proposed-verbs", "status.refused-verbs", "status.telling", "status.truth",
})  # fmt: skip


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """Read every `*.toml` of the rules folder. Raises RuleError for the first mistake, with file, entry and the cure."""
    folder = folder or resources.path("rules")
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise RuleError(f"no rule files (*.toml) in {folder}; give the folder of rules with --rules")
    frames: list[Frame] = []
    lists: dict[str, frozenset[str]] = {}
    lemmas: dict[str, tuple[str, ...]] = {}
    sha = hashlib.sha256()
    for file in files:
        raw = file.read_bytes()
        sha.update(file.name.encode() + b"\0" + raw + b"\0")
        if file.name in ("dates.toml", "grammar.toml", "names.toml"):
            continue
        try:
            table = tomllib.loads(raw.decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RuleError(f"{file.name}: not valid TOML in UTF-8: {error}") from error
        for key, value in table.items():
            if key == "frame":
                frames += [_frame(file.name, entry) for entry in value]
            elif key == "lemmas":
                lemmas |= {word: _strings(given, file.name, f"lemmas, {word!r}") for word, given in value.items()}
            else:
                lists |= dict(_lists(file.name, key, value))
    lists = {name: words.union(*(lemmas.get(word, ()) for word in words)) for name, words in lists.items()}
    return _index(frames, lists, lemmas, sha.hexdigest()[:16])


def _frame(file: str, entry: dict[str, Any]) -> Frame:
    id = entry.get("id")
    if not isinstance(id, str) or not re.fullmatch(r"[a-z][a-z0-9-]*", id):
        raise RuleError(f"{file}: a frame needs an id of small Latin letters, digits and hyphens, not {id!r}")
    where = f"{file}, frame {id!r}"
    for key in entry:
        _known(key, FRAME_KEYS, where, "key")
    if sum(key in entry for key in ("event", "says", "sets")) != 1:
        raise RuleError(f"{where}: give exactly one of event, says, sets")
    if "event" in entry:
        _known(entry["event"], EVENT_CLASSES, where, "event class")
    if "says" in entry:
        _known(entry["says"], set(STANCES), where, "stance")
    for key in ("sets", "status"):
        if key in entry:
            _known(entry[key], set(STATUSES), where, "status")
    roles = []
    for role, slots in entry.get("roles", {}).items():
        _known(role, ROLES, where, "role")
        for slot in _strings(slots, where, f"roles.{role}"):
            _known(slot, set(SLOTS) | PREPOSITIONS, where, "slot")
        roles.append((role, tuple(slots)))
    for need in entry.get("needs", ()):
        for role in need.split("|"):
            _known(role, {name for name, _ in roles}, where, "needed role")
    words = {key: _strings(entry.get(key, ()), where, key) for key in ("verbs", "nouns", "adjectives", "phrases")}
    if not any(words.values()):
        raise RuleError(f"{where}: no words; give verbs, nouns, adjectives or phrases")
    if not entry.get("examples"):
        raise RuleError(f"{where}: no example; every frame shows at least one sentence")
    return Frame(
        id=id, file=file, event=entry.get("event"), says=entry.get("says"), sets=entry.get("sets"), roles=tuple(roles),
        needs=_strings(entry.get("needs", ()), where, "needs"), unless=_strings(entry.get("unless", ()), where, "unless"),
        companions=_strings(entry.get("with", ()), where, "with"),
        under=_strings(entry.get("under", ()), where, "under"), status=entry.get("status"), media=bool(entry.get("media", False)),
        examples=_strings(entry["examples"], where, "examples"), counter=_strings(entry.get("counter", ()), where, "counter"), **words,
    )  # fmt: skip


def _lists(file: str, prefix: str, value: Any) -> Iterator[tuple[str, frozenset[str]]]:
    if not isinstance(value, dict):
        raise RuleError(f"{file}: {prefix!r} should be a table of word lists or [[frame]] entries")
    for name, words in value.items():
        full = f"{prefix}.{name}"
        _known(full, set(REQUIRED_LISTS), file, "word list")
        yield full, frozenset(_strings(words, file, full))


def _strings(value: Any, where: str, key: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise RuleError(f"{where}: {key} should be a list of words in quotation marks")
    return tuple(value)


def _known(name: str, known: set[str] | frozenset[str], where: str, what: str) -> None:
    if name not in known:
        close = difflib.get_close_matches(str(name), sorted(known), 1, 0.4)
        hint = f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(sorted(known))}"
        raise RuleError(f"{where}: unknown {what} {name!r}{hint}")


def _index(frames: list[Frame], lists: dict[str, frozenset[str]], lemmas: dict[str, tuple[str, ...]], version: str) -> Lexicon:
    """The indexes of a Lexicon. `lemmas` says what the lemmatizer gives for some words: "очертая" -> "очертам"."""
    missing = REQUIRED_LISTS - lists.keys()
    if missing:
        raise RuleError(f"word lists are missing from the rules: {', '.join(sorted(missing))}")
    seen: dict[str, str] = {}
    verbs: dict[tuple[str, bool], list[Frame]] = {}
    nouns: dict[str, list[Frame]] = {}
    adjectives: dict[str, list[Frame]] = {}
    phrases: dict[tuple[str, ...], list[Frame]] = {}
    for frame in frames:
        if frame.id in seen:
            raise RuleError(f"{frame.file}, frame {frame.id!r}: the id is taken already in {seen[frame.id]}")
        seen[frame.id] = frame.file
        for verb in frame.verbs:
            plain = verb.removesuffix(" се")
            for lemma in dict.fromkeys((plain, *lemmas.get(plain, ()))):
                verbs.setdefault((lemma, verb.endswith(" се")), []).append(frame)
        for noun in frame.nouns:
            for lemma in dict.fromkeys((noun, *lemmas.get(noun, ()))):
                nouns.setdefault(lemma, []).append(frame)
        for adjective in frame.adjectives:
            adjectives.setdefault(adjective, []).append(frame)
        for phrase in frame.phrases:
            phrases.setdefault(tuple(phrase.split()), []).append(frame)
    frozen = [{key: tuple(value) for key, value in table.items()} for table in (verbs, nouns, adjectives, phrases)]
    return Lexicon(tuple(frames), lists, version, *frozen)  # type: ignore[arg-type]


EVENT_CLASSES = frozenset({
    "Meeting", "Call", "Negotiation", "Visit", "Agreement", "Signing", "Proposal", "Demand", "Acceptance", "Rejection",
    "Accusation", "Criticism", "Threat", "Warning", "Promise", "Support", "Sanction", "Aid", "Expulsion", "Recall",
    "Appointment", "Resignation", "Mediation", "Notification", "Protest", "MilitaryAct", "Invitation",
})  # fmt: skip
