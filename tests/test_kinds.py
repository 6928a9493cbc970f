"""Person or place: one kind for a name in a document. Sentences of our own, parsed by the models of kg."""

import pytest
from understanding import understood

pytestmark = pytest.mark.model


def kinds(text):
    """Kind and mentions of each named chain, by its name."""
    return {chain.base: (chain.kind, [m.text for m in chain.mentions]) for chain in understood(text).chains if chain.named}


@pytest.mark.parametrize(
    ("text", "name", "mentions"),
    [
        (
            "Чаушеску-Маринова и Торвалдсен се срещнаха в Копенхаген. Торвалдсен каза, че срещата е била полезна.",
            "Торвалдсен", ["Торвалдсен", "Торвалдсен"],
        ),
        (
            "Хамфрис призова Ланкастър да подаде оставка. „Няма да го направя“, отговори Ланкастър.",
            "Ланкастър", ["Ланкастър", "Ланкастър"],
        ),
        (
            "Държавният секретар Брайън Колтън се обади на Ниязов. Ниязов и Колтън говориха за газ.",
            "Брайън Колтън", ["Брайън Колтън", "Колтън"],
        ),
        (
            "Делегацията на Фиджи, водена от Сандра Вакалоа, пристигна в Сува. Вакалоа ще се срещне с Ратукеле.",
            "Сандра Вакалоа", ["Сандра Вакалоа", "Вакалоа"],
        ),
    ],
)  # fmt: skip
def test_a_person_whatever_one_sentence_looks_like(text, name, mentions):
    assert kinds(text)[name] == ("Person", mentions)


def test_a_capital_that_acts_is_no_person():
    text = "Бележитият лекар Фаустино Ромеро посети Хавана. Хавана прие лекаря Ромеро с почести."
    assert "Person" not in [kind for name, (kind, _) in kinds(text).items() if name == "Хавана"]


def test_a_capital_that_ends_like_a_surname_is_none():
    text = "Румъния подкрепи решението на Кишинев. Разговорите между Кишинев и Москва се отлагат. Кишинев поиска гаранции."
    found = [kind for name, (kind, _) in kinds(text).items() if name in ("Кишинев", "Молдова")]
    assert found
    assert "Person" not in found


def test_a_person_in_one_breath_with_a_person():
    text = "Лавров и Блинкен проведоха разговори в Женева."
    assert ("Person", "Person") == (kinds(text)["Лавров"][0], kinds(text)["Блинкен"][0])


def test_where_a_person_goes_is_no_part_of_the_name():
    names = kinds("Отпада и пътуването на Прескот до Кишинев. Олег Манолеску каза, че съжалява.")
    assert "Прескот" in names
    assert not [name for name in names if " до " in name]


def test_a_town_after_a_preposition_is_a_place():
    text = "Омар Халфауи и Лейла Бенсаид обсъдиха водата. Бенсаид замина за Оран, а Халфауи – за Тунис."
    assert kinds(text)["Оран"][0] == "Place"


def test_an_acronym_in_brackets_is_its_long_name_from_then_on():
    text = "Съветът за икономическа взаимопомощ на пристанищата (СИВП) заседава в Пирея. СИВП одобри бюджета."
    name = "Съвет за икономическа взаимопомощ на пристанищата"
    assert kinds(text)[name] == ("Organization", ["Съветът за икономическа взаимопомощ на пристанищата", "СИВП"])


def test_a_name_in_latin_letters_is_one_however_it_is_tagged():
    assert kinds("Вегара смени Хорхе Асуага. David Colton я поздрави.")["David Colton"][0] == "Person"


def test_initials_belong_to_the_name():
    assert {"Г. Х. Петров", "Иван К. Стоянов"} <= kinds("Г. Х. Петров и Иван К. Стоянов подписаха.").keys()


def test_a_plural_surname_is_neither_of_the_two():
    text = "Михайлови пристигнаха в Рим: Петър Михайлов и съпругата му Вяра Михайлова. Михайлова говори с папата."
    assert kinds(text)["Вяра Михайлова"][1] == ["Вяра Михайлова", "Михайлова"]


def test_a_title_before_a_name_is_no_person():
    text = "Сенатор Мариела Кинтана и посланик Освалдо Риверос разговаряха по телефона."
    assert [name for name, (kind, _) in kinds(text).items() if kind == "Person"] == ["Мариела Кинтана", "Освалдо Риверос"]
