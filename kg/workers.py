"""Three ways to do the same jobs: here, in processes of this machine, or on a Dask cluster.

Each takes jobs from an iterator only as fast as they are done (so that memory stays flat), gives outcomes as they
come, and survives a worker that dies: the documents it had are tried again one by one, and the one that kills its
worker each time is reported as lost.

Models are loaded once on a machine: the processes of `processes` are forked from one that has loaded them. They hold
the same memory, also that of the processor, so that two read a tenth faster than two that loaded their own.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from kg.errors import KgError
from kg.stages import Job, Outcome, Stages, work

KILLED = "kills the program that reads it (out of memory, or a crash); remove the file, or report the fault with it"
FORK = sys.platform == "linux"  # elsewhere the libraries of a system may not bear it
NEXT, DONE = "next", "done"  # what a parent of workers says beside outcomes: give me a job; there are no more


def here(jobs: Iterable[Job], stages: Stages) -> Generator[tuple[Outcome, ...], None, None]:
    """Do the jobs in this process, one after the other."""
    for job in jobs:
        yield work(job, stages)


def processes(jobs: Iterable[Job], stages: Stages, count: int) -> Generator[tuple[Outcome, ...], None, None]:
    """Do the jobs in `count` processes of this machine, each with one thread, and one more that is their parent."""
    from multiprocessing import get_context

    waiting = iter(jobs)
    context = get_context("spawn")  # a fork of this process would hold its locks and its open store
    near, far = context.Pipe()
    parent = context.Process(target=_parent, args=(far, stages, count))
    parent.start()
    far.close()
    try:
        while True:
            told = near.recv()
            if isinstance(told, BaseException):
                raise told
            if told == DONE:
                return
            if told == NEXT:
                near.send(next(waiting, None))
            else:
                yield told
    except (EOFError, ConnectionError) as error:  # told nothing more, or nobody to tell
        raise KgError("the process that holds the models was killed (out of memory?); run again, what is done is kept") from error
    finally:
        near.close()
        parent.terminate()  # and with it what it has forked
        parent.join()


def _parent(end: Any, stages: Stages, count: int) -> None:
    """Ask for jobs at `end` of a pipe, say there what became of them; load the models before there are children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that started this
    _become_worker()

    def jobs() -> Iterator[Job]:
        while True:
            end.send(NEXT)
            job = end.recv()
            if job is None:
                return
            yield job

    try:
        waiting = jobs()
        first = next(waiting)  # there are as many jobs as processes at least
        if FORK and None in first.parses:
            list(stages.parse((), first.settings))
        for outcomes in _in_pool(chain([first], waiting), stages, count):
            end.send(outcomes)
        end.send(DONE)
    except (EOFError, BrokenPipeError):
        return  # nobody listens any more
    except Exception as error:  # it is raised where the jobs came from
        error.add_note(traceback.format_exc())
        end.send(error)


def _in_pool(jobs: Iterable[Job], stages: Stages, count: int) -> Iterator[tuple[Outcome, ...]]:
    from concurrent.futures.process import BrokenProcessPool

    waiting = iter(jobs)
    suspects: deque[Job] = deque()  # jobs of one document, one of which may have killed a worker
    died: set[str] = set()  # documents whose worker died while it had nothing else to do
    running: dict[Any, Job] = {}
    pool = _pool(count)
    try:
        while True:
            room = 1 if suspects else 2 * count  # one suspect at a time, so that a death has one cause
            while len(running) < room and (job := suspects.popleft() if suspects else next(waiting, None)) is not None:
                try:
                    running[pool.submit(_work_at_a_stretch, job, stages)] = job
                except BrokenProcessPool:  # a worker died between two jobs
                    suspects.extend(_singles(job))
                    break
                if room == 1:
                    break
            if running:
                future = _first_done(running)
                job = running.pop(future)
                if not isinstance(future.exception(), BrokenProcessPool):
                    yield future.result()
                    continue
                alone = job.documents[0].id if not running and len(job.documents) == 1 else None
                if alone in died:
                    yield (Outcome(alone, problem=KILLED),)
                else:
                    died |= {alone} if alone else set()
                    suspects.extend(single for lost in (job, *running.values()) for single in _singles(lost))
                    running.clear()
            elif not suspects:
                return
            pool.shutdown(wait=True, cancel_futures=True)
            pool = _pool(count)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(count: int) -> Any:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(count, get_context("fork" if FORK else "spawn"), initializer=_become_worker)


