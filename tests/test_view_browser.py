"""The page in a real browser, with the network cut off. Screenshots go to the folder that KG_SCREENSHOTS names."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from view_hostile import hostile
from view_sample import large, told

from kg.view import write
from kg.view.network import Actor, Event, Network, Participant, load_labels
from kg.view.page import make_page
from kg.view.site import make_site

pytestmark = pytest.mark.browser
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
CHROMIUM = os.environ.get("KG_CHROMIUM") or next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
if CHROMIUM is None:
    pytest.skip(
        "no Chromium is installed; install one (apt-get install chromium) to run these", allow_module_level=True
    )
sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed; pip install playwright")
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    write(folder / "told.html", make_page(told()))
    sides = (Participant("a"), Participant("b"))
    people = (Actor("a", "Person", "Ана"), Actor("b", "Person", "Ерик"))
    least = Network(people, (Event("e", "Meeting", True, "held", sides),), (), (), (), load_labels())
    write(folder / "least.html", make_page(least))
    write(folder / "core.html", make_page(large(300, 900), limit=100))
    write(folder / "empty.html", make_page(Network((), (), (), (), ())))
    write(folder / "hostile.html", make_page(hostile()))
    write(folder / "large.html", make_page(large(2000, 10000)))
    for name, html in make_site(told()):
        write(folder / "site" / name, html)
    for name, html in make_site(hostile()):
        write(folder / "hostile" / name, html)
    return folder


@pytest.fixture
def open_page(browser: Any, files: Path) -> Iterator[Open]:
    """Open a file in an offline browser; at the end nothing may have been asked for or complained about."""
    contexts, wrong = [], []

    def opened(name: str = "told.html", address: str = "", **options: Any) -> Any:
        context = browser.new_context(offline=True, **({"viewport": {"width": 1440, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or wrong.append(request.url)
        )
        page.goto(f"{(files / name).as_uri()}{address}")
        page.wait_for_function("typeof kg === 'undefined' || performance.getEntriesByName('kg-ready').length")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def shot(page: Any, name: str) -> None:
    """Keep a screenshot where somebody asked for them."""
    if folder := os.environ.get("KG_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(500)
        page.screenshot(path=Path(folder) / f"{name}.png")


def faults(page: Any) -> list[str]:
    """The serious and critical faults that axe finds."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:160]} ({len(fault['nodes'])})"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def title(page: Any) -> Any:
    return page.locator("#panel h2")


def test_opens_still_with_everything_in_it(open_page: Open) -> None:
    page = open_page()
    sync_api.expect(page.locator("h1")).to_have_text("Кой с кого")
    sync_api.expect(page.locator("#tally")).to_have_text("12 от 12 участници · 14 от 15 събития")
    assert page.evaluate("kg.graph.count()") == {"nodes": 13, "edges": 20}
    before = page.evaluate("JSON.stringify([0,1,2].map((id) => kg.graph.at(id)))")
    page.wait_for_timeout(400)
    assert page.evaluate("JSON.stringify([0,1,2].map((id) => kg.graph.at(id)))") == before
    shot(page, "graph")


@pytest.mark.parametrize("typed", ["Витковски", "витк", "Witkowski", "vitkovski", "Vitkowsky"])
def test_search_understands_both_scripts(open_page: Open, typed: str) -> None:
    page = open_page()
    page.fill("#find", typed)
    sync_api.expect(page.locator("#found li").first).to_contain_text("Томас Витковски")
    page.keyboard.press("Enter")
    sync_api.expect(title(page)).to_have_text("Томас Витковски")
    assert "actor=person%2Ftomas-vitkovski" in page.url


def test_opens_empty(open_page: Open) -> None:
    page = open_page("empty.html")
    sync_api.expect(page.locator("#nothing")).to_be_visible()
    sync_api.expect(title(page)).to_have_text("Накратко")


def test_opens_with_the_least(open_page: Open) -> None:
    page = open_page("least.html", "#event=e")
    sync_api.expect(title(page)).to_have_text("Ана – Ерик")
    sync_api.expect(page.locator("#panel")).to_contain_text("Няма твърдения")
    page.click("#tab-timeline")
    sync_api.expect(page.locator(".lane")).to_have_count(1)
    page.click("#tab-table")
    sync_api.expect(page.locator("#rows tbody tr")).to_have_count(1)


