"""Which names are one plan, which are two, and what a plan is about: sentences of our own, parsed by the models of kg."""

from functools import cache

import pytest

from kg import gazetteer, models, parse
from kg.extract import extract
from kg.lexicon import load_lexicon
from kg.model import Document
from kg.resolve import resolve

pytestmark = pytest.mark.model
RULES, WORLD = load_lexicon(), gazetteer.load()


@cache
def pipeline():
    found = models.find_models()
    return parse.load_pipeline(found.folder, found.package)


@cache
def understood(text):
    document = Document(text)
    ((*sentences,),) = parse.parse([document], pipeline())
    return extract(document, sentences, RULES, WORLD)


def plans(text):
    return [[m.text for m in chain.mentions] for chain in understood(text).chains if chain.kind == "Plan"]


def subjects(text):
    return [(s.plan.text, text[s.span.start : s.span.end]) for s in understood(text).subjects]


POINTS = (
    "Кипърският президент Никос Андреу представи план от шест точки за общите пристанища. Планът обхваща митниците, "
    "рибните квоти, спасителните служби и осветлението на пристаните. Турция отхвърли плана."
)
CONTRACT = (
    "Министърът на енергетиката Стоян Керчев подписа договор за внос на ток. Договорът е разделен на три части: цени, "
    "срокове и гаранции. В документа няма дума за атомни централи."
)
OFFER = (
    "Посредникът Хасан Руфи внесе предложение за обмен на пленници. Документът предвижда освобождаване на ранените, "
    "връщане на телата и размяна на списъци. Двете страни обсъждат предложението."
)
NAMED = (
    "Планът „Морава“ се състои от четири раздела: пътища, училища, болници и водопроводи. Сърбия прие „Морава“, но "
    "Хърватия отхвърли плана."
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (POINTS, ["план от шест точки за общите пристанища", "Планът", "плана"]),
        (CONTRACT, ["договор за внос на ток", "Договорът", "документа"]),
        (OFFER, ["предложение за обмен на пленници", "Документът", "предложението"]),
        (NAMED, ["Планът „Морава“", "Морава", "Морава", "плана"]),
    ],
)
def test_several_names_are_one_plan(text, names):
    assert plans(text) == [names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (POINTS, ["митниците", "рибните квоти", "спасителните служби", "осветлението на пристаните"]),
        (CONTRACT, ["цени", "срокове", "гаранции"]),
        (OFFER, ["освобождаване на ранените", "връщане на телата", "размяна на списъци"]),
        (NAMED, ["пътища", "училища", "болници", "водопроводи"]),
    ],
)
def test_the_subjects_of_a_plan(text, expected):
    assert [words for _, words in subjects(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Германия предложи петточков план за река Рейн, а Франция представи свой план за Алпите. Германският план включва "
        "мостове, шлюзове и дамби. Френският план бе критикуван от Италия.",
        "Мирният план на Мексико съдържа дванайсет точки. Бразилия предложи алтернативен план. Планът на Бразилия засяга "
        "горите и реките.",
        "Ядреното споразумение и търговското споразумение бяха подписани в Осло. Ядреното споразумение обхваща "
        "реакторите, горивото и инспекциите.",
        "Скандинавските държави подготвят общ план за Арктика. Те разговаряха за план за сигурност в Балтийско море. "
        "Планът за Арктика предвижда ледоразбивачи, бази и спътници.",
    ],
)
def test_two_plans_stay_two(text):
    assert len(plans(text)) == 2


def test_a_plan_that_is_only_wished_for_is_none():
    assert plans("Усилията за постигане на мирно споразумение продължават.") == []


def test_a_plan_of_points_is_one_over_the_articles():
    texts = (
        "Сърбия обяви своя 9-точков план за пътищата. Планът обхваща мостове, тунели и магистрали.",
        "Гърция подкрепи 9-точковия план за пътищата.",
        "Гърция отхвърли 7-точковия план за пътищата.",
    )
    found = resolve([understood(text) for text in texts], WORLD)
    assert sorted(e.name for e in found.entities if e.kind == "Plan") == ["7-точков план за пътищата", "9-точков план за пътищата"]
