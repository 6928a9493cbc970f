"""How a store grows: python tests/bench/bench_build.py [--documents 10000] [--only store|memory|throughput] [--news FOLDER]

    store        a build with nothing to do, and one new article, with so many documents in the store
    memory       peak of a build of 100 and of so many documents: of one process without Stanza, and of the whole
                 `kg build --jobs 2` with the models, all its processes together
    throughput   `kg build` with two processes against a plain loop `for text: pipeline(text)` with the same models and
                 documents, and whether the annotations are the same (of the first 300 documents)

Documents are generated for the first two. Where Stanza is left out, parses are too (tests/fakes.py); who is who is
always decided by the real resolver. The third parses the sample news, repeated, or your own: what repeats is cheaper for
`kg build`, which remembers words, so news of which no two are the same say more. Ratios are of one run; print the load of
the machine with them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).parents[1]
PEOPLE = ("Иван", "Петър", "Мария", "Елена", "Борис", "Ана", "Калин", "Вяра")

KG = "from kg.cli import main; main()"
BUILD = """
import resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from dataclasses import replace
from fakes import FAKES
from kg.desk import Options
from kg.pipeline import build
from kg.stages import resolve
report = build([Path(sys.argv[1])], sys.argv[2], Options(jobs=1), replace(FAKES, resolve=resolve))
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
    for what, peak in (("without Stanza", peak_of_fakes), ("with the models", peak_of_build)):
        peaks = []
        for number in (100, count):
            folder = where / f"news{number}"
            write_news(folder, range(number))
            peaks.append(peak(folder, where / f"{peak.__name__}{number}"))
        small, large = peaks
        print(f"{what}: peak of 100 documents {small:.0f} MB, of {count} {large:.0f} MB: ratio {large / small:.2f}", flush=True)


def peak_of_fakes(folder: Path, store: Path) -> float:
    return timed_build(folder, store)[2]


def peak_of_build(folder: Path, store: Path) -> float:
    """The highest sum of what all processes of `kg build` hold at one moment, in MB.

    The batches are made small, so that a hundred short documents keep both workers as busy as ten thousand do.
    """
    small = f"import kg.desk; kg.desk.BATCH = 2000; {KG}"
    command = [sys.executable, "-c", small, "build", str(folder), "--store", str(store), "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(resident, family(process.pid))))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"kg build ended with {process.returncode}")
    return peak


def family(pid: int) -> list[int]:
    """The process and all that it started, directly or not."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += family(int(child))
    return found


def resident(pid: int) -> float:
    """MB of memory that a process holds alone, plus its share of what it holds with others; 0 if it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def repeated_news(folder: Path, repeats: int) -> Path:
    from kg import resources
    from kg.read import read_paths

    texts = [item.text for _, item in read_paths([resources.path("news")]) if hasattr(item, "text")]
    folder.mkdir()
    for number in range(repeats):
        for index, text in enumerate(texts):
            (folder / f"{number:03}-{index:03}.txt").write_text(f"{text}\n\nКрай на съобщение {number}.\n", "utf-8")
    return folder


def bench_throughput(where: Path, folder: Path) -> None:
    load, loop, words, annotations = plain_loop(folder)
    whole, seconds = load + loop, {}
    for models in ("bg-quick", "bg-compact"):
        command = [sys.executable, "-c", KG, "build", str(folder), "--store", str(where / models), "--jobs", "2", "--model", models]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds[models] = time.perf_counter() - started
    ours = seconds["bg-quick"]
    same = len(annotations & parses_in(where / "bg-quick"))
    print(f"{words} words, from start to end: plain loop {whole:.1f} s, kg build with 2 processes {ours:.1f} s: ratio {whole / ours:.2f}")
    print(f"the loop alone, models loaded: {loop:.1f} s, {words / loop:.0f} words/s: ratio {loop / ours:.2f} to the whole build")
    print(f"kg build, with loading, what is understood, the store and its page: {words / ours:.0f} words/s")
    print(f"{same} of {len(annotations)} documents have the same words, lemmas, tags, heads and names in both")
    print(f"with the encoder, which the loop does not have: {seconds['bg-compact']:.1f} s, {words / seconds['bg-compact']:.0f} words/s")


LOOP = """
import time
begun = time.perf_counter()
import json, sys
from itertools import islice
from pathlib import Path
import stanza as library
from kg.models import find_models
from kg.parse import PROCESSORS, let_lemmas_follow_tags, parse, to_conllu
from kg.read import read_paths
folder = Path(sys.argv[1])
texts = [path.read_text("utf-8") for path in sorted(folder.iterdir())]
models = find_models("bg-quick")
stanza = library.Pipeline("bg", dir=str(models.folder), package=models.package or "default", processors=PROCESSORS,
                          download_method=None, verbose=False)
let_lemmas_follow_tags(stanza)
started = time.perf_counter()
words = sum(stanza(text).num_words for text in texts)
seconds = time.perf_counter() - started
alone = [to_conllu(found) for _, item in islice(read_paths([folder]), 300) for found in parse([item], stanza)]
print(json.dumps([started - begun, seconds, words, alone]))
"""


def plain_loop(folder: Path) -> tuple[float, float, int, set[str]]:
    """Of the loop that everyone writes first: seconds to load the models, seconds to read; words; and, not timed, what
    Stanza says of each of the first documents when it reads it alone, with sentences and quotation marks as kg divides them."""
    command = [sys.executable, "-c", LOOP, str(folder)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    load, seconds, words, alone = json.loads(output.splitlines()[-1])
    return load, seconds, words, set(alone)


def parses_in(store: Path) -> set[str]:
    from kg.cache import get, known, open_cache

    with open_cache(store / "cache") as cache:
        return {(get(cache, "parse", key) or b"").decode("utf-8") for key in known(cache, "parse")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=48, help="how often the sample news is repeated for throughput")
    parser.add_argument("--news", type=Path, help="a folder of .txt files to read for throughput instead")
    parser.add_argument("--only", choices=("store", "memory", "throughput"))
    chosen = parser.parse_args()
    benches = {
        "store": lambda where: bench_store(where, chosen.documents),
        "memory": lambda where: bench_memory(where, chosen.documents),
        "throughput": lambda where: bench_throughput(where, chosen.news or repeated_news(where / "news", chosen.repeats)),
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
