"""Networks made by hand or by rule for the tests and measures of the view. Every name and sentence in it is made up."""

from __future__ import annotations

import random
from datetime import date, timedelta

from kg.view.network import (
    Actor,
    Claim,
    Document,
    Event,
    Mark,
    Network,
    Participant,
    Statement,
    Voice,
    When,
    load_labels,
)

PEOPLE = (
    ("ana-vecherin", "Ана Вечерин", "BG", "президент, България"),
    ("erik-norberg", "Ерик Норберг", "NO", "министър-председател, Норвегия"),
    ("marta-yelen", "Марта Йелен", "FI", "министър на външните работи, Финландия"),
    ("pavel-strandzhev", "Павел Странджев", "BG", "министър на външните работи, България"),
    ("luiza-ferante", "Луиза Феранте", "IT", "специален пратеник, Италия"),
    ("karim-al-nuri", "Карим ал Нури", "JO", "посланик, Йордания"),
    ("tomas-vitkovski", "Томас Витковски", "PL", "президент, Полша"),
    ("zhulien-marsho", "Жулиен Маршо", "FR", "президент, Франция"),
)
BODIES = (
    ("government/bg", "Government", "България", "BG"),
    ("government/no", "Government", "Норвегия", "NO"),
    ("government/fr", "Government", "Франция", "FR"),
    ("organization/severen-savet", "Organization", "Северен съвет", None),
    ("media/severen-kurier", "Media", "Северен куриер", None),
    ("media/utrinen-vestnik", "Media", "Утринен вестник", None),
    ("plan/plan-za-fiordite", "Plan", "План за фиордите", None),
)
TOLD = (
    # kind, participants, place, ((status, verb phrase, day, words, edtf), ...)
    (
        "Meeting",
        ("person/ana-vecherin", "person/erik-norberg"),
        "Осло",
        (
            ("planned", "ще се срещне с", date(2025, 3, 12), "на 12 март", "XXXX-03-12"),
            ("postponed", "отложи срещата си с", date(2025, 3, 12), "от 12 март", "XXXX-03-12"),
            ("held", "се срещна с", date(2025, 3, 19), "на 19 март", "XXXX-03-19"),
        ),
    ),
    (
        "Call",
        ("person/ana-vecherin", "person/erik-norberg"),
        None,
        (("held", "разговаря по телефона с", date(2025, 2, 27), "на 27 февруари", "XXXX-02-27"),),
    ),
    (
        "Meeting",
        ("person/ana-vecherin", "person/erik-norberg"),
        "София",
        (("proposed", "предложи нова среща на", date(2025, 6, 5), "на 5 юни", "XXXX-06-05"),),
    ),
    (
        "Visit",
        ("government/bg", "person/marta-yelen"),
        "София",
        (("held", "бе посетена от", date(2025, 4, 2), "на 2 април", "XXXX-04-02"),),
    ),
    (
        "Meeting",
        ("person/marta-yelen", "person/pavel-strandzhev"),
        "София",
        (("held", "прие", date(2025, 4, 2), "на 2 април", "XXXX-04-02"),),
    ),
    (
        "Negotiation",
        ("government/bg", "government/no", "organization/severen-savet"),
        None,
        (("ongoing", "води преговори с", date(2025, 2, 1), "от февруари", "2025-02"),),
    ),
    (
        "Meeting",
        ("person/luiza-ferante", "person/karim-al-nuri"),
        "Рим",
        (("cancelled", "отмени срещата си с", date(2025, 5, 8), "на 8 май", "XXXX-05-08"),),
    ),
    (
        "Meeting",
        ("person/luiza-ferante", "person/pavel-strandzhev"),
        "Рим",
        (("held", "обсъди плана с", date(2025, 5, 6), "миналия вторник", None),),
    ),
    (
        "Meeting",
        ("person/tomas-vitkovski", "person/ana-vecherin"),
        "Варшава",
        (("planned", "ще разговаря с", date(2025, 7, 14), "на 14 юли", "XXXX-07-14"),),
    ),
    (
        "Meeting",
        ("person/tomas-vitkovski", "person/erik-norberg"),
        None,
        (("denied", "не се е срещал с", date(2025, 1, 30), "през януари", "2025-01"),),
    ),
    (
        "Meeting",
        ("person/zhulien-marsho", "person/luiza-ferante"),
        "Париж",
        (("postponed", "отложи за юни срещата си с", date(2025, 5, 20), "на 20 май", "XXXX-05-20"),),
    ),
    (
        "Call",
        ("person/zhulien-marsho", "person/ana-vecherin"),
        None,
        (("held", "се чу с", date(2025, 5, 21), "на 21 май", "XXXX-05-21"),),
    ),
    ("Negotiation", ("government/fr", "government/no"), None, (("ongoing", "преговаря с", None, None, None),)),
    ("Demand", ("government/bg", "government/no"), None, (("held", "поиска картината от", None, None, None),)),
    (
        "Meeting",
        (
            "person/ana-vecherin",
            "person/erik-norberg",
            "person/marta-yelen",
            "person/tomas-vitkovski",
            "person/zhulien-marsho",
        ),
        "Хелзинки",
        (("held", "се събра в Хелзинки с", date(2025, 6, 20), "на 20 юни", "XXXX-06-20"),),
    ),
)


