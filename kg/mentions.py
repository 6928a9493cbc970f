"""Names, titles and descriptions of actors as they stand in a sentence -> Mention.

A named mention comes from the NER tags and from the gazetteer (the longer wins, then the gazetteer); an unnamed one is
a noun that describes people or a body: "анонимен американски официален представител". The index by word lets a slot of
a frame, which points at the head of a phrase ("президента на САЩ Доналд Тръмп" -> президента), find the name in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from kg import names
from kg.gazetteer import Gazetteer
from kg.gazetteer.values import WORD
from kg.grammar import GOALS, QUOTES, TIMES
from kg.lexicon import Lexicon
from kg.model import Mention, Word
from kg.tree import Tree

NER_KINDS = {"PER": "Person", "LOC": "Place", "ORG": "Organization", "PRO": "Plan", "EVT": "NamedEvent"}
LONGEST_NAME = 7  # words
DASHES = frozenset("-–—")


@dataclass(frozen=True, slots=True)
class Name:
    """Words `first` to `last` of a sentence; a kind with "!" is the gazetteer's."""

    first: int
    last: int
    kind: str


@dataclass(frozen=True)
class Found:
    """The mentions of one sentence, in text order, and for each word id the mention that it belongs to or heads.

    `names` are the stretches that the named ones were made of, chosen of `candidates`, which may lie over each other.
    """

    mentions: tuple[Mention, ...]
    by_word: dict[int, Mention]
    names: tuple[Name, ...] = ()
    candidates: tuple[Name, ...] = ()


def find_mentions(
    tree: Tree,
    text: str,
    lexicon: Lexicon,
    gazetteer: Gazetteer,
    surnames: frozenset[str] = frozenset(),
    decided: Mapping[str, str] | None = None,
    before: Found | None = None,
) -> Found:
    """All mentions of one sentence; `text` is the whole document's. `surnames` are folded last words of the people whom
    the document names in full elsewhere: the tagger may see "Стив Уиткоф" and overlook "Уиткоф". `decided` gives the
    kinds of names (folded words) that the whole document decided (kg.kinds). `before` is what was found in the
    same sentence knowing less: what would come out the same is not worked out again."""
    candidates = before.candidates if before else _candidates(tree, lexicon, gazetteer)
    chosen = tuple(_decided(tree, name, decided or {}, lexicon, gazetteer) for name in _chosen(tree, candidates, surnames))
    if before and chosen == before.names:
        return before
    found: dict[int, Mention] = {}
    mentions: list[Mention] = []
    covered: set[int] = set()
    for name in chosen:
        head = _head(tree, range(name.first, name.last + 1))
        title = _title(tree, name, head, lexicon, gazetteer) if name.kind == "Person" else None
        mention = _named(tree, text, name, head, title, gazetteer)
        mentions.append(mention)
        inside = set(range(name.first, name.last + 1))
        for id in inside | ({title[0]} if title else set()) | _title_words(tree, title):
            found.setdefault(id, mention)
        covered |= inside | ({title[0]} if title else set())
    for id in range(1, len(tree.words) + 1):
        if id not in covered and tree.word(id).upos == "NOUN":
            unnamed = _unnamed(tree, text, id, lexicon, gazetteer, found)
            if unnamed:
                mentions.append(unnamed)
                found[id] = unnamed
    return Found(tuple(sorted(mentions, key=lambda m: (m.span.start, m.span.end))), found, chosen, candidates)


def _decided(tree: Tree, name: Name, decided: Mapping[str, str], lexicon: Lexicon, gazetteer: Gazetteer) -> Name:
    """The name in the kind that the document decided; a person's without the title that stood in it."""
    kind = decided.get(names.fold(_surface(tree.words[name.first - 1 : name.last])), name.kind)
    if kind == "Person" != name.kind:
        return Name(*_without_title(tree, name.first, name.last, lexicon, gazetteer), kind)
    return replace(name, kind=kind)


def _title_words(tree: Tree, title: tuple[int, str, str | None] | None) -> set[int]:
    """The adjectives of a title point at the named person too."""
    return set(tree.modifiers(title[0])) if title else set()


# ---- names


def _candidates(tree: Tree, lexicon: Lexicon, gazetteer: Gazetteer) -> tuple[Name, ...]:
    """What the sentence alone shows to be a name; some lie inside others."""
    return (*_gazetteer_names(tree, gazetteer), *_ner_names(tree, lexicon, gazetteer), *_untagged_subjects(tree, lexicon))


