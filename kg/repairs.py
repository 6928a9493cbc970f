"""What the parser gets wrong in a regular way, and how it is mended: each repair has a number and the sentence that shows it."""

from __future__ import annotations

from dataclasses import replace

from kg.grammar import (
    ADVERBS,
    ALONG,
    CLITICS,
    DASHES,
    FULL_ARTICLES,
    FUTURE_IN_PAST,
    INTENTIONS,
    LIKE_ADVERBS,
    MISREAD,
    NO_FUTURE,
    OBJECT_CLITICS,
    QUOTES,
    THAT,
    TIMES,
)
from kg.model import Sentence, Word
from kg.tree import NAME_RELATIONS, named


def repair(sentence: Sentence) -> Sentence:
    """The tree with the parser's regular errors mended; each repair names the sentence that shows it.

    1. A quotation mark is never a name: in 'пише „Киев индипендънт“' the parser makes „ the subject; its first real
       dependent takes its place.
    2. A name is not a verb: "в курорта Сочи за среща" makes Сочи a verb above the noun before it; where NER sees a
       capitalised name inside the sentence, it becomes the name of that noun, which takes its place in the tree. At the
       beginning it is the subject: "| Иран | се закани да отговори".
    3. "Той се | среща с Борел", "| Твърди | се, че": a noun or adverb with се is the verb.
    4. "Разговорите между Анкара и | Атина", "между президента Тръмп и | президента | Путин": the second belongs to the
       first, not to the noun that governs both.
    5. "Миналата седмица | Жан Кастекс се срещна": a time is not a subject, the person after it is.
    6. "Обсъдиха в Скопие | Бояна Петрова": a person is no part of a place; she is the verb's.
    7. "Президентът назначи | Иванов", "посолството отрече и упрекна | Киев |, че бави": after a verb that has its subject
       before it, or shares that of the verb before it, a second subject is the object.
    8. "Срещата | няма | да се състои": няма and щеше before да are no verbs of their own but part of the next one.
    9. "Министрите на България и Румъния | Ралица Войнова и Михай Добреску": what no "и" or comma joins is no further
       member of the row but the names of the title.
    10. "| Дмитриев се срещна": a name is no adverb; of a verb without a subject it is the subject.
    11. "..., | добавяйки, че срещата": a gerund is a verb, not an adverb.
    12. "Разговарял | насаме | с Левченко": an adverb is no verb, and what hangs on it is the verb's.
    13. "Приел Дмитриев на 3 април | сутринта |": a time is no object; a name without a preposition is.
    14. "Вчера Войнова и | Добреску разговаряха": the names in a row before a verb in the plural are its subject.
    15. "Русия няма | намерение | да преговаря": who negotiates is the one who has the intention.
    16. "20 март: | експерти на Турция | провеждат консултации": who stands by a time is the subject of a verb that has none.
    17. "Ще се проведе | среща": a noun without a preposition is the subject of a се-verb that has none.
    18. "Взето от лидерите, | събрали се | в Брюксел": a bare participle after a comma says more of the noun before it.
    19. "Срещата между Турция, Русия и | Иран | в Астана": what "и" and commas join to a name after a preposition belongs to it.
    20. "| Иран |" in a row of names is no participle, "| Ким | Чен Ун" is one name.
    21. "Заяви комисарят след разговори с премиера | Кощуница": a name is of the title right before it, not of one further off.
    22. "Ще | го | приеме | премиерът": who stands after a verb that has its object in a short pronoun is its subject.
    23. "Разговаряйки | с Мая Санду |, Йоханис обеща": what follows a gerund belongs to it.
    24. "Докато ЕС настоява ..., | Лондон | оспорва това": a name between a comma and its verb is the subject of that verb.
    25. "Делегация | на | „Фонда Масих“": a preposition is no head; the name after it is.
    26. "Макрон предложи | на Киев | да приеме условията": what stands before да belongs to the verb above it.
    27. "Възкликна | министърът": a noun with the full article is the subject of a verb that has none.
    28. "За срещи с Борисов, | с Павлова | и с Димов": phrases with one preposition are one row.
    29. "Ако ЕС не отстъпи, заяви Фарадж | преди среща с Барние |": what follows the one who says belongs to the saying.
    30. "Думите на министъра, | че време няма |, прозвучаха": a clause with че between a noun and its verb says more of the
       noun.
    31. "Среща в | Маями | седмица по-рано": a name after a preposition is no adjective of the noun behind it.
    32. "Ще посети базата заедно | с министъра |": who comes along belongs to the verb.
    33. "| Относно | изборите Паси посочи": a preposition that looks like an adverb is none; its noun is no subject.
    34. A word is not its own ancestor: what the parser left in a circle hangs on the root.
    """
    words = list(sentence.words)
    _marks_are_no_names(words)
    _prepositions_are_no_heads(words)
    _prepositions_are_no_adverbs(words)
    _one_name(words)
    _names_are_no_verbs(words)
    _verbs_with_reflexive(words)
    _names_by_their_titles(words)
    _names_beside_names(words)
    _times_are_no_subjects(words)
    _people_in_no_place(words)
    _one_subject(words)
    _future_is_no_verb(words)
    _rows_need_joints(words)
    _names_are_no_adverbs(words)
    _gerunds_are_verbs(words)
    _adverbs_are_no_verbs(words)
    _times_are_no_objects(words)
    _rows_before_a_plural(words)
    _intentions_do_nothing(words)
    _people_by_no_time(words)
    _what_takes_place(words)
    _participles_after_commas(words)
    _rows_after_a_preposition(words)
    _subject_after_pronoun(words)
    _beside_gerunds(words)
    _name_right_before(words)
    _before_da(words)
    _full_article(words)
    _rows_of_phrases(words)
    _after_the_speaker(words)
    _that_after_nouns(words)
    _names_are_no_adjectives(words)
    _come_along(words)
    _no_circles(words)
    return replace(sentence, words=tuple(words))


