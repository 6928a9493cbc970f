"""The page and the site without a browser: what is in them, what never is, and that it is always the same."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from sample_graph import sample_graphs
from view_hostile import STRINGS, hostile
from view_sample import large, told

from kg import export, graph, model
from kg.resolve import Resolution
from kg.store import open_store
from kg.view import write, write_page, write_site
from kg.view.layout import place_actors, place_events
from kg.view.network import Mark, Network, load_network
from kg.view.page import make_page
from kg.view.payload import packed, script_json
from kg.view.site import address, make_site, pieces, read, safe_url
from kg.view.weave import actor_graph, core


class Reader(HTMLParser):
    """Elements with their attributes and the text inside scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inner: list[tuple[str, dict[str, str | None], str]] = []
        self.inside: tuple[str, dict[str, str | None]] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag in ("script", "style"):
            self.inside = (tag, dict(attributes))
            self.inner.append((*self.inside, ""))

    def handle_data(self, data: str) -> None:
        if self.inside:
            tag, attributes, text = self.inner.pop()
            self.inner.append((tag, attributes, text + data))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.inside = None


def block(html: str, id: str) -> object:
    """A JSON block of the page."""
    return next(json.loads(text) for tag, attributes, text in Reader(html).inner if attributes.get("id") == id)


@pytest.fixture(scope="module")
def page() -> str:
    return make_page(told())


@pytest.fixture(scope="module")
def hostile_files() -> dict[str, str]:
    return dict(make_site(hostile()))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Network:
    folder = tmp_path_factory.mktemp("store")
    with open_store(folder) as store:
        store.replace(sample_graphs())
    with open_store(folder, read_only=True) as store:
        return load_network(store)


# ---- From the store ----


def test_the_network_comes_from_the_store(stored: Network) -> None:
    (meeting,) = [event for event in stored.events if event.kind == "Meeting"]
    assert (meeting.status, meeting.place, str(meeting.start)) == ("held", "Осло", "2025-03-19")
    assert [side.actor for side in meeting.participants] == ["person/ana-vecherin", "person/erik-norberg"]
    claims = [claim for claim in stored.claims if claim.event == meeting.id]
    assert sorted(claim.status for claim in claims) == ["held", "planned", "postponed"]


def test_a_claim_has_its_sentence_marks_date_and_chain(stored: Network) -> None:
    (claim,) = [claim for claim in stored.claims if claim.status == "planned"]
    text = next(document.text for document in stored.documents if document.id == claim.document)
    assert text[claim.start : claim.start + len(claim.sentence)] == claim.sentence
    assert text[claim.trigger.start : claim.trigger.end] == "срещне"
    assert [text[mark.start : mark.end] for mark in claim.marks] == ["Ана Вечерин", "Ерик Норберг", "Осло"]
    assert claim.when is not None
    assert (claim.when.edtf, str(claim.when.start), claim.when.inferred) == ("XXXX-03-12", "2025-03-12", True)
    statement = next(one for one in stored.statements if one.id in claim.statements)
    assert statement.speaker is not None
    assert statement.speaker.words == "анонимен норвежки дипломат"
    assert [voice.words for voice in statement.media] == ["Северен куриер", "Ройтерс"]


def test_roles_come_from_the_sentences(stored: Network) -> None:
    (demand,) = [event for event in stored.events if event.kind == "Demand"]
    roles = {side.actor: side.role for side in demand.participants}
    assert roles == {"government/bg": "agent", "government/no": "recipient"}
    assert not demand.encounter