def test_a_picture_of_the_core_says_so_and_brings_the_others(open_page: Open) -> None:
    page = open_page("core.html")
    sync_api.expect(page.locator("#core-note")).to_contain_text("100 най-свързани участници от 300")
    assert page.evaluate("kg.graph.count().nodes") == 100
    outside = page.evaluate("kg.actors.find((actor) => !actor.core && actor.events.length).name")
    page.fill("#find", outside)
    page.keyboard.press("Enter")
    sync_api.expect(title(page)).to_have_text(outside)
    assert page.evaluate("kg.graph.count().nodes") == 101
    page.click("#around")
    assert page.evaluate("kg.graph.count().nodes === kg.state.lens.actors.size")
    page.click("#lens .icon")
    page.click("[data-draw=nodes]")
    page.click("[data-draw=edges]")
    sync_api.expect(page.locator("#tally")).to_contain_text("300 от 300 участници · 900 от 900 събития")


def test_search_finds_by_sound_and_says_when_nothing(open_page: Open) -> None:
    page = open_page()
    assert page.evaluate("[kg.fold('Уиткоф'), kg.fold('Witkoff')].every((key, _, all) => key === all[0])")
    page.fill("#find", "Zhulien Marchaux")
    sync_api.expect(page.locator("#found")).to_contain_text("Нищо не е намерено")
    page.fill("#find", "Oslo")
    sync_api.expect(page.locator("#found")).to_contain_text("Осло")


def test_filters_hide_and_counts_follow(open_page: Open) -> None:
    page = open_page()
    count = page.locator('[data-count="cancelled"] .count')
    sync_api.expect(count).to_have_text("1")
    page.uncheck('[data-key="held"]')
    sync_api.expect(page.locator("#tally")).to_contain_text("7 от 15 събития")
    page.uncheck('[data-key="Person"]')
    sync_api.expect(page.locator("#tally")).to_contain_text("2 от 15 събития")
    sync_api.expect(count).to_have_text("0")
    assert page.evaluate("kg.graph.count()") == {"nodes": 4, "edges": 4}
    page.click("#reset")
    sync_api.expect(page.locator("#tally")).to_have_text("12 от 12 участници · 15 от 15 събития")


def test_the_period_the_source_and_the_speaker_filter(open_page: Open) -> None:
    page = open_page()
    page.locator("#from").focus()
    page.evaluate("kg.byId('from').value = kg.toDay('2025-05-01'); kg.byId('from').dispatchEvent(new Event('input'))")
    sync_api.expect(page.locator("#from-day")).to_have_text("1.05.2025")
    sync_api.expect(page.locator("#tally")).to_contain_text("8 от 15")
    page.uncheck("#undated")
    sync_api.expect(page.locator("#tally")).to_contain_text("7 от 15")
    page.click("#reset")
    page.select_option("#source", "1")
    sync_api.expect(page.locator("#tally")).not_to_contain_text("15 от 15")
    page.click("#reset")
    page.select_option("#speaker", index=1)
    sync_api.expect(page.locator("#tally")).to_contain_text("15 от 15")


def test_a_click_on_a_line_shows_its_evidence(open_page: Open) -> None:
    page = open_page()
    page.wait_for_timeout(300)
    nth = page.evaluate("kg.byEvent.get('event07').index")
    box = page.locator("#canvas").bounding_box()
    ends = page.evaluate(f"kg.graph.where({nth})")
    x, y = ((ends["from"][axis] + ends["to"][axis]) / 2 for axis in "xy")
    page.mouse.click(box["x"] + x, box["y"] + y)
    sync_api.expect(title(page)).to_have_text("Луиза Феранте – Павел Странджев")
    claim = page.locator(".claim").first
    assert [mark.inner_text() for mark in claim.locator("mark").all()] == [
        "Луиза Феранте",
        "обсъди плана с",
        "Павел Странджев",
    ]
    chain = [link.inner_text() for link in claim.locator(".chain li").all()]
    assert chain[:2] == ["анонимен норвежки дипломат", "Северен куриер"]
    assert chain[2].startswith("Вечерен лист")
    sync_api.expect(claim).to_contain_text("миналия вторник")
    sync_api.expect(claim).to_contain_text("Състояло се")
    shot(page, "evidence")


def test_an_event_shows_what_was_said_before(open_page: Open) -> None:
    page = open_page(address="#event=event00")
    steps = page.locator(".steps li")
    sync_api.expect(steps).to_have_count(3)
    assert [step.inner_text().split(" ")[0] for step in steps.all()] == ["Планирано", "Отложено", "Състояло"]
    sync_api.expect(page.locator(".steps del").first).to_have_text("12.03.2025")
    sync_api.expect(page.locator(".claim").first).to_contain_text("XXXX-03-12")
    sync_api.expect(page.locator(".claim .inferred").first).to_contain_text("изведено")