def _marks_are_no_names(words: list[Word]) -> None:
    for position, word in enumerate(words):
        if word.upos != "PUNCT" and set(word.form) <= QUOTES | (DASHES if word.id == 1 else frozenset()):
            heirs = [w for w in words if w.head == word.id and not set(w.form) <= QUOTES]
            new_head = word.head
            if heirs:
                new_head = heirs[0].id
                words[new_head - 1] = replace(words[new_head - 1], head=word.head, deprel=word.deprel)
                for other in words:
                    if other.head == word.id and other.id != new_head:
                        words[other.id - 1] = replace(words[other.id - 1], head=new_head)
            words[position] = replace(words[position], upos="PUNCT", lemma=word.form, deprel="punct", head=new_head)


def _one_name(words: list[Word]) -> None:
    for word in list(words):
        before = words[word.id - 2] if word.id > 1 else None
        in_a_row = word.deprel == "conj" and word.head and words[word.head - 1].ner != "O"
        if word.ner != "O" and word.form[:1].isupper() and word.feat("VerbForm") and (word.upos == "ADJ" or in_a_row):
            words[word.id - 1] = word = replace(word, upos="PROPN", feats=())
        if before is None or before.ner not in ("S-PER", "E-PER") or word.ner not in ("B-PER", "S-PER"):
            continue
        last = _end_of_name(words, word.id)
        parts = {words[id - 1].head for id in range(word.id, last + 1) if words[id - 1].deprel.startswith("flat")}
        first = before.id
        while words[first - 1].ner == "E-PER" or words[first - 1].ner == "I-PER":
            first -= 1
        initial = len(word.form) == 2 and word.form[0].isupper() and word.form[1] == "."  # "Иван | К. Стоянов"
        if initial or parts & set(range(first, word.id)):
            for id in range(first, last + 1):
                mark = "B" if id == first else "E" if id == last else "I"
                words[id - 1] = replace(words[id - 1], ner=f"{mark}-PER")


def _names_are_no_verbs(words: list[Word]) -> None:
    for word in list(words):
        if word.upos not in ("VERB", "AUX") or word.ner == "O" or not word.form[:1].isupper():
            continue
        if word.deprel in ("obl", "iobj", "obj", "nsubj", "nmod"):
            words[word.id - 1] = replace(word, upos="PROPN", feats=())
        elif word.id == 1:
            _first_name_is_subject(words, word)
        elif word.feat("VerbForm") == "Fin":
            left = next((w for w in reversed(words[: word.id - 1]) if w.upos in ("NOUN", "PROPN")), None)
            if left is not None:
                for other in words:
                    if other.head == word.id and other.id != left.id:
                        words[other.id - 1] = replace(words[other.id - 1], head=left.id)
                if left.head == word.id:
                    words[left.id - 1] = replace(words[left.id - 1], head=word.head, deprel=word.deprel)
                words[word.id - 1] = replace(word, upos="PROPN", feats=(), head=left.id, deprel="nmod")


