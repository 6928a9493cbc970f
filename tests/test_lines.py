"""Lines that stream: sorted as sorted() sorts, kept when there are many, compared as sets compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.store import lines

LINES = st.lists(st.text("аб <>\u2028\x85\U0001f600", min_size=1, max_size=3))


@given(LINES)
def test_in_order_is_sorted_and_each_line_comes_once(tmp_path_factory, found):
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.store.lines.RUN", 2)
        patch.setattr("kg.store.lines.OPEN", 3)
        assert list(lines.in_order(iter(found), folder)) == sorted(set(found))
    assert not list(folder.iterdir())


@given(LINES)
def test_what_is_kept_is_read_again(tmp_path_factory, found):
    file = tmp_path_factory.mktemp("kept") / "some.lines"
    file.write_text("of before\n", "utf-8")
    assert list(lines.kept(iter(found), file, 3)) == found
    assert (list(lines.read(file)) if file.exists() else None) == (found if len(found) >= 3 else None)


@given(LINES, LINES)
def test_differences_are_those_of_sets(before, after):
    found = list(lines.differences(sorted(set(before)), sorted(set(after))))
    assert {line for new, line in found if new} == set(after) - set(before)
    assert {line for new, line in found if not new} == set(before) - set(after)
    assert len(found) == len(set(found))


def test_a_file_that_is_read_may_be_replaced_meanwhile(tmp_path):
    file = tmp_path / "some.lines"
    list(lines.kept("abcd", file, 2))
    found = list(lines.differences(lines.read(file), lines.kept("bcde", file, 2)))
    assert found == [(False, "a"), (True, "e")]
    assert list(lines.read(file)) == list("bcde")
