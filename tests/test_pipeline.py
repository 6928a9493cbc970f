"""Builds: whatever was done before, the store equals the one that is built from nothing."""

import itertools
import json
import os
import random
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FAKES, parse_by_model, versions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.desk import Options
from kg.errors import KgError, StoreError
from kg.model import Document
from kg.pipeline import build, remove, status, watch
from kg.stages import Job, Settings
from kg.store import open_store
from kg.workers import FORK, processes

ALONE = Options(jobs=1, diff=True)
PEOPLE = ("Иван", "Петър", "Мария", "Елена")


def news(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


def quads(store: Path) -> list[str]:
    with open_store(store, read_only=True) as opened:
        return list(opened.quads())


def from_nothing(folder: Path, tmp_path: Path, options: Options = ALONE) -> list[str]:
    fresh = tmp_path / f"fresh-{len(list(tmp_path.iterdir()))}"
    build([folder], fresh, options, FAKES)
    return quads(fresh)


def ledger(report) -> dict[str, int]:
    return {
        name: getattr(report, name)
        for name in ("added", "removed", "redone", "parsed", "extracted")
        if getattr(report, name)
    }


def test_first_build_and_no_op(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    report = build([folder], tmp_path / "kg", ALONE, FAKES)
    assert ledger(report) == {"added": 2, "parsed": 2, "extracted": 2}
    assert report.published and report.problems == () and report.notes == ()
    before = quads(tmp_path / "kg")
    assert any("/person/" in line for line in before)
    state = (tmp_path / "kg" / "current").read_text()
    again = build([], tmp_path / "kg", ALONE, FAKES)
    assert (ledger(again), again.published, again.changes) == ({}, False, ())
    assert (state, before) == ((tmp_path / "kg" / "current").read_text(), quads(tmp_path / "kg"))


def test_new_changed_moved_and_removed(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван", c="Елена среща Петър")
    store = tmp_path / "kg"
    build([folder], store, ALONE, FAKES)
    news(folder, d="Елена среща Мария", b="Мария среща Петър")
    (folder / "c.txt").rename(folder / "z.txt")
    (folder / "a.txt").unlink()
    report = build([], store, ALONE, FAKES)
    assert ledger(report) == {"added": 2, "removed": 2, "parsed": 2, "extracted": 2}
    assert report.moved == ((str(folder / "c.txt"), str(folder / "z.txt")),)
    assert [("a.txt", "-"), ("b.txt", "+"), ("b.txt", "-"), ("d.txt", "+")] == [
        (Path(change.source).name, change.sign) for change in report.changes
    ]
    assert from_nothing(folder, tmp_path) == quads(store)


def test_touching_a_file_changes_nothing(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    os.utime(folder / "a.txt", (1, 1))
    report = build([], tmp_path / "kg", ALONE, FAKES)
    assert (ledger(report), report.published) == ({}, False)
    assert status(tmp_path / "kg", ALONE, FAKES).fresh


def test_metadata_alone_is_not_parsed_again(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    (folder / "a.txt.meta.json").write_text(json.dumps({"title": "Среща", "date": "2025-01-02"}))
    report = build([], tmp_path / "kg", ALONE, FAKES)
    assert ledger(report) == {"added": 1, "removed": 1, "extracted": 1}
    assert report.changes == (), "the same facts, from the same file"
    assert from_nothing(folder, tmp_path) == quads(tmp_path / "kg")


def test_one_document_in_two_files_goes_with_the_second(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Иван среща Петър", c="Мария среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    (folder / "a.txt").unlink()
    assert ledger(build([], tmp_path / "kg", ALONE, FAKES)) == {}
    (folder / "b.txt").unlink()
    assert ledger(build([], tmp_path / "kg", ALONE, FAKES)) == {"removed": 1}
    assert from_nothing(folder, tmp_path) == quads(tmp_path / "kg")


def test_order_and_way_of_arrival_do_not_matter(tmp_path):
    texts = {f"t{i}": f"{a} среща {b}" for i, (a, b) in enumerate(itertools.combinations(PEOPLE[:3], 2))}
    expected = from_nothing(news(tmp_path / "all", **texts), tmp_path)
    for seed in range(3):
        names = list(texts)
        random.Random(seed).shuffle(names)
        store, folder = tmp_path / f"kg{seed}", tmp_path / f"part{seed}"
        for name in names:
            build([news(folder, **{name: texts[name]})], store, ALONE, FAKES)
        assert expected == quads(store)


STEPS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.one_of(st.none(), st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).map(" среща ".join)),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.sampled_from(["held", "planned"]))
def test_any_history_gives_what_a_build_from_nothing_gives(tmp_path_factory, steps, rules):
    base = tmp_path_factory.mktemp("history")
    folder = news(base / "news")
    for name, text in steps:
        path = folder / f"{name}.txt"
        path.unlink(missing_ok=True) if text is None else path.write_text(text, "utf-8")
        build([folder], base / "kg", ALONE, FAKES)
    changed = Options(jobs=1, settings=Settings(rules=rules))
    build([], base / "kg", changed, FAKES)
    assert from_nothing(folder, base, changed) == quads(base / "kg")


def test_changed_rules_redo_extraction_only(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    other = Options(jobs=1, settings=Settings(rules="planned"), diff=True)
    stale = status(tmp_path / "kg", other, FAKES)
    assert (stale.fresh, list(stale.stale)) == (False, ["rules"])
    report = build([], tmp_path / "kg", other, FAKES)
    assert ledger(report) == {"redone": 2, "extracted": 2}
    assert {change.sign for change in report.changes} == {"~"}
    assert from_nothing(folder, tmp_path, other) == quads(tmp_path / "kg")
    assert status(tmp_path / "kg", other, FAKES).fresh


def test_changed_verdicts_resolve_only(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    report = build([], tmp_path / "kg", Options(jobs=1, settings=Settings(verdicts="v")), FAKES)
    assert (ledger(report), report.published) == ({}, True)


def test_another_base_renames_every_graph(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    other = Options(jobs=1, base="https://example.org/news/")
    build([], tmp_path / "kg", other, FAKES)
    assert from_nothing(folder, tmp_path, other) == quads(tmp_path / "kg")


def test_dry_run_writes_nothing(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    before = quads(tmp_path / "kg")
    news(folder, a="Иван среща Мария")
    report = build([], tmp_path / "kg", Options(jobs=1, dry_run=True), FAKES)
    assert (["+", "-"], False) == ([change.sign for change in report.changes], report.published)
    assert before == quads(tmp_path / "kg")
    assert ledger(build([], tmp_path / "kg", ALONE, FAKES)) == {"added": 1, "removed": 1}


def test_remove_takes_back_and_does_not_come_again(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    store = tmp_path / "kg"
    build([folder], store, ALONE, FAKES)
    report = remove([str(folder / "a.txt")], store, ALONE, FAKES)
    assert (ledger(report), [c.sign for c in report.changes]) == ({"removed": 1}, ["-"])
    assert not any("Петър" in line for line in quads(store))
    assert ledger(build([folder], store, ALONE, FAKES)) == {}
    assert ledger(build([folder / "a.txt"], store, ALONE, FAKES)) == {"added": 1, "extracted": 1}
    (id,) = status(store, ALONE, FAKES).sources[1].documents
    assert ledger(remove([id], store, ALONE, FAKES)) == {"removed": 1}
    remove([str(folder)], store, ALONE, FAKES)
    assert quads(store) == []
    with pytest.raises(KgError, match="kg status --sources"):
        remove(["nothing"], store, ALONE, FAKES)


def test_one_line_of_many_is_not_removed_by_id(tmp_path):
    folder = news(tmp_path / "news")
    (folder / "a.jsonl").write_text('{"text": "Иван среща Петър"}\n{"text": "Мария среща Петър"}\n')
    build([folder], tmp_path / "kg", ALONE, FAKES)
    with pytest.raises(KgError, match="delete the line"):
        remove([status(tmp_path / "kg", ALONE, FAKES).sources[0].documents[0]], tmp_path / "kg", ALONE, FAKES)


def test_several_roots_are_remembered(tmp_path):
    one, two = news(tmp_path / "one", a="Иван среща Петър"), news(tmp_path / "two", b="Мария среща Иван")
    build([one], tmp_path / "kg", ALONE, FAKES)
    build([two], tmp_path / "kg", ALONE, FAKES)
    news(one, c="Елена среща Иван")
    assert ledger(build([], tmp_path / "kg", ALONE, FAKES)) == {"added": 1, "parsed": 1, "extracted": 1}
    assert status(tmp_path / "kg", ALONE, FAKES).roots == (str(one), str(two))


def test_a_vanished_folder_is_reported_and_costs_nothing(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    before = quads(tmp_path / "kg")
    folder.rename(tmp_path / "elsewhere")
    report = build([], tmp_path / "kg", ALONE, FAKES)
    assert "kg remove" in report.problems[0] and before == quads(tmp_path / "kg")


def test_bad_files_cost_only_themselves(tmp_path):
    folder = news(
        tmp_path / "news",
        good="Иван среща Петър",
        fault="FAULT",
        bug="BUG",
        empty="",
        skip="Иван SKIP\nМария среща Иван",
    )
    report = build([folder], tmp_path / "kg", ALONE, FAKES)
    named = sorted(Path(problem.split(":")[0]).name for problem in report.problems)
    assert ["bug.txt", "empty.txt", "fault.txt"] == named
    assert (report.documents, report.skipped) == (2, 1)
    again = build([], tmp_path / "kg", ALONE, FAKES)
    assert (again.problems, again.published, again.skipped) == (report.problems, False, 1)
    news(folder, fault="Елена среща Иван")
    assert build([], tmp_path / "kg", ALONE, FAKES).documents == 3
    for name in ("bug", "empty"):
        (folder / f"{name}.txt").unlink()
    assert from_nothing(folder, tmp_path) == quads(tmp_path / "kg")


def test_a_lost_cache_is_made_again_only_when_it_is_needed(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    for file in (tmp_path / "kg" / "cache").iterdir():
        file.unlink()
    assert ledger(build([], tmp_path / "kg", ALONE, FAKES)) == {}
    news(folder, c="Елена среща Иван")
    assert ledger(build([], tmp_path / "kg", ALONE, FAKES)) == {"added": 1, "parsed": 3, "extracted": 3}
    assert from_nothing(folder, tmp_path) == quads(tmp_path / "kg")


def test_damaged_cache_entries_are_redone_and_named(tmp_path):
    from kg.cache import open_cache

    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    with open_cache(tmp_path / "kg" / "cache") as cache:
        cache.connection.execute("UPDATE entry SET data = x'00' WHERE kind = 'extraction'")
    news(folder, c="Елена среща Иван")
    report = build([], tmp_path / "kg", ALONE, FAKES)
    assert len([note for note in report.notes if "extraction" in note]) >= 2
    assert from_nothing(folder, tmp_path) == quads(tmp_path / "kg")


def spoil_note(state: Path) -> None:
    note = state / "note"
    note.write_bytes(note.read_bytes().replace(b"a.txt", b"b.txt"))


def spoil_tables(state: Path) -> None:
    for table in state.glob("*.sst"):
        table.write_bytes(table.read_bytes()[:-100])


def spoil_current(state: Path) -> None:
    (state.parents[1] / "current").write_text("99999999\n")


def spoil_database(state: Path) -> None:
    (state / "CURRENT").write_text("MANIFEST-999999\n")


@pytest.mark.parametrize("spoil", [spoil_note, spoil_tables, spoil_current, spoil_database])
def test_a_damaged_store_is_named_and_rebuilt(tmp_path, spoil):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    store = tmp_path / "kg"
    build([folder], store, ALONE, FAKES)
    before = quads(store)
    spoil(store / "states" / (store / "current").read_text().strip())
    report = build([folder], store, ALONE, FAKES)
    assert "rebuilt from its sources" in report.notes[0] and "damaged" in report.notes[0]
    assert ledger(report) == {"added": 2}, "the cache still knows everything"
    assert before == quads(store)


def test_a_damaged_store_knows_what_it_was_built_from(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    store = tmp_path / "kg"
    build([folder], store, ALONE, FAKES)
    remove([str(folder / "b.txt")], store, ALONE, FAKES)
    before = quads(store)
    (store / "current").write_text("99999999\n")
    assert ledger(build([], store, ALONE, FAKES)) == {"added": 1}
    assert before == quads(store)
    (store / "current").write_text("99999999\n")
    (store / "roots.json").unlink()
    with pytest.raises(StoreError, match="which those are is not known any more: kg build PATHS"):
        build([], store, ALONE, FAKES)
    with pytest.raises(StoreError, match="make it anew first: kg build"):
        remove([str(folder / "a.txt")], store, ALONE, FAKES)
    assert list((store / "states").iterdir()), "nothing is thrown away before there is something to build from"


def test_damage_that_a_query_meets_is_mended_by_the_next_build(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    store = tmp_path / "kg"
    build([folder], store, ALONE, FAKES)
    before, met = quads(store), 0
    whole = tmp_path / "whole"
    shutil.copytree(store, whole)
    for table in sorted(whole.glob("states/*/*.sst")):
        shutil.rmtree(store)
        shutil.copytree(whole, store)
        spoiled = store / table.relative_to(whole)
        data = bytearray(spoiled.read_bytes())
        data[len(data) // 4 : len(data) // 2] = bytes(255 - byte for byte in data[len(data) // 4 : len(data) // 2])
        spoiled.write_bytes(data)
        try:
            for apart in (None, 20.0):
                with open_store(store, read_only=True) as reader:
                    list(reader.quads())
                    reader.query("SELECT * WHERE { GRAPH ?g { ?s ?p ?o } ?s ?q ?o . ?r ?p ?o }", timeout=apart)
        except StoreError as error:
            met += 1
            assert "is damaged" in str(error) and "kg build --store" in str(error)
            assert "rebuilt from its sources" in build([], store, ALONE, FAKES).notes[0]
        assert before == quads(store)
    assert met


def test_a_reader_is_not_disturbed(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    with open_store(tmp_path / "kg", read_only=True) as reader:
        before = list(reader.quads())
        for number in range(3):
            news(folder, a=f"Иван среща {PEOPLE[number + 1]}")
            build([], tmp_path / "kg", ALONE, FAKES)
        assert before == list(reader.quads())


def test_a_second_build_waits_or_says_who_holds_the_lock(tmp_path):
    from filelock import FileLock

    folder = news(tmp_path / "news", a="Иван среща Петър")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    with FileLock(tmp_path / "kg" / "build.lock"):
        (tmp_path / "kg" / "build.holder").write_text("process 4711 on here")
        with pytest.raises(StoreError, match="process 4711 on here"):
            build([], tmp_path / "kg", Options(jobs=1, wait=0.05), FAKES)
    assert not build([], tmp_path / "kg", Options(jobs=1, wait=0.05), FAKES).published


def test_two_builds_at_once_both_end_well(tmp_path):
    one, two = news(tmp_path / "one", a="Иван среща Петър"), news(tmp_path / "two", b="Мария среща Иван")
    threads = [threading.Thread(target=build, args=([path], tmp_path / "kg", ALONE, FAKES)) for path in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert status(tmp_path / "kg", ALONE, FAKES).documents == 2


def test_watch_builds_when_a_file_arrives(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър")
    stop = threading.Event()
    reports = watch(folder, tmp_path / "kg", ALONE, FAKES, stop=stop)
    assert next(reports).documents == 1
    timer = threading.Timer(0.3, news, [folder], {"b": "Мария среща Иван"})
    timer.start()
    assert next(reports).documents == 2
    stop.set()
    assert list(reports) == []


def test_status_before_and_after(tmp_path):
    folder = news(tmp_path / "news", a="Иван среща Петър", b="Мария среща Иван")
    build([folder], tmp_path / "kg", ALONE, FAKES)
    found = status(tmp_path / "kg", ALONE, FAKES)
    assert (found.documents, found.graphs, found.fresh) == (2, 3, True)
    news(folder, b="Мария среща Петър", c="Елена")
    (folder / "a.txt").unlink()
    found = status(tmp_path / "kg", ALONE, FAKES)
    assert ["c.txt"] == [Path(path).name for path in found.new]
    assert ["b.txt"] == [Path(path).name for path in found.changed]
    assert ["a.txt"] == [Path(path).name for path in found.gone]
    assert "run kg build" in found.text()


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_number_of_processes_changes_nothing(tmp_path, monkeypatch, jobs):
    monkeypatch.setattr("kg.desk.BATCH", 20)
    folder = news(tmp_path / "news", **{f"t{i}": f"Иван среща {PEOPLE[i % 4]}\nден {i}" for i in range(12)})
    report = build([folder], tmp_path / "kg", Options(jobs=jobs), FAKES)
    assert report.parsed == 12
    assert from_nothing(folder, tmp_path) == quads(tmp_path / "kg")


def test_a_document_that_kills_its_worker_is_reported_and_skipped(tmp_path, monkeypatch):
    monkeypatch.setattr("kg.desk.BATCH", 60)
    texts = {f"t{i}": f"Иван среща {PEOPLE[i % 4]}\nден {i}" for i in range(9)}
    folder = news(tmp_path / "news", **texts, killer="Мария KILL Иван")
    report = build([folder], tmp_path / "kg", Options(jobs=2), FAKES)
    assert [("killer.txt", True)] == [(Path(p.split(":")[0]).name, "kills the program" in p) for p in report.problems]
    (folder / "killer.txt").unlink()
    assert from_nothing(folder, tmp_path) == quads(tmp_path / "kg")


def test_without_the_process_that_holds_the_models_the_build_ends_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr("kg.desk.BATCH", 20)
    texts = {f"t{i}": f"Иван среща {PEOPLE[i % 4]}\nден {i}" for i in range(12)}
    folder = news(tmp_path / "news", **texts, z="ORPHAN")
    with pytest.raises(KgError, match="process that holds the models was killed"):
        build([folder], tmp_path / "kg", Options(jobs=2), FAKES)
    (folder / "z.txt").unlink()
    assert build([folder], tmp_path / "kg", Options(jobs=2), FAKES).added == 12
    assert from_nothing(folder, tmp_path) == quads(tmp_path / "kg")


@pytest.mark.skipif(not FORK, reason="each process loads the models where none is forked")
def test_the_models_are_loaded_once_whatever_the_number_of_processes():
    stages = replace(FAKES, parse=parse_by_model)
    jobs = [Job((Document(f"текст {i}"),), (None,), Settings(), versions(Settings())) for i in range(20)]
    done = [outcome for outcomes in processes(jobs, stages, 2) for outcome in outcomes]
    rows = [one.parse.splitlines()[1].split("\t") for one in done]
    assert len(done) == 20
    assert len({loaded for _, loaded, *_ in rows}) == 1
    assert {loaded for _, loaded, *_ in rows}.isdisjoint({reader for _, _, reader, *_ in rows})


def test_a_fault_comes_from_the_processes_with_where_it_was():
    with pytest.raises(AttributeError) as raised:
        list(processes([Job((None,), (None,), Settings(), versions(Settings()))], FAKES, 2))
    assert "in work" in raised.value.__notes__[0]


def test_jobs_that_cannot_be_made_stop_the_processes():
    def jobs():
        yield Job((Document("текст"),), (None,), Settings(), versions(Settings()))
        raise KgError("no more")

    with pytest.raises(KgError, match="no more"):
        list(processes(jobs(), FAKES, 2))