def _first_name_is_subject(words: list[Word], name: Word) -> None:
    verb = next((w for w in words[1:] if w.upos == "VERB" and w.ner == "O" and (w.head == name.id or w.id == name.head)), None)
    if verb is None:
        return
    if verb.head == name.id:
        words[verb.id - 1] = replace(verb, head=name.head, deprel=name.deprel)
    for other in list(words):
        if other.head == name.id and other.id != verb.id:
            words[other.id - 1] = replace(other, head=verb.id)
    words[name.id - 1] = replace(name, upos="PROPN", feats=(), head=verb.id, deprel="nsubj")


def _rows_need_joints(words: list[Word]) -> None:
    for word in list(words):
        if word.deprel != "conj" or word.ner[2:] != "PER" or word.id < 2 or not word.head:
            continue
        before, governor = words[word.id - 2], words[word.head - 1]
        if before.upos in ("CCONJ", "PUNCT", "ADP", "ADJ") or governor.ner[2:] != "LOC" or not governor.head:
            continue
        title = words[governor.head - 1]
        if title.upos == "NOUN" and title.id < governor.id:
            words[word.id - 1] = replace(word, head=title.id, deprel="nmod")


def _future_is_no_verb(words: list[Word]) -> None:
    for word in list(words):
        if word.form.lower() not in NO_FUTURE | FUTURE_IN_PAST or word.deprel == "aux":
            continue
        rest = [w for w in words[word.id : word.id + 3] if w.upos != "ADV" and w.form.lower() not in CLITICS - {"да"}]
        verb = next((w for w in words[word.id :] if w.head == word.id and w.upos in ("VERB", "AUX", "NOUN")), None)
        if verb is None or not rest or rest[0].form.lower() != "да" or rest[0].head != verb.id:
            continue
        words[verb.id - 1] = replace(verb, head=word.head, deprel=word.deprel)
        for other in list(words):
            if other.head == word.id and other.id != verb.id:
                words[other.id - 1] = replace(other, head=verb.id)
        words[word.id - 1] = replace(word, upos="AUX", head=verb.id, deprel="aux")


PRESENT = (("Aspect", "Imp"), ("Mood", "Ind"), ("Number", "Sing"), ("Person", "3"), ("Tense", "Pres"), ("VerbForm", "Fin"), ("Voice", "Act"))


def _verbs_with_reflexive(words: list[Word]) -> None:
    for word in list(words):
        before = words[word.id - 2].form.lower() if word.id > 1 else ""
        after = words[word.id].form.lower() if word.id < len(words) else ""
        opens = before == "" and after == "се" and word.upos in ("ADV", "ADJ")
        if word.form.lower() in MISREAD and (opens or (word.upos == "NOUN" and before == "се")):
            words[word.id - 1] = replace(word, upos="VERB", lemma=MISREAD[word.form.lower()], feats=PRESENT)


def _names_by_their_titles(words: list[Word]) -> None:
    for word in list(words):
        title = words[word.id - 2] if word.id > 1 else None
        governor = words[word.head - 1] if word.head else None
        if title is None or governor is None or word.ner not in ("B-PER", "S-PER") or title.upos != "NOUN" or title.ner != "O":
            continue
        case = next((w.form.lower() for w in words if w.head == title.id and w.deprel == "case"), "на")
        further = governor.upos == "NOUN" and governor.id < title.id and not _inside(words, governor.id, [title.id])
        if case != "на" and further and title.lemma.lower() not in TIMES and not word.deprel.startswith("flat"):
            words[word.id - 1] = replace(word, head=title.id, deprel="nmod")


def _names_beside_names(words: list[Word]) -> None:
    for word in list(words):
        if word.deprel != "conj" or not word.head or any(w.head == word.id and w.deprel == "case" for w in words):
            continue
        governor = words[word.head - 1]
        if named(governor) or governor.upos in ("VERB", "AUX"):
            continue
        if not named(word):
            _title_beside_title(words, word, governor)
            continue
        between = [
            w for w in words
            if governor.id < w.id < word.id and w.head == governor.id and named(w) and any(c.head == w.id and c.deprel == "case" for c in words)
        ]  # fmt: skip
        if between:
            words[word.id - 1] = replace(word, head=between[-1].id)


def _title_beside_title(words: list[Word], word: Word, governor: Word) -> None:
    """"Срещата между президента Тръмп и | президента | Путин": "между" takes two."""
    for first in words[governor.id : word.id - 1]:
        between = any(w.head == first.id and w.deprel == "case" and w.form.lower() == "между" for w in words)
        alone = not any(w.head == first.id and w.deprel == "conj" for w in words)
        if first.head == governor.id and between and alone:
            words[word.id - 1] = replace(word, head=first.id)
            return


