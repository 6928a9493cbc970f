"""The network as a small static site: the page of the graph, a timeline, a table, and a page for each thing.

Every page works alone, from a folder or a web server, without scripts, and under the same policy as the graph page.
An article shows its whole text; each sentence that makes a claim can be linked to by its offset: article/x.html#c120.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kg.model import digest
from kg.view.network import Actor, Claim, Document, Event, Mark, Network, Statement, When
from kg.view.page import LIMIT, make_page, policy, static, words
from kg.view.payload import marks_in
from kg.view.picture import PAGES

if TYPE_CHECKING:
    import jinja2

PRECEDENCE = {"trigger": 0, "said": 2, "place": 3}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a sentence, and the mark over them if there is one."""

    text: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Part of an article: a sentence that something rests on (with its start) or the text between two such."""

    pieces: tuple[Piece, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """Everything of a network by id, as the templates look it up."""

    network: Network
    actors: Mapping[str, Actor]
    events: Mapping[str, Event]
    documents: Mapping[str, Document]
    statements: Mapping[str, Statement]
    claims_of: Mapping[str, Sequence[Claim]]
    claims_in: Mapping[str, Sequence[Claim]]
    events_of: Mapping[str, Sequence[Event]]
    said_by: Mapping[str, Sequence[Statement]]
    said_in: Mapping[str, Sequence[Statement]]


def make_site(network: Network, *, limit: int = LIMIT) -> Iterator[tuple[str, str]]:
    """The pages of the site one by one: (name of the file inside the site, its HTML)."""
    library = _library(network)
    addresses = {
        "actors": [address("actor", actor.id) for actor in network.actors],
        "events": [address("event", event.id) for event in network.events],
        "documents": [address("article", document.id) for document in network.documents],
    }
    yield "index.html", make_page(network, limit=limit, pages=addresses)
    templates = _templates(library)
    ordered = sorted(network.events, key=lambda event: (event.start or date.max, event.id))
    yield (
        "timeline.html",
        templates.get_template("timeline.html").render(root="", page="timeline", months=_months(ordered)),
    )
    yield "table.html", templates.get_template("table.html").render(root="", page="table", events=ordered)
    newest = sorted(
        network.documents, key=lambda one: (one.published is None, -(one.published or date.min).toordinal(), one.id)
    )
    yield "articles.html", templates.get_template("articles.html").render(root="", page="articles", documents=newest)
    for actor in network.actors:
        yield address("actor", actor.id), templates.get_template("actor.html").render(root="../", actor=actor)
    for event in network.events:
        yield address("event", event.id), templates.get_template("event.html").render(root="../", event=event)
    for document in network.documents:
        passages = read(document, library.claims_in[document.id], library.said_in[document.id])
        yield (
            address("article", document.id),
            templates.get_template("article.html").render(root="../", document=document, passages=passages),
        )


def address(kind: str, id: str) -> str:
    """The file of a thing inside the site, safe on every file system.

    >>> address("actor", "person/ana-vecherin")
    'actor/person-ana-vecherin.html'
    """
    plain = id.replace("/", "-")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", plain):
        plain = f"{re.sub(r'[^a-z0-9]+', '-', plain.lower()).strip('-')[:60]}-{digest(id)}".strip("-")
    return f"{kind}/{plain}.html"


def read(document: Document, claims: Iterable[Claim], statements: Iterable[Statement]) -> list[Passage]:
    """The whole text of an article in passages; joined, they are the text, unaltered."""
    marks: dict[tuple[int, int], list[Mark]] = defaultdict(list)
    for one in claims:
        marks[one.start, one.start + len(one.sentence)] += [one.trigger, *one.marks]
    for said in statements:
        marks[said.start, said.start + len(said.sentence)] += [Mark(said.trigger.start, said.trigger.end, "said")]
    passages: list[Passage] = []
    at = 0
    for (start, end), inside in sorted(marks.items(), key=lambda item: item[0]):
        if start < at or end > len(document.text):
            continue  # sentences never overlap; a store that says so is not believed
        passages.append(Passage((Piece(document.text[at:start]),)))
        passages.append(Passage(tuple(pieces(document.text[start:end], start, inside)), start))
        at = end
    passages.append(Passage((Piece(document.text[at:]),)))
    return passages


def pieces(sentence: str, start: int, marks: Iterable[Mark]) -> Iterator[Piece]:
    """The sentence cut where marks begin and end; of several over the same words the trigger wins."""
    inside = marks_in(sentence, start, marks)
    edges = sorted({0, len(sentence), *(a for a, _, _ in inside), *(b for _, b, _ in inside)})
    for a, b in pairwise(edges):
        over = [
            (PRECEDENCE.get(mark.role, 1), mark.end - mark.start, nth)
            for nth, (x, y, mark) in enumerate(inside)
            if x <= a and b <= y
        ]
        yield Piece(sentence[a:b], inside[min(over)[2]][2] if over else None)


def _library(network: Network) -> Library:
    claims_of: dict[str, list[Claim]] = defaultdict(list)
    claims_in: dict[str, list[Claim]] = defaultdict(list)
    events_of: dict[str, list[Event]] = defaultdict(list)
    said_by: dict[str, list[Statement]] = defaultdict(list)
    said_in: dict[str, list[Statement]] = defaultdict(list)
    documents = {document.id: document for document in network.documents}
    for claim in sorted(
        network.claims, key=lambda c: (_published(documents.get(c.document)), c.document, c.start, c.id)
    ):
        claims_of[claim.event].append(claim)
        claims_in[claim.document].append(claim)
    for event in sorted(
        network.events, key=lambda event: (event.start is None, -(event.start or date.min).toordinal(), event.id)
    ):
        for actor in sorted({side.actor for side in event.participants}):
            events_of[actor].append(event)
    for statement in network.statements:
        said_in[statement.document].append(statement)
        if statement.speaker and statement.speaker.actor:
            said_by[statement.speaker.actor].append(statement)
    return Library(
        network,
        {actor.id: actor for actor in network.actors},
        {event.id: event for event in network.events},
        documents,
        {statement.id: statement for statement in network.statements},
        claims_of,
        claims_in,
        events_of,
        said_by,
        said_in,
    )


def _published(document: Document | None) -> date:
    return (document and document.published) or date.max


def _months(events: Sequence[Event]) -> list[tuple[date | None, list[Event]]]:
    """Events by month of their beginning, the undated last under None."""
    months: dict[date | None, list[Event]] = defaultdict(list)
    for event in events:
        months[event.start.replace(day=1) if event.start else None].append(event)
    return list(months.items())


def _templates(library: Library) -> jinja2.Environment:
    import jinja2
    from markupsafe import Markup

    style, script, text = static("page.css"), static("site.js"), words()
    labels = library.network.labels

    def both(bulgarian: str, english: str) -> Markup:
        return Markup('<span class="bg">{}</span><span class="en" lang="en">{}</span>').format(bulgarian, english)

    def t(key: str, **values: object) -> Markup:
        bulgarian, english = text[key]
        return both(bulgarian.format(**values), english.format(**values))

    def word(key: str) -> str:
        return text[key][0]

    def term(name: str) -> Markup:
        return both(*labels.get(name, labels.get(name.capitalize(), (name, name))))

    def sides(event: Event) -> list[Actor]:
        return [library.actors[side.actor] for side in event.participants if side.actor in library.actors]

    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    templates.filters |= {"day": day, "moments": moments, "quoted": quoted}
    templates.globals |= {
        "library": library,
        "style": style,
        "script": script,
        "policy": policy([script], [style]),
        "t": t,
        "word": word,
        "term": term,
        "sides": sides,
        "address": address,
        "pieces": pieces,
        "safe_url": safe_url,
        "country": country,
        "flag": flag,
        "both": both,
    }
    return templates


def day(start: date | None, end: date | None = None) -> str:
    """A day or days as figures that both languages read: "12.03.2025", "24.10.2025 – 26.10.2025"."""
    if start is None:
        return "—"
    first = f"{start:%d.%m.%Y}"
    return f"{first} – {end:%d.%m.%Y}" if end and end != start else first


def moments(claims: Sequence[Claim]) -> list[tuple[Claim, When | None]]:
    """Claims where status or day change: the history of an event, in the order in which it was told."""
    kept: list[tuple[Claim, When | None]] = []
    for claim in claims:
        key = (claim.status, claim.when and claim.when.start)
        if not kept or key != (kept[-1][0].status, kept[-1][1] and kept[-1][1].start):
            kept.append((claim, claim.when))
    return kept


def safe_url(url: str | None) -> str | None:
    """The address if it may become a link: http or https."""
    return url if url and re.match(r"https?://[^\s]+$", url, re.IGNORECASE) else None


def quoted(id: str) -> str:
    """An id as the value of a part of an address."""
    return quote(id.encode("utf-8", "replace"), safe="")


def country(code: str | None) -> tuple[str, str] | None:
    """The names of a country in Bulgarian and English."""
    if not code:
        return None
    from babel import Locale

    names: list[Any] = [Locale.parse(language).territories.get(code, code) for language in ("bg", "en")]
    return str(names[0]), str(names[1])


def flag(code: str | None) -> str:
    """The flag of a country as letters that fonts draw as a flag."""
    return "".join(chr(0x1F1A5 + ord(letter)) for letter in code) if code and re.fullmatch("[A-Z]{2}", code) else ""