def told() -> Network:
    """Some weeks of the diplomacy of the North: every status, parallel edges, a meeting put off, a group of five."""
    group = Actor("group/norvezhki-diplomat", "Group", "анонимен норвежки дипломат", named=False, country="NO")
    actors = [
        Actor(f"person/{id}", "Person", name, (name.split()[-1],), True, country, (office,))
        for id, name, country, office in PEOPLE
    ]
    actors += [Actor(id, kind, name, (), True, country) for id, kind, name, country in BODIES] + [group]
    names = {actor.id: actor.name for actor in actors}
    events, claims, statements, documents = [], [], [], []
    for nth, (kind, sides, place, moments) in enumerate(TOLD):
        last = moments[-1]
        event = Event(
            f"event{nth:02d}",
            kind,
            kind != "Demand",
            last[0],
            tuple(Participant(side) for side in sides),
            place,
            last[2],
            last[2],
        )
        events.append(event)
        for step, (status, phrase, day, words, edtf) in enumerate(moments):
            doc = f"doc{nth:02d}{step}"
            others = " и ".join(names[side] for side in sides[1:])
            where = f" в {place}" if place else ""
            first = f"{names[sides[0]]} {phrase} {others}{where}{' ' + words if words else ''}"
            said = f"{first}, съобщи {names[group.id]} пред „Северен куриер“."
            text = f"Новини от Севера.\n\n{said} Разговорът беше за рибата.\n\n„Няма бърза риба“, добави той."
            start = text.index(said)
            at = start + len(names[sides[0]]) + 1
            marks = [Mark(start, start + len(names[sides[0]]), "participant", sides[0])]
            for side in sides[1:]:
                there = text.index(names[side], at)
                marks.append(Mark(there, there + len(names[side]), "participant", side))
            speech = text.index("съобщи", start)
            statement = Statement(
                f"{doc}-{speech}",
                doc,
                start,
                said,
                Mark(speech, speech + 6, "trigger"),
                "indirect",
                "asserts",
                Voice(group.name, group.id),
                (Voice("Северен куриер", "media/severen-kurier"),),
            )
            when = When(words, edtf, day, day, True) if words else None
            claims.append(
                Claim(
                    f"{doc}-{at}",
                    event.id,
                    doc,
                    start,
                    said,
                    Mark(at, at + len(phrase), "trigger"),
                    status,
                    "past",
                    tuple(marks),
                    when,
                    "за рибата" if step else None,
                    (statement.id,),
                )
            )
            statements.append(statement)
            published = (day or date(2025, 5, 1)) + timedelta(days=-6 + 5 * step)
            source = ("Утринен вестник", "Вечерен лист")[nth % 2]
            documents.append(
                Document(doc, text, f"{first}", published, source, f"https://example.org/{doc}" if step == 0 else None)
            )
    by_id = dict(key=lambda thing: thing.id)
    return Network(
        tuple(sorted(actors, **by_id)),
        tuple(sorted(events, **by_id)),
        tuple(sorted(claims, **by_id)),
        tuple(sorted(statements, **by_id)),
        tuple(sorted(documents, **by_id)),
        load_labels(),
    )


