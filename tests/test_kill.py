"""Nothing is lost: a build killed at any moment leaves the last complete graph, and the next build completes."""

import os
import random
import resource
import signal
import time
from pathlib import Path

import pytest
from fakes import FAKES

from kg.desk import Options
from kg.errors import StoreError
from kg.pipeline import build, status
from kg.store import open_store

ALONE = Options(jobs=1)
PEOPLE = ("Иван", "Петър", "Мария", "Елена", "Борис")
KILLS = 100


def write_news(folder: Path, number: int) -> None:
    """News number `number`: some files are new, some changed, one moved, some gone since the one before."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for file in range(12):
        if (file + number) % 4:
            text = "\n".join(
                f"{PEOPLE[(file + line) % 5]} среща {PEOPLE[(number // 2 + line) % 5]}" for line in range(3)
            )
            (folder / f"{file if file else f'moved{number}'}.txt").write_text(text + f"\nден {file}", "utf-8")


def quads(store: Path) -> list[str]:
    with open_store(store, read_only=True) as opened:
        return list(opened.quads())


def in_a_child(work, *, limit: int | None = None) -> int:
    """Fork, do `work` there, and give the child's number; with `limit` no file may grow past so many bytes."""
    child = os.fork()
    if child:
        return child
    try:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        work()
    except StoreError:
        os._exit(3)
    except BaseException:
        os._exit(4)
    os._exit(0)


def wait_for(child: int) -> int:
    _, state = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(state)


@pytest.mark.slow
def test_kill_at_a_hundred_random_moments(tmp_path):
    chance = random.Random(20251120)
    folder, store = tmp_path / "news", tmp_path / "kg"
    write_news(folder, 0)
    started = time.monotonic()
    build([folder], store, ALONE, FAKES)
    duration = time.monotonic() - started
    complete = quads(store)
    survived = killed = 0
    number = 0
    while killed < KILLS:
        number += 1
        write_news(folder, number)
        child = in_a_child(lambda: build([folder], store, ALONE, FAKES))
        time.sleep(chance.uniform(0, duration))
        os.kill(child, signal.SIGKILL)
        ended = wait_for(child)
        assert ended in (0, -signal.SIGKILL), "a build that is not killed in time must succeed"
        found = quads(store)
        fresh = tmp_path / f"fresh{number}"
        build([folder], fresh, ALONE, FAKES)
        expected = quads(fresh)
        assert found in (complete, expected), "a reader sees the last complete graph or the next one, never a part"
        if ended:
            killed += 1
            before = time.monotonic()
            build([], store, ALONE, FAKES)
            duration = max(0.05, time.monotonic() - before)
            survived += quads(store) == expected
        complete = expected
    assert (KILLS, KILLS) == (killed, survived)
    assert status(store, ALONE, FAKES).fresh
    assert len(list((store / "states").iterdir())) == 1, "unfinished states are swept away"


@pytest.mark.parametrize("limit", [0, 20_000, 60_000, 200_000])
def test_a_full_disk_is_an_error_and_nothing_is_lost(tmp_path, limit):
    folder, store = tmp_path / "news", tmp_path / "kg"
    write_news(folder, 0)
    build([folder], store, ALONE, FAKES)
    before = quads(store)
    write_news(folder, 1)
    (folder / "long.txt").write_text("\n".join(f"Иван среща Петър в ден {line}" for line in range(600)), "utf-8")
    assert wait_for(in_a_child(lambda: build([folder], store, ALONE, FAKES), limit=limit)) == 3
    assert before == quads(store)
    report = build([folder], store, ALONE, FAKES)
    assert (report.problems, report.notes) == ((), ())
    build([folder], tmp_path / "fresh", ALONE, FAKES)
    assert quads(tmp_path / "fresh") == quads(store)
