"""Two short articles of our own, with all that the program could understand of them, made by hand.

The tests of the graph, the store and the queries stand on it. It holds persons, governments by metonymy, a meeting that
is planned, postponed and held by three claims, statements with a chain of media, an unnamed actor, a demand, an office,
a plan with three subjects.
"""

from __future__ import annotations

from datetime import date

from kg.model import (
    Argument,
    Chain,
    Claim,
    Document,
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
)
from kg.resolve.values import Apart, Resolution

FIRST = Document(
    title="Вечерин и Норберг ще се срещнат в Осло",
    published=date(2025, 3, 3),
    source="Утринен вестник",
    url="https://example.org/1",
    text=(
        "Президентът на България Ана Вечерин ще се срещне с премиера Ерик Норберг в Осло на 12 март. "
        "Това заяви анонимен норвежки дипломат пред „Северен куриер“, цитиран от Ройтерс. "
        "София поиска от Осло да върне картината."
    ),
)
SECOND = Document(
    title="Срещата в Осло се състоя",
    published=date(2025, 3, 20),
    source="Вечерен вестник",
    text=(
        "Срещата на Вечерин с Норберг, отложена от 12 март, се състоя в Осло на 19 март, каза Норберг. "
        "Разговорът беше за рибата. "
        "Рибният план обхваща лодките, фаровете и мрежите."
    ),
)


def _sentences(document: Document) -> tuple[tuple[int, int], ...]:
    bounds, start = [], 0
    for part in document.text.split(". "):
        end = start + len(part.rstrip(".")) + 1
        bounds.append((start, end))
        start = end + 1
    return tuple(bounds)


