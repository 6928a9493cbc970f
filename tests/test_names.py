"""Base forms, keys and spellings of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from names_sample import words

from kg import names

CYRILLIC = st.text(st.sampled_from("абвгдежзийклмнопрстуфхцчшщъьюяАБВГДЖИКСТ -'„“\"aceopxyHMT"), max_size=24)


@pytest.mark.parametrize(
    ("tagged", "kind", "base"),
    [
        (
            ("Европейския/европейски/ADJ/Masc/Sing/Def", "съюз/съюз/NOUN/Masc/Sing/Ind"),
            "Organization",
            "Европейски съюз",
        ),
        (
            ("Европейската/европейски/ADJ/Fem/Sing/Def", "комисия/комисия/NOUN/Fem/Sing/Ind"),
            "Organization",
            "Европейска комисия",
        ),
        (("Белия/бял/ADJ/Masc/Sing/Def", "дом/дом/NOUN/Masc/Sing/Ind"), "Place", "Бял дом"),
        (("Върховният/върховен/ADJ/Masc/Sing/Def", "съд/съд/NOUN/Masc/Sing/Ind"), "Organization", "Върховен съд"),
        (("Съединените/съединя-(се)/ADJ/Masc/Plur/Ind", "щати/щат/NOUN/Masc/Plur/Ind"), "Place", "Съединени щати"),
        (("Съвета/съвет/NOUN/Masc/Sing/Def", "на/на/ADP", "Европа/европа/PROPN"), "Organization", "Съвет на Европа"),
        (
            ("Камарата/камара/NOUN/Fem/Sing/Def", "на/на/ADP", "общините/община/NOUN/Fem/Plur/Def"),
            "Organization",
            "Камара на общините",
        ),
        (
            ("Обединеното/обединен/ADJ/Neut/Sing/Def", "кралство/кралство/NOUN/Neut/Sing/Ind"),
            "Place",
            "Обединеното кралство",
        ),
        (("Америка/америка/NOUN/Fem/Sing/Def",), "Place", "Америка"),
        (("британците/британец/NOUN/Masc/Plur/Def",), "Person", "британци"),
        (("Британците/британец/NOUN/Masc/Plur/Def",), "Person", "британци"),
        (
            ("лейбъристката/лейбъристки/ADJ/Fem/Sing/Def", "партия/партия/NOUN/Fem/Sing/Ind"),
            "Organization",
            "Лейбъристка партия",
        ),
        (
            ("британския/британски/ADJ/Masc/Sing/Def", "парламент/парламент/NOUN/Masc/Sing/Ind"),
            "Organization",
            "британски парламент",
        ),
        (("ПАКИСТАН/пакистан/PROPN",), "Place", "Пакистан"),
        (("БГНЕС/бгнес/PROPN",), "Organization", "БГНЕС"),
        (("24/24/NUM", "часа/час/NOUN/Masc/Count"), "Plan", "24 часа"),
        (("Mарк/марк/PROPN", "О'Лиъри/о'лиъри/PROPN"), "Person", "Марк О'Лиъри"),
        (
            (
                "Информационна/информационен/ADJ/Fem/Sing/Ind",
                "агенция/агенция/NOUN/Fem/Sing/Ind",
                '"/"/PUNCT',
                "Фокус/фокус/PROPN",
                '"/"/PUNCT',
            ),
            "Organization",
            "Информационна агенция Фокус",
        ),
    ],
)
def test_base_form(tagged, kind, base):
    assert base == names.base_form(words(*tagged), kind)


def test_base_form_of_nothing_is_empty():
    assert names.base_form((), "Person") == ""


@given(st.lists(st.text(st.sampled_from("абвгдежийклмнопрстАБВГТПР"), min_size=1, max_size=9), min_size=1, max_size=4))
def test_base_form_of_proper_nouns_in_base_form_changes_nothing(forms):
    tagged = [f"{form.capitalize()}/{form.lower()}/PROPN" for form in forms]
    once = names.base_form(words(*tagged), "Person")
    assert once == names.base_form(words(*(f"{form}/{form.lower()}/PROPN" for form in once.split())), "Person")


@given(CYRILLIC)
def test_repair_keeps_offsets_and_is_idempotent(text):
    once = names.repair(text)
    assert len(once) == len(text)
    assert names.repair(once) == once


@pytest.mark.parametrize(
    ("mixed", "whole"), [("Mоcквa", "Москва"), ("BioNТech", "BioNTech"), ("ХVI", "XVI"), ("iPhoneът", "iPhoneът")]
)
def test_repair_of_mixed_scripts(mixed, whole):
    assert whole == names.repair(mixed)


@given(CYRILLIC)
def test_fold_is_idempotent(text):
    assert names.fold(text) == names.fold(names.fold(text))


@pytest.mark.parametrize(
    ("one", "two"),
    [('РИА "Новости"', "РИА-Новости"), ("Г-7", "Г 7"), ("Жан–Клод Юнкер", "Жан-Клод Юнкер"), ("„Труд“", "ТРУД")],
)
def test_fold_makes_spellings_equal(one, two):
    assert names.fold(one) == names.fold(two)


@pytest.mark.parametrize(
    ("bulgarian", "latin"),
    [
        ("София", "Sofia"),
        ("България", "Bulgaria"),
        ("Желязков", "Zhelyazkov"),
        ("Щъркел", "Shtarkel"),
        ("НАТО", "NATO"),
        ("Axios", "Axios"),
    ],
)
def test_latin_follows_the_transliteration_act(bulgarian, latin):
    assert latin == names.latin(bulgarian)


@pytest.mark.parametrize(
    ("foreign", "bulgarian"),
    [("Marco Rubio", "Марко Рубио"), ("Boris", "Борис"), ("Witkoff", "Уиткоф"), ("Мей", "Мей")],
)
def test_cyrillic(foreign, bulgarian):
    assert bulgarian == names.cyrillic(foreign)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Стив Уиткоф", "Steve Witkoff"),
        ("Доналд Тръмп", "Donald Trump"),
        ("Борис Джонсън", "Boris Johnson"),
        ("Ройтерс", "Reuters"),
    ],
)
def test_skeleton_hears_one_name_in_two_alphabets(one, two):
    assert names.skeleton(one) == names.skeleton(two)


def test_skeleton_tells_names_apart():
    assert names.skeleton("Кирил Дмитриев") != names.skeleton("Олег Дмитриев")


def test_acronym_is_taken_off_its_long_name():
    assert (
        names.without_acronym("Съвет за национална сигурност и отбрана (СНСО)")
        == "Съвет за национална сигурност и отбрана"
    )
    assert names.without_acronym("(СНСО)") == "(СНСО)"
