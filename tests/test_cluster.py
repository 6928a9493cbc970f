"""A real cluster: a scheduler and two worker processes, one of which is killed on the way. The bytes are the same."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from fakes import FAKES

from kg.desk import Options
from kg.errors import KgError
from kg.pipeline import build
from kg.store import open_store

TESTS = Path(__file__).parent
PEOPLE = ("Иван", "Петър", "Мария", "Елена")


def write_news(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.txt").write_text(f"Иван среща {PEOPLE[number % 4]}\nден {number}", "utf-8")
    return folder


def quads(store: Path) -> list[str]:
    with open_store(store, read_only=True) as opened:
        return list(opened.quads())


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler with two workers (a nanny starts each again), and what tells their numbers."""
    from distributed import Client

    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)]),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2",
    }
    address_file = tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    command += ["--no-dashboard", "--scheduler-file", str(address_file)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env, "start_new_session": True}
    running = [subprocess.Popen(command, **quiet)]
    until = time.monotonic() + 60
    while not address_file.exists():
        assert time.monotonic() < until, "the scheduler does not start"
        time.sleep(0.1)
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(address_file)]
    worker += ["--nworkers", "1", "--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)]
    running += [subprocess.Popen(worker, **quiet) for _ in range(2)]
    try:
        with Client(scheduler_file=str(address_file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            yield client.scheduler.address, lambda: list(client.run(os.getpid).values())
    finally:
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path, cluster, monkeypatch):
    monkeypatch.setattr("kg.desk.BATCH", 60)
    address, workers = cluster
    folder = write_news(tmp_path / "news", 60)
    (folder / "killer.txt").write_text("Мария KILL Иван", "utf-8")
    (folder / "fault.txt").write_text("Мария FAULT Иван", "utf-8")
    victim = workers()[0]
    timer = threading.Timer(0.2, os.kill, (victim, signal.SIGKILL))
    timer.start()
    report = build([folder], tmp_path / "kg", Options(scheduler=address), FAKES)
    timer.join()
    named = {Path(problem.split(":")[0]).name: problem for problem in report.problems}
    assert {"killer.txt", "fault.txt"} == set(named)
    assert "kills the program" in named["killer.txt"]
    assert report.documents == 60
    for name in named:
        (folder / name).unlink()
    build([folder], tmp_path / "alone", Options(jobs=1), FAKES)
    assert quads(tmp_path / "alone") == quads(tmp_path / "kg")


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_an_error_with_the_remedy(tmp_path):
    folder = write_news(tmp_path / "news", 1)
    with pytest.raises(KgError, match="dask scheduler"):
        build([folder], tmp_path / "kg", Options(scheduler="tcp://127.0.0.1:9"), FAKES)