def _times_are_no_subjects(words: list[Word]) -> None:
    for word in list(words):
        time = word.lemma.lower() in TIMES or (word.form[:1].isdigit() and word.upos in ("NUM", "ADJ"))
        if not word.deprel.startswith("nsubj") or not time:
            continue
        verb = word.head
        words[word.id - 1] = replace(words[word.id - 1], deprel="obl")
        if any(w.head == verb and w.deprel.startswith("nsubj") for w in words):
            continue
        person = next(
            (
                w
                for w in words
                if w.head == word.id
                and w.id > word.id
                and w.deprel in NAME_RELATIONS
                and named(w)
                and not any(c.head == w.id and c.deprel == "case" for c in words)
            ),
            None,
        )
        if person:
            words[person.id - 1] = replace(person, head=verb, deprel="nsubj")


def _people_in_no_place(words: list[Word]) -> None:
    for word in list(words):
        if not word.ner.endswith("PER") or word.ner[0] not in "BS" or word.deprel not in NAME_RELATIONS or not word.head:
            continue
        place = words[word.head - 1]
        if not place.ner.endswith("LOC") or place.id > word.id or any(c.head == word.id and c.deprel == "case" for c in words):
            continue
        verb = place.head
        while verb and words[verb - 1].upos not in ("VERB", "AUX"):
            verb = words[verb - 1].head
        if verb:
            has_subject = any(w.head == verb and w.deprel.startswith("nsubj") for w in words)
            words[word.id - 1] = replace(word, head=verb, deprel="obj" if has_subject else "nsubj")


def _one_subject(words: list[Word]) -> None:
    for verb in words:
        if verb.upos != "VERB" or verb.feat("Voice") == "Pass":
            continue
        subjects = [w for w in words if w.head == verb.id and w.deprel == "nsubj"]
        if len(subjects) == 2 and subjects[0].id < verb.id < subjects[1].id:
            words[subjects[1].id - 1] = replace(subjects[1], deprel="obj")
        first = words[verb.head - 1] if verb.deprel == "conj" and verb.head else None
        if first is None or len(subjects) != 1 or subjects[0].id < verb.id:
            continue
        shared = next((w for w in words[: first.id - 1] if w.head == first.id and w.deprel == "nsubj"), None)
        clause = any(w.head == verb.id and w.deprel == "ccomp" and w.id > subjects[0].id for w in words)
        if shared and clause and shared.feat("Number") == verb.feat("Number") and _joined_by_and(words, verb):
            words[subjects[0].id - 1] = replace(subjects[0], deprel="obj")


def _joined_by_and(words: list[Word], verb: Word) -> bool:
    joints = [w for w in words if w.head == verb.id and w.deprel == "cc"]
    return any(w.form.lower() == "и" and (w.id == 1 or words[w.id - 2].form != ",") for w in joints)


def _names_are_no_adverbs(words: list[Word]) -> None:
    for word in list(words):
        if word.ner[:1] not in "BS" or word.upos != "ADV" or not word.form[:1].isupper():
            continue
        lacks = word.head and not any(w.head == word.head and w.deprel.startswith("nsubj") for w in words)
        deprel = "nsubj" if word.deprel == "advmod" and lacks else word.deprel
        words[word.id - 1] = replace(word, upos="PROPN", feats=(), deprel=deprel)


def _names_are_no_adjectives(words: list[Word]) -> None:
    for word in list(words):
        if word.ner not in ("S-LOC", "S-PER") or word.upos != "ADJ" or word.deprel != "amod" or not word.form[:1].isupper() or word.id == 1:
            continue
        noun, before = words[word.head - 1], words[word.id - 2]
        if before.upos == "ADP" and before.head == noun.id and noun.id > word.id and noun.head:
            words[word.id - 1] = replace(word, upos="PROPN", feats=(), head=noun.head, deprel="nmod")
            words[before.id - 1] = replace(before, head=word.id)


def _come_along(words: list[Word]) -> None:
    for word in list(words):
        governor = words[word.head - 1] if word.head else None
        if governor is not None and governor.form.lower() in ALONG and governor.upos == "ADV" and governor.head and word.id > governor.id:
            words[word.id - 1] = replace(word, head=governor.head, deprel="obl")


GERUNDS = ("айки", "яйки", "ейки")