def test_a_page_and_a_site_are_written_from_a_store(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        store.replace(sample_graphs())
    with open_store(tmp_path / "store", read_only=True) as store:
        write_page(store, tmp_path / "graph.html")
        write(tmp_path / "site" / "event" / "gone.html", "of an earlier store")
        network = write_site(store, tmp_path / "site")
    assert "Ана Вечерин" in (tmp_path / "graph.html").read_text("utf-8")
    things = len(network.actors) + len(network.events) + len(network.documents)
    assert len(list((tmp_path / "site").rglob("*.html"))) == 4 + things
    assert not list(tmp_path.rglob("*.new"))


@pytest.mark.parametrize("string", STRINGS)
def test_hostile_strings_come_through_the_store_unchanged(string: str, tmp_path: Path) -> None:
    text = f"{string} се срещна с Ерик."
    document = model.Document(text=text, title=string, source=string, url=string)
    span = model.Span(document.id, 0, 0, len(string))
    mention = model.Mention(span, 1, string, string, "Person", True, title=string)
    trigger = model.Span(document.id, 0, len(string) + 1, len(string) + 10)
    claim = model.Claim(
        trigger,
        string,
        "Meeting",
        "held",
        string,
        (model.Argument("participant", mention, span, string),),
        None,
        None,
        span,
        (),
        False,
    )
    chain = model.Chain(string, "Person", True, (mention,))
    read = model.Extraction(document, ((0, len(text)),), (mention,), (chain,), (), (claim,), ())
    event = model.Event("Meeting", (claim.id,), "held", ("person/a",), "place/b", None)
    entities = (
        model.Entity("person/a", "Person", string, (string * 2,), True),
        model.Entity("place/b", "Place", string, (), True),
    )
    links = (model.Link(chain.key, "person/a", string, 1.0, False),)
    with open_store(tmp_path) as store:
        store.replace(
            {
                graph.document_iri(document.id): graph.document_quads(read),
                graph.resolution_iri(): graph.resolution_quads(Resolution(entities, links, (event,), ())),
            }
        )
    with open_store(tmp_path, read_only=True) as store:
        network = load_network(store)
    (found,) = network.claims
    assert (found.sentence, found.rule, found.topic) == (text, string, string)
    assert text[found.marks[0].start : found.marks[0].end] == string
    assert (network.actors[0].name, network.actors[0].names) == (string, (string * 2,))
    assert (network.events[0].place, network.documents[0].title, network.documents[0].url) == (string, string, string)


# ---- The command line ----


def test_the_commands_write_what_they_say(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from kg.cli import app

    with open_store(tmp_path / "store") as store:
        store.replace(sample_graphs())
    where = ["--store", str(tmp_path / "store")]
    commands = [
        (["view", "--out", str(tmp_path / "a.html")], ["a.html"]),
        (["view", "--site", str(tmp_path / "site")], ["site/index.html"]),
        (["graph", "--format", "gexf", "--out", str(tmp_path / "a.gexf")], ["a.gexf"]),
        (["graph", "--out", str(tmp_path / "b.svg")], ["b.svg"]),
        (["graph", "--format", "csv", "--out", str(tmp_path / "a.csv")], ["a-nodes.csv", "a-edges.csv"]),
        (["plot", "matrix", "--out", str(tmp_path / "a.svg")], ["a.svg"]),
        (["plot", "meetings", "--out", str(tmp_path / "a.png")], ["a.png"]),
    ]
    for command, files in commands:
        result = CliRunner().invoke(app, [*command, *where])
        assert (result.exit_code, result.stdout.split()) == (0, [str(tmp_path / file) for file in files])
        assert all((tmp_path / file).stat().st_size for file in files)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["graph", "--format", "dot"], "graphml, gexf, csv, png, svg"),
        (["graph", "--out", "network.doc"], "graphml, gexf, csv, png, svg"),
        (["plot", "pie"], "meetings, matrix"),
        (["plot", "matrix", "--out", "a.pdf"], ".png or .svg"),
        (["view", "--store", "nowhere"], "kg build"),
    ],
)
def test_the_commands_say_what_to_do(command: list[str], says: str) -> None:
    from typer.testing import CliRunner

    from kg.cli import app
    from kg.errors import KgError

    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, KgError)
    assert says in str(result.exception)


# ---- The graph ----


def test_parallel_edges_are_never_lost(page: str) -> None:
    network = told()
    actors_and_edges = actor_graph(network)
    assert actors_and_edges.number_of_edges("person/ana-vecherin", "person/erik-norberg") == 4
    edges = block(page, "kg-edges")
    actors = {actor.id: nth for nth, actor in enumerate(network.actors)}
    events = {event.id: nth for nth, event in enumerate(network.events)}
    drawn = {edge["event"] for edge in edges}  # type: ignore[attr-defined]
    shared = {events[e.id] for e in network.events if len({side.actor for side in e.participants}) > 1}
    assert drawn == shared
    pair = {actors["person/ana-vecherin"], actors["person/erik-norberg"]}
    between = [edge for edge in edges if {edge["from"], edge["to"]} == pair]  # type: ignore[attr-defined]
    assert len(between) == 3
    assert len({edge["bend"] for edge in between}) == 3