def test_deep_links_open_actors_events_articles_and_hidden_kinds(open_page: Open) -> None:
    sync_api.expect(title(open_page(address="#actor=person/ana-vecherin"))).to_have_text("Ана Вечерин")
    page = open_page(address="#event=event13&lang=en")
    sync_api.expect(title(page)).to_contain_text("Норвегия")
    sync_api.expect(page.locator('[data-key="Demand"]')).to_be_checked()
    page = open_page(address="#article=doc000&at=19")
    sync_api.expect(page.locator(".claim")).to_have_count(1)
    page = open_page(address="#actor=nobody")
    sync_api.expect(title(page)).to_have_text("Накратко")


def test_back_returns(open_page: Open) -> None:
    page = open_page(address="#actor=person/ana-vecherin")
    page.locator("#panel .entry").first.click()
    sync_api.expect(page.locator("#panel .claim").first).to_be_visible()
    page.go_back()
    sync_api.expect(title(page)).to_have_text("Ана Вечерин")


def test_neighbours_and_a_path(open_page: Open) -> None:
    page = open_page(address="#actor=person/karim-al-nuri")
    page.click("#around")
    sync_api.expect(page.locator("#lens")).to_contain_text("Около Карим ал Нури")
    sync_api.expect(page.locator("#tally")).to_contain_text("2 от 12 участници")
    page.click("#lens button:has-text('2')")
    sync_api.expect(page.locator("#tally")).to_contain_text("4 от 12 участници")
    page.fill("#path-find", "Norvegia")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#lens")).to_contain_text("Път: Карим ал Нури – Норвегия")
    assert page.evaluate("kg.state.lens.chain.length") >= 4
    shot(page, "path")
    page.click("#lens .icon")
    sync_api.expect(page.locator("#tally")).to_contain_text("12 от 12")


def test_encounters_become_points_and_lines_again(open_page: Open) -> None:
    page = open_page()
    page.click("[data-draw=nodes]")
    assert page.evaluate("kg.graph.count()") == {"nodes": 12 + 14, "edges": 32}
    shot(page, "points")
    page.click("[data-draw=edges]")
    assert page.evaluate("kg.graph.count()") == {"nodes": 13, "edges": 20}


def test_physics_only_on_request(open_page: Open) -> None:
    page = open_page()
    before = page.evaluate("JSON.stringify(kg.graph.at(1))")
    page.click("#physics")
    page.wait_for_timeout(600)
    assert page.evaluate("JSON.stringify(kg.graph.at(1))") != before
    page.click("#physics")