def _gerunds_are_verbs(words: list[Word]) -> None:
    for word in list(words):
        form = word.form.lower()
        if word.upos not in ("ADV", "NOUN", "PROPN", "VERB") or not form.endswith(GERUNDS) or word.ner != "O":
            continue
        if word.upos == "ADV" and word.lemma.lower() == form and word.deprel == "advmod" and word.id > 1:
            continue  # an adverb like any other
        lemma = form[:-4] + "а" if form.endswith("ейки") else form[:-3] + "м"
        deprel = "advcl" if word.deprel in ("advmod", "nsubj", "obl", "nmod") else word.deprel
        words[word.id - 1] = word = replace(word, upos="VERB", lemma=lemma, feats=(("Aspect", "Imp"), ("VerbForm", "Conv")), deprel=deprel)
        main = next((w for w in words[word.id :] if w.head == word.id and w.deprel in ("conj", "parataxis") and w.feat("VerbForm") == "Fin"), None)
        if word.head == 0 and main:
            words[main.id - 1] = replace(main, head=0, deprel=word.deprel)
            words[word.id - 1] = replace(word, head=main.id, deprel="advcl")


def _adverbs_are_no_verbs(words: list[Word]) -> None:
    for word in list(words):
        if word.form.lower() not in ADVERBS or word.upos == "ADV":
            continue
        head = word.head or next((w.id for w in words if w.head == word.id and w.upos == "VERB"), 0)
        verb = words[head - 1] if head else None
        while verb and verb.upos not in ("VERB", "AUX") and verb.head:
            verb = words[verb.head - 1]
        near = next((w for w in reversed(words[: word.id - 1]) if w.upos == "VERB"), verb)
        if near is None:
            continue
        for other in list(words):
            if other.head == word.id and other.id != near.id:
                words[other.id - 1] = replace(other, head=near.id)
        if near.head == word.id:
            words[near.id - 1] = replace(words[near.id - 1], head=word.head, deprel=word.deprel)
        words[word.id - 1] = replace(word, upos="ADV", feats=(), head=near.id, deprel="advmod")


def _times_are_no_objects(words: list[Word]) -> None:
    for word in list(words):
        if word.deprel != "obj" or word.lemma.lower() not in TIMES or not word.head:
            continue
        words[word.id - 1] = replace(word, deprel="obl")
    for word in list(words):
        verb = words[word.head - 1] if word.head else None
        loose = word.upos == "PROPN" if word.deprel == "advmod" else _definite_thing(words, word)
        if verb is None or verb.upos != "VERB" or not loose or word.id < verb.id:
            continue
        served = {w.deprel for w in words if w.head == verb.id and not _has_case(words, w.id)}
        if served & {"nsubj", "nsubj:pass"} and not served & {"obj", "iobj"}:
            words[word.id - 1] = replace(word, deprel="obj")


def _definite_thing(words: list[Word], word: Word) -> bool:
    """ "Прие на „Дондуков“ 2 | посланичката |": a noun with the article and without a preposition that is no time."""
    article = word.upos == "NOUN" and word.feat("Definite") == "Def" and word.lemma.lower() not in TIMES
    return word.deprel == "obl" and article and not _has_case(words, word.id)


def _rows_before_a_plural(words: list[Word]) -> None:
    for verb in list(words):
        if verb.upos != "VERB" or verb.feat("Number") != "Plur" or verb.feat("Person") in ("1", "2") or verb.deprel == "amod":
            continue
        row = _row_before(words, verb)
        if len(row) < 2:
            continue
        first = row[0]
        subjects = [w for w in words if w.head == verb.id and w.deprel == "nsubj"]
        if any(w.id not in row and not _inside(words, w.id, row) for w in subjects):
            continue
        words[first - 1] = replace(words[first - 1], head=verb.id, deprel="nsubj")
        for other in row[1:]:
            words[other - 1] = replace(words[other - 1], head=first, deprel="conj")
            for joint in words[max(0, other - 6) : other - 1]:
                if joint.upos == "CCONJ" and joint.head == verb.id:
                    words[joint.id - 1] = replace(joint, head=other)


def _row_before(words: list[Word], verb: Word) -> list[int]:
    """The heads of the names, each with its title, that "и" and commas join right before the verb's group."""
    row: list[int] = []
    at = verb.id - 1
    while at and (words[at - 1].form.lower() in CLITICS or words[at - 1].upos == "ADV"):
        at -= 1
    while at and named(words[at - 1]) and words[at - 1].upos in ("PROPN", "NOUN", "ADJ"):
        first = at
        while first > 1 and words[first - 1].ner[:1] in ("I", "E"):
            first -= 1
        head, left = first, first - 1
        title = _title_before(words, first)
        if title:
            words[first - 1] = replace(words[first - 1], head=title, deprel="nmod")
            head, left = title, title - 1
            while left and words[left - 1].upos == "ADJ":
                left -= 1
        before = words[left - 1] if left else None
        if before is not None and before.upos == "ADP":
            return row if row and words[at].form == "," else []
        row.insert(0, head)
        if before is None or before.form.lower() not in ("и", ","):
            break
        at = left - 1
    return row