def test_an_event_of_many_is_a_point_with_spokes(page: str) -> None:
    network = told()
    (nth,) = [nth for nth, event in enumerate(network.events) if len(event.participants) == 5]
    spokes = [edge for edge in block(page, "kg-edges") if edge["event"] == nth]  # type: ignore[attr-defined]
    assert len(spokes) == 5
    assert {edge["from"] for edge in spokes} == {f"e{nth}"}


def test_every_actor_of_an_event_has_a_place_and_none_covers_another() -> None:
    network = told()
    places = place_actors(network, actor_graph(network))
    assert set(places) == core(network, len(network.actors))
    points = sorted(places.values())
    assert all(abs(ax - bx) > 60 or abs(ay - by) > 60 for (ax, ay), (bx, by) in pairwise(points))
    assert set(place_events(network, places)) == {event.id for event in network.events}


def test_a_large_network_starts_from_its_core_and_drops_nothing() -> None:
    network = large(300, 900)
    html = make_page(network, limit=100)
    assert len(block(html, "kg-nodes")) == 100  # type: ignore[arg-type]
    data = block(html, "kg-data")
    assert data["actors"]["length"] == 300  # type: ignore[index]
    assert data["events"]["length"] == 900  # type: ignore[index]
    assert sum(data["actors"]["core"]) == 100  # type: ignore[index]


# ---- The same bytes ----


def test_the_same_network_gives_the_same_bytes(page: str) -> None:
    assert page == make_page(told())


def test_the_site_gives_the_same_bytes() -> None:
    assert dict(make_site(told())) == dict(make_site(told()))


@pytest.mark.parametrize("format", ["graphml", "gexf", "csv", "svg", "png"])
def test_exports_give_the_same_bytes(format: str, tmp_path: Path) -> None:
    first = export.export_graph(told(), format, tmp_path / f"a.{format}")
    second = export.export_graph(told(), format, tmp_path / f"b.{format}")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


# ---- Nothing from outside, nothing alive ----


def test_no_page_loads_anything(hostile_files: dict[str, str]) -> None:
    for name, html in hostile_files.items():
        for tag, attributes in Reader(html).elements:
            assert tag not in ("link", "iframe", "object", "embed", "base", "img", "form"), name
            assert "src" not in attributes, name
            assert not (tag == "meta" and attributes.get("http-equiv") == "refresh"), name
        styles = "".join(text for tag, _, text in Reader(html).inner if tag == "style")
        assert "url(" not in styles
        assert "@import" not in styles


def test_the_policy_allows_these_scripts_and_nothing_else(hostile_files: dict[str, str]) -> None:
    for name, html in hostile_files.items():
        reader = Reader(html)
        policies = [a["content"] for tag, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert len(policies) == 1, name
        rules = dict(rule.split(" ", 1) for rule in str(policies[0]).split("; "))
        assert rules["default-src"] == "'none'"
        assert "unsafe" not in str(policies[0])
        assert "http" not in str(policies[0])
        for tag, attributes, text in reader.inner:
            if attributes.get("type") == "application/json":
                continue
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in rules[f"{tag}-src"].split(), name


def test_no_page_has_inline_handlers_or_dangerous_links(hostile_files: dict[str, str]) -> None:
    for name, html in hostile_files.items():
        for tag, attributes in Reader(html).elements:
            assert not [a for a in attributes if a.startswith("on") or a == "style"], (name, tag, attributes)
            if "href" in attributes:
                href = attributes["href"] or ""
                assert re.match(r"(https?://|#|(\.\./)?[a-z]+(/[a-z0-9-]+)?\.html)", href), (name, href)


def test_sources_never_become_elements(hostile_files: dict[str, str]) -> None:
    ours = {name: {tag for tag, _ in Reader(html).elements} for name, html in make_site(told())}
    allowed = set().union(*ours.values())
    for name, html in hostile_files.items():
        assert {tag for tag, _ in Reader(html).elements} <= allowed, name
        assert "0 1 2" not in html
        assert "{{" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL) or "{{ 7*7 }}" in html


def test_hostile_names_make_safe_and_different_files() -> None:
    names = [actor.id for actor in hostile().actors]
    files = {address("actor", name) for name in names}
    assert len(files) == len(names)
    assert all(re.fullmatch(r"actor/[a-z0-9-]{1,100}\.html", file) for file in files)