def _chosen(tree: Tree, candidates: Sequence[Name], surnames: frozenset[str]) -> list[Name]:
    """The longest of the names and of the surnames that lie over each other, in text order."""
    known = (Name(w.id, w.id, "Person") for w in tree.words if w.ner == "O" and w.form[:1].isupper() and names.fold(w.form) in surnames)
    candidates = sorted([*candidates, *known], key=lambda n: (-(n.last - n.first), 0 if n.kind.startswith("!") else 1, n.first))
    taken: set[int] = set()
    chosen = []
    for name in candidates:
        ids = set(range(name.first, name.last + 1))
        if not ids & taken:
            taken |= ids
            chosen.append(replace(name, kind=name.kind.lstrip("!")))
    return sorted(chosen, key=lambda n: n.first)


def _untagged_subjects(tree: Tree, lexicon: Lexicon) -> Iterator[Name]:
    """ "Рюте се срещна с Орбан": a capitalised proper noun that is the subject is somebody, tagged or not."""
    for id in sorted(tree.subjects()):
        word = tree.word(id)
        common = word.form.lower() in lexicon.words("actors.unnamed") | TIMES or tree.is_one_of(id, lexicon.words("actors.people"))
        if word.upos == "PROPN" and word.ner == "O" and word.form[:1].isupper() and word.form.isalpha() and not (tree.preposition(id) or common):
            last = id
            while (
                last < len(tree.words)
                and tree.word(last + 1).head in range(id, last + 1)
                and tree.word(last + 1).upos == "PROPN"
                and (tree.word(last + 1).ner == "O" or _goes_on_in_latin(tree, last + 1))
                and tree.word(last + 1).form[:1].isupper()
            ):
                last += 1
            yield Name(id, last, "Organization" if word.form.isupper() and len(word.form) > 1 else "Person")


def _ner_names(tree: Tree, lexicon: Lexicon, gazetteer: Gazetteer) -> Iterator[Name]:
    first = 0
    for word in tree.words:
        mark, _, kind = word.ner.partition("-")
        if mark in ("B", "S") or (mark in ("I", "E") and not first):
            first = word.id
        following = tree.word(word.id + 1).ner if word.id < len(tree.words) else "O"
        if first and (mark in ("E", "S") or mark == "O" or following[:1] not in ("I", "E")):
            last = word.id if mark != "O" else word.id - 1
            name = _trimmed(tree, first, last)
            if name and kind == "PER":
                name = _without_title(tree, *name, lexicon, gazetteer)
                name = None if _is_title(tree, *name, lexicon) else name
            if name and any(tree.word(id).form[:1].isupper() or tree.word(id).form[:1].isdigit() for id in range(name[0], name[1] + 1)):
                yield Name(*_widened(tree, *name, kind, gazetteer), _kind_of(tree, *name, kind, lexicon, gazetteer))
            first = 0


def _without_title(tree: Tree, first: int, last: int, lexicon: Lexicon, gazetteer: Gazetteer) -> tuple[int, int]:
    """A person's name without what the tagger took in beside it: a title ("Министър | Павлова"), a medium ("АП | Мей"),
    the next word's capital ("По думите на Жозеп Борел | Техеран е готов")."""
    while last > first and tree.word(last).upos == "PRON":
        last -= 1
    while first < last and (tree.is_one_of(first, lexicon.words("actors.people")) or tree.form(first).rstrip(".") in lexicon.words("actors.address")):
        first += 1
    if last - first >= 2 and any(gazetteer.country(f) or gazetteer.capital_of(f) for f in _forms(tree.words[last - 1 : last])):
        last -= 1
    for cut in range(last - 1, first - 1, -1):
        if any(gazetteer.kind(form) == "Media" for form in _forms(tree.words[first - 1 : cut])):
            return cut + 1, last
    return first, last


def _is_title(tree: Tree, first: int, last: int, lexicon: Lexicon) -> bool:
    """ "Сенатор | Мариела Кинтана": the tagger saw two names."""
    beside = last < len(tree.words) and tree.word(last + 1).ner[:1] in ("B", "S")
    return first == last and beside and tree.is_one_of(first, lexicon.words("actors.people"))


def _trimmed(tree: Tree, first: int, last: int) -> tuple[int, int] | None:
    """Without quotation marks and punctuation at the edges, and without an acronym in brackets, a name of its own."""
    while first <= last and (set(tree.form(first)) <= QUOTES or tree.word(first).upos == "PUNCT"):
        first += 1
    while last >= first and (set(tree.form(last)) <= QUOTES | DASHES or tree.word(last).upos == "PUNCT"):
        last -= 1
    last = next((id - 1 for id in range(first + 1, last) if tree.form(id) in GOALS), last)  # "Прескот | до Кишинев"
    bracket = next((id for id in range(first + 1, last) if tree.form(id) == "("), None)
    if bracket and ")" not in (tree.form(id) for id in range(bracket, last + 1)):
        last = bracket - 1
    return (first, last) if first <= last else None