SYLLABLES = (
    "ва",
    "ри",
    "мо",
    "ке",
    "ла",
    "ди",
    "но",
    "пе",
    "ста",
    "гро",
    "ви",
    "ме",
    "то",
    "ра",
    "ну",
    "ко",
    "бе",
    "жи",
    "са",
    "ту",
)
ENDINGS = ("ов", "ев", "ски", "ман", "ез", "сон")
PHRASES = (
    "се срещна с",
    "разговаря с",
    "ще се види с",
    "отложи срещата си с",
    "отмени разговора с",
    "предложи среща на",
)
FILLERS = (
    "след продължителни консултации с партньорите от региона",
    "въпреки възраженията на опозицията в парламента",
    "за да обсъди доставките на енергия през зимата",
    "на фона на растящото напрежение по границата",
    "по покана на домакините и в присъствието на посланиците",
    "в рамките на редовните политически консултации",
)
STATUSES = ("held", "held", "held", "ongoing", "planned", "proposed", "postponed", "cancelled", "denied")


def large(actors: int, encounters: int, seed: int = 1) -> Network:
    """A network of this size with few hubs and many seldom seen, as news has it; the same for the same numbers."""
    chance = random.Random(seed)
    kinds = ("Person", "Person", "Person", "Government", "Organization", "Group")
    countries = ("BG", "US", "FR", "DE", "RU", "UA", "TR", "CN", None)
    people = []
    for nth in range(actors):
        first, last = ("".join(chance.choices(SYLLABLES, k=2)).capitalize() for _ in range(2))
        name = f"{first} {last}{chance.choice(ENDINGS)}"
        people.append(
            Actor(f"person/{nth:05d}", chance.choice(kinds), name, (name.split()[1],), True, chance.choice(countries))
        )
    documents = {}
    events, claims, statements = [], [], []
    for nth in range(encounters):
        one = people[nth % actors] if nth < actors else people[int(actors * chance.random() ** 3)]
        other = people[int(actors * chance.random() ** 3)]
        sides = tuple(sorted({one.id, other.id}))
        status = chance.choice(STATUSES)
        day = date(2022, 1, 1) + timedelta(days=chance.randrange(1400))
        event = f"event{nth:06d}"
        events.append(
            Event(
                event,
                chance.choice(("Meeting", "Call", "Visit", "Negotiation")),
                True,
                status,
                tuple(Participant(side) for side in sides),
                None,
                day,
                day,
            )
        )
        filler = " и ".join(chance.sample(FILLERS, 2))
        phrase = chance.choice(PHRASES)
        telling = f"каза {people[nth % 97].name} пред вестник „Лист {nth % 23}“"
        said = f"{one.name} {phrase} {other.name} {filler} на {day.day}.{day.month}, {telling}."
        doc = f"doc{nth // 3:06d}"
        at = len(one.name) + 1
        marks = (
            Mark(0, len(one.name), "participant", one.id),
            Mark(at + len(phrase) + 1, at + len(phrase) + 1 + len(other.name), "participant", other.id),
        )
        speech = said.index("каза")
        statement = Statement(
            f"{event}-{speech}",
            doc,
            0,
            said,
            Mark(speech, speech + 4, "trigger"),
            "indirect",
            "asserts",
            Voice(people[nth % 97].name, people[nth % 97].id),
            (Voice(f"Лист {nth % 23}"),),
        )
        statements.append(statement)
        claims.append(
            Claim(
                f"{event}-{at}",
                event,
                doc,
                0,
                said,
                Mark(at, at + len(phrase), "trigger"),
                status,
                "past",
                marks,
                When(f"на {day.day}.{day.month}", f"XXXX-{day:%m-%d}", day, day, True),
                None,
                (statement.id,),
            )
        )
        documents.setdefault(doc, Document(doc, said, f"Новини от {day.isoformat()}", day, f"Вестник {nth % 40}"))
    return Network(
        tuple(people), tuple(events), tuple(claims), tuple(statements), tuple(documents.values()), load_labels()
    )
