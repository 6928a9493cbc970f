"""How a store grows: python tests/bench/bench_build.py [--documents 10000] [--only store|memory|throughput]

    store        a build with nothing to do, and one new article, with so many documents in the store
    memory       peak of a build of 100 and of so many documents
    throughput   kg's two processes against a plain loop `for text: pipeline(text)` with the same models and documents

Documents and parses are generated for the first two (the stages of tests/fakes.py), so that they measure everything
but Stanza; the third parses the sample news, repeated. Ratios are of one run; print the load of the machine with them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parents[1]
PEOPLE = ("Иван", "Петър", "Мария", "Елена", "Борис", "Ана", "Калин", "Вяра")

BUILD = """
import resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from fakes import FAKES
from kg.desk import Options
from kg.pipeline import build
report = build([Path(sys.argv[1])], sys.argv[2], Options(jobs=1), FAKES)
seconds = time.process_time()
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, report.parsed, "torch" in sys.modules)
"""


def write_news(folder: Path, numbers: range) -> None:
    """One-paragraph articles, four hundred to a folder."""
    for number in numbers:
        place = folder / f"{number // 400:03}"
        place.mkdir(parents=True, exist_ok=True)
        one, two = PEOPLE[number % 8], PEOPLE[number // 8 % 8]
        (place / f"{number:06}.txt").write_text(f"{one} среща {two}\nСъобщение номер {number} от деня\n", "utf-8")


def timed_build(folder: Path, store: Path) -> tuple[float, float, float, int, bool]:
    """Wall seconds of the process, its processor seconds, peak MB, documents parsed, whether torch was loaded."""
    started = time.perf_counter()
    command = [sys.executable, "-c", BUILD, str(folder), str(store), str(TESTS)]
    seconds, peak, parsed, torch = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return time.perf_counter() - started, float(seconds), float(peak), int(parsed), torch == "True"


def bench_store(where: Path, count: int) -> None:
    folder, store = where / "news", where / "kg"
    write_news(folder, range(count))
    wall, seconds, peak, parsed, _ = timed_build(folder, store)
    print(f"first build of {parsed} documents: {wall:.1f} s, of the processor {seconds:.1f} s, {peak:.0f} MB")
    wall, seconds, peak, parsed, torch = min(timed_build(folder, store) for _ in range(5))
    print(f"nothing to do: {wall:.2f} s, of the processor {seconds:.2f} s; torch loaded: {torch}")
    write_news(folder, range(count, count + 1))
    wall, seconds, peak, parsed, _ = timed_build(folder, store)
    print(f"one new article: {wall:.2f} s, of the processor {seconds:.2f} s, {peak:.0f} MB")
    size = sum(file.stat().st_size for file in store.rglob("*") if file.is_file())
    print(f"store and cache: {size / 1e6:.0f} MB")


def bench_memory(where: Path, count: int) -> None:
    peaks = []
    for number in (100, count):
        folder = where / f"news{number}"
        write_news(folder, range(number))
        peaks.append(timed_build(folder, where / f"kg{number}")[2])
    print(f"peak of 100 documents {peaks[0]:.0f} MB, of {count} {peaks[1]:.0f} MB: ratio {peaks[1] / peaks[0]:.2f}")


def bench_throughput(where: Path, repeats: int) -> None:
    from kg import resources
    from kg.read import read_paths

    texts = [item.text for _, item in read_paths([resources.path("news")]) if hasattr(item, "text")]
    folder = where / "news"
    folder.mkdir()
    for number in range(repeats):
        for index, text in enumerate(texts):
            (folder / f"{number:03}-{index:03}.txt").write_text(f"{text}\n\nКрай на съобщение {number}.\n", "utf-8")
    loop, words = plain_loop(folder)
    command = [sys.executable, "-c", "from kg.cli import main; main()", "extract", str(folder), "--jobs", "2"]
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    ours = time.perf_counter() - started
    print(f"{words} words: plain loop {loop:.1f} s ({words / loop:.0f} words/s), kg with 2 processes {ours:.1f} s")
    print(f"({words / ours:.0f} words/s, with models loaded and everything extracted): ratio {loop / ours:.2f}")


def plain_loop(folder: Path) -> tuple[float, int]:
    """Seconds of the loop that everyone writes first, without loading the models, and the words it read."""
    code = (
        "import sys, time; from pathlib import Path; from kg.stages import Settings, pipeline\n"
        "texts = [path.read_text('utf-8') for path in sorted(Path(sys.argv[1]).iterdir())]\n"
        "stanza = pipeline(Settings()); started = time.perf_counter()\n"
        "words = sum(stanza(text).num_words for text in texts)\n"
        "print(time.perf_counter() - started, words)"
    )
    seconds, words = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    ).stdout.split()
    return float(seconds), int(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=4, help="how often the sample news is repeated for throughput")
    parser.add_argument("--only", choices=("store", "memory", "throughput"))
    chosen = parser.parse_args()
    benches = {
        "store": lambda where: bench_store(where, chosen.documents),
        "memory": lambda where: bench_memory(where, chosen.documents),
        "throughput": lambda where: bench_throughput(where, chosen.repeats),
    }
    for name, bench in benches.items():
        if chosen.only in (None, name):
            where = Path(tempfile.mkdtemp(prefix="kg-bench-"))
            print(f"# {name} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)", flush=True)
            try:
                bench(where)
            finally:
                shutil.rmtree(where)


if __name__ == "__main__":
    main()