def _span(document: Document, words: str, nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = document.text.index(words, start + 1)
    sentence = next(i for i, (a, b) in enumerate(_sentences(document)) if a <= start < b)
    return Span(document.id, sentence, start, start + len(words))


def _mention(
    document: Document, words: str, kind: str, base: str | None = None, nth: int = 0, **more: object
) -> Mention:
    named = bool(more.pop("named", True))
    return Mention(_span(document, words, nth), 1, words, base or words, kind, named, **more)


def _fills(role: str, mention: Mention, rule: str) -> Argument:
    return Argument(role, mention, mention.span, rule)


def _when(document: Document, words: str, edtf: str, day: date) -> When:
    return When(_span(document, words), words, edtf, day, day, True, "day-month")


def first() -> Extraction:
    ana = _mention(FIRST, "Ана Вечерин", "Person", title="Президентът на България", country="BG")
    erik = _mention(FIRST, "Ерик Норберг", "Person", title="премиера")
    oslo = _mention(FIRST, "Осло", "Place")
    diplomat = _mention(FIRST, "анонимен норвежки дипломат", "Group", named=False, country="NO")
    courier = _mention(FIRST, "Северен куриер", "Media")
    reuters = _mention(FIRST, "Ройтерс", "Media")
    sofia = _mention(FIRST, "София", "Government", country="BG", stands_for="България")
    oslo_acts = _mention(FIRST, "Осло", "Government", nth=1, country="NO", stands_for="Норвегия")
    said = Statement(
        trigger=_span(FIRST, "заяви"),
        frame="say",
        speaker=_fills("speaker", diplomat, "вършител"),
        via=(_fills("via", courier, "пред"), _fills("via", reuters, "от")),
        mode="indirect",
        stance="asserts",
        content=(Span(FIRST.id, 0, *_sentences(FIRST)[0]),),
    )
    meeting = Claim(
        trigger=_span(FIRST, "срещне"),
        frame="meet-with",
        kind="Meeting",
        status="planned",
        status_rule="future",
        arguments=(_fills("participant", ana, "вършител"), _fills("participant", erik, "с")),
        place=_fills("place", oslo, "в"),
        when=_when(FIRST, "12 март", "XXXX-03-12", date(2025, 3, 12)),
        topic=None,
        said_in=(said.id,),
        evidential=False,
    )
    demand = Claim(
        trigger=_span(FIRST, "поиска"),
        frame="demand",
        kind="Demand",
        status="held",
        status_rule="past",
        arguments=(_fills("agent", sofia, "вършител"), _fills("recipient", oslo_acts, "от")),
        place=None,
        when=None,
        topic=_span(FIRST, "да върне картината"),
        said_in=(),
        evidential=False,
    )
    mentions = (ana, erik, oslo, diplomat, courier, reuters, sofia, oslo_acts)
    return Extraction(
        FIRST, _sentences(FIRST), mentions, tuple(_alone(m) for m in mentions), (said,), (meeting, demand), ()
    )


def second() -> Extraction:
    ana = _mention(SECOND, "Вечерин", "Person")
    erik = _mention(SECOND, "Норберг", "Person")
    again = _mention(SECOND, "Норберг", "Person", nth=1)
    oslo = _mention(SECOND, "Осло", "Place")
    said = Statement(_span(SECOND, "каза"), "say", _fills("speaker", again, "вършител"), (), "indirect", "asserts",
                     (Span(SECOND.id, 0, 0, _span(SECOND, "19 март").end),))  # fmt: skip
    sides = (_fills("participant", ana, "на"), _fills("participant", erik, "с"))
    then = _when(SECOND, "19 март", "XXXX-03-19", date(2025, 3, 19))
    before = _when(SECOND, "12 март", "XXXX-03-12", date(2025, 3, 12))
    held = Claim(_span(SECOND, "Срещата"), "meeting", "Meeting", "held", "held-verbs", sides,
                 _fills("place", oslo, "в"), then, None, (said.id,), False)  # fmt: skip
    postponed = Claim(_span(SECOND, "отложена"), "postpone", "Meeting", "postponed", "postponed-modifiers", sides,
                      None, before, _span(SECOND, "за рибата"), (said.id,), False)  # fmt: skip
    plan = _mention(SECOND, "Рибният план", "Plan", "рибен план", named=False)
    chains = (_alone(ana), Chain("Норберг", "Person", True, (erik, again)), _alone(oslo), _alone(plan))
    covers = _span(SECOND, "обхваща")
    subjects = tuple(Subject(plan, _span(SECOND, words), covers) for words in ("лодките", "фаровете", "мрежите"))
    mentions = (ana, erik, again, oslo, plan)
    return Extraction(SECOND, _sentences(SECOND), mentions, chains, (said,), (held, postponed), (), (), subjects)


def _alone(mention: Mention) -> Chain:
    return Chain(mention.base, mention.kind, mention.named, (mention,), mention.country, mention.stands_for)


def resolved() -> Resolution:
    one, two = first(), second()
    ids = {
        "Ана Вечерин": "person/ana-vecherin", "Вечерин": "person/ana-vecherin",
        "Ерик Норберг": "person/erik-norberg", "Норберг": "person/erik-norberg",
        "анонимен норвежки дипломат": f"group/{one.document.id}-{one.mentions[3].span.start}",
        "Северен куриер": "media/severen-kurier", "Ройтерс": "media/roytars", "София": "government/bg",
        "рибен план": f"plan/riben-plan-{two.chains[-1].key}",
    }  # fmt: skip

    def entity_of(chain: Chain) -> str:
        if chain.base == "Осло":
            return "place/oslo" if chain.kind == "Place" else "government/no"
        return ids[chain.base]

    entities = (
        Entity("person/ana-vecherin", "Person", "Ана Вечерин", ("Ана Вечерин", "Вечерин"), True),
        Entity("person/erik-norberg", "Person", "Ерик Норберг", ("Ерик Норберг", "Норберг"), True),
        Entity(ids["анонимен норвежки дипломат"], "Group", "анонимен норвежки дипломат", (), False, "NO"),
        Entity("media/severen-kurier", "Media", "Северен куриер", (), True),
        Entity(
            "media/roytars", "Media", "Ройтерс", ("Reuters",), True, None, ("http://www.wikidata.org/entity/Q130879",)
        ),
        Entity("government/bg", "Government", "България", ("София",), True, "BG"),
        Entity("government/no", "Government", "Норвегия", ("Осло",), True, "NO"),
        Entity("place/oslo", "Place", "Осло", (), True, "NO"),
        Entity(ids["рибен план"], "Plan", "рибен план", (), False),
    )
    links = tuple(
        Link(
            chain.key, entity_of(chain), "full name" if " " in chain.base else "surname", 0.95, chain.base == "Вечерин"
        )
        for extraction in (one, two)
        for chain in extraction.chains
    )
    meeting = Event(
        "Meeting",
        (one.claims[0].id, two.claims[0].id, two.claims[1].id),
        "held",
        ("person/ana-vecherin", "person/erik-norberg"),
        "place/oslo",
        two.claims[0].when,
    )
    demand = Event("Demand", (one.claims[1].id,), "held", ("government/bg", "government/no"), None, None)
    title = _span(FIRST, "Президентът на България")
    offices = (Office("person/ana-vecherin", "президент", "government/bg", "BG", FIRST.id, title, False),)
    apart = (Apart("media/roytars", "media/severen-kurier", "both are media of one document", 0.1),)
    return Resolution(entities, links, (meeting, demand), offices, apart)


def sample_graphs(base: str | None = None) -> dict[str, tuple[str, ...]]:
    """The graphs of the sample: name -> N-Quads lines."""
    from kg import graph

    base = base or graph.BASE
    graphs = {graph.document_iri(e.document.id, base): graph.document_quads(e, base) for e in (first(), second())}
    return graphs | {graph.resolution_iri(base): tuple(sorted(graph.resolution_quads(resolved(), base)))}


def asked(question: str, text: str) -> dict[str, str]:
    """Values for the parameters of a question of ontology/queries, about which this sample has something to tell."""
    from kg.store.sparql import parameters

    about = {"actor": "Ана Вечерин", "office": "президент", "other": "Ерик Норберг", "name": "Reuters", "plan": "рибен план"}
    about["event"] = resolved().events[0].id
    about |= {"acts": {"actor": "България"}, "statements": {"actor": "Норберг"}}.get(question, {})
    return {parameter.name: about[parameter.name] for parameter in parameters(text)}


def write_sample() -> None:
    """Write the sample to `ontology/examples/valid/sample.trig`, for people to read."""
    from pathlib import Path

    import pyoxigraph

    from kg import graph

    lines = "\n".join(line for lines in sample_graphs().values() for line in lines)
    quads = pyoxigraph.parse(lines.encode(), pyoxigraph.RdfFormat.N_QUADS)
    target = Path(__file__).parents[1] / "ontology" / "examples" / "valid" / "sample.trig"
    target.write_bytes(pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.TRIG, prefixes=graph.PREFIXES))


if __name__ == "__main__":
    write_sample()