def _title_before(words: list[Word], first: int) -> int | None:
    """The noun whose name begins at `first`: "вицепремиерът (на Молдова) | Олег Дмитриев"."""
    before = first - 1
    if before > 2 and words[before - 1].ner[2:] == "LOC" and words[before - 2].form.lower() == "на":
        before -= 2
    title = words[before - 1] if before else None
    return title.id if title and title.upos == "NOUN" and title.feat("Definite") == "Def" and title.ner == "O" else None


def _inside(words: list[Word], id: int, row: list[int]) -> bool:
    """Is it a part of the name or title that a member of the row heads?"""
    seen: set[int] = set()
    while id and id not in seen:
        seen.add(id)
        if id in row:
            return True
        id = words[id - 1].head
    return False


def _intentions_do_nothing(words: list[Word]) -> None:
    for noun in list(words):
        verb = words[noun.head - 1] if noun.head else None
        if noun.lemma.lower() not in INTENTIONS or noun.deprel != "nsubj" or verb is None or verb.id < noun.id or not verb.head:
            continue
        if words[noun.id : noun.id + 1] and words[noun.id].form.lower() == "да" and words[verb.head - 1].id < noun.id:
            words[noun.id - 1] = replace(noun, head=verb.head, deprel="obj")


def _people_by_no_time(words: list[Word]) -> None:
    for word in list(words):
        time = words[word.head - 1] if word.head else None
        if time is None or time.lemma.lower() not in TIMES or time.id > word.id or word.upos not in ("NOUN", "PROPN"):
            continue
        if word.deprel not in ("nmod", "conj", "appos", "nsubj") or word.lemma.lower() in TIMES or _has_case(words, word.id):
            continue
        verb = next((w for w in words[word.id :] if w.upos == "VERB" and w.feat("VerbForm") != "Conv"), None)
        if verb is None or any(w.upos == "SCONJ" or w.form in (";", ":") for w in words[word.id : verb.id]):
            continue
        if any(w.head == verb.id and w.deprel.startswith("nsubj") for w in words) or _inside(words, verb.id, [word.id]):
            continue
        if word.upos == "NOUN" and word.feat("Number") != verb.feat("Number"):
            continue
        words[word.id - 1] = replace(word, head=verb.id, deprel="nsubj")


def _what_takes_place(words: list[Word]) -> None:
    for word in list(words):
        verb = words[word.head - 1] if word.head else None
        if verb is None or word.deprel not in ("obl", "iobj", "obj") or word.upos != "NOUN" or word.id < verb.id or _has_case(words, word.id):
            continue
        reflexive = any(w.form.lower() == "се" and w.head == verb.id for w in words)
        if verb.upos != "VERB" or not reflexive or word.lemma.lower() in TIMES or any(w.head == word.id and w.upos == "NUM" for w in words):
            continue
        if word.feat("Number") == verb.feat("Number") and not any(w.head == verb.id and w.deprel.startswith("nsubj") for w in words):
            words[word.id - 1] = replace(word, deprel="nsubj")


def _participles_after_commas(words: list[Word]) -> None:
    for word in list(words):
        if word.feat("VerbForm") != "Part" or word.feat("Voice") == "Pass" or word.deprel not in ("conj", "parataxis") or word.id < 3:
            continue
        if words[word.id - 2].form != "," or any(w.head == word.id and w.deprel.startswith(("aux", "nsubj", "cc")) for w in words):
            continue
        if word.deprel == "parataxis":  # "лидерите, | събрали се | в Брюксел, обсъдиха": of the subject of the verb behind it
            subject = next((w for w in words[: word.id - 2] if w.head == word.head > word.id and w.deprel == "nsubj"), None)
            if subject and subject.feat("Number") == word.feat("Number"):
                words[word.id - 1] = replace(word, head=subject.id, deprel="acl")
            continue
        near = [w for w in words[max(0, word.id - 7) : word.id - 2] if w.upos in ("NOUN", "PROPN") and w.feat("Number") == word.feat("Number")]
        if near and word.feat("Number") == "Plur" and words[word.head - 1].feat("Number") != "Plur":
            words[word.id - 1] = replace(word, head=near[-1].id, deprel="acl")


