"""The second reader: its file, its batches, and how tagger and parser decide with it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.encoder import LONGEST, Encoder, Labels, Pieces, Reading, Sizes, build_network, in_batches, size
from kg.errors import ModelError

LABELS = Labels(("NOUN", "VERB"), ("N", "V"), ("_",), ("nsubj", "root"))
LETTERS = ("<s>", "</s>", "<unk>", "▁", *"абвгд")


@pytest.fixture
def encoder():
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)
    sizes, pieces = Sizes(16, 2, 2, 32), Pieces(LETTERS, [-1.0] * len(LETTERS), (0, 1, 2))
    network = build_network(sizes, len(pieces), LABELS)
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    return Encoder(network, sizes, LABELS, pieces)


@given(st.lists(st.integers(3, 60), max_size=40), st.integers(60, 200))
def test_batches_hold_each_sentence_once_and_no_more_than_they_may(sizes, most):
    groups = in_batches(sizes, most)
    assert sorted(i for group in groups for i in group) == list(range(len(sizes)))
    assert all(len(group) * max(sizes[i] for i in group) <= most for group in groups)


def test_words_are_divided_into_known_pieces(encoder):
    assert (3, 4, 5) == encoder.pieces(["аб"])[0]
    assert encoder.pieces.unknown in encoder.pieces(["ж"])[0]
    assert 1 <= len(encoder.pieces(["а" * 500])[0]) <= 12
    assert 8 == size(encoder.pieces(["аб", "вг"]))


def test_what_it_holds_are_log_probabilities_in_the_order_of_the_sentences(encoder):
    torch = pytest.importorskip("torch")
    sentences = [("аб", "в", "г"), ("д",), ("в", "в", "аб", "г", "а")]
    found = encoder.read(sentences)
    for words, reading in zip(sentences, found, strict=True):
        n = len(words)
        assert (n, n + 1) == tuple(reading.arcs.shape)
        assert [(n, 2), (n, 2), (n, 1)] == [tuple(column.shape) for column in reading.tags]
        relations = encoder.relations(reading, [0] * n)
        for table in (reading.arcs, *reading.tags, relations):
            assert torch.allclose(table.exp().sum(1), torch.ones(n), atol=1e-5)
        (alone,) = encoder.read([words])
        assert torch.allclose(alone.arcs, reading.arcs, atol=1e-5)


def test_a_sentence_of_too_many_pieces_is_not_read(encoder):
    assert [None] == encoder.read([("а",) * LONGEST])
    assert [] == encoder.read([])


def test_it_goes_through_a_file(encoder, tmp_path):
    torch = pytest.importorskip("torch")
    encoder.save(str(tmp_path / "encoder.pt"))
    again = Encoder.load(tmp_path / "encoder.pt")
    assert (encoder.labels, encoder.sizes, LETTERS) == (again.labels, again.sizes, again.pieces.pieces)
    (before,), (after,) = encoder.read([("аб", "в")]), again.read([("аб", "в")])
    assert torch.allclose(before.arcs, after.arcs, atol=1e-2)


@pytest.mark.parametrize("content", [b"", b"no model", None])
def test_another_file_is_an_error_with_the_remedy(encoder, content, tmp_path):
    torch = pytest.importorskip("torch")
    path: Path = tmp_path / "encoder.pt"
    if content is None:
        torch.save({"model": {}}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="kg models verify"):
        Encoder.load(path)


class Opinion:
    """An encoder that holds the same of each word: a part of speech, and the word before it as its head."""

    def __init__(self, labels: Labels, upos: str | None) -> None:
        self.labels, self.upos, self.calls = labels, upos, 0

    def read(self, sentences):
        import torch

        self.calls += 1
        if self.upos is None:
            return [None] * len(sentences)
        found = []
        for words in sentences:
            n = len(words)
            tags = [torch.full((n, len(getattr(self.labels, name))), -200.0) for name in ("upos", "xpos", "feats")]
            tags[0][:, self.labels.upos.index(self.upos)] = 0.0
            arcs = torch.full((n, n + 1), -200.0)
            arcs[torch.arange(n), torch.arange(n)] = 0.0
            found.append(Reading(tuple(tags), arcs, torch.zeros(n, 1), torch.zeros(n + 1, 1)))
        return found

    def relations(self, reading, heads):
        import torch

        table = torch.full((len(heads), len(self.labels.deprel)), -200.0)
        table[:, self.labels.deprel.index("flat")] = 0.0
        return table


def test_a_parser_that_cannot_be_joined_is_an_error_with_the_remedy():
    from kg.ensemble import _join_parser

    with pytest.raises(ModelError, match="kg models train"):
        _join_parser(object(), None)


def read_by(encoder):
    from kg import ensemble, parse
    from kg.model import Document
    from kg.models import find_models

    pipeline = parse.load_pipeline(find_models("bg-quick"))
    if encoder:
        ensemble.join(pipeline, encoder)
    document = Document("Министърът се срещна с посланика на Турция в София. Утре ще пътува.")
    ((*sentences,),) = parse.parse([document], pipeline)
    return sentences


@pytest.mark.model
def test_tagger_and_parser_decide_with_the_encoder():
    from kg.models import find_models

    own = Encoder.load(find_models().encoder)
    alone = read_by(None)
    assert alone == read_by(Opinion(own.labels, None))  # a sentence that it cannot read stays as it was
    sure = Opinion(own.labels, "INTJ")
    joined = read_by(sure)
    assert {word.upos for sentence in joined for word in sentence.words} == {"INTJ"}
    assert all(word.head == word.id - 1 for sentence in joined for word in sentence.words)
    assert {word.deprel for sentence in joined for word in sentence.words[1:]} == {"flat"}
    assert [[word.form for word in s.words] for s in alone] == [[word.form for word in s.words] for s in joined]
    assert 1 == sure.calls  # the parser's turn uses what was read in the tagger's


@pytest.mark.model
def test_a_word_that_the_small_tagger_does_not_know_gets_its_part_of_speech():
    from kg import parse
    from kg.model import Document
    from kg.models import find_models

    def upos(models: str, text: str, form: str) -> str:
        ((*sentences,),) = parse.parse([Document(text)], parse.load_pipeline(find_models(models)))
        return next(word.upos for sentence in sentences for word in sentence.words if word.form == form)

    assert "NOUN" == upos("bg-compact", "Гъсеницата прегриза листото.", "листото")
    assert "NOUN" != upos("bg-quick", "Гъсеницата прегриза листото.", "листото")


def test_a_whole_tag_is_chosen_by_its_parts_and_by_the_encoder():
    torch = pytest.importorskip("torch")
    from stanza.models.pos.vocab import FeatureVocab

    from kg.ensemble import _Whole

    seen = ["Case=Nom|Number=Sing", "Case=Acc|Number=Sing", "Number=Plur", "_"]
    vocabulary = FeatureVocab([[[label] for label in seen]], idx=0)
    labels = (*seen, "Case=Dat")  # the last cannot be written by the tagger
    whole = _Whole.of(vocabulary, labels)
    parts = [torch.zeros(2, count) for count in vocabulary.lens()]
    other = torch.tensor([[0.0, 5.0, 0.0, 0.0, 9.0], [0.0, 0.0, 0.0, 5.0, 9.0]])
    assert ["Case=Acc|Number=Sing", "_"] == [vocabulary.id2unit(number) for number in whole.best(parts, other).tolist()]
    parts[[*vocabulary._id2unit].index("Number")][0, vocabulary.unit2id("Number=Plur")[-1]] = 20.0
    assert "Number=Plur" == vocabulary.id2unit(whole.best(parts, other).tolist()[0])
