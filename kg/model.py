"""The values that move through kg. All frozen, all made of plain data, in the order in which they come to be.

    Document -> Sentence -> Mention, Claim, Statement -> Extraction   (one document)
             -> Entity, Link, Event                                   (the whole corpus)

Three words carry the design. An *event* is what happened. A *claim* is what one sentence of one document says of an
event: who, where, when, in what status. A *statement* is somebody's act of saying, which may carry claims.
Claims hold mentions, never entities; that a mention is an entity is a Link, made later and open to revision.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

ENCOUNTERS = ("Meeting", "Call", "Negotiation", "Visit")
STATUSES = ("held", "ongoing", "planned", "proposed", "postponed", "cancelled", "denied")
KINDS = ("Person", "Government", "Organization", "Media", "Place", "Plan", "NamedEvent", "Group")


@dataclass(frozen=True, slots=True)
class Document:
    """One article. `text` is never altered after reading; every offset is an index into it (Unicode code points).

    `source` is the publisher as the metadata names it ("Axios"), `published` the day of publication.
    """

    text: str
    title: str | None = None
    published: date | None = None
    source: str | None = None
    url: str | None = None

    @property
    def id(self) -> str:
        """Sixteen hex digits made of content and metadata: the same article has the same id in any folder."""
        parts = (self.text, self.title, self.published and self.published.isoformat(), self.source, self.url)
        return digest(*(part or "" for part in parts))


def digest(*parts: str) -> str:
    """Sixteen hex digits of SHA-256 over `parts`, which keep their borders."""
    joined = "\x1f".join(part.replace("\x1f", " ") for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The only address of evidence: `document.text[start:end]`, inside sentence number `sentence` (from 0)."""

    doc: str
    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """One Universal Dependencies word. `id` counts from 1 in its sentence, `head` is an id or 0, `ner` is a BIOES tag."""

    id: int
    form: str
    lemma: str
    upos: str
    xpos: str
    feats: tuple[tuple[str, str], ...]
    head: int
    deprel: str
    start: int
    end: int
    ner: str = "O"

    def feat(self, name: str) -> str | None:
        """The value of a UD feature, or None."""
        for key, value in self.feats:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One tree. `index` is its number in the document `doc`."""

    doc: str
    index: int
    words: tuple[Word, ...]

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end

    def word(self, id: int) -> Word:
        return self.words[id - 1]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name, title, description or pronoun as it stands in the text.

    `base` is its base form ("Европейския съюз" -> "Европейски съюз"), `head` the word id of its head. `title` is the
    title phrase beside a name ("президента на САЩ"), `country` an ISO 3166 alpha-2 code that the words give,
    `stands_for` the government or body that a place or seat stands for where it acts ("Белият дом" -> "САЩ").
    """

    span: Span
    head: int
    text: str
    base: str
    kind: str
    named: bool
    title: str | None = None
    country: str | None = None
    stands_for: str | None = None


@dataclass(frozen=True, slots=True)
class When:
    """A date phrase. `edtf` is what the words state, `start`/`end` the days that follow from it and the publication date.

    "от 24 до 26 октомври" states XXXX-10-24/XXXX-10-26; the year is inferred. `edtf` is None for words that state no
    calendar date ("вчера"); all of them None where nothing can be resolved ("седмица по-рано"): the words remain.
    """

    span: Span
    text: str
    edtf: str | None
    start: date | None
    end: date | None
    inferred: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Argument:
    """`mention` fills `role`. `span` is where the sentence says so: for "двамата лидери" another place than the name.

    `rule` says how it was found: a slot of the frame ("с", "вършител") or "coref:..." for what was inferred.
    """

    role: str
    mention: Mention
    span: Span
    rule: str

    @property
    def inferred(self) -> bool:
        return self.rule.startswith("coref:")


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody's act of saying. `trigger` is the reporting word, `content` what is said, `speaker` and `via` who and
    through whom ("пред Axios", "цитиран от Ройтерс").

    mode: direct | indirect | mixed | according. stance: asserts | denies | doubts | asks | hearsay.
    """

    trigger: Span
    frame: str
    speaker: Argument | None
    via: tuple[Argument, ...]
    mode: str
    stance: str
    content: tuple[Span, ...]

    @property
    def id(self) -> str:
        return f"{self.trigger.doc}-{self.trigger.start}"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence says of one event. `trigger` is the word that evokes it, `kind` a class of the ontology.

    `status` with the name of the rule that gave it; `said_in` the ids of the statements that contain it, innermost
    first (empty: the document says it in its own voice). `evidential` is True for the renarrative (hearsay).
    """

    trigger: Span
    frame: str
    kind: str
    status: str
    status_rule: str
    arguments: tuple[Argument, ...]
    place: Argument | None
    when: When | None
    topic: Span | None
    said_in: tuple[str, ...]
    evidential: bool
    part: int = 0

    @property
    def id(self) -> str:
        """Where the claim is made; a plural ("срещи с А и с Б") makes several, told apart by `part`."""
        return f"{self.trigger.doc}-{self.trigger.start}" + (f"-{self.part}" if self.part else "")


@dataclass(frozen=True, slots=True)
class Chain:
    """All mentions of one actor or place in one document; `base` is its fullest name. `key` is the id of the chain."""

    base: str
    kind: str
    named: bool
    mentions: tuple[Mention, ...]
    country: str | None = None
    stands_for: str | None = None

    @property
    def key(self) -> str:
        """Where its first mention is. The same words may be an actor and a place ("София"): two chains, two keys; a plan
        may begin with its owner's name."""
        first = self.mentions[0].span
        apart = "-place" if self.kind == "Place" else "-plan" if self.kind == "Plan" and not self.named else ""
        return f"{first.doc}-{first.start}{apart}"


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the matters that a plan is about: `span` in the list that the word `trigger` opens, `plan` as named there."""

    plan: Mention
    span: Span
    trigger: Span


@dataclass(frozen=True, slots=True)
class Event:
    """Claims about one event: of a document (participants are chain keys) or of the corpus (they are entity ids)."""

    kind: str
    claims: tuple[str, ...]
    status: str
    participants: tuple[str, ...]
    place: str | None
    when: When | None

    @property
    def id(self) -> str:
        return digest("event", *sorted(self.claims))


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was understood of one document alone. `skipped` counts sentences that a fault cost, with the fault."""

    document: Document
    sentences: tuple[tuple[int, int], ...]
    mentions: tuple[Mention, ...]
    chains: tuple[Chain, ...]
    statements: tuple[Statement, ...]
    claims: tuple[Claim, ...]
    events: tuple[Event, ...]
    skipped: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing in the world. `id` is the last part of its IRI, made of kind and name ("person/stiv-uitkof")."""

    id: str
    kind: str
    name: str
    names: tuple[str, ...]
    named: bool
    country: str | None = None
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """The decision that a chain is an entity, with its reason ("full name", "surname", "verdict: ...") and score 0..1."""

    chain: str
    entity: str
    reason: str
    score: float
    inferred: bool


@dataclass(frozen=True, slots=True)
class Office:
    """One document's word that `person` (an entity id) holds the office `title`, as in "президента на САЩ Доналд Тръмп".

    `body` is the entity id of the state or body that has the office, `country` an ISO 3166 alpha-2 code, `span` the
    words that say so; `inferred` where body or country do not stand in them.
    """

    person: str
    title: str
    body: str | None
    country: str | None
    doc: str
    span: Span
    inferred: bool