def _rows_after_a_preposition(words: list[Word]) -> None:
    for first in list(words):
        if first.ner[:1] not in ("B", "S") or not _has_case(words, first.id):
            continue
        row, at = [first.id], _end_of_name(words, first.id)
        joined = False
        while at + 1 < len(words) and not joined and words[at].form.lower() in (",", "и") and words[at + 1].ner[:1] in ("B", "S"):
            joined = words[at].form.lower() == "и"
            row.append(words[at + 1].id)
            at = _end_of_name(words, row[-1])
        strays = [id for id in row[1:] if not _inside(words, id, [first.id])]
        if not joined or not strays or any(words[id - 1].ner[2:] != first.ner[2:] or words[id - 1].deprel.startswith("nsubj") for id in strays):
            continue
        for id in strays:
            words[id - 1] = replace(words[id - 1], head=first.id, deprel="conj")


def _end_of_name(words: list[Word], id: int) -> int:
    """The id of the last word of the name that begins at `id`."""
    while id < len(words) and words[id].ner[:1] in ("I", "E"):
        id += 1
    return id


def _subject_after_pronoun(words: list[Word]) -> None:
    for verb in list(words):
        if verb.upos != "VERB" or verb.feat("VerbForm") != "Fin" or any(w.head == verb.id and w.deprel.startswith("nsubj") for w in words):
            continue
        pronoun = next((w for w in reversed(words[max(0, verb.id - 4) : verb.id - 1]) if w.form.lower() in OBJECT_CLITICS), None)
        if pronoun is None or any(w.upos in ("NOUN", "PROPN", "VERB") for w in words[pronoun.id : verb.id - 1]):
            continue
        after = [w for w in words[verb.id :] if w.head == verb.id and w.deprel in ("obj", "iobj", "obl", "advmod") and w.upos in ("NOUN", "PROPN")]
        after = [w for w in after if not _has_case(words, w.id) and w.lemma.lower() not in TIMES]
        if after and after[0].feat("Number") in (None, verb.feat("Number")):
            words[after[0].id - 1] = replace(after[0], deprel="nsubj")


def _beside_gerunds(words: list[Word]) -> None:
    for gerund in list(words):
        if gerund.feat("VerbForm") != "Conv":
            continue
        at = gerund.id + (1 if gerund.id < len(words) and words[gerund.id].form.lower() == "се" else 0)
        if at >= len(words) or words[at].upos != "ADP":
            continue
        phrase = next((w for w in words[at + 1 : at + 4] if w.id == words[at].head), None)
        if phrase and phrase.head != gerund.id and phrase.head and not _inside(words, gerund.id, [phrase.id]):
            words[phrase.id - 1] = replace(phrase, head=gerund.id, deprel="iobj")


def _name_right_before(words: list[Word]) -> None:
    for verb in list(words):
        if verb.upos != "VERB" or verb.feat("VerbForm") != "Fin" or verb.feat("Number") != "Sing" or verb.feat("Person") == "1":
            continue
        last = verb.id - 1
        while last and (words[last - 1].form.lower() in CLITICS or set(words[last - 1].form) <= QUOTES):
            last -= 1
        if not last or words[last - 1].ner[:1] not in ("S", "E"):
            continue
        first = last
        while words[first - 1].ner[:1] in ("I", "E"):
            first -= 1
        before = first - 1
        while before and set(words[before - 1].form) <= QUOTES:
            before -= 1
        name, own = words[first - 1], [w for w in words if w.head == verb.id and w.deprel == "nsubj"]
        if (before and words[before - 1].form != ",") or _has_case(words, first) or any(first <= w.id <= last for w in own) or name.deprel == "conj":
            continue
        if any(w.form.lower() == "да" for w in words[last : verb.id - 1]) or _inside(words, verb.id, [first]):
            continue
        for other in own:
            words[other.id - 1] = replace(words[other.id - 1], deprel="obj" if other.id > verb.id else "dep")
        words[first - 1] = replace(name, head=verb.id, deprel="nsubj")


def _prepositions_are_no_heads(words: list[Word]) -> None:
    for word in list(words):
        if word.upos != "ADP" or word.deprel in ("case", "fixed", "mark", "root"):
            continue
        noun = next((w for w in words[word.id :] if w.head == word.id and w.upos in ("NOUN", "PROPN")), None)
        if noun is None:
            continue
        words[noun.id - 1] = replace(noun, head=word.head, deprel=word.deprel)
        words[word.id - 1] = replace(word, head=noun.id, deprel="case")
        for other in list(words):
            if other.head == word.id and other.id != noun.id:
                words[other.id - 1] = replace(other, head=noun.id)


