"""Extraction and Resolution -> N-Quads lines. The only module with IRIs; the terms themselves are `ontology/kg.ttl`.

Every document has its own named graph, whose name is the IRI of the document; what was decided over the corpus stands
in one more, `resolution_iri(base)`. A fact stands in one graph only, so the union of all graphs holds nothing twice.
Lines are in canonical N-Quads (what Oxigraph writes): the same input gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from kg.errors import InputError
from kg.model import (
    ENCOUNTERS,
    Argument,
    Chain,
    Claim,
    Entity,
    Event,
    Extraction,
    Link,
    Mention,
    Office,
    Span,
    Statement,
    Subject,
    When,
    digest,
)

if TYPE_CHECKING:
    from kg.resolve import Apart, Resolution

BASE = "https://w3id.org/diplokg/id/"
ONTOLOGY = "https://w3id.org/diplokg/ontology"
DIP = ONTOLOGY + "#"
PREFIXES = {
    "dip": DIP,
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
ACTORS = ("Person", "Government", "Organization", "Media", "Group")
Triple = tuple[str, str, str]  # three terms in N-Triples syntax


def document_iri(doc: str, base: str = BASE) -> str:
    """The IRI of the document with the id `doc`, which is also the name of its graph."""
    return _address(base, f"document/{doc}")


def resolution_iri(base: str = BASE) -> str:
    """The name of the graph that holds entities, links, distinctions, events and offices."""
    return _address(base, "graph/resolution")


def document_quads(extraction: Extraction, base: str = BASE) -> tuple[str, ...]:
    """All that one document says, as sorted N-Quads lines of the graph `document_iri(extraction.document.id)`."""
    return _lines(_document(extraction, _checked(base)), document_iri(extraction.document.id, base))


def resolution_quads(resolution: Resolution, base: str = BASE) -> Iterator[str]:
    """What was decided over the corpus, as N-Quads lines of the graph `resolution_iri()`, node after node.

    Links name chains and events name claims, so no Extraction is needed a second time. The lines are drawn one by one,
    because those of a large corpus do not fit into memory; who writes them down sorts them.
    """
    base = _checked(base)
    end = f" <{resolution_iri(base)}> ."
    return (f"{s} {p} {o}{end}" for s, p, o in _resolution(resolution, base))


def _resolution(resolution: Resolution, base: str) -> Iterator[Triple]:
    articles: dict[str, set[str]] = {}
    for link in resolution.links:
        articles.setdefault(link.entity, set()).add(_document_of(link.chain))
    for entity in resolution.entities:
        yield from _entity(entity, len(articles.pop(entity.id, ())), base)
    for link in resolution.links:
        yield from _link(link, base)
    for event in resolution.events:
        yield from _event(event, base)
    for apart in resolution.apart:
        yield from _apart(apart, base)
    for office in resolution.offices:
        yield from _office(office, base)


def _document(extraction: Extraction, base: str) -> Iterator[Triple]:
    document = extraction.document
    node = _iri(base, "document", document.id)
    yield node, A, _dip("Document")
    yield node, _name("schema", "identifier"), literal(document.id)
    yield node, _dip("text"), literal(document.text, "bg")
    if document.title:
        yield node, _name("schema", "headline"), _words(document.title)
    if document.published:
        yield node, _name("schema", "datePublished"), _date(document.published)
    if document.source:
        yield node, _dip("publisher"), _words(document.source)
    if document.url:
        yield node, _name("schema", "url"), literal(document.url, _name("xsd", "anyURI"))

    text = document.text
    triggers = {claim.trigger for claim in extraction.claims} | {said.trigger for said in extraction.statements}
    triggers |= {subject.trigger for subject in extraction.subjects}
    for span in sorted(triggers):
        start, end = extraction.sentences[span.sentence]
        sentence = _sentence(span, base)
        yield sentence, A, _dip("Sentence")
        yield sentence, _dip("index"), _integer(span.sentence)
        yield sentence, _name("oa", "hasSource"), node
        yield sentence, _name("oa", "hasSelector"), _iri(base, "span", f"{span.doc}-{start}-{end}")
        yield from _span(Span(span.doc, span.sentence, start, end), text, base)
    for chain in extraction.chains:
        yield from _chain(chain, node, base)
    chains = {mention: chain for chain in extraction.chains for mention in chain.mentions}
    for mention in extraction.mentions:
        if mention not in chains:
            yield from _mention(mention, None, node, base)
    for statement in extraction.statements:
        yield from _statement(statement, chains, text, node, base)
    for claim in extraction.claims:
        yield from _claim(claim, chains, text, node, base)
    for subject in extraction.subjects:
        yield from _subject(subject, chains[subject.plan], text, node, base)


def _chain(chain: Chain, document: str, base: str) -> Iterator[Triple]:
    node = _iri(base, "chain", chain.key)
    yield node, A, _dip("Chain")
    yield node, _dip("inDocument"), document
    yield node, _dip("ofType"), _dip(chain.kind)
    yield node, _dip("baseForm"), literal(chain.base)
    yield node, _dip("named"), _boolean(chain.named)
    if chain.country:
        yield node, _dip("countryCode"), literal(chain.country)
    if chain.stands_for:
        yield node, _dip("standsFor"), literal(chain.stands_for)
    for mention in chain.mentions:
        yield from _mention(mention, node, document, base)


def _mention(mention: Mention, chain: str | None, document: str, base: str) -> Iterator[Triple]:
    node = _mention_iri(mention, base)
    yield node, A, _dip("Mention")
    yield node, _dip("inDocument"), document
    yield node, _name("rdfs", "label"), _words(mention.text)
    yield node, _dip("baseForm"), literal(mention.base)
    yield node, _dip("ofType"), _dip(mention.kind)
    yield node, _dip("named"), _boolean(mention.named)
    yield node, _dip("start"), _integer(mention.span.start)
    yield node, _dip("end"), _integer(mention.span.end)
    if chain:
        yield node, _dip("inChain"), chain
    if mention.title:
        yield node, _dip("title"), _words(mention.title)
    if mention.country:
        yield node, _dip("countryCode"), literal(mention.country)
    if mention.stands_for:
        yield node, _dip("standsFor"), literal(mention.stands_for)


def _statement(
    statement: Statement, chains: dict[Mention, Chain], text: str, document: str, base: str
) -> Iterator[Triple]:
    node = _iri(base, "statement", statement.id)
    yield node, A, _dip("Statement")
    yield node, _dip("inDocument"), document
    yield node, _dip("frame"), literal(statement.frame)
    yield node, _dip("mode"), literal(statement.mode)
    yield node, _dip("stance"), literal(statement.stance)
    yield from _trigger(node, statement.trigger, text, base)
    for span in statement.content:
        yield node, _dip("content"), _at(span, "span", base)
        yield from _span(span, text, base)
    said = [("speaker", statement.speaker)] if statement.speaker else []
    for position, (role, argument) in enumerate([*said, *(("medium", via) for via in statement.via)]):
        yield from _argument(node, statement.id, role, argument, position, chains, text, base)


def _claim(claim: Claim, chains: dict[Mention, Chain], text: str, document: str, base: str) -> Iterator[Triple]:
    node = _iri(base, "claim", claim.id)
    yield node, A, _dip("Claim")
    yield node, _dip("inDocument"), document
    yield node, _dip("ofType"), _dip(claim.kind)
    yield node, _dip("frame"), literal(claim.frame)
    yield node, _dip("assertsStatus"), _dip(claim.status.capitalize())
    yield node, _dip("statusRule"), literal(claim.status_rule)
    yield node, _dip("evidential"), _boolean(claim.evidential)
    yield from _trigger(node, claim.trigger, text, base)
    placed = [("place", claim.place)] if claim.place else []
    for position, (role, argument) in enumerate([*((a.role, a) for a in claim.arguments), *placed]):
        yield from _argument(node, claim.id, role, argument, position, chains, text, base)
    if claim.when:
        yield node, _dip("time"), _at(claim.when.span, "when", base)
        yield from _when(claim.when, text, base)
    if claim.topic:
        yield node, _dip("topic"), _at(claim.topic, "span", base)
        yield from _span(claim.topic, text, base)
        inside = (m for m in chains if claim.topic.start <= m.span.start and m.span.end <= claim.topic.end)
        for mention in inside:
            if mention.kind == "Plan":
                yield node, _dip("concerns"), _iri(base, "chain", chains[mention].key)
    inner = None
    for statement in (_iri(base, "statement", id) for id in claim.said_in):
        yield node, _dip("statedIn"), statement
        if inner:
            yield inner, _dip("nestedIn"), statement
        inner = statement


def _subject(subject: Subject, plan: Chain, text: str, document: str, base: str) -> Iterator[Triple]:
    span = subject.span
    node = _iri(base, "subject", f"{span.doc}-{span.start}-{span.end}")
    yield _iri(base, "chain", plan.key), _dip("subject"), node
    yield node, A, _dip("Subject")
    yield node, _name("rdfs", "label"), _words(text[span.start : span.end])
    yield node, _dip("inDocument"), document
    yield node, _dip("ofMention"), _mention_iri(subject.plan, base)
    yield node, _dip("span"), _at(span, "span", base)
    yield from _span(span, text, base)
    yield from _trigger(node, subject.trigger, text, base)


def _argument(
    owner: str,
    id: str,
    role: str,
    argument: Argument,
    position: int,
    chains: dict[Mention, Chain],
    text: str,
    base: str,
) -> Iterator[Triple]:
    mention = argument.mention
    node = _iri(base, "argument", f"{id}-{role}-{mention.span.start}-{mention.span.end}")
    yield owner, _dip("argument"), node
    yield node, A, _dip("Argument")
    yield node, _dip("inRole"), _dip(role)
    yield node, _dip("ofMention"), _mention_iri(mention, base)
    yield node, _dip("position"), _integer(position)
    yield node, _dip("rule"), literal(argument.rule)
    yield node, _dip("inferred"), _boolean(argument.inferred)
    if argument.span != mention.span:
        yield node, _dip("span"), _at(argument.span, "span", base)
        yield from _span(argument.span, text, base)
    if chain := chains.get(mention):
        yield owner, _dip(role), _iri(base, "chain", chain.key)


def _when(when: When, text: str, base: str) -> Iterator[Triple]:
    node = _at(when.span, "when", base)
    yield node, A, _dip("When")
    yield node, _name("rdfs", "label"), _words(when.text)
    yield node, _dip("rule"), literal(when.rule)
    yield node, _dip("inferred"), _boolean(when.inferred)
    yield node, _dip("span"), _at(when.span, "span", base)
    yield from _span(when.span, text, base)
    if when.edtf:
        yield node, _dip("edtf"), literal(when.edtf)
    for day, term, edge in ((when.start, "startDate", "hasBeginning"), (when.end, "endDate", "hasEnd")):
        if day:
            instant = _iri(base, "day", f"{when.span.doc}-{day.isoformat()}")
            yield node, _name("schema", term), _date(day)
            yield node, _name("time", edge), instant
            yield instant, A, _name("time", "Instant")
            yield instant, _name("time", "inXSDDate"), _date(day)


def _trigger(node: str, trigger: Span, text: str, base: str) -> Iterator[Triple]:
    yield node, _dip("trigger"), _at(trigger, "span", base)
    yield node, _dip("evidence"), _sentence(trigger, base)
    yield from _span(trigger, text, base)


def _span(span: Span, text: str, base: str) -> Iterator[Triple]:
    node = _at(span, "span", base)
    yield node, A, _dip("Span")
    yield node, _name("oa", "start"), _integer(span.start)
    yield node, _name("oa", "end"), _integer(span.end)
    yield node, _name("oa", "exact"), literal(text[span.start : span.end])


def _entity(entity: Entity, articles: int, base: str) -> Iterator[Triple]:
    node = _iri(base, entity.id)
    yield node, A, _dip(entity.kind)
    yield node, _dip("ofType"), _dip(entity.kind)
    yield node, A, _dip("Entity")
    if entity.kind in ACTORS:
        yield node, A, _dip("Actor")
    yield node, _name("schema", "identifier"), literal(entity.id)
    yield node, _name("rdfs", "label"), _words(entity.name)
    yield node, _dip("named"), _boolean(entity.named)
    yield node, _dip("articles"), _integer(articles)
    yield node, _dip("nameKey"), literal(entity.id.lower())
    for name in {entity.name, *entity.names}:
        yield node, _dip("nameKey"), literal(name.lower())
        if name != entity.name:
            yield node, _name("skos", "altLabel"), _words(name)
    if entity.country:
        yield node, _dip("countryCode"), literal(entity.country)
    for same in entity.same_as:
        yield node, _name("skos", "exactMatch"), _foreign(same)


def _link(link: Link, base: str) -> Iterator[Triple]:
    node = _iri(base, "chain", link.chain)
    yield node, _dip("refersTo"), _iri(base, link.entity)
    yield node, _dip("reason"), literal(link.reason)
    yield node, _dip("score"), literal(f"{link.score:.3f}".rstrip("0").rstrip("."), _name("xsd", "decimal"))
    yield node, _dip("inferred"), _boolean(link.inferred)


def _event(event: Event, base: str) -> Iterator[Triple]:
    node = _iri(base, "event", event.id)
    yield node, A, _dip(event.kind)
    yield node, _dip("ofType"), _dip(event.kind)
    yield node, A, _dip("Encounter" if event.kind in ENCOUNTERS else "Act")
    yield node, A, _dip("Event")
    yield node, _name("schema", "identifier"), literal(event.id)
    yield node, _dip("status"), _dip(event.status.capitalize())
    for participant in event.participants:
        yield node, _dip("participant"), _iri(base, participant)
        if event.status == "held" and event.kind in ENCOUNTERS:
            yield _iri(base, participant), _dip("attended"), node
    if event.place:
        yield node, _dip("place"), _iri(base, event.place)
    yield node, _dip("articles"), _integer(len({_document_of(claim) for claim in event.claims}))
    for claim in event.claims:
        yield _iri(base, "claim", claim), _dip("about"), node
    if event.when:
        yield node, _dip("time"), _at(event.when.span, "when", base)
        if event.when.start:
            yield node, _name("schema", "startDate"), _date(event.when.start)
        if event.when.end:
            yield node, _name("schema", "endDate"), _date(event.when.end)


def _apart(apart: Apart, base: str) -> Iterator[Triple]:
    node = _iri(base, "apart", digest(apart.one, apart.two))
    yield node, A, _dip("Distinction")
    yield node, _dip("distinguishes"), _iri(base, apart.one)
    yield node, _dip("distinguishes"), _iri(base, apart.two)
    yield node, _dip("reason"), literal(apart.reason)
    yield node, _dip("score"), literal(f"{apart.score:.3f}".rstrip("0").rstrip("."), _name("xsd", "decimal"))


def _office(office: Office, base: str) -> Iterator[Triple]:
    body = office.body or office.country or ""
    position = _iri(base, "office", f"{office.title.lower()}/{body.lower()}".rstrip("/"))
    person = _iri(base, office.person)
    holding = _iri(base, "holding", f"{office.doc}-{office.span.start}-{office.span.end}", office.person)
    yield position, A, _dip("Office")
    yield position, _name("rdfs", "label"), _words(office.title)
    if office.body:
        yield position, _dip("officeOf"), _iri(base, office.body)
    if office.country:
        yield position, _dip("countryCode"), literal(office.country)
    yield person, _dip("holds"), position
    yield holding, A, _dip("OfficeHolding")
    yield holding, _dip("holder"), person
    yield holding, _dip("office"), position
    yield holding, _dip("inDocument"), _iri(base, "document", office.doc)
    yield holding, _dip("title"), _words(office.title)
    yield holding, _dip("start"), _integer(office.span.start)
    yield holding, _dip("end"), _integer(office.span.end)
    yield holding, _dip("inferred"), _boolean(office.inferred)


def _document_of(id: str) -> str:
    """The document in the id of a chain, claim or statement."""
    return id.partition("-")[0]


# Terms in N-Triples syntax.

_ESCAPES = {c: f"\\u{c:04X}" for c in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)} | {
    ord(c): "\\" + e for c, e in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)
}
_ESCAPES |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_PLAIN = re.compile(r"[\w.~/-]*", re.ASCII)  # what quote() would leave as it is
_CYRILLIC = re.compile("[\u0400-\u04ff]")
A = f"<{PREFIXES['rdf']}type>"


def literal(value: str, kind: str | None = None) -> str:
    """`value` as a literal; `kind` is a language tag or a datatype in angle brackets.

    Any text is safe in it; half a surrogate pair, which no RDF can hold, becomes U+FFFD.
    """
    plain = value.isprintable() and '"' not in value and "\\" not in value
    written = f'"{value}"' if plain else f'"{value.translate(_ESCAPES)}"'
    if kind is None:
        return written
    return f"{written}^^{kind}" if kind.startswith("<") else f"{written}@{kind}"


def _words(value: str) -> str:
    """Words of a text: Bulgarian where they have a Cyrillic letter ("Маями"), of no language where not ("Axios")."""
    return literal(value, "bg" if _CYRILLIC.search(value) else None)


def _integer(value: int) -> str:
    return f'"{value}"^^<{PREFIXES["xsd"]}integer>'


def _boolean(value: bool) -> str:
    return f'"{str(value).lower()}"^^<{PREFIXES["xsd"]}boolean>'


def _date(value: date) -> str:
    return f'"{value.isoformat()}"^^<{PREFIXES["xsd"]}date>'


@cache
def _name(prefix: str, local: str) -> str:
    return f"<{PREFIXES[prefix]}{local}>"


@cache
def _dip(local: str) -> str:
    return f"<{DIP}{local}>"


def _address(base: str, *path: str) -> str:
    return base + "/".join(map(_part, path))


def _part(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text.encode("utf-8", "replace"), safe="/")


def _iri(base: str, *path: str) -> str:
    return f"<{_address(base, *path)}>"


def _at(span: Span, kind: str, base: str) -> str:
    return f"<{base}{kind}/{_part(span.doc)}-{span.start}-{span.end}>"


def _mention_iri(mention: Mention, base: str) -> str:
    """The words at one place may be mentioned twice, as an actor and as a place: "София"."""
    return _at(mention.span, "place-mention" if mention.kind == "Place" else "mention", base)


def _sentence(span: Span, base: str) -> str:
    return f"<{base}sentence/{_part(span.doc)}-{span.sentence}>"


def _foreign(iri: str) -> str:
    """An IRI of somebody else's, with what no IRI may hold percent-encoded."""
    address, hash, fragment = re.sub("%(?![0-9A-Fa-f]{2})", "%25", iri).partition("#")
    written = hash.join(quote(part.encode("utf-8", "replace"), ":/?@!$&()*+,;=%~") for part in (address, fragment))
    return f"<{written}>"


def _checked(base: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+[/#]", base):
        raise InputError(f"--base {base!r}: give an absolute http(s) IRI that ends with / or #, such as {BASE}")
    return base


def _lines(triples: Iterable[Triple], graph: str) -> tuple[str, ...]:
    return tuple(sorted({f"{s} {p} {o} <{graph}> ." for s, p, o in triples}))
