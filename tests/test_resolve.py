"""Who is who: chains of a document, the partition of the corpus, offices, events of several articles."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from names_sample import article

from kg import gazetteer
from kg.resolve import resolve

DAY = date(2025, 11, 20)
KNOWN = gazetteer.load()


@pytest.fixture
def known():
    return KNOWN


def entities(resolution):
    return {entity.id: entity.name for entity in resolution.entities}


def spoken(resolution, extractions):
    """Base form of each chain -> ids of the entities that chains of this name were linked to."""
    entity_of = {link.chain: link.entity for link in resolution.links}
    found = {}
    for extraction in extractions:
        for chain in extraction.chains:
            found.setdefault(chain.base, set()).add(entity_of[chain.key])
    return found


# ---- chains of one document


def chained(known, *said):
    return [tuple(mention.base for mention in chain.mentions) for chain in article(known, *said).chains]


def test_a_surname_joins_its_full_name(known):
    assert [("Стив Уиткоф", "Уиткоф"), ("Кирил Дмитриев",)] == chained(known, "Стив Уиткоф", "Кирил Дмитриев", "Уиткоф")


def test_a_middle_name_and_an_initial_are_one_person(known):
    assert [("Доналд Тръмп", "Доналд Джон Тръмп", "Д. Тръмп")] == chained(
        known, "Доналд Тръмп", "Доналд Джон Тръмп", "Д. Тръмп"
    )


def test_namesakes_of_one_document_stay_two(known):
    assert [("Антон Дмитриев",), ("Олег Дмитриев",)] == chained(known, "Антон Дмитриев", "Олег Дмитриев")


def test_an_acronym_joins_the_name_that_the_text_explains_it_by(known):
    extraction = article(known, ("Съвет за речна сигурност (СРС)", "Organization"), ("СРС", "Organization"))
    assert [2] == [len(chain.mentions) for chain in extraction.chains]
    union = article(known, *[(name, "Organization") for name in ("ЕС", "Европейски съюз", "Евросъюз")])
    assert [3] == [len(chain.mentions) for chain in union.chains]


def test_a_country_is_one_and_its_seat_a_chain_of_its_own(known):
    said = [(name, "Government") for name in ("САЩ", "Съединени щати", "Белия дом")]
    assert [("САЩ", "Съединени щати"), ("Белия дом",)] == chained(known, *said)


# ---- across documents


def test_one_person_under_all_names(known):
    docs = [article(known, "Стив Уиткоф"), article(known, "Уиткоф"), article(known, "Steve Witkoff")]
    resolution = resolve(docs, known)
    assert {"person/stiv-uitkof": "Стив Уиткоф"} == entities(resolution)
    assert {"full name", "surname, one bearer in the corpus", "transliteration"} == {
        link.reason for link in resolution.links
    }


def test_namesakes_stay_two_and_a_bare_surname_is_neither(known):
    docs = [article(known, "Кирил Дмитриев"), article(known, "Олег Дмитриев"), article(known, "Дмитриев")]
    resolution = resolve(docs, known)
    assert 3 == len(resolution.entities)
    assert "surname with 2 bearers" in {apart.reason for apart in resolution.apart}


def test_the_office_beside_it_tells_whose_the_surname_is(known):
    docs = [
        article(known, ("Антон Дмитриев", "title: руският президент")),
        article(known, ("Олег Дмитриев", "title: молдовският президент")),
        article(known, ("Дмитриев", "title: президентът на Молдова")),
    ]
    assert {"person/oleg-dmitriev"} == spoken(resolve(docs, known), docs)["Дмитриев"]


def test_one_name_with_offices_of_two_states_is_two_people(known):
    docs = [
        article(known, ("Петър Иванов", "title: президентът на Сърбия")),
        article(known, ("Петър Иванов", "title: президентът на Гърция")),
    ]
    resolution = resolve(docs, known)
    assert ["person/petar-ivanov-gr", "person/petar-ivanov-rs"] == [
        e.id for e in resolution.entities if e.kind == "Person"
    ]
    assert ["one name, offices of two states"] == [apart.reason for apart in resolution.apart]


def test_near_names_without_more_in_common_stay_two(known):
    docs = [article(known, "Елена Петрова"), article(known, "Елина Петрова")]
    resolution = resolve(docs, known)
    assert 2 == len(resolution.entities)
    assert 1 == len(resolution.apart)


def test_government_and_place_are_kept_apart(known):
    docs = [article(known, ("Белия дом", "Government"), ("САЩ", "Government")), article(known, ("САЩ", "Place"))]
    resolution = resolve(docs, known)
    assert {"government/us", "place/us"} == set(entities(resolution))
    assert {("stands for САЩ", True), ("country", False), ("country as a place", False)} == {
        (link.reason, link.inferred) for link in resolution.links
    }


def test_brussels_is_the_union_where_it_acts_and_a_city_where_things_happen(known):
    docs = [article(known, "Ана Вечерин", "Ерик Норберг", ("Брюксел", "Government"), day=DAY, met=2, where=2)]
    event = resolve(docs, known).events[0]
    assert "place/bryuksel" == event.place
    docs = [article(known, ("Брюксел", "Government"))]
    assert {"organization/es": "ЕС"} == entities(resolve(docs, known))


def test_unnamed_people_of_two_documents_are_never_one(known):
    docs = [article(known, ("анонимен американски дипломат", "Group"), day=DAY + timedelta(n)) for n in range(2)]
    assert 2 == len(resolve(docs, known).entities)


def test_an_office_without_a_name_is_its_holder_at_that_time(known):
    docs = [
        article(known, ("Владимир Новак", "title: руския президент"), day=DAY),
        article(known, ("руският президент", "Group"), day=DAY + timedelta(9)),
        article(known, ("руският президент", "Group"), day=DAY + timedelta(3000)),
    ]
    resolution = resolve(docs, known)
    links = {link.chain.partition("-")[0]: link for link in resolution.links}
    near, far = links[docs[1].document.id], links[docs[2].document.id]
    assert ("person/vladimir-novak", True) == (near.entity, near.inferred)
    assert far.entity.startswith("group/")
    assert [("президент", "RU", False)] == [(o.title, o.country, o.inferred) for o in resolution.offices]


def test_an_office_is_held_until_another_is_told_to_hold_it(known):
    docs = [
        article(known, ("Владимир Новак", "title: руския президент"), day=DAY),
        article(known, ("руският президент", "Group"), day=DAY + timedelta(60)),
        article(known, ("Лидия Савина", "title: руския президент"), day=DAY + timedelta(200)),
        article(known, ("руският президент", "Group"), day=DAY + timedelta(210)),
        article(known, ("руският президент", "Group"), day=DAY + timedelta(190)),
    ]
    resolution = resolve(docs, known)
    assert {"Владимир Новак", "Лидия Савина"} <= {e.name for e in resolution.entities}, "named by names, not by offices"
    links = {link.chain.partition("-")[0]: link.entity for link in resolution.links}
    met = [links[docs[number].document.id] for number in (1, 3, 4)]
    assert ["person/vladimir-novak", "person/lidia-savina"] == met[:2]
    assert "person/vladimir-novak" != met[2], "ten days before the successor is named, the office may be hers already"


def test_one_body_name_in_two_countries_is_two_bodies(known):
    docs = [article(known, ("Сметна палата", "Organization", code)) for code in ("BG", "RO")]
    resolution = resolve(docs, known)
    assert ["organization/smetna-palata-bg", "organization/smetna-palata-ro"] == list(entities(resolution))


def test_known_things_carry_their_addresses(known):
    resolution = resolve([article(known, ("Маями", "Place"), ("Франция", "Place"))], known)
    assert {
        "place/mayami": ("https://sws.geonames.org/4164138/",),
        "place/fr": ("http://publications.europa.eu/resource/authority/country/FRA",),
    } == {entity.id: entity.same_as for entity in resolution.entities}


NAMES = ("Стив Уиткоф", "Уиткоф", "Steve Witkoff", "Олег Дмитриев", "Кирил Дмитриев", "Дмитриев", "Мария Петрова")
THINGS = (
    ("САЩ", "Government"),
    ("Кремъл", "Government"),
    ("Москва", "Place"),
    ("НАТО", "Organization"),
    ("висш дипломат", "Group"),
)
CORPORA = st.lists(st.lists(st.sampled_from(NAMES + THINGS), min_size=1, max_size=4), min_size=1, max_size=7)


@settings(max_examples=60, deadline=None)
@given(CORPORA, st.randoms(use_true_random=False))
def test_resolution_is_a_partition_that_no_order_changes(corpus, chance):
    docs = [article(KNOWN, *said, day=DAY + timedelta(number)) for number, said in enumerate(corpus)]
    resolution = resolve(docs, KNOWN)
    assert sorted(chain.key for doc in docs for chain in doc.chains) == [link.chain for link in resolution.links]
    ids = [entity.id for entity in resolution.entities]
    assert len(ids) == len(set(ids))
    assert {link.entity for link in resolution.links} <= set(ids)
    shuffled = docs[:]
    chance.shuffle(shuffled)
    assert resolution == resolve(shuffled, KNOWN)


# ---- events across documents


def meeting(known, day, *extra, where=2, place="Женева"):
    return article(known, "Ана Вечерин", "Ерик Норберг", (place, "Place"), *extra, day=day, met=2, where=where)


def test_two_reports_of_one_meeting_are_one_event(known):
    docs = [meeting(known, DAY), meeting(known, DAY, "Иван Трети")]
    (event,) = resolve(docs, known).events
    assert 2 == len(event.claims)
    assert ("person/ana-vecherin", "person/erik-norberg") == event.participants


def test_meetings_of_one_pair_at_other_dates_stay_apart(known):
    for place in ("Женева", "Виена"):
        docs = [meeting(known, DAY), meeting(known, DAY + timedelta(30), place=place)]
        assert 2 == len(resolve(docs, known).events)


def test_a_meeting_in_two_cities_on_one_day_is_one_that_sources_disagree_on(known):
    (event,) = resolve([meeting(known, DAY), meeting(known, DAY + timedelta(1), place="Виена")], known).events
    assert 2 == len(event.claims)


def set_for(report, status, day):
    """The report with another status, and set for `day`, whenever it was published."""
    when = replace(report.claims[0].when, start=day, end=day)
    claim = replace(report.claims[0], status=status, when=when)
    return replace(report, claims=(claim,), events=(replace(report.events[0], status=status, when=when),))


def test_a_postponed_meeting_stays_open_when_its_old_day_is_told_again(known):
    docs = [
        set_for(meeting(known, DAY - timedelta(17)), "planned", DAY - timedelta(7)),
        set_for(meeting(known, DAY - timedelta(10)), "postponed", DAY - timedelta(7)),
        set_for(meeting(known, DAY - timedelta(6), "Иван Трети"), "planned", DAY - timedelta(7)),
        meeting(known, DAY),
    ]
    (event,) = resolve(docs, known).events
    assert (4, "held", DAY) == (len(event.claims), event.status, event.when.start)
    assert 2 == len(resolve([*docs, meeting(known, DAY + timedelta(7))], known).events), "held is closed"


def test_meetings_of_others_stay_apart(known):
    other = article(known, "Ана Вечерин", "Кемал Арсой", ("Женева", "Place"), day=DAY, met=2, where=2)
    assert 2 == len(resolve([meeting(known, DAY), other], known).events)


def test_an_event_keeps_its_id_whatever_else_the_corpus_holds(known):
    docs = [meeting(known, DAY), meeting(known, DAY, "Иван Трети")]
    alone = resolve(docs, known).events[0].id
    more = resolve([*docs, meeting(known, DAY + timedelta(99))], known)
    assert alone in {event.id for event in more.events}


@pytest.mark.parametrize("body", ["администрация на Белия дом", "американско правителство", "правителство на САЩ"])
def test_a_government_described_is_the_government(known, body):
    assert {"government/us": "САЩ"} == entities(resolve([article(known, (body, "Organization", "US"))], known))


def test_members_of_a_party_stand_for_it(known):
    docs = [article(known, ("консерватори", "Person")), article(known, ("Консервативна партия", "Organization"))]
    resolution = resolve(docs, known)
    assert ["organization/konservativna-partia"] == list(entities(resolution))
    assert {True, False} == {link.inferred for link in resolution.links}


def test_a_foreign_surname_has_many_spellings(known):
    docs = [article(known, name) for name in ("Джаред Кушнер", "Джаред Кушнар", "Джаред Кушнер")]
    assert ["person/dzhared-kushner"] == list(entities(resolve(docs, known)))


def test_names_side_by_side_are_two_people(known):
    apart = [article(known, "Лео Ример", "Лио Ример"), article(known, "Лео Ример")]
    assert {"person/leo-rimer", "person/lio-rimer"} == set(entities(resolve(apart, known)))
    never = [article(known, "Лео Ример"), article(known, "Лио Ример")]
    assert {"person/leo-rimer"} == set(entities(resolve(never, known)))


def test_a_woman_and_a_man_of_one_name_are_two_people(known):
    assert [("Стефан Ример",), ("Стефана Ример",)] == chained(known, "Стефан Ример", "Стефана Ример")