def _widened(tree: Tree, first: int, last: int, kind: str, gazetteer: Gazetteer) -> tuple[int, int]:
    """A person's name takes in the capitalised words that follow it untagged, also after a particle: "Ким | Чен Ун",
    "Жан-Ив | льо Дриан". What the gazetteer knows is a name of its own: "обяви Меркел | Германия"."""
    while kind == "PER" and first > 1 and _is_initial(tree.word(first - 1).form):
        first -= 1
    while kind == "PER" and last - first < 4:
        step = 1 if last < len(tree.words) and tree.form(last + 1) not in names.words("particles") else 2
        if not all(_goes_on(tree, id, id == last + step, gazetteer) for id in range(last + 1, last + step + 1)):
            break
        last += step
    return first, last


def _goes_on_in_latin(tree: Tree, id: int) -> bool:
    """Two words with a capital, both in Latin letters: "David | Colton"."""
    return all(word.form.isascii() and word.form.isalpha() and word.form.istitle() for word in (tree.word(id - 1), tree.word(id)))


def _is_initial(form: str) -> bool:
    """ "Г.", but not "г." (year)."""
    return len(form) == 2 and form[0].isupper() and form[1] == "."


def _goes_on(tree: Tree, id: int, final: bool, gazetteer: Gazetteer) -> bool:
    """Can the word be a further part of the name that ends right before it? One in Latin letters goes on in them however
    it is tagged: "Mark | Rutte"."""
    if id > len(tree.words) or tree.word(id).start != tree.word(id - 1).end + 1:
        return False
    form = tree.word(id).form
    latin = _goes_on_in_latin(tree, id)
    if tree.word(id).ner != "O" and not latin:
        return False
    if not final:
        return form.lower() in names.words("particles")
    letters = form.replace("-", "").isalpha() and form[:1].isupper() and not form.isupper()
    known = gazetteer.country(form) if latin else gazetteer.kind(form)
    return letters and not known and tree.word(id).upos in ("PROPN", "NOUN", "ADJ", "VERB", "ADV", "NUM", "X", "ADP")


def _kind_of(tree: Tree, first: int, last: int, tag: str, lexicon: Lexicon, gazetteer: Gazetteer) -> str:
    words = tree.words[first - 1 : last]
    medium = first > 1 and _is_called(tree, first, lexicon.words("actors.media"))
    for form in _forms(words):
        known = gazetteer.kind(form)
        if known and not (tag == "PER" and known == "Place") and not (medium and known == "Place"):
            return known
    if medium or (first < last and tree.is_one_of(first, lexicon.words("actors.media"))):  # "Агенция Дунав"
        return "Media"
    if first > 1 and _is_called(tree, first, lexicon.words("actors.companies")):
        return "Organization"
    return NER_KINDS.get(tag, "Organization")


def _is_called(tree: Tree, first: int, heads: frozenset[str]) -> bool:
    """ "агенция Ройтерс", "вестник „Труд“", "производителя Новавакс": the noun before the name tells."""
    before = first - 1
    while before >= 1 and (tree.word(before).upos == "PUNCT" or set(tree.form(before)) <= QUOTES):
        before -= 1
    return before >= 1 and tree.lemma(before) in heads


def _gazetteer_names(tree: Tree, gazetteer: Gazetteer) -> Iterator[Name]:
    size = len(tree.words)
    strange = _strange(tree, gazetteer)
    for first in range(1, size + 1):
        form = tree.word(first).form
        if not (form[:1].isupper() or form[:1].isdigit()):
            continue
        for last in range(min(size, first + LONGEST_NAME - 1), first - 1, -1):
            words = tree.words[first - 1 : last]
            if (
                sum(strange[first - 1 : last]) > 1  # the base form changes one word at most
                or words[-1].upos in ("ADP", "CCONJ", "PUNCT")
                or set(words[-1].form) <= DASHES
                or any(w.upos == "PUNCT" and set(w.form) <= QUOTES for w in (words[0], words[-1]))
            ):
                continue
            if len(words) == 1 and words[0].ner.endswith("PER"):
                continue
            kind = gazetteer.kind(_surface(words)) or gazetteer.kind(names.base_form(words, "Organization"))
            if kind and not (len(words) == 1 and kind == "Place" and words[0].ner == "O" and words[0].upos != "PROPN"):
                yield Name(first, last, "!" + kind)
                break


