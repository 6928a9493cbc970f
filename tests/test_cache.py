"""The cache: what goes in comes out, and what is broken is found, named and as good as absent."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.cache import drop, get, get_many, known, open_cache, put_many
from kg.errors import StoreError


@given(
    st.dictionaries(st.text("0123456789abcdef", min_size=1), st.binary(), max_size=20),
    st.sampled_from(["parse", "extraction"]),
)
def test_what_goes_in_comes_out(tmp_path_factory, entries, kind):
    with open_cache(tmp_path_factory.mktemp("cache")) as cache:
        put_many(cache, kind, entries.items())
        assert entries == dict(get_many(cache, kind, entries))
        assert set(entries) == known(cache, kind)
        assert known(cache, "document") == set()
        assert cache.damaged == []


def test_entries_survive_reopening_and_can_be_dropped(tmp_path):
    with open_cache(tmp_path) as cache:
        put_many(cache, "parse", [("a", b"1"), ("b", b"2")])
    with open_cache(tmp_path) as cache:
        drop(cache, "parse", ["a", "absent"])
        assert (get(cache, "parse", "a"), get(cache, "parse", "b")) == (None, b"2")


@pytest.mark.parametrize("kind", ["parse", "extraction"])
def test_a_flipped_bit_is_found_and_named(tmp_path, kind):
    with open_cache(tmp_path) as cache:
        put_many(cache, kind, [("a", b"some bytes"), ("b", b"others")])
        cache.connection.execute("UPDATE entry SET data = x'00ff' WHERE key = 'a'")
        assert [("b", b"others")] == list(get_many(cache, kind, ["a", "b"]))
        assert len(cache.damaged) == 1 and f"{kind} a" in cache.damaged[0]


@pytest.mark.parametrize(
    "damage", [b"not a database, but long enough to be taken for one" * 100, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_a_broken_file_is_made_anew(tmp_path, damage):
    (tmp_path / "cache.sqlite").write_bytes(damage)
    with open_cache(tmp_path) as cache:
        assert "damaged" in cache.damaged[0] and "cache.sqlite" in cache.damaged[0]
        put_many(cache, "parse", [("a", b"1")])
        assert get(cache, "parse", "a") == b"1"


def test_a_torn_page_costs_only_what_stood_on_it(tmp_path):
    with open_cache(tmp_path) as cache:
        put_many(cache, "extraction", [(f"{n:04}", bytes(3000)) for n in range(200)])
        cache.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray((tmp_path / "cache.sqlite").read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 9000] = b"\xa5" * 9000
    (tmp_path / "cache.sqlite").write_bytes(raw)
    with open_cache(tmp_path) as cache:
        found = dict(get_many(cache, "extraction", [f"{n:04}" for n in range(200)]))
        assert all(data == bytes(3000) for data in found.values())
        assert cache.damaged and len(found) + len(cache.damaged) == 200


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path):
    with open_cache(tmp_path) as cache:
        put_many(cache, "parse", [("a", b"1")])
        pages = cache.connection.execute("PRAGMA page_count").fetchone()[0]
        cache.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError, match="make room on the disk"):
            put_many(cache, "extraction", [(str(n), bytes([n]) * 1000) for n in range(100)])
        assert known(cache, "extraction") == set()
        assert get(cache, "parse", "a") == b"1"


def test_two_readers_and_a_writer(tmp_path):
    with open_cache(tmp_path) as one, open_cache(tmp_path) as two:
        put_many(one, "parse", [("a", b"1")])
        assert get(two, "parse", "a") == b"1"
        assert isinstance(two.connection, sqlite3.Connection)