def _become_worker() -> None:
    """One thread for each process, and no life after the death of the program that started it."""
    from multiprocessing import parent_process
    from threading import Thread

    _one_thread()
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"


def _work_at_a_stretch(job: Job, stages: Stages) -> tuple[Outcome, ...]:
    """Python looks for cycles of dead objects after the job, not a hundred times amid it, and never among the models."""
    gc.disable()
    try:
        return work(job, stages)
    finally:
        gc.enable()
        gc.collect()
        if not gc.get_freeze_count():  # after the first job: what is alive now stays
            gc.freeze()


def _first_done(running: dict[Any, Job]) -> Any:
    from concurrent.futures import FIRST_COMPLETED, wait

    done, _ = wait(running, return_when=FIRST_COMPLETED)
    return next(future for future in running if future in done)


def _singles(job: Job) -> Iterator[Job]:
    for document, parse in zip(job.documents, job.parses, strict=True):
        yield replace(job, documents=(document,), parses=(parse,))


def cluster(jobs: Iterable[Job], stages: Stages, address: str) -> Generator[tuple[Outcome, ...], None, None]:
    """Do the jobs on the Dask cluster whose scheduler listens at `address` (`tcp://host:8786`)."""
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise KgError("--scheduler needs Dask; install it: pip install 'diplokg[cluster]'") from error
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise KgError(
            f"no Dask scheduler answers at {address}; start one with: dask scheduler, and workers with: "
            "dask worker ADDRESS --nthreads 1"
        ) from error
    with client:
        window = 2 * max(1, sum(client.nthreads().values()))
        waiting = iter(jobs)
        running: dict[Any, Job] = {}
        suspects: list[Job] = []  # single documents whose workers died, perhaps of another that they held beside it
        done = as_completed(loop=client.loop)

        def sent(job: Job) -> Any:
            return client.submit(_work_with_one_thread, job, stages, pure=False, retries=2)

        def submit(job: Job) -> None:
            future = sent(job)
            running[future.key] = job
            done.add(future)

        def result(future: Any) -> tuple[Outcome, ...]:
            try:
                return future.result()  # a result whose worker dies before it is fetched is worked out again here
            except (KilledWorker, KgError):
                raise
            except Exception as failure:  # whatever a worker raised comes here as it was
                raise KgError(f"a worker of {address} failed: {failure!r}") from failure

        for _ in range(window):
            if (job := next(waiting, None)) is not None:
                submit(job)
        for future in done:
            job = running.pop(future.key)
            try:
                outcomes = result(future)
            except KilledWorker:
                outcomes = ()
                if len(job.documents) == 1:
                    suspects.append(job)
                else:
                    for single in _singles(job):
                        submit(single)
            if outcomes:
                yield outcomes
            if len(running) < window and (job := next(waiting, None)) is not None:
                submit(job)
        for job in suspects:  # alone now, each is judged by what it does itself
            try:
                yield result(sent(job))
            except KilledWorker:
                yield (Outcome(job.documents[0].id, problem=KILLED),)


def _work_with_one_thread(job: Job, stages: Stages) -> tuple[Outcome, ...]:
    _one_thread()
    return _work_at_a_stretch(job, stages)


def chosen(jobs: int, scheduler: str | None, batches: int) -> Callable[[Iterable[Job], Stages], Generator[Any, None, None]]:
    """The way that the options ask for; no more processes than there are batches of work."""
    if scheduler:
        return lambda work, stages: cluster(work, stages, scheduler)
    count = min(jobs or os.cpu_count() or 1, batches)
    if count > 1:
        return lambda work, stages: processes(work, stages, count)
    return here