def _prepositions_are_no_adverbs(words: list[Word]) -> None:
    for word in list(words):
        if word.upos != "ADV" or word.form.lower() not in LIKE_ADVERBS:
            continue
        noun = next((w for w in words[word.id :] if w.upos not in ("ADJ", "DET", "NUM", "ADV")), None)
        if noun is None or noun.upos not in ("NOUN", "PROPN"):
            continue
        words[word.id - 1] = replace(word, upos="ADP", head=noun.id, deprel="case")
        if noun.deprel.startswith("nsubj"):
            words[noun.id - 1] = replace(noun, deprel="obl")


def _before_da(words: list[Word]) -> None:
    for da in list(words):
        verb = words[da.head - 1] if da.form.lower() == "да" and da.head else None
        above = words[verb.head - 1] if verb and verb.head else None
        if verb is None or above is None or above.upos != "VERB" or above.id > da.id:
            continue
        for word in list(words[above.id : da.id - 1]):
            if word.head == verb.id and word.deprel in ("obl", "iobj") and _has_case(words, word.id):
                words[word.id - 1] = replace(word, head=above.id)


def _full_article(words: list[Word]) -> None:
    for word in list(words):
        verb = words[word.head - 1] if word.head else None
        if verb is None or verb.upos != "VERB" or word.deprel not in ("obj", "iobj", "obl") or _has_case(words, word.id):
            continue
        first = min((w.id for w in words if w.head == word.id and w.deprel == "amod" and w.id < word.id), default=word.id)
        full = words[first - 1].form.lower().endswith(FULL_ARTICLES) and words[first - 1].feat("Definite") == "Def"
        if full and word.upos == "NOUN" and not any(w.head == verb.id and w.deprel.startswith("nsubj") and w.upos != "PUNCT" for w in words):
            words[word.id - 1] = replace(word, deprel="nsubj")


def _rows_of_phrases(words: list[Word]) -> None:
    for word in list(words):
        case = next((w for w in words if w.head == word.id and w.deprel == "case"), None)
        joint = words[case.id - 2] if case and case.id > 1 else None
        if case is None or joint is None or word.deprel != "conj" or joint.form.lower() not in (",", "и") or case.form.lower() not in ("с", "със"):
            continue
        first = None
        for before in reversed(words[: joint.id - 1]):
            if before.feat("VerbForm") == "Fin":
                break
            if before.form.lower() in ("с", "със") and before.deprel == "case" and before.head and words[before.head - 1].deprel != "conj":
                first = words[before.head - 1]
        if first and word.head != first.id and not _inside(words, first.id, [word.id]) and words[word.head - 1].id < joint.id:
            words[word.id - 1] = replace(word, head=first.id)


def _has_case(words: list[Word], id: int) -> bool:
    return any(w.head == id and w.deprel == "case" for w in words)


def _after_the_speaker(words: list[Word]) -> None:
    for word in list(words):
        if word.deprel != "obl" or not word.head or word.head > word.id:
            continue
        first = min(w.id for w in words if _inside(words, w.id, [word.id]))
        saying = next((w for w in words[word.head : first - 1] if w.deprel == "parataxis" and w.upos == "VERB"), None)
        if saying and first - 1 > saying.id and _inside(words, first - 1, [saying.id]):
            words[word.id - 1] = replace(word, head=saying.id)


def _that_after_nouns(words: list[Word]) -> None:
    for that in words:
        verb = words[that.head - 1] if that.form.lower() in THAT and that.head else None
        if not verb or verb.deprel not in ("ccomp", "csubj", "advcl") or verb.head < verb.id or that.id < 3:
            continue
        noun = next((w for w in words[: that.id - 2] if w.head == verb.head and w.deprel == "nsubj" and w.upos == "NOUN"), None)
        if noun and words[that.id - 2].form == "," and _inside(words, that.id - 2, [noun.id]):
            words[verb.id - 1] = replace(verb, head=noun.id, deprel="acl")


def _no_circles(words: list[Word]) -> None:
    root = next((w.id for w in words if w.head == 0), 1)
    for word in list(words):
        seen, at = set(), word.id
        while at and at not in seen:
            seen.add(at)
            at = words[at - 1].head
        if at:
            words[word.id - 1] = replace(words[word.id - 1], head=root if word.id != root else 0)