def _strange(tree: Tree, gazetteer: Gazetteer) -> list[bool]:
    """For each word, whether no name of the gazetteer has it; of words written together ("О'Лиъри") that is not asked."""
    runs = list(accumulate((word.start > before.end for before, word in pairwise(tree.words)), initial=0))
    sizes = Counter(run for run, word in zip(runs, tree.words, strict=True) if word.form[0].isalnum())
    return [
        sizes[run] < 2 and not gazetteer.words.issuperset(WORD.findall(names.fold(word.form)))
        for run, word in zip(runs, tree.words, strict=True)
    ]


def _forms(words: tuple[Word, ...]) -> tuple[str, ...]:
    return _surface(words), names.base_form(words, "Organization")


def _surface(words: tuple[Word, ...]) -> str:
    return " ".join(word.form for word in words)


def _head(tree: Tree, ids: range) -> int:
    inside = set(ids)
    return next((id for id in ids if tree.word(id).head not in inside), ids[0])


def _named(tree: Tree, text: str, name: Name, head: int, title: tuple[int, str, str | None] | None, gazetteer: Gazetteer) -> Mention:
    words = tree.words[name.first - 1 : name.last]
    kind, stands_for, country = name.kind, None, None
    base = names.base_form(words, kind if kind != "Government" else "Place")
    surface = _surface(words)
    if kind in ("Place", "Government", "Organization"):
        metonym = gazetteer.metonym(base) or gazetteer.metonym(surface)
        code = gazetteer.country(base) or gazetteer.country(surface)
        if code:
            kind, country = "Government", code
        elif metonym and kind != "Organization":
            body = gazetteer.organization(metonym.stands_for)
            kind, stands_for = "Government", metonym.stands_for
            country = gazetteer.country(metonym.stands_for) or (body.country if body else metonym.country)
        elif kind == "Government":
            kind = "Place"
    span = tree.span(name.first, name.last)
    return Mention(
        span=span,
        head=head,
        text=text[span.start : span.end],
        base=base,
        kind=kind,
        named=True,
        title=title[1] if title else None,
        country=title[2] if title else country,
        stands_for=stands_for,
    )


def _title(tree: Tree, name: Name, head: int, lexicon: Lexicon, gazetteer: Gazetteer) -> tuple[int, str, str | None] | None:
    """The noun that gives a person's office, the whole phrase, and the country that it names.

    "президента на САЩ Доналд Тръмп" -> (президента, "президент на САЩ", "US"); "Мишел Барние, главен преговарящ на ЕС".
    """
    nouns = lexicon.words("actors.people")
    title_head = None
    if name.first > 1 and tree.form(name.first - 1) == "на":  # "съветник на | Хакерманс" is somebody else
        return None
    if not tree.preposition(tree.phrase_head(name.first)) or tree.phrase_head(name.first) < name.first:
        for above in tree.above(name.first):
            if above > name.first or not tree.is_nominal(above) or tree.is_clause_between(above, name.first):
                break
            if tree.is_one_of(above, nouns) and not _other_name_between(tree, above, name.first):
                title_head = above
                break
    if title_head is None and name.first > 1:
        for back in range(name.first - 1, max(0, name.first - 12), -1):
            if back == name.first - 1 and tree.form(back) == "," and _apposed(tree, name.first, nouns):
                continue
            if (tree.word(back).upos in ("PUNCT", "VERB", "SCONJ", "CCONJ") and tree.form(back) not in QUOTES | {"."}) or tree.form(back) in (
                "с",
                "със",
                "между",
                "от",
            ):
                break
            if tree.is_one_of(back, nouns):
                title_head = back
                break
    if title_head is None:
        after = name.last + 1
        if after < len(tree.words) and tree.form(after) in (",", "-", "–", "("):
            for forward in range(after + 1, min(after + 5, len(tree.words)) + 1):
                if tree.word(forward).upos in ("VERB", "AUX", "SCONJ", "PRON", "ADP", "PROPN"):
                    break
                if tree.is_one_of(forward, nouns):
                    ids = [i for i in tree.subtree(forward) if i >= after + 1]
                    return (
                        None
                        if not ids
                        else (
                            forward,
                            tree.phrase_text(after + 1, _phrase_end(tree, forward)),
                            _country_in(tree, after + 1, _phrase_end(tree, forward), gazetteer),
                        )
                    )
        return None
    first = title_head
    while first > 1 and tree.word(first - 1).upos in ("ADJ", "DET", "NUM", "ADV") and tree.form(first - 1) not in ("и",):
        first -= 1
    last = name.first - 1
    while last > title_head and tree.word(last).upos == "PUNCT":
        last -= 1
    return title_head, tree.phrase_text(first, last), _country_in(tree, first, last, gazetteer)


