"""What the shipped gazetteer knows, and how a user extends it."""

import re
from dataclasses import replace
from pathlib import Path

import babel
import pycountry
import pytest

from kg import gazetteer, mentions, parse
from kg.errors import RuleError
from kg.model import Sentence, Word
from kg.names import fold
from kg.tree import Tree


@pytest.fixture(scope="module")
def known():
    return gazetteer.load()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("САЩ", "US"),
        ("Щатите", "US"),
        ("Съединените щати", "US"),
        ("Обединеното кралство", "GB"),
        ("ФРГ", "DE"),
        ("Руската федерация", "RU"),
        ("Germany", "DE"),
        ("Маями", None),
    ],
)
def test_country(known, name, code):
    assert code == known.country(name)


def test_every_country_is_known_by_its_name_in_cldr(known):
    cldr = babel.Locale("bg").territories
    codes = set(known.countries) - {"HK"}  # CLDR calls it "Хонконг, САР на Китай"
    plain = {code: cldr[code] for code in codes if "(" not in cldr[code]}
    assert 190 < len(plain)
    assert {} == {code: name for code, name in plain.items() if known.country(name) != code}


def test_country_codes_are_iso_3166(known):
    iso = {country.alpha_2: country.alpha_3 for country in pycountry.countries} | {"XK": "XKX"}
    assert {code: iso[code] for code in known.countries} == {code: c.alpha3 for code, c in known.countries.items()}


def test_every_capital_is_a_place_of_its_country(known):
    missing = {
        code
        for code, country in known.countries.items()
        if country.capital and (known.place(country.capital) is None or known.place(country.capital).country != code)
    }
    assert {"AG", "EH", "GD", "PW"} == missing  # too small for the extract, or unnamed in Cyrillic there


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("руски", "RU"),
        ("руския", "RU"),
        ("руската", "RU"),
        ("американските", "US"),
        ("руснаците", "RU"),
        ("британец", "GB"),
        ("чешко", "CZ"),
        ("немски", "DE"),
        ("рускините", "RU"),
        ("маса", None),
    ],
)
def test_demonym(known, word, code):
    assert code == known.demonym(word)


def test_demonyms_of_a_compound(known):
    assert known.demonyms_in("руско-украинските") == ("RU", "UA")
    assert known.demonyms_in("американо-руски") == ("US", "RU")
    assert known.demonyms_in("по-добър") == ()


@pytest.mark.parametrize(
    ("name", "stands_for"),
    [
        ("Белия дом", "САЩ"),
        ("Кремъл", "Русия"),
        ("Даунинг стрийт", "Великобритания"),
        ("Острова", "Великобритания"),
        ("Брюксел", "ЕС"),
        ("Москва", "Русия"),
        ("Париж", "Франция"),
        ("Елисейския дворец", "Франция"),
        ("Пловдив", None),
    ],
)
def test_metonym(known, name, stands_for):
    found = known.metonym(name)
    assert stands_for == (found and found.stands_for)


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("Евросъюза", "ЕС"),
        ("Европейски съюз", "ЕС"),
        ("МВФ", "Международен валутен фонд"),
        ("NATO", "НАТО"),
        ("Г7", "Г-7"),
    ],
)
def test_organization(known, name, canonical):
    assert canonical == known.organization(name).name


@pytest.mark.parametrize(
    ("name", "canonical"),
    [("АП", "Асошиейтед прес"), ("Reuters", "Ройтерс"), ("axios", "Axios"), ("„Гардиън“", "Гардиън")],
)
def test_media(known, name, canonical):
    assert canonical == known.media(name).name


def test_kind_does_not_recognise_common_words(known):
    assert known.media("Сега").name == "Сега"
    assert known.kind("Сега") is None
    kinds = {"Ройтерс": "Media", "НАТО": "Organization", "Кремъл": "Government", "Русия": "Government", "Русе": "Place"}
    assert kinds == {name: known.kind(name) for name in kinds}