def test_json_in_a_script_cannot_close_it_and_survives() -> None:
    for network in (told(), hostile()):
        for string in [actor.name for actor in network.actors]:
            text = script_json(string)
            assert not set("<>&\u2028\u2029") & set(text)
            assert json.loads(text) == string


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" https://example.org", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, safe: bool) -> None:
    assert bool(safe_url(url)) == safe


def test_large_evidence_is_compressed_and_whole() -> None:
    value = {"text": [f"изречение <{n}>" for n in range(100_000)]}
    encoding, text = packed(value)
    assert encoding == "gzip"
    assert json.loads(gzip.decompress(base64.b64decode(text))) == value
    assert packed({"text": "<b>"}) == ("json", '{"text":"\\u003cb\\u003e"}')


# ---- Articles ----


def test_an_article_shows_its_whole_text_unaltered() -> None:
    network = told()
    for document in network.documents:
        claims = [claim for claim in network.claims if claim.document == document.id]
        said = [statement for statement in network.statements if statement.document == document.id]
        passages = read(document, claims, said)
        assert "".join(piece.text for passage in passages for piece in passage.pieces) == document.text
        assert [passage.start for passage in passages if passage.start is not None] == [claims[0].start]


def test_marks_outside_a_sentence_are_left_out_and_overlaps_are_settled() -> None:
    sentence = "Ана се срещна с Ерик."
    marks = [Mark(104, 113, "trigger"), Mark(100, 120, "participant", "a"), Mark(500, 510, "participant", "b")]
    found = list(pieces(sentence, 100, marks))
    assert "".join(piece.text for piece in found) == sentence
    assert [(piece.text, piece.mark and piece.mark.role) for piece in found] == [
        ("Ана ", "participant"),
        ("се срещна", "trigger"),
        (" с Ерик", "participant"),
        (".", None),
    ]


def test_offsets_count_as_javascript_counts() -> None:
    data = block(make_page(hostile()), "kg-evidence")
    for sentence, trigger in zip(data["claims"]["sentence"], data["claims"]["trigger"], strict=True):  # type: ignore[index]
        units = data["sentences"]["text"][sentence].encode("utf-16-le", "surrogatepass")  # type: ignore[index]
        assert units[2 * trigger[0] : 2 * trigger[1]].decode("utf-16-le") == "се срещна"


# ---- Exports ----


def test_graphml_and_gexf_keep_every_edge_and_attribute(tmp_path: Path) -> None:
    import networkx

    made = actor_graph(told())
    (path,) = export.export_graph(told(), "graphml", tmp_path / "g.graphml")
    again = networkx.read_graphml(path, force_multigraph=True)
    assert again.number_of_edges() == made.number_of_edges()
    assert again.nodes["person/ana-vecherin"]["country"] == "BG"
    (path,) = export.export_graph(told(), "gexf", tmp_path / "g.gexf")
    text = path.read_text("utf-8")
    assert 'mode="dynamic"' in text
    assert 'timeformat="date"' in text
    assert 'start="2025-03-19"' in text
    assert text.count("<edge ") == made.number_of_edges()


def test_csv_has_nodes_and_edges_and_no_formulas(tmp_path: Path) -> None:
    nodes, edges = (path.read_text("utf-8") for path in export.export_graph(told(), "csv", tmp_path / "g.csv"))
    assert len(list(csv.reader(io.StringIO(nodes)))) == 1 + len(told().actors)
    rows = list(csv.DictReader(io.StringIO(edges)))
    assert len([row for row in rows if row["Status"] == "cancelled"]) == 1
    for text in export.tables(hostile()):
        assert not [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell[:1] in ("=", "+", "-", "@")]


@pytest.mark.parametrize("draw", [export.meetings_over_time, export.who_meets_whom, export.picture])
@pytest.mark.parametrize(
    "network", [told(), hostile(), replace(told(), events=(), claims=())], ids=["told", "hostile", "empty"]
)
def test_plots_are_drawn_of_anything(draw, network: Network, tmp_path: Path) -> None:
    export.write_figure(draw(network), tmp_path / "plot.svg", "svg")
    assert b"<svg" in (tmp_path / "plot.svg").read_bytes()


def test_an_empty_store_gives_a_page() -> None:
    empty = Network((), (), (), (), ())
    assert "kg-data" in make_page(empty)
    assert len(dict(make_site(empty))) == 4
