"""How long every competency query takes over a made-up corpus: `python tests/bench/bench_queries.py [--triples N]`.

Prints p50 and p95 in milliseconds over runs with parameters that change from run to run, on Oxigraph on disk, with the
p95 of processor time besides (what counts on a machine that others use), and with
`--compare` the ratio to rdflib's memory store on the same data (use 100,000 triples: rdflib is slow).
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import corpus  # noqa: E402

from kg import graph, resources  # noqa: E402
from kg.store import open_store  # noqa: E402
from kg.store.sparql import bind, parameters  # noqa: E402


def graphs(triples: int) -> dict[str, tuple[str, ...]]:
    """The graphs of as many documents as make about `triples` triples."""
    sample = len(graph.document_quads(corpus.extraction(1))) + 74
    count = max(1, triples // sample)
    made = [corpus.extraction(number) for number in range(count)]
    resolved = corpus.resolution(iter(made))
    found = {graph.document_iri(one.document.id): graph.document_quads(one) for one in made}
    return found | {graph.resolution_iri(): tuple(graph.resolution_quads(resolved))}


def values(name: str, rng: random.Random, events: list[str]) -> dict[str, str]:
    """Parameters for one run of the query `name`."""
    kind, count = ("Government", corpus.GOVERNMENTS) if name == "acts" else ("Person", corpus.PERSONS)
    given = {"actor": corpus.name(kind, rng.randrange(count)), "other": corpus.name(kind, rng.randrange(count))}
    given |= {
        "name": given["actor"],
        "plan": corpus.name("Plan", rng.randrange(corpus.PLANS)),
        "office": rng.choice(corpus.TITLES),
        "event": rng.choice(events),
    }
    text = (resources.path("ontology") / "queries" / f"{name}.rq").read_text("utf-8")
    return {parameter.name: given.get(parameter.name, parameter.example) for parameter in parameters(text)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--triples", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=30)
    options.add_argument("--compare", action="store_true", help="also run rdflib's memory store (three runs each)")
    given = options.parse_args()
    data = graphs(given.triples)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with open_store(Path(folder) / "store") as store:
            store.replace(data)
        print(f"{sum(map(len, data.values())):,} triples in {len(data):,} graphs, "
              f"stored in {time.perf_counter() - started:.1f} s")  # fmt: skip
        with open_store(Path(folder) / "store", read_only=True) as store:
            measure(store, data, given.runs, given.compare)


def measure(store, data, runs: int, compare: bool) -> None:
    """Print one line a query."""
    memory = _rdflib(data) if compare else None
    found = store.query(f"SELECT ?id {{ ?e a <{graph.DIP}Event> ; <https://schema.org/identifier> ?id }} ORDER BY ?id")
    events = [line["id"] for line in found.records()]
    print(f"{'query':24} {'rows':>6} {'p50 ms':>8} {'p95 ms':>8} {'p95 CPU':>8}" + (f" {'rdflib/oxigraph':>16}" if compare else ""))
    for file in sorted((resources.path("ontology") / "queries").glob("*.rq")):
        rng, times, work, rows = random.Random(7), [], [], 0
        text = file.read_text("utf-8")
        for _ in range(runs):
            bound = values(file.stem, rng, events)
            started, worked = time.perf_counter(), time.process_time()
            rows = max(rows, len(store.query(text, bound).rows))
            times.append((time.perf_counter() - started) * 1000)
            work.append((time.process_time() - worked) * 1000)
        p50, p95 = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
        line = f"{file.stem:24} {rows:6} {p50:8.1f} {p95:8.1f} {sorted(work)[int(len(work) * 0.95)]:8.1f}"
        if memory is not None:
            rng, slow = random.Random(7), []
            for _ in range(3):
                started = time.perf_counter()
                list(memory.query(bind(text, values(file.stem, rng, events))))
                slow.append((time.perf_counter() - started) * 1000)
            line += f" {statistics.median(slow) / p50:16.0f}"
        print(line, flush=True)


def _rdflib(data):
    import rdflib

    memory = rdflib.Dataset(default_union=True)
    for lines in data.values():
        memory.parse(data="\n".join(lines), format="nquads")
    return memory


if __name__ == "__main__":
    main()