def test_a_keyboard_walk(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    sync_api.expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("/")
    sync_api.expect(page.locator("#find")).to_be_focused()
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowRight")
    sync_api.expect(title(page)).to_have_text("Ана Вечерин")
    page.keyboard.press("ArrowUp")
    sync_api.expect(title(page)).not_to_have_text("Ана Вечерин")
    page.keyboard.press("Enter")
    sync_api.expect(title(page)).to_be_focused()
    page.locator("#canvas").focus()
    page.keyboard.press("Escape")
    sync_api.expect(title(page)).to_have_text("Накратко")
    page.locator("#tab-graph").focus()
    page.keyboard.press("ArrowRight")
    sync_api.expect(page.locator("#tab-timeline")).to_be_focused()
    sync_api.expect(page.locator("#timeline")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.locator("#rows th button").nth(1).focus()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#rows th").nth(1)).to_have_attribute("aria-sort", "ascending")
    page.locator("#rows td button").first.focus()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#panel .claim").first).to_be_visible()


def test_the_timeline_joins_old_and_new_dates(open_page: Open) -> None:
    page = open_page(address="#view=timeline")
    sync_api.expect(page.locator(".lane")).to_have_count(14)
    moved = page.locator(".lane", has_text="19.03.2025")
    sync_api.expect(moved.locator("path")).to_have_count(1)
    sync_api.expect(moved.locator("circle")).to_have_count(2)
    moved.locator("button").click()
    sync_api.expect(page.locator(".steps li")).to_have_count(3)
    shot(page, "timeline")
    page.click("[data-rows=actor]")
    sync_api.expect(page.locator(".lane")).to_have_count(12)


def test_the_table_sorts_and_pages(open_page: Open) -> None:
    page = open_page(address="#view=table")
    sync_api.expect(page.locator("#rows tbody tr")).to_have_count(14)
    first = page.locator("#rows tbody tr").first
    sync_api.expect(first).to_contain_text("30.01.2025")
    page.click("[data-sort=date]")
    sync_api.expect(page.locator("#rows tbody tr").last).to_contain_text("30.01.2025")
    page.click("[data-table=actors]")
    sync_api.expect(first).to_contain_text("Ана Вечерин")
    shot(page, "table")


def test_dark_and_english(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click("#language")
    sync_api.expect(page.locator("h1")).to_have_text("Who met whom")
    sync_api.expect(page.locator("#statuses")).to_contain_text("Postponed")
    assert page.evaluate("document.documentElement.lang") == "en"
    shot(page, "dark-english")
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    visible = re.sub(r"\s+", " ", page.locator("#side").inner_text())
    assert not re.search(
        "[а-я]",
        visible.replace("анонимен норвежки дипломат", "").replace("Вечерен лист", "").replace("Утринен вестник", ""),
    )


def test_a_phone(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "phone")
    page.click("#open-side")
    sync_api.expect(page.locator("#tally")).to_be_visible()
    page.click("#close-side")
    page.fill("#find", "Ana")
    page.keyboard.press("Enter")
    sync_api.expect(title(page)).to_have_text("Ана Вечерин")
    shot(page, "phone-panel")


def test_prints(open_page: Open) -> None:
    page = open_page(address="#event=event00", color_scheme="dark")
    sync_api.expect(page.locator(".claim").first).to_be_visible()
    page.emulate_media(media="print")
    assert page.evaluate("kg.colour('card')") == "#fff"
    sync_api.expect(page.locator(".side")).to_be_hidden()
    sync_api.expect(page.locator(".claim").first).to_be_visible()
    assert page.pdf()[:5] == b"%PDF-"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize(
    "address", ["", "#actor=person/ana-vecherin", "#event=event00", "#view=timeline", "#view=table"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(open_page: Open, address: str, scheme: str) -> None:
    page = open_page(address=address, color_scheme=scheme)
    page.wait_for_timeout(300)
    assert faults(page) == []


@pytest.mark.parametrize(
    "name", ["timeline", "table", "articles", "actor/person-ana-vecherin", "event/event00", "article/doc000"]
)
def test_axe_finds_no_serious_fault_in_the_site(open_page: Open, name: str) -> None:
    assert faults(open_page(f"site/{name}.html")) == []


def test_the_site_links_evidence_to_the_place_in_the_article(open_page: Open) -> None:
    page = open_page("site/index.html", "#event=event00")
    page.locator(".claim a", has_text="знак 19").first.click()
    page.wait_for_url("**/article/doc000.html#c19")
    sync_api.expect(page.locator(".sentence:target mark").nth(1)).to_have_text("ще се срещне с")
    shot(page, "article")
    page.locator(".sentence:target a").first.click()
    sync_api.expect(page.locator("h1")).to_have_text("Ана Вечерин")
    page.locator("text=Виж в графа").click()
    sync_api.expect(title(page)).to_have_text("Ана Вечерин")


def test_hostile_sources_stay_text(open_page: Open) -> None:
    page = open_page("hostile.html")
    for view in ("timeline", "table", "graph"):
        page.click(f"#tab-{view}")
    for nth in range(page.evaluate("kg.events.length")):
        page.evaluate(f"kg.go({{ event: kg.events[{nth}].id }})")
        sync_api.expect(page.locator(".claim")).to_have_count(1)
        hrefs = page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.protocol)")
        assert set(hrefs) <= {"http:", "https:", "file:"}
        page.evaluate(f"kg.go({{ actor: kg.actors[{nth}].id }})")
    page.fill("#find", "script")
    sync_api.expect(page.locator("#found li").first).to_be_visible()
    page.mouse.move(700, 400)
    assert page.evaluate("[window.hurt, document.querySelectorAll('img, iframe, b[onmouseover]').length]") == [None, 0]
    shot(page, "hostile")


def test_hostile_pages_of_the_site_stay_text(open_page: Open, files: Path) -> None:
    names = sorted(path.relative_to(files).as_posix() for path in (files / "hostile").rglob("*.html"))
    page = open_page("hostile/timeline.html")
    for name in [name for name in names if "index" not in name]:
        page.goto((files / name).as_uri())
        assert page.evaluate("[window.hurt, document.querySelectorAll('img, iframe').length]") == [None, 0]


def test_a_large_network_opens_and_answers_in_three_seconds(open_page: Open) -> None:
    page = open_page("large.html")
    page.wait_for_function("performance.getEntriesByName('kg-painted').length")
    framed, painted = (
        page.evaluate(f"performance.getEntriesByName('{mark}')[0].startTime") for mark in ("kg-frame", "kg-painted")
    )
    name = page.evaluate("kg.actors[1234].name")
    page.fill("#find", name)
    sync_api.expect(page.locator("#found li").first).to_contain_text(name)
    shot(page, "large")
    assert framed < 3000  # from here on the search answers
    assert painted < 6000  # twice what it may take, for a busy machine; tests/bench/bench_view.py measures
