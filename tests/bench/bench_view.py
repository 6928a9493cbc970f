"""How long the page takes to open and to answer a search, and how large it is, at 100, 2,000 and 20,000 actors.

Run: python tests/bench/bench_view.py [ACTORS ...]
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from view_sample import large

from kg.view import write
from kg.view.page import make_page

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
RUNS = 3


def measure(path: Path, name: str) -> tuple[float, ...]:
    """Seconds to the painted frame and picture, of processor until then, and from a name typed to the name found."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = os.environ.get("KG_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_context(offline=True, viewport={"width": 1440, "height": 900}).new_page()
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(path.as_uri(), timeout=120_000)
        page.wait_for_function("performance.getEntriesByName('kg-painted').length", timeout=120_000)
        metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
        framed, painted = (page.evaluate(f"performance.getEntriesByName('{mark}')[0].startTime") / 1000 for mark in ("kg-frame", "kg-painted"))
        found = page.evaluate(
            """(name) => {
                const start = performance.now();
                kg.byId("find").value = name;
                kg.byId("find").dispatchEvent(new Event("input"));
                if (!kg.byId("found").textContent.includes(name)) throw new Error(name);
                return (performance.now() - start) / 1000;
            }""",
            name,
        )
        browser.close()
    return framed, painted, metrics["TaskDuration"], found


def main(sizes: list[int]) -> None:
    columns = ("actors", "encounters", "built s", "file MB", "frame s", "picture s", "processor s", "search s")
    print(*(f"{column:>11}" for column in columns), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for actors in sizes:
            network = large(actors, actors * 5)
            start = time.perf_counter()
            html = make_page(network)
            built = time.perf_counter() - start
            path = Path(folder) / f"{actors}.html"
            write(path, html)
            runs = [measure(path, network.actors[actors * 2 // 3].name) for _ in range(RUNS)]
            figures = (
                built,
                path.stat().st_size / 1e6,
                *(statistics.median(values) for values in zip(*runs, strict=True)),
            )
            print(f"{actors:11} {actors * 5:11}", *(f"{figure:11.2f}" for figure in figures), flush=True)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [100, 2000, 20000])
