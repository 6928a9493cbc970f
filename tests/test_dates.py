"""Phrases of time, each read on a day of publication. The sentences are of our own making."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import resources
from kg.dates import aim, find_dateline, find_dates, load_rules
from kg.dates.periods import Anchor, easter, recurring, shift_month, week_days
from kg.dates.rules import small_letters
from kg.errors import RuleError
from kg.model import Sentence, Word

NEW_YEAR = date(2025, 1, 1)  # a Wednesday
RULES = load_rules()


def sentence_of(text, start=0, end=None):
    """One sentence with one word: dates need only its place in the text."""
    end = len(text) if end is None else end
    return Sentence("doc", 3, (Word(1, text[start:end], "_", "X", "X", (), 0, "root", start, end),))


def dates_in(text, published=NEW_YEAR, **options):
    return find_dates(sentence_of(text), text, published, **options)


def summary(when):
    """One line of plain text: words | edtf | start | end | inferred."""
    ends = ["…" if day is None else day.isoformat() for day in (when.start, when.end)]
    days = ends[0].replace("…", "-") if ends[0] == ends[1] else "–".join(ends)
    return f"{when.text} | {when.edtf or '-'} | {days}{' *' if when.inferred else ''}"


# Sentence => words | EDTF | first day–last day; * where the publication day (1 January 2025) was needed.
STATED = """
Срещата беше на 19 ноември 2025 г. в София. => 19 ноември 2025 г. | 2025-11-19 | 2025-11-19
Срещата беше на 19.11.2025 в София. => 19.11.2025 | 2025-11-19 | 2025-11-19
Срещата беше на 3.5.2019 г. => 3.5.2019 г. | 2019-05-03 | 2019-05-03
Договорът е от 19/11/2025. => 19/11/2025 | 2025-11-19 | 2025-11-19
Договорът е от 2025-11-19. => 2025-11-19 | 2025-11-19 | 2025-11-19
Нотата е с дата 19.XI.2025 г. => 19.XI.2025 г. | 2025-11-19 | 2025-11-19
На 1-ви март 2020 година той замина. => 1-ви март 2020 година | 2020-03-01 | 2020-03-01
На двайсет и втори март 2021 г. се видяха. => двайсет и втори март 2021 г. | 2021-03-22 | 2021-03-22
Подписаха го през 2015 г. => 2015 г. | 2015 | 2015-01-01–2015-12-31
Подписаха го през 2015. => 2015 | 2015 | 2015-01-01–2015-12-31
Това стана през 2017-а. => 2017-а | 2017 | 2017-01-01–2017-12-31
Преговорите от март 2019 г. се провалиха. => март 2019 г. | 2019-03 | 2019-03-01–2019-03-31
През февруари 2020 г. пристигнаха пратеници. => февруари 2020 г. | 2020-02 | 2020-02-01–2020-02-29
Ще преговарят до 29 март 2019 г. => до 29 март 2019 г. | ../2019-03-29 | …–2019-03-29
Ще преговарят до ноември 2018 година. => до ноември 2018 година | ../2018-11 | …–2018-11-30
След 1 юни 2021 г. посолството ще работи. => След 1 юни 2021 г. | 2021-06-01/.. | 2021-06-01–…
От 2015 г. насам не са разговаряли. => 2015 г. насам | 2015/.. | 2015-01-01–…
Бе от 24 до 26 октомври 2023 г. => от 24 до 26 октомври 2023 г. | 2023-10-24/2023-10-26 | 2023-10-24–2023-10-26
От 30 юни 2018 до 2 юли 2019 г. => От 30 юни 2018 до 2 юли 2019 г. | 2018-06-30/2019-07-02 | 2018-06-30–2019-07-02
От 30 декември до 2 януари 2019 г. => От 30 декември до 2 януари 2019 г. | 2018-12-30/2019-01-02 | 2018-12-30–2019-01-02
На 3 и 10 май 2021 г. заседаваха. => 3 и 10 май 2021 г. | {2021-05-03,2021-05-10} | 2021-05-03–2021-05-10
Планът е за 2014-2020 г. => 2014-2020 г. | 2014/2020 | 2014-01-01–2020-12-31
Между 2016 и 2018 година той беше посланик. => Между 2016 и 2018 година | 2016/2018 | 2016-01-01–2018-12-31
През лятото на 2018 г. се видяха. => лятото на 2018 г. | 2018-22 | 2018-06-01–2018-08-31
През зимата на 2018 г. се видяха. => зимата на 2018 г. | 2018-24 | 2018-12-01–2019-02-28
Очаква се през първото тримесечие на 2019 г. => първото тримесечие на 2019 г. | 2019-33 | 2019-01-01–2019-03-31
Очаква се през втората половина на 2019 г. => втората половина на 2019 г. | 2019-41 | 2019-07-01–2019-12-31
През 90-те години на миналия век беше посланик. => 90-те години на миналия век | 199X | 1990-01-01–1999-12-31
През осемдесетте години служи в Москва. => осемдесетте години | 198X | 1980-01-01–1989-12-31
Беше на Великден 2020 г. => Великден 2020 г. | 2020-04-19 | 2020-04-19
В края на март 2019 г. се срещнаха. => края на март 2019 г. | 2019-03 | 2019-03-22–2019-03-31 *
"""

YEARLESS = """
Видяха се на 19 ноември. => 19 ноември | XXXX-11-19 | 2024-11-19 *
Видяха се от 24 до 26 октомври. => от 24 до 26 октомври | XXXX-10-24/XXXX-10-26 | 2024-10-24–2024-10-26 *
Срещата е на 22-23 март. => 22-23 март | XXXX-03-22/XXXX-03-23 | 2025-03-22–2025-03-23 *
Срещата е на 22 – 23 март. => 22 – 23 март | XXXX-03-22/XXXX-03-23 | 2025-03-22–2025-03-23 *
Срещата е на 22 и 23 март. => 22 и 23 март | XXXX-03-22/XXXX-03-23 | 2025-03-22–2025-03-23 *
Ще е между 3 и 5 май. => между 3 и 5 май | XXXX-05-03/XXXX-05-05 | 2025-05-03–2025-05-05 *
Посещението е 28 февруари – 2 март. => 28 февруари – 2 март | XXXX-02-28/XXXX-03-02 | 2025-02-28–2025-03-02 *
Почивка от 28 декември до 3 януари. => от 28 декември до 3 януари | XXXX-12-28/XXXX-01-03 | 2024-12-28–2025-01-03 *
Ще дойде през май. => май | XXXX-05 | 2025-05-01–2025-05-31 *
Ще дойде през октомври. => октомври | XXXX-10 | 2024-10-01–2024-10-31 *
Ще дойде от март до май. => от март до май | XXXX-03/XXXX-05 | 2025-03-01–2025-05-31 *
Преговаряха през юни и юли. => юни и юли | XXXX-06/XXXX-07 | 2025-06-01–2025-07-31 *
От ноември до февруари ще чакат. => От ноември до февруари | XXXX-11/XXXX-02 | 2024-11-01–2025-02-28 *
Сделка се чака до 31 март. => до 31 март | ../XXXX-03-31 | …–2025-03-31 *
Във вторник, 19 ноември, пристигна. => вторник, 19 ноември | XXXX-11-19 | 2024-11-19 *
В неделя, 19 ноември, пристигна. => неделя, 19 ноември | XXXX-11-19 | 2023-11-19 *
В петък (9 май) пристигна. => петък (9 май) | XXXX-05-09 | 2025-05-09 *
19 ноември, вторник: среща в София. => 19 ноември, вторник | XXXX-11-19 | 2024-11-19 *
На първи март пристигна. => първи март | XXXX-03-01 | 2025-03-01 *
В началото на октомври се срещнаха. => началото на октомври | XXXX-10 | 2024-10-01–2024-10-10 *
В средата на юни се срещнаха. => средата на юни | XXXX-06 | 2025-06-11–2025-06-20 *
През лятото се срещнаха. => лятото | XXXX-22 | 2024-06-01–2024-08-31 *
Очаква се през второто тримесечие. => второто тримесечие | XXXX-34 | 2025-04-01–2025-06-30 *
Няма да е преди Коледа. => преди Коледа | ../XXXX-12-25 | …–2024-12-25 *
На Бъдни вечер говориха по телефона. => Бъдни вечер | XXXX-12-24 | 2024-12-24 *
На 29 февруари се подписа. => 29 февруари | XXXX-02-29 | 2024-02-29 *
Не по-късно от 30 юни ще решат. => Не по-късно от 30 юни | ../XXXX-06-30 | …–2025-06-30 *
На 19 ноември миналата година говориха. => 19 ноември миналата година | XXXX-11-19 | 2024-11-19 *
На 19 май т.г. ще говорят. => 19 май т.г. | XXXX-05-19 | 2025-05-19 *
Видяха се през октомври миналата година. => октомври миналата година | XXXX-10 | 2024-10-01–2024-10-31 *
"""

RELATIVE = """
Вчера се срещнаха в Берлин. => Вчера | - | 2024-12-31 *
Завчера се срещнаха в Берлин. => Завчера | - | 2024-12-30 *
Снощи се срещнаха в Берлин. => Снощи | - | 2024-12-31 *
Днес се срещат в Берлин. => Днес | - | 2025-01-01 *
Тази сутрин се срещнаха. => Тази сутрин | - | 2025-01-01 *
Довечера ще се срещнат. => Довечера | - | 2025-01-01 *
Утре се срещат в Берлин. => Утре | - | 2025-01-02 *
Вдругиден се срещат. => Вдругиден | - | 2025-01-03 *
На вчерашната среща мълчаха. => вчерашната | - | 2024-12-31 *
След утрешните преговори ще реши. => След утрешните | - | 2025-01-02–… *
По-рано днес разговаряха. => По-рано днес | - | 2025-01-01 *
Вчера следобед разговаряха. => Вчера следобед | - | 2024-12-31 *
Утре в 10:30 ч. ще се видят. => Утре в 10:30 ч. | - | 2025-01-02 *
Тази седмица ще се видят. => Тази седмица | - | 2024-12-30–2025-01-05 *
Миналата седмица се видяха. => Миналата седмица | - | 2024-12-23–2024-12-29 *
Идната седмица ще се видят. => Идната седмица | - | 2025-01-06–2025-01-12 *
В края на миналата седмица се видяха. => края на миналата седмица | - | 2024-12-28–2024-12-29 *
През уикенда ще се видят. => уикенда | - | 2025-01-04–2025-01-05 *
Миналия уикенд се видяха. => Миналия уикенд | - | 2024-12-28–2024-12-29 *
Миналия месец се видяха. => Миналия месец | - | 2024-12-01–2024-12-31 *
Следващия месец ще се видят. => Следващия месец | - | 2025-02-01–2025-02-28 *
Миналата година се видяха. => Миналата година | - | 2024-01-01–2024-12-31 *
Догодина ще се видят. => Догодина | - | 2026-01-01–2026-12-31 *
По-миналата година се видяха. => По-миналата година | - | 2023-01-01–2023-12-31 *
Миналия октомври се видяха. => Миналия октомври | - | 2024-10-01–2024-10-31 *
Следващия май ще се видят. => Следващия май | - | 2025-05-01–2025-05-31 *
Миналото лято се видяха. => Миналото лято | - | 2024-06-01–2024-08-31 *
В четвъртък ще се видят. => четвъртък | - | 2025-01-02 *
В понеделник се видяха. => понеделник | - | 2024-12-30 *
Миналия вторник се видяха. => Миналия вторник | - | 2024-12-31 *
Миналата сряда се видяха. => Миналата сряда | - | 2024-12-25 *
Следващия понеделник ще се видят. => Следващия понеделник | - | 2025-01-06 *
Този петък ще се видят. => Този петък | - | 2025-01-03 *
В понеделник сутринта се видяха. => понеделник сутринта | - | 2024-12-30 *
От понеделник до сряда преговаряха. => От понеделник до сряда | - | 2024-12-30–2025-01-01 *
В сряда и четвъртък преговарят. => сряда и четвъртък | - | 2025-01-01–2025-01-02 *
Преди два дни се видяха. => Преди два дни | - | 2024-12-30 *
Преди седмица се видяха. => Преди седмица | - | 2024-12-23–2024-12-29 *
Преди повече от месец се видяха. => Преди повече от месец | - | 2024-12-01–2024-12-31 *
Преди около 3 години се видяха. => Преди около 3 години | - | 2022-01-01–2022-12-31 *
Преди час се видяха. => Преди час | - | 2025-01-01 *
След три дни ще се видят. => След три дни | - | 2025-01-04 *
След две седмици ще се видят. => След две седмици | - | 2025-01-13–2025-01-19 *
През последните три дни разговаряха. => последните три дни | - | 2024-12-29–2025-01-01 *
През следващите два месеца ще разговарят. => следващите два месеца | - | 2025-01-01–2025-03-01 *
До края на годината ще се видят. => До края на годината | - | …–2025-12-31 *
До края на месеца ще се видят. => До края на месеца | - | …–2025-01-31 *
На 15 т.м. ще се видят. => 15 т.м. | - | 2025-01-15 *
"""

WORDS = """
Видели са се седмица по-рано. => седмица по-рано | - | -
Два дни след срещата си говориха. => Два дни след | - | -
Три дни преди срещата си говориха. => Три дни преди | - | -
На следващия ден си тръгнаха. => следващия ден | - | -
Предишната седмица беше трудна. => Предишната седмица | - | -
Това стана в навечерието на изборите. => в навечерието на | - | -
Преди дни го видяха. => Преди дни | - | -
След няколко дни го видяха. => След няколко дни | - | -
Преди година и половина го видяха. => Преди година и половина | - | -
Наскоро го видяха. => Наскоро | - | -
През следващите дни ще преговарят. => следващите дни | - | -
Тридневното посещение приключи. => Тридневното | - | -
Разговорът продължи два часа. => два часа | - | -
В продължение на три седмици спориха. => В продължение на три седмици | - | -
Двучасовият разговор приключи. => Двучасовият | - | -
Срещата започва в 10:30 часа. => в 10:30 часа | - | -
Срещата е на 31 февруари. => 31 февруари | - | -
"""

NOTHING = [
    "Резултатът беше 3:2 за домакините.",
    "Той е на 52 години и живее в Лондон.",
    "Тя е на три години.",
    "Задействаха член 50 от договора.",
    "Фондът отпуска 19 млн. лева и още 2020 евро.",
    "Това пише вестник „24 часа“.",
    "Това пише в. „24 часа“ в коментар.",
    "Според „Днес“ преговорите вървят.",
    "Май няма да има сделка.",
    "Тереза Мей пристигна.",
    "Телефон за връзка: 02 945 11 20.",
    "Програма „Хоризонт 2020“ финансира проекта.",
    "Живее на бул. „6-ти септември“ 15.",
    "Кървавата неделя не е забравена.",
    "В средата на сградата има двор.",
    "Самолет 747 кацна.",
    "",
]


def cases(table):
    return [tuple(line.split(" => ")) for line in table.strip().splitlines()]


ALL = cases(STATED + YEARLESS.lstrip() + RELATIVE.lstrip() + WORDS.lstrip())


@pytest.mark.parametrize(("text", "expected"), ALL, ids=[expected.split(" | ")[0] for _, expected in ALL])
def test_phrase(text, expected):
    assert [summary(when) for when in dates_in(text)] == [expected]


def test_the_tables_are_whole():
    assert (len(ALL), len(NOTHING)) == (126, 17)


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_a_date(text):
    assert dates_in(text) == ()


EXAMPLES = [(phrase, words, edtf) for phrase in RULES.phrases for words, edtf in phrase.examples]


@pytest.mark.parametrize(("phrase", "words", "edtf"), EXAMPLES, ids=[words for _, words, _ in EXAMPLES])
def test_the_examples_of_the_rules(phrase, words, edtf):
    text = "през 2015" if words == "през 2015" else words
    assert [(when.rule, when.edtf or "") for when in dates_in(text, None)] == [(phrase.id, edtf)]


def test_every_phrase_has_an_example():
    assert [phrase.id for phrase in RULES.phrases if not phrase.examples] == []


@pytest.mark.parametrize(
    ("text", "future", "start"),
    [
        ("Ще се срещнат на 24 октомври.", True, "2025-10-24"),
        ("Срещнаха се на 24 март.", False, "2024-03-24"),
        ("Срещата е на 1 януари.", True, "2025-01-01"),
        ("Ще се срещнат в понеделник.", True, "2025-01-06"),
        ("Срещнаха се в четвъртък.", False, "2024-12-26"),
        ("Ще се срещнат в сряда.", True, "2025-01-01"),
        ("Ще се срещнат през октомври.", True, "2025-10-01"),
    ],
)
def test_the_tense_of_the_sentence_says_which_way_a_date_points(text, future, start):
    assert [str(when.start) for when in dates_in(text, future=future)] == [start]
    assert [str(aim(when, NEW_YEAR, future).start) for when in dates_in(text)] == [start]


def test_a_dateline_makes_relative_words_state_a_date():
    said = [when.edtf for when in dates_in("Вчера и на 19 ноември, миналия месец.", None, dateline=date(2020, 11, 30))]
    assert said == ["2020-11-29", "2020-11-19", "2020-10"]


def test_without_any_day_the_words_remain():
    assert [summary(when) for when in dates_in("Вчера и на 19 ноември.", None)] == [
        "Вчера | - | -",
        "19 ноември | XXXX-11-19 | -",
    ]


def test_two_phrases_in_reading_order_with_their_offsets():
    text = "Заглавие\nНа 3 май се видяха, а на 7 юни 2019 г. се разделиха."
    found = find_dates(sentence_of(text, 9), text, None)
    assert [(when.text, when.span.sentence, when.span.start) for when in found] == [
        ("3 май", 3, 12),
        ("7 юни 2019 г.", 3, 34),
    ]


def test_a_sentence_keeps_to_itself():
    text = "Дойде на 19 ноември. 2025 г. беше трудна."
    assert [when.text for when in find_dates(sentence_of(text, 0, 20), text, None)] == ["19 ноември"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Интервю след вота\n\n30.11.2020 | 09:23 Редактор: Иван Иванов\n\nТекст.", "2020-11-30"),
        ("София, 3 март 2020 г. /БТА/ Министърът замина.", "2020-03-03"),
        ("Брюксел /БТА/, 3 март 2020 г. Министърът замина.", "2020-03-03"),
        ("Заглавие\nПубликувано на: 26 декември 2011\nТекст.", "2011-12-26"),
        ("Заглавие\nсряда, 04 Ноември 2020 / 09:16\nТекст.", "2020-11-04"),
        ("Заглавие | 18.06.2018 15:18.\nТекст.", "2018-06-18"),
        ("Заглавие без точка 27.01.2018\nТекст.", "2018-01-27"),
        ("Заглавие\nПърво.\nВторо.\nТрето.\nЧетвърто.\nПето.\nШесто.\n5 януари 2021", "2021-01-05"),
        ("3 март 2020 г. беше ден на траур.", None),
        ("Подписаха договора на 24.11.2018\nТекст.", None),
        ("Великобритания ще напусне съюза на 29 март 2019 г.", None),
        ("Заглавие\n31.02.2020\nТекст.", None),
        ("", None),
    ],
)
def test_dateline(text, day):
    assert str(find_dateline(text)) == str(day)


@settings(max_examples=150)
@given(st.text(max_size=80), st.one_of(st.none(), st.dates()), st.sampled_from([None, True, False]))
def test_any_text_on_any_day(text, published, future):
    if text:
        for when in find_dates(sentence_of(text), text, published, future=future):
            assert text[when.span.start : when.span.end] == when.text


LISTED = sorted(form for forms in RULES.words.values() for form in forms)
PARTS = st.one_of(
    st.sampled_from(
        ["от", "до", "на", "преди", "след", "и", "–", ",", "(", "насам", "г.", "30-те години", "тримесечие"]
    ),
    st.integers(0, 2100).map(str),
    st.sampled_from(LISTED),
)


@settings(max_examples=300)
@given(st.lists(PARTS, min_size=1, max_size=12), st.one_of(st.none(), st.dates()), st.booleans())
def test_any_mixture_of_date_words(parts, published, future):
    text = " ".join(parts)
    found = find_dates(sentence_of(text), text, published, future=future)
    for when in found:
        assert text[when.span.start : when.span.end] == when.text
        assert aim(when, published, future) == when
        assert when.start is None or when.end is None or when.start <= when.end
        assert published is not None or not when.inferred or when.edtf
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))


@given(st.dates(date(1900, 6, 1), date(2090, 1, 1)), st.integers(1, 12), st.integers(1, 28))
def test_the_nearest_day_is_within_half_a_year(published, month, day):
    found = recurring(lambda year: (date(year, month, day),) * 2, Anchor(published))
    assert found is not None and abs((found[0] - published).days) <= 183


def test_calendar():
    assert [easter(year).isoformat() for year in (2018, 2020, 2024, 2025)] == [
        "2018-04-08",
        "2020-04-19",
        "2024-05-05",
        "2025-04-20",
    ]
    assert shift_month(date(2025, 1, 31), -1) == (date(2024, 12, 1), date(2024, 12, 31))
    assert week_days(NEW_YEAR) == (date(2024, 12, 30), date(2025, 1, 5))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('means = "day"', 'means = "dya"'), "means 'dya', which is not one of"),
        (("{month}", "{mnth}"), "neither a word list nor a piece"),
        (('id = "day"\n', 'id = "day"\ncolour = 1\n'), "colour"),
        (("[words.month]", "[words.month"), "mend the file"),
    ],
)
def test_a_broken_rule_file_says_what_is_wrong(tmp_path, change, message):
    from kg import resources

    broken = tmp_path / "dates.toml"
    text = (resources.path("rules") / "dates.toml").read_text(encoding="utf-8")
    broken.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(RuleError, match=message):
        load_rules(broken)


def in_the_news():
    return [path.read_text("utf-8") for path in sorted(resources.path("news").glob("*.txt"))]


@pytest.mark.parametrize("capitals", [str, str.upper, str.title])
def test_no_phrase_begins_where_the_first_look_sees_no_opening(capitals):
    """The quick look (`openings`) must see every place where any of the patterns, tried one by one, finds something."""
    examples = [example for phrase in RULES.phrases for example, _ in phrase.examples]
    for text in map(capitals, [*examples, *in_the_news(), "İ на 5 май 2020 г."]):
        seen = {opening.start() for opening in RULES.openings.finditer(small_letters(text))}
        found = {match.start() for phrase in RULES.phrases for pattern in phrase.patterns for match in pattern.finditer(text)}
        assert found <= seen, text
    assert sum(len(RULES.openings.findall(small_letters(text))) for text in in_the_news()) > 30


def test_the_first_look_spares_a_third_of_the_sentences():
    sentences = [line for text in in_the_news() for line in text.split(". ") if line.strip()]
    assert sum(RULES.openings.search(small_letters(line)) is None for line in sentences) > len(sentences) / 3