def test_place_has_coordinates(known):
    place = known.place("Маями")
    assert (place.country, place.geonames, round(place.latitude), round(place.longitude)) == ("US", "4164138", 26, -80)


@pytest.mark.parametrize(
    ("phrase", "office"),
    [
        ("президент", "president"),
        ("канцлерката", "chancellor"),
        ("външния министър", "foreign minister"),
        ("специалният пратеник", "special envoy"),
        ("министъра на отбраната", "defence minister"),
        ("говорителка", "spokesperson"),
    ],
)
def test_title(known, phrase, office):
    assert office == known.title(phrase).office


def test_a_users_file_wins(tmp_path):
    extra = tmp_path / "mine.tsv"
    extra.write_text(
        "kind\tname\taliases\tcountry\tstands_for\tsame_as\n"
        "organization\tДунавска комисия\tДК\t\t\thttps://example.org/dk\n"
        "seat\tЕвксиноград\t\tBG\tБългария\t\n",
        encoding="utf-8",
    )
    known = gazetteer.load(extra=(extra,))
    assert known.organization("ДК").same_as == ("https://example.org/dk",)
    assert known.metonym("Евксиноград").stands_for == "България"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("kind\tname\nplanet\tМарс\n", "planet"),
        ("name\nМарс\n", "kind"),
        ("kind\tname\nseat\tДворец\n", "stands_for"),
        ("kind\tname\nplace\tА\tБ\tВ\n", "fields"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, content, told):
    extra = tmp_path / "wrong.tsv"
    extra.write_text(content, encoding="utf-8")
    with pytest.raises(RuleError, match=told) as error:
        gazetteer.load(extra=(extra,))
    assert "wrong.tsv" in str(error.value)


class Everything(frozenset):
    """A set of words that has every word: with it no name is passed over."""

    def issuperset(self, other):
        return True


def in_a_sentence(name):
    """A tree of the words „Вчера“, the name's, „Аблъм“ and „Брълц“, all in a row."""
    text, words = f"Вчера {name} Аблъм Брълц", []
    for id, match in enumerate(re.finditer(r"\w+|\S", text), 1):
        form, upos = match.group(), "PROPN" if match.group().isalnum() else "SYM"
        words.append(Word(id, form, form.lower(), upos, "Np", (), id - 1, "flat", *match.span()))
    return Tree(Sentence("doc", 0, tuple(words)))


def test_no_name_is_lost_by_passing_over_words_that_no_name_has(known):
    blind = replace(known)
    blind.__dict__["words"] = Everything()
    seed = parse.from_conllu((Path(__file__).parent / "seed" / "parse.conllu").read_text("utf-8"), "doc")
    names = [name for table in (known.country_names, known.seats, known.entries) for name in table if not name.isalnum()]
    names += [name.replace(" ", "та ", 1) for name in names]  # with an article on the first word
    trees = [*map(Tree, seed), *(in_a_sentence(name.title()) for name in names)]
    found = 0
    for tree in trees:
        every = list(mentions._gazetteer_names(tree, blind))
        assert list(mentions._gazetteer_names(tree, known)) == every
        found += len(every)
    assert found > len(names) / 2 > 200


def test_what_is_known_of_names_already_is_not_worked_out_again(known):
    from kg.lexicon import load_lexicon

    lexicon = load_lexicon()
    tree = Tree(parse.from_conllu((Path(__file__).parent / "seed" / "parse.conllu").read_text("utf-8"), "doc")[1])
    text = " " * tree.sentence.start + " ".join(word.form for word in tree.words) + " " * tree.sentence.end
    first = mentions.find_mentions(tree, text, lexicon, known)
    assert first.names and mentions.find_mentions(tree, text, lexicon, known, before=first) is first
    words = tree.words[first.names[0].first - 1 : first.names[0].last]
    decided = {fold(" ".join(word.form for word in words)): "Plan"}
    again = mentions.find_mentions(tree, text, lexicon, known, frozenset(), decided, first)
    assert again == mentions.find_mentions(tree, text, lexicon, known, frozenset(), decided) != first
