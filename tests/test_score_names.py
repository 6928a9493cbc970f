"""The figures of names: clusters, spans of tags, and the whole on two tiny articles of our own."""

import pytest
from names_sample import words

from kg import gazetteer
from kg.errors import InputError
from kg.model import Sentence, Word
from kg.score_names import b_cubed, pairwise, read_names, score_names, tagged, words_between


def test_pairwise_and_b_cubed_of_equal_partitions_are_one():
    assert {1.0} == set(pairwise("aabb", "xxyy").values()) == set(b_cubed("aabb", "xxyy").values())


def test_pairwise_counts_pairs():
    assert {"precision": 1.0, "recall": 0.3333, "F1": 0.5} == pairwise(["a", "a", "b"], ["x", "x", "x"])


def test_b_cubed_averages_over_names():
    assert {"precision": 0.5556, "recall": 1.0, "F1": 0.7143} == b_cubed(["a", "a", "a"], ["x", "x", "y"])


def test_tagged_reads_bioes_and_forgives_a_missing_end():
    tags = ["B-PER", "E-PER", "O", "S-LOC", "B-ORG"]
    marked = tuple(
        Word(n, "дума", "дума", "X", "", (), 0, "dep", n * 5, n * 5 + 4, tag) for n, tag in enumerate(tags, 1)
    )
    assert [(5, 14, "PER"), (20, 24, "LOC"), (25, 29, "ORG")] == list(tagged(Sentence("d", 0, marked)))


def test_a_word_that_reaches_out_of_a_name_is_cut():
    (sentence,) = (Sentence("d", 0, words("ЕС-27/ес-27/PROPN")),)
    assert ["ЕС"] == [word.form for word in words_between([sentence], 0, 2)]


@pytest.fixture
def folder(tmp_path):
    for name, person in (("a", "Стив Уиткоф"), ("b", "Уиткоф")):
        text = f"{person} пристигна във Франция"
        start = text.index("Франция")
        rows = [
            (0, len(person), person, person, "PER", "PER-Steve-Witkoff"),
            (start, len(text), "Франция", "Франция", "LOC", "GPE-France"),
        ]
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        (tmp_path / f"{name}.tsv").write_text(
            "".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8"
        )
    return tmp_path


def test_all_figures_of_a_folder(folder):
    texts = read_names(folder)
    figures = score_names(texts, [() for _ in texts], gazetteer.load())
    assert (2, 4, 1.0) == (figures["documents"], figures["names"], figures["base form"])
    assert (1.0, 1.0) == (figures["pairwise"]["F1"], figures["B-cubed"]["F1"])
    assert {"known": 2, "share of known": 1.0, "share of all": 0.5} == figures["linking"]


def test_a_span_outside_the_text_is_named(folder):
    (folder / "a.tsv").write_text("0\t999\tx\tx\tPER\tPER-X\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        read_names(folder)