def _apposed(tree: Tree, first: int, nouns: frozenset[str]) -> bool:
    """ "С главния преговарящ на ЕС, | Мишел Барние": a definite title before the comma and nothing else named in it."""
    for back in range(first - 2, max(0, first - 10), -1):
        word = tree.word(back)
        if word.upos in ("VERB", "AUX", "SCONJ", "PUNCT", "CCONJ") or word.ner.endswith("PER"):
            return False
        if tree.is_one_of(back, nouns):
            return tree.definite(back) and word.feat("Number") != "Plur"
    return False


def _other_name_between(tree: Tree, first: int, last: int) -> bool:
    """A conjunction, comma or second person between a title and a name says that they are two."""
    return any(
        tree.word(id).ner.endswith("PER") or tree.form(id) in ("с", "със", "между") or tree.word(id).upos in ("VERB", "SCONJ") or tree.form(id) == ","
        for id in range(first + 1, last)
    )


def _phrase_end(tree: Tree, noun: int) -> int:
    """Where the noun phrase that begins with `noun` ends: before the next comma or verb."""
    end = noun
    for id in range(noun + 1, min(noun + 10, len(tree.words)) + 1):
        if tree.word(id).upos in ("VERB", "AUX", "PUNCT", "SCONJ", "PRON") and tree.form(id) not in QUOTES:
            break
        end = id
    while end > noun and tree.word(end).upos in ("ADP", "CCONJ", "PUNCT"):
        end -= 1
    return end


def _country_in(tree: Tree, first: int, last: int, gazetteer: Gazetteer) -> str | None:
    """The country that a phrase names: by an adjective ("руският пратеник") or after на ("президента на САЩ")."""
    for id in range(first, last + 1):
        word = tree.word(id)
        code = gazetteer.demonym(tree.lemma(id)) or gazetteer.demonym(tree.form(id)) if word.upos == "ADJ" else gazetteer.country(word.form)
        if code:
            return code
    for id in range(first, last):
        code = gazetteer.country(f"{tree.word(id).form} {tree.word(id + 1).form}")
        if code:
            return code
    return None


# ---- unnamed actors


def _unnamed(tree: Tree, text: str, id: int, lexicon: Lexicon, gazetteer: Gazetteer, found: dict[int, Mention]) -> Mention | None:
    people, bodies = lexicon.words("actors.people"), lexicon.words("actors.bodies")
    is_body = tree.is_one_of(id, bodies)
    phrase = any(f"{tree.lemma(m)} {tree.lemma(id)}" in lexicon.words("actors.people-phrases") for m in tree.modifiers(id))
    if not tree.is_one_of(id, people) and not is_body and not phrase:
        return None
    first = id
    while first > 1 and (
        _describes(tree, first - 1) or (tree.form(first - 1) == "и" and first > 2 and _describes(tree, first - 2) and tree.word(first).upos == "ADJ")
    ):
        first -= 1
    owner = _owner(tree, id, found) or next((found[i] for i in tree.owners_after(id) if i in found), None)
    country = _country_in(tree, first, id, gazetteer) or (owner.country if owner else None)
    last = max(id, max((i for i in range(id, len(tree.words) + 1) if found.get(i) == owner), default=id)) if owner else id
    if last - id > 8:
        last = id
    span = tree.span(first, last)
    base = names.base_form(tree.words[first - 1 : last], "Group")
    named = is_body and country is not None and tree.word(id).feat("Number") != "Plur"
    stands_for = None
    if named and tree.is_one_of(id, lexicon.words("coref.side")) and country:
        stands_for = gazetteer.country_name(country)
    kind = "Group" if not named else "Government" if stands_for else "Organization"
    return Mention(span, id, text[span.start : span.end], base, kind, named, None, country, stands_for)


def _describes(tree: Tree, id: int) -> bool:
    """An adjective or number of the description: "украински и американски официални | лица"."""
    return tree.word(id).upos in ("ADJ", "DET", "NUM") and not tree.word(id).form.isdigit()


def _owner(tree: Tree, id: int, found: dict[int, Mention]) -> Mention | None:
    """Whose the body or people are: "членове на администрацията на Белия дом", "делегация на НАТО"."""
    for dependent in tree.prepositional(id, "на"):
        if dependent in found:
            return found[dependent]
        inner = _owner(tree, dependent, found)
        if inner:
            return inner
    return None
