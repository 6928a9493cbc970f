"""A dependency tree and the questions that the rules ask of it: the only module that knows Universal Dependencies.

The linguist's slots are answered here: `вършител` (agent), `обект`, `изречение` (clause), `че-изречение` (clause
without да), `име`, `притежател`, and any preposition as itself. Three facts of UD_Bulgarian-BTB (dev + test, 2,231
sentences) shape the answers: prepositional dependents of verbs are split between obl and iobj (с 98/67, на 92/102, за
81/89), so only the preposition counts; there is no obl:agent, the agent of a passive is от + noun; a name after a
title is nmod without a preposition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar

from kg.grammar import (
    ADJECTIVE_ARTICLES,
    ADJECTIVE_ENDINGS,
    ADVERBIAL,
    ALSO,
    ARTICLES,
    BE,
    BE_HEARD,
    BE_PAST,
    BE_PRESENT,
    BUT,
    CHANNELS,
    CLITICS,
    COMING,
    COMING_MODIFIERS,
    COMPOUND,
    CONDITIONAL,
    DEMONSTRATIVES,
    DURATION_UNITS,
    DURATIONS,
    ENCLITICS,
    FEMININE_PRONOUNS,
    FIRST_PERSON_ENDINGS,
    FOLDED,
    FUTURE,
    FUTURE_HEARD,
    FUTURE_IN_PAST,
    GENERAL,
    HALVES,
    INDIRECT_CLITICS,
    MASCULINE_PRONOUNS,
    NEGATION,
    NO_FUTURE,
    NO_FUTURE_PAST,
    NO_SPEAKERS,
    NOUN_CONTROL,
    OBJECT_CLITICS,
    OBJECT_CONTROL,
    ORDINALS,
    OWNERS,
    PARTICLES,
    PHASES,
    PLURAL_PRONOUNS,
    QUOTES,
    REFLEXIVE_POSSESSIVE,
    RELATIVE_PRONOUNS,
    SEPARATELY,
    THAT,
    THERE,
    THIRD_PLURAL_ENDINGS,
    TIMES,
    TODAY,
    WHERE,
)
from kg.model import Sentence, Span, Word

AGENT, OBJECT, CLAUSE, THAT_CLAUSE, NAME, OWNER = "вършител", "обект", "изречение", "че-изречение", "име", "притежател"
SLOTS = (AGENT, OBJECT, CLAUSE, THAT_CLAUSE, NAME, OWNER)

LEMMA_MARK = re.compile(r"-\(?с[еи]\)?$|-\(.*$")
OPENINGS = frozenset((FOLDED.get(words[0], words[0]), words[1]) for words in COMPOUND if len(words) > 2)  # "с посредничеството (на)"
NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET"})
SUBJECT_RELATIONS = ("nsubj", "nsubj:pass", "csubj")
CLAUSE_RELATIONS = ("ccomp", "xcomp", "csubj", "csubj:pass")
LOOSE_RELATIONS = ("parataxis", "advcl", "acl", "acl:relcl", "conj", "ccomp", "xcomp", "csubj", "dep", "discourse")
NAME_RELATIONS = ("flat", "flat:name", "appos", "nmod", "fixed", "compound")


Answer = TypeVar("Answer")


def once(method: Callable[[Tree, int], Answer]) -> Callable[[Tree, int], Answer]:
    """Answer a question about a word once: the rules come back to the same words dozens of times."""
    name = f"_{method.__name__}_by_word"

    @wraps(method)
    def known(self: Tree, id: int) -> Answer:
        try:
            return self.__dict__[name][id]
        except KeyError:
            answer = self.__dict__.setdefault(name, {})[id] = method(self, id)
            return answer

    return known


@dataclass(frozen=True, slots=True)
class VerbFacts:
    """What the verb group says: "нямало да се срещнат" is negated, future_in_past, heard (renarrative)."""

    negated: bool
    future: bool
    future_in_past: bool
    conditional: bool
    subjunctive: bool
    past: bool
    present: bool
    heard: bool
    passive: bool
    participle: bool
    imperfective: bool


@dataclass(frozen=True)
class Tree:
    """One sentence with the questions about its tree. Word ids count from 1; 0 is above the root."""

    sentence: Sentence

    @property
    def words(self) -> tuple[Word, ...]:
        return self.sentence.words

    def word(self, id: int) -> Word:
        return self.sentence.words[id - 1]

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        return tuple(word.form.lower() for word in self.sentence.words)

    @cached_property
    def _compounds(self) -> tuple[tuple[str, ...], ...]:
        """The compound prepositions whose words the sentence has."""
        forms = set(self._forms)
        return tuple(compound for compound in COMPOUND if forms.issuperset(compound))

    def form(self, id: int) -> str:
        return self._forms[id - 1]

    @once
    def lemma(self, id: int) -> str:
        """The lemma without the treebank's marks: "чувствам-(се)" -> "чувствам". A participle that has become a noun
        is a noun: "преговарящият" -> "преговарящ", not "преговарям"."""
        word = self.word(id)
        lemma = LEMMA_MARK.sub("", word.lemma.lower())
        if word.upos == "NOUN" and "щ" in word.form[-4:] and "щ" not in lemma:
            return word.form.lower()[: word.form.lower().rindex("щ") + 1]
        return lemma

    def is_one_of(self, id: int, words: frozenset[str]) -> bool:
        """Is the noun in the list, by its lemma or, where the lemmatizer erred ("Секретарят" -> "секретаря"), by its
        form without the article?"""
        if self.lemma(id) in words:
            return True
        form = self.form(id)
        articles = ARTICLES if self.word(id).feat("Gender") == "Masc" and self.word(id).feat("Number") != "Plur" else ()
        return form in words or any(form.endswith(a) and form[: -len(a)] in words for a in articles)

    def masculine(self, id: int) -> str:
        """The masculine of a participle, whose lemma is a verb: "загрижена" -> "загрижен"."""
        form = self.form(id)
        return next((form.removesuffix(end) for end in ADJECTIVE_ENDINGS if form.endswith(end)), form)

    @cached_property
    def _children(self) -> dict[int, tuple[int, ...]]:
        table: dict[int, list[int]] = {}
        for word in self.words:
            table.setdefault(word.head, []).append(word.id)
        return {head: tuple(ids) for head, ids in table.items()}

    def children(self, id: int) -> tuple[int, ...]:
        return self._children.get(id, ())

    @once
    def subtree(self, id: int) -> tuple[int, ...]:
        """Ids of the word and all below it, in text order."""
        seen, stack = set(), [id]
        while stack:
            top = stack.pop()
            if top not in seen:
                seen.add(top)
                stack.extend(self.children(top))
        return tuple(sorted(seen))

    def above(self, id: int) -> Iterator[int]:
        """The heads from the word's own up to the root."""
        seen = {id}
        head = self.word(id).head
        while head and head not in seen:
            seen.add(head)
            yield head
            head = self.word(head).head

    @once
    def is_verb(self, id: int) -> bool:
        word = self.word(id)
        return word.upos in ("VERB", "AUX") or word.feat("VerbForm") in ("Fin", "Part", "Conv")

    def is_name(self, id: int) -> bool:
        return named(self.word(id))

    def is_nominal(self, id: int) -> bool:
        return self.word(id).upos in NOMINAL

    def span(self, first: int, last: int) -> Span:
        sentence = self.sentence
        return Span(sentence.doc, sentence.index, self.word(first).start, self.word(last).end)

    def word_span(self, id: int) -> Span:
        return self.span(id, id)

    def subtree_span(self, id: int) -> Span:
        """The contiguous stretch around `id` that its subtree covers, without commas and prepositions at its edges."""
        ids = [i for i in self.subtree(id) if not (self.is_clause(i) and i != id and self._under_clause(i, id))]
        first = last = id
        while first - 1 in ids:
            first -= 1
        while last + 1 in ids:
            last += 1
        while first < id and (self.word(first).upos in ("ADP", "PUNCT", "CCONJ", "SCONJ")):
            first += 1
        while last > id and self.word(last).upos in ("PUNCT", "CCONJ"):
            last -= 1
        return self.span(first, last)

    def _under_clause(self, id: int, top: int) -> bool:
        return any(self.word(i).deprel in ("acl:relcl", "parataxis") for i in (id, *self.above(id)) if i != top)

    # ---- prepositions and noun phrases

    @once
    def preposition(self, id: int) -> str | None:
        """The preposition of a noun phrase, folded and joined: "със" -> "с", "по време на срещата" -> "по време на"."""
        case = [child for child in self.children(id) if self.word(child).deprel == "case" and child < id]
        by_place = self._preposition_by_place(id) if self.word(id).upos in ("NOUN", "PROPN", "PRON") else None
        before = min(case) if case else by_place
        if before is None:
            return None
        for compound in self._compounds:
            size = len(compound)
            for first in (before, before - size + 1, before - 1, before - 2):
                if (
                    first >= 1
                    and first + size - 1 < id
                    and first + size - 1 >= before
                    and tuple(self.form(i) for i in range(first, first + size)) == compound
                ):
                    return " ".join(FOLDED.get(word, word) for word in compound)
        form = self.form(before)
        return FOLDED.get(form, form)

    def _preposition_by_place(self, id: int) -> int | None:
        """The parser may hang the preposition elsewhere; the word just before the phrase's first modifier tells."""
        first = id
        while first > 1 and self.word(first - 1).head == id and self.word(first - 1).deprel in ("amod", "det", "nummod", "punct"):
            first -= 1
        return first - 1 if first > 1 and self.word(first - 1).upos == "ADP" and self.word(first - 1).head != 0 else None

    def right_before(self, id: int, preposition: str) -> tuple[int, ...]:
        """The phrase that ends where the verb begins, wherever it hangs: "В сряда | от агенцията по лекарствата заявиха"."""
        last = self.before_group(id)
        for candidate in range(last, max(0, last - 7), -1):
            if self.word(candidate).upos in ("NOUN", "PROPN") and self.preposition(candidate) == preposition:
                return (candidate,) if max(i for i in self.nominal_subtree(candidate) if i < id) == last else ()
        return ()

    def before_group(self, id: int) -> int:
        """The last word before the verb with its clitics: "черновата | се отбелязва"."""
        last = id - 1
        while last > 0 and self.form(last) in CLITICS:
            last -= 1
        return last

    def right_after(self, verb: int) -> int | None:
        """The head of the phrase without a preposition that begins where the verb ends: "припомни | бившият министър",
        "подчертала | тя". A particle or a time may stand between: "каза още вчера министърът"."""
        for id in range(verb + 1, min(verb + 6, len(self.words)) + 1):
            word = self.word(id)
            if word.upos in ("NOUN", "PROPN") and self.lemma(id) not in TIMES:
                return self.phrase_head(id) if self.phrase_head(id) > verb else id
            if word.upos == "PRON" and self.form(id) not in CLITICS:
                return id if self.form(id) not in NO_SPEAKERS else None
            if word.upos not in ("ADJ", "DET", "ADV", "NUM", "PART") and self.lemma(id) not in TIMES and not set(word.form) <= QUOTES:
                return None
        return None

    def after_what_was_said(self, verb: int) -> bool:
        """Does a comma, a dash or a quotation mark stand before the verb and its clitics?"""
        before = self.before_group(verb)
        return before > 0 and self.word(before).upos == "PUNCT"

    def word_before(self, offset: int, steps: int = 1) -> str:
        """The form of the word that ends before a character offset, or so many steps before it; "" where there is none."""
        before = [w for w in self.words if w.end <= offset]
        return before[-steps].form.lower() if len(before) >= steps else ""

    def some_time(self, id: int) -> bool:
        """Does the verb have a day or a month beside it: "пристига | във вторник |"?"""
        return any(self.lemma(c) in TIMES and self.form(c) not in TODAY for c in self.children(id))

    def is_attribute(self, id: int) -> bool:
        """A participle before or beside its noun: "формулираното партньорство"."""
        return self.word(id).deprel == "amod"

    def owners_after(self, id: int) -> tuple[int, ...]:
        """The nouns that follow in a row of на-phrases, wherever they hang: "чернова | на документ на Комисията"."""
        out = []
        for after in range(id + 1, min(id + 8, len(self.words)) + 1):
            word = self.word(after)
            if word.upos in ("NOUN", "PROPN"):
                out.append(after)
            elif word.upos not in ("ADJ", "ADP") or (word.upos == "ADP" and self.form(after) != "на"):
                break
        return tuple(out) if id < len(self.words) and self.form(id + 1) == "на" else ()

    def denied_phrase(self, id: int) -> bool:
        """ "Се срещна не с Мей, а с Дейвис": не right before the phrase."""
        first = min((c for c in self.children(id) if c < id and self.word(c).deprel in ("case", "amod", "det")), default=id)
        before = first - 1
        return before >= 1 and self.form(before) == "не" and not self.is_verb(first)

    def affirmed(self, id: int) -> tuple[int, ...]:
        """The members of a row without those denied: "не Путин и Зеленски, а | Лавров и Кулеба"."""
        denied, out = False, []
        for member in sorted(self.conjuncts(id)):
            first = min((c for c in self.children(member) if c < member and self.word(c).deprel in ("case", "amod", "det")), default=member)
            if self.denied_phrase(member):
                denied = True
            elif first > 1 and self.form(first - 1) in BUT:
                denied = False
            if not denied:
                out.append(member)
        return tuple(out)

    def through_noun(self, id: int, compound: tuple[str, ...]) -> tuple[int, ...]:
        """The phrase under a compound preposition that the parser took apart: "с участието | на Гутериш"."""
        out: list[int] = []
        for child in self.subtree(id):
            if self.form(child) == compound[1] and child > 1 and FOLDED.get(self.form(child - 1), self.form(child - 1)) == compound[0]:
                out += [
                    i
                    for dependent in self.children(child)
                    if self.preposition(dependent) in (compound[-1], " ".join(compound))
                    for i in self.conjuncts(dependent)
                ]
        return tuple(out)

    def beside_object(self, verb: int, preposition: str, idiom: bool = False) -> tuple[int, ...]:
        """A phrase that the parser hung on the object: "да обсъди преговорите | с канцлера Меркел". Under на it is the
        verb's only if the object has no article: "наложи мита | на Китай", but "предложи [плана на Тръмп]"; or if verb and
        object are an `idiom`: "връчи акредитивните си писма | на президента"."""
        out: list[int] = []
        for thing in self._object(verb):
            if preposition == "на" and self.definite(thing) and not idiom:
                continue
            for id in self.nominal_subtree(thing):
                if id > verb and id != thing and self.is_nominal(id) and self.preposition(id) == preposition:
                    out += self.conjuncts(id)
        return tuple(out)

    def inside(self, noun: int, preposition: str) -> tuple[int, ...]:
        """A phrase that the parser hung deeper in the noun's own: "критиките на Брюксел | към Варшава"."""
        if preposition == "на":
            return ()
        found = (id for id in self.nominal_subtree(noun) if id > noun and self.is_nominal(id) and self.preposition(id) == preposition)
        return tuple(dict.fromkeys(other for id in found for other in self.conjuncts(id)))

    def conjuncts(self, id: int) -> tuple[int, ...]:
        """The word and what is coordinated with it: "с Мей, Макрон и Меркел" -> three."""
        out, stack = [], [id]
        while stack:
            top = stack.pop(0)
            if top in out:
                continue
            out.append(top)
            stack += [c for c in self.children(top) if self.word(c).deprel == "conj" and self.is_verb(c) == self.is_verb(id)]
        return tuple(out)

    def modifiers(self, id: int) -> tuple[int, ...]:
        """What says more of a noun; a clause with да says what it is for: "искането Украйна да се | откаже |"."""
        return tuple(
            c
            for c in self.children(id)
            if self.word(c).deprel in ("amod", "det", "nummod")
            or (self.word(c).deprel == "acl" and not any(self.form(x) == "да" for x in self.children(c)))
        )

    def name_after(self, id: int) -> int | None:
        """The first word of a name that stands beside a title: "президента Володимир Зеленски" -> "Володимир"; also
        beside two: "заместник-помощник държавен секретар Сандра Оудкърк" -> "Сандра"."""
        for child in self.children(id):
            if child > id and self.word(child).deprel in NAME_RELATIONS and named(self.word(child)) and not self.preposition(child):
                return child
        for child in self.children(id):
            second_title = child > id and self.word(child).deprel in NAME_RELATIONS and self.word(child).upos == "NOUN"
            if second_title and not self.preposition(child) and (name := self.name_after(child)) is not None:
                return name
        return None

    def owner_word(self, id: int) -> int | None:
        """A possessive beside a noun: "посещението си", "срещата му", "неговата визита"."""
        for near in (id + 1, id - 1, *self.children(id)):
            if 1 <= near <= len(self.words) and self.form(near) in OWNERS | REFLEXIVE_POSSESSIVE and near in (id + 1, id - 1, *self.children(id)):
                if near == id + 1 and self.form(near) == "им" and self.is_verb(id):
                    continue
                return near
        # "своята първа среща": the possessive stands before other modifiers
        return None

    # ---- verbs and clauses

    @once
    def is_clause(self, id: int) -> bool:
        """Does the word head a clause of its own?"""
        return self.word(id).head == 0 or (
            self.word(id).deprel in LOOSE_RELATIONS and (self.is_verb(id) or any(self.word(c).deprel == "cop" for c in self.children(id)))
        )

    @once
    def clause_verb(self, id: int) -> int | None:
        """The verb (or predicate) whose clause the word belongs to; a noun with a copula is its own: "е на посещение"."""
        if self.is_clause(id) and any(self.word(c).deprel == "cop" for c in self.children(id)):
            return id
        for head in self.above(id):
            if self.is_clause(head) or (self.is_verb(head) and self.word(head).deprel not in ("amod", "aux", "cop")):
                return head
        return None

    @once
    def group(self, id: int) -> tuple[int, ...]:
        """The auxiliaries and clitics around a verb, from the words themselves: "не е бил отменен" -> не, е, бил."""
        found = {c for c in self.children(id) if self.word(c).deprel in ("aux", "aux:pass", "cop", "expl") and self.form(c) in CLITICS}
        found |= {c for c in self.children(id) if self.form(c) in PARTICLES}
        left, skipped = id - 1, 0
        while left >= 1:
            if self.form(left) in CLITICS:
                found.add(left)
                skipped = 0
            elif self.word(left).upos == "ADV" and skipped < 2 and any(self.form(x) in CLITICS for x in range(max(1, left - 2), left)):
                skipped += 1
            else:
                break
            left -= 1
        right = id + 1
        while right <= len(self.words) and self.form(right) in ENCLITICS:
            if self.form(right) in ("си",) and not self.is_verb(id):
                break
            found.add(right)
            right += 1
        return tuple(sorted(found))

    def reflexive(self, id: int) -> bool:
        return any(self.form(i) == "се" for i in self.group(id))

    @once
    def facts(self, id: int) -> VerbFacts:
        """Tense, mood, polarity and voice of the verb group around `id`."""
        group = {self.form(i) for i in self.group(id)}
        word = self.word(id)
        participle = word.feat("VerbForm") == "Part"
        passive = participle and word.feat("Voice") == "Pass"
        auxiliary = group & (BE_PRESENT | BE_PAST | BE_HEARD | BE)
        future_in_past = bool(group & FUTURE_IN_PAST) or bool(group & NO_FUTURE_PAST and "да" in group)
        future = bool(group & FUTURE) or ("няма" in group and "да" in group)
        active_participle = participle and not passive
        heard = (bool(group & BE_HEARD) and not group & (BE_PRESENT | BE_PAST)) or (active_participle and not auxiliary)
        heard = heard or bool(group & FUTURE_HEARD)
        past_form = word.feat("Tense") in ("Past", "Imp") and not participle
        past = past_form or (participle and not future) or bool(group & (BE_PAST | BE_HEARD))
        return VerbFacts(
            negated=bool(group & NEGATION) or bool(group & NO_FUTURE and "да" in group),
            future=future,
            future_in_past=future_in_past,
            conditional=bool(group & CONDITIONAL),
            subjunctive="да" in group and not group & (NO_FUTURE | FUTURE_IN_PAST | FUTURE),
            past=past and not future,
            present=not past and not future,
            heard=heard,
            passive=passive,
            participle=participle,
            imperfective=word.feat("Aspect") == "Imp",
        )

    def subject(self, id: int) -> int | None:
        """The subject of the clause, also where it is said with another verb.

        "Мей пристигна и се срещна": of "срещна" it is Мей (coordination); "Дмитриев описа ..., като посочи": Дмитриев
        (adverbial clause); "иска да се срещне": the one who wants; "отменена от Тръмп, който заяви": Тръмп (relative).
        """
        seen: set[int] = set()
        current: int | None = id
        while current and current not in seen:
            seen.add(current)
            own = self.own_subject(current)
            if own is not None:
                return self._antecedent(own, current)
            word = self.word(current)
            if word.deprel in ("conj", "advcl", "xcomp", "ccomp", "csubj", "aux", "cop") and word.head:
                if word.deprel in ("ccomp", "csubj") and not self.facts(current).subjunctive and not self._same_person(current, word.head):
                    return None
                if word.deprel == "advcl" and word.feat("Number") and self._other_person(current, word.head):
                    return None
                if self.facts(current).subjunctive and self.lemma(word.head) in OBJECT_CONTROL:
                    controlled = self._object(word.head) or self.prepositional(word.head, "на")
                    if controlled:
                        return controlled[0]
                current = word.head
            elif word.deprel in ("acl", "acl:relcl", "amod") and word.head and self.is_nominal(word.head):
                if self.facts(current).subjunctive:
                    return self._controlled(word.head)
                if any(self.form(c) in WHERE or (self._relative(c) and self.preposition(c)) for c in self.children(current)):
                    current = self.clause_verb(word.head)
                    continue
                return word.head if not self.facts(current).passive else None
            else:
                return None
        return None

    def _controlled(self, noun: int) -> int | None:
        """Who does what a noun's да-clause says: "отправи покана към | Войнова | да посети Констанца" the one invited,
        "решението на | Тръмп | да се срещне" the owner, "| Русия | няма намерение да преговаря" the subject."""
        verb = self.clause_verb(noun)
        if self.lemma(noun) in NOUN_CONTROL:
            tops = [noun] if verb is None else [noun, verb]
            return next((id for top in tops for slot in ("към", "до", "на") for id in self.prepositional(top, slot)), None)
        owner = self.prepositional(noun, "на")
        if owner:
            return owner[0]
        return self.subject(verb) if verb is not None and verb != noun else None

    def _relative(self, id: int) -> bool:
        return self.lemma(id) in RELATIVE_PRONOUNS or self.form(id) in RELATIVE_PRONOUNS

    def antecedent(self, id: int) -> int | None:
        """The noun that a relative pronoun stands for: "Дмитриев, с | когото | се срещна"; None for another word."""
        if not self._relative(id):
            return None
        verb = self.clause_verb(id)
        noun = self._antecedent(id, verb) if verb else id
        return noun if noun != id else None

    def _other_person(self, id: int, head: int) -> bool:
        mine, theirs = self.word(id), self.word(head)
        tensed = all(w.feat("VerbForm") in ("Fin", "Part") and w.feat("Voice") != "Pass" for w in (mine, theirs))
        return tensed and mine.feat("Number") != theirs.feat("Number")

    def _same_person(self, id: int, head: int) -> bool:
        """ "Заяви, че смята": a clause without a subject goes on with that of the verb above, where they agree."""
        return self.third_person_singular(id) == self.third_person_singular(head) and not self.facts(id).passive and not self.facts(head).passive

    def own_subject(self, id: int) -> int | None:
        if self.facts(id).passive:
            return None
        for child in self.children(id):
            if self.word(child).deprel in ("nsubj", "csubj") and self.is_nominal(child) and not self._one_for_many(child, id):
                return child
        return None

    def _one_for_many(self, subject: int, verb: int) -> bool:
        """ "От опозицията обвиниха | Кърджиев": one person is no subject of a verb in the plural."""
        one = self.word(subject).ner.endswith("PER") and self.word(subject).feat("Number") != "Plur" and len(self.conjuncts(subject)) == 1
        return one and self.word(verb).feat("Number") == "Plur" and self.form(verb).endswith(THIRD_PLURAL_ENDINGS)

    def _antecedent(self, subject: int, verb: int) -> int:
        """ "който" stands for the noun that its clause modifies."""
        if self.lemma(subject) in RELATIVE_PRONOUNS or self.form(subject).startswith("кои"):
            for head in (verb, *self.above(verb)):
                if self.word(head).deprel in ("acl:relcl", "acl", "advcl") and self.word(head).head:
                    noun = self.word(head).head
                    if self.is_nominal(noun) and noun < subject and not self._is_date(noun) and self._agrees(noun, subject):
                        return noun
            for near in range(subject - 1, 0, -1):
                if self.word(near).upos in ("NOUN", "PROPN") and not self._is_date(near):
                    return self.phrase_head(near)
        return subject

    def _agrees(self, noun: int, pronoun: int) -> bool:
        """ "Ще осигурим анализ“, каза Мей, | която | пристигна": she is no analysis. A name's gender is not known."""
        one, other = self.word(noun), self.word(pronoun)
        if named(one):
            return True
        same_number = None in (one.feat("Number"), other.feat("Number")) or one.feat("Number") == other.feat("Number")
        singular = one.feat("Number") == other.feat("Number") == "Sing"
        return same_number and (not singular or None in (one.feat("Gender"), other.feat("Gender")) or one.feat("Gender") == other.feat("Gender"))

    def _is_date(self, id: int) -> bool:
        """ "Отменена от Тръмп на 25 октомври, който заяви": a noun counted by figures is not who said it."""
        return any(self.word(c).form[:1].isdigit() for c in self.children(id))

    def phrase_head(self, id: int) -> int:
        """From a part of a name up to the head of its phrase: "(президент Доналд) Тръмп" -> "президент"."""
        while (self.word(id).head and self.word(id).deprel in ("flat", "flat:name", "fixed")) or (
            self.word(id).deprel in ("nmod", "appos") and self.word(id).head and not self.preposition(id) and self.word(id).upos == "PROPN"
        ):
            id = self.word(id).head
        return id

    def passive_subject(self, id: int) -> int | None:
        """What a passive or се-passive is said of: "срещата беше отменена" -> срещата."""
        for child in self.children(id):
            if self.word(child).deprel in ("nsubj:pass", "nsubj", "csubj:pass"):
                return self._antecedent(child, id)
        word = self.word(id)
        if word.deprel in ("amod", "acl", "acl:relcl") and word.head and self.is_nominal(word.head):
            return word.head
        if word.deprel == "conj" and word.head and self.facts(word.head).passive == self.facts(id).passive:
            return self.passive_subject(word.head)
        return None

    def prepositional(self, id: int, preposition: str) -> tuple[int, ...]:
        """Direct dependents with that preposition, whatever the relation, with what is coordinated with them."""
        out: list[int] = []
        for child in self.children(id):
            word = self.word(child)
            if word.deprel in ("case", "punct", "aux", "expl", "cop", "cc") or not self.is_nominal(child):
                continue
            if self.form(child) in TIMES:
                continue  # "на 21 април ще връчи писмата | на президента"
            if self.preposition(child) == preposition and (preposition, self.form(child)) not in OPENINGS:
                out += [i for i in self.affirmed(child) if i == child or self.preposition(i) in (None, preposition)]
        if not out and preposition.count(" ") == 2:
            first, middle, last = preposition.split()
            out += self.through_noun(id, (first, middle, last))
        if not out and preposition in ("с", "между", "заедно с"):
            out += self._deeper(id, preposition) if self.is_verb(id) and preposition == "с" else []
            out = out or (self._astray(id, preposition) if not self.is_verb(id) else [])
        if not out and preposition == "на" and not self.is_verb(id):
            times = [c for c in (*self.children(id), id + 1) if c == id + 1 <= len(self.words) and self.lemma(c) in TIMES | COMING]
            out += [i for time in times for c in self.children(time) if c > time and self.preposition(c) == "на" for i in self.conjuncts(c)]
        if not out and preposition in ("до", "в") and not self.is_verb(id):
            out += self._under_name(id, preposition)
        return tuple(out)

    def _under_name(self, id: int, preposition: str) -> list[int]:
        """ "Пътуването на Прескот | до Кишинев": the parser hung the goal on the traveller."""
        names = [c for c in self.children(id) if c > id and self.preposition(c) == "на"]
        for name in names:
            below = [name, *(c for c in self.children(name) if self.word(c).deprel in NAME_RELATIONS)]
            for candidate in (c for top in below for c in self.children(top)):
                if candidate > name and self.is_nominal(candidate) and self.preposition(candidate) == preposition:
                    return list(self.conjuncts(candidate))
        return []

    def _deeper(self, id: int, preposition: str) -> list[int]:
        """ "Ще се срещне днес в Берлин с канцлера", "разговаря по телефона с премиера": the parser hung the phrase on Берлин,
        on телефона. Not what stands in the object."""
        things = {i for thing in self._object(id) for i in self.nominal_subtree(thing)}
        subjects = {i for c in self.children(id) if self.word(c).deprel in SUBJECT_RELATIONS for i in self.nominal_subtree(c)}
        for child in self.children(id):
            near = self.preposition(child) in ("в", "на", "до", "при", "край") or self.form(child) in CHANNELS
            near = near or self.lemma(child) in TIMES or self.form(child) in ADVERBIAL
            for candidate in self.children(child) if near else ():
                if (
                    candidate > id
                    and candidate not in things | subjects
                    and self.preposition(candidate) == preposition
                    and (self.word(candidate).upos in ("NOUN", "PROPN", "PRON"))
                ):
                    return list(self.conjuncts(candidate))
        return []

    def _astray(self, id: int, preposition: str) -> list[int]:
        """The participants of an event noun that the parser hung elsewhere: in "срещата на Уиткоф с президента" on
        Уиткоф, in "проведе среща в Маями с Умеров" on the verb. Only phrases after the noun count, in its clause."""
        about = [c for c in self.children(id) if self.preposition(c) == "за"]  # not "преговори за сделка с Канада"
        inside = [i for i in self.subtree(id) if i > id and self.word(i).head not in about]
        governor = self.word(id).head
        subject = preposition == "между" and self.word(id).deprel.startswith("nsubj")
        beside = [c for c in self.children(governor) if c > id or subject] if governor else []
        limit = next(
            (i for i in range(id + 1, len(self.words) + 1) if self.word(i).upos in ("VERB", "SCONJ") or self.form(i) in (";", ":")), len(self.words)
        )
        before = [c for modifier in self.modifiers(id) if modifier < id and self.is_attribute(modifier) for c in self.children(modifier)]
        for candidate in before:  # "течащите | с ЕС | преговори"
            if self.is_nominal(candidate) and self.preposition(candidate) == preposition:
                return list(self.conjuncts(candidate))
        for candidate in (*inside, *beside):
            if self._relative(candidate):  # "преговори за границата, | с които | спорът да бъде решен"
                continue
            if candidate < limit + 1 and self.word(candidate).upos in ("NOUN", "PROPN", "PRON") and self.preposition(candidate) == preposition:
                return [i for i in self.conjuncts(candidate) if i == candidate or self.preposition(i) in (None, preposition)]
        return []

    def is_coordinated(self, id: int) -> bool:
        return self.word(id).deprel == "conj"

    @once
    def nominal_subtree(self, id: int) -> tuple[int, ...]:
        """The noun phrase without the clauses in it."""
        out, stack = [], [id]
        while stack:
            top = stack.pop()
            out.append(top)
            stack += [c for c in self.children(top) if not self.is_clause(c) and c not in out]
        return tuple(sorted(out))

    def is_part_of(self, id: int, top: int) -> bool:
        """Is it the same thing, coordinated or named by it: "отменени бяха срещата и вечерята"?"""
        return id == top or id in self.conjuncts(top)

    def marker(self, id: int) -> str | None:
        """The conjunction that opens the clause: "ако се срещнат" -> "ако"."""
        for child in self.children(id):
            if self.word(child).deprel == "mark" or self.word(child).upos == "SCONJ":
                return self.form(child)
        return None

    def is_bare_infinitive(self, id: int) -> bool:
        """A verb that depends on a modal through да which the parser hung elsewhere: "може | да | се срещнат"."""
        return self.word(id).deprel in ("xcomp",) and not self.facts(id).past

    def future_time(self, id: int) -> bool:
        """Does the clause say "утре", "вдругиден", "следващия"? Then the present tense is a plan."""
        return any(self.form(c) in COMING for c in self.children(id)) or any(
            self.lemma(grand) in COMING_MODIFIERS for c in self.children(id) for grand in self.children(c)
        )

    def relative_clause(self, id: int) -> int | None:
        """The verb of "която ще се проведе" after the noun, also where the parser hung it deeper: "консултациите между
        експертите на двете страни, | състояли се | в Гюргево"."""
        clauses = [c for c in self.children(id) if self.word(c).deprel in ("acl:relcl", "acl") and self.is_verb(c)]
        deeper = (
            c
            for inner in self.nominal_subtree(id)
            for c in self.children(inner)
            if inner != id and self.word(c).deprel == "acl" and self.reflexive(c) and self.word(c).feat("VerbForm") == "Part"
            and self.word(c).feat("Number") == self.word(id).feat("Number")
        )  # fmt: skip
        return clauses[0] if clauses else next(deeper, None)

    def top_of_phrase(self, id: int) -> int:
        """Up through nouns of which it is a part: "в началото на разговора" -> началото."""
        seen = {id}
        while self.word(id).head and not self.is_verb(self.word(id).head) and not self.is_clause(id) and self.word(id).head not in seen:
            part = self.preposition(id) == "от" and self.lemma(self.word(id).head) in PHASES
            if (self.preposition(id) not in ("на", None) and not part) or named(self.word(self.word(id).head)):
                break
            id = self.word(id).head
            seen.add(id)
        return id

    def subjects(self) -> frozenset[int]:
        """All words that are the subject of a verb, with what is coordinated with them."""
        return frozenset(i for w in self.words if w.deprel in SUBJECT_RELATIONS for i in self.conjuncts(w.id))

    def main_verbs(self) -> tuple[int, ...]:
        """The root and the verbs that stand beside it: "Срещата е отложена, | съобщи | Axios"."""
        root = next((w.id for w in self.words if w.head == 0), None)
        if root is None:
            return ()
        beside = [w.id for w in self.words if w.head == root and w.deprel in ("parataxis", "conj") and self.is_verb(w.id)]
        return (root, *beside) if self.is_verb(root) or any(self.word(c).deprel == "cop" for c in self.children(root)) else tuple(beside)

    def _finite_forms(self, id: int) -> tuple[Word, ...]:
        return (self.word(id), *(self.word(i) for i in self.group(id)))

    def third_person_singular(self, id: int) -> bool:
        """Does the verb group agree with a third person in the singular? A gerund agrees with anything."""
        return "Plur" not in self._numbers(id) and self._third_person(id)

    def third_person_plural(self, id: int) -> bool:
        return "Plur" in self._numbers(id) and self._third_person(id)

    def _numbers(self, id: int) -> set[str | None]:
        return {w.feat("Number") for w in self._finite_forms(id) if w.feat("Number") and w.upos != "PRON"}

    def _third_person(self, id: int) -> bool:
        """The aorist and imperfect of the second and third person singular are one form ("отговори"): news uses the third."""
        return not self.first_person(id) and not any(
            w.feat("Person") == "1" or (w.feat("Person") == "2" and w.feat("Tense") == "Pres") or w.feat("Mood") == "Imp"
            for w in self._finite_forms(id) if w.upos != "PRON"
        )  # fmt: skip

    def gender(self, id: int) -> str | None:
        """The gender that a participle agrees with ("подчертала" -> Fem), else None."""
        word = self.word(id)
        return word.feat("Gender") if word.feat("VerbForm") == "Part" and word.feat("Number") == "Sing" else None

    def first_person(self, id: int) -> bool:
        """ "Ще се | срещна | с Ердоган": after ще and да the form of the dictionary is that of the first person."""
        lemma_form = self.form(id) == self.lemma(id) and self.form(id)[-1:] in FIRST_PERSON_ENDINGS and not self.facts(id).participle
        if lemma_form and (self.facts(id).future or self.facts(id).subjunctive):
            return True
        return any(w.feat("Person") == "1" and w.upos != "PRON" for w in self._finite_forms(id))

    def second_person(self, id: int) -> bool:
        """ "Ще се | видите | ли с вицепремиера?": the polite plural, which no other person shares."""
        return any(w.feat("Person") == "2" and w.feat("Number") == "Plur" and w.upos != "PRON" for w in self._finite_forms(id))

    def lasted(self, id: int) -> bool:
        """ "Продължи два часа", "отнеха половин час": a duration says that it is over."""
        return any(
            (self.lemma(c) in DURATION_UNITS and any(self.word(m).upos == "NUM" or self.form(m) in HALVES for m in self.children(c)))
            or (self.form(c) in DURATIONS and not self.preposition(c))
            for c in self.children(id)
        )

    def another_time(self, verb: int) -> bool:
        """ "Няма да се състои днес, | а в петък |": is a second time set against the first?"""
        contrasts = (i for i in range(verb + 1, len(self.words) + 1) if self.form(i) in BUT)
        return any(self.lemma(j) in TIMES | COMING for i in contrasts for j in range(i + 1, min(i + 6, len(self.words) + 1)))

    def apart(self, verb: int) -> bool:
        """ "Прие | поотделно | двамата министри": not all at once."""
        return any(self.form(c) in SEPARATELY for c in self.children(verb))

    def also(self, id: int) -> bool:
        """ "Ще седне | и | украинският министър": does "и" stand before the phrase without joining it to another?"""
        first = min(self.nominal_subtree(id))
        joint = self.word(first) if self.form(first) in ALSO else self.word(first - 1) if first > 1 else None
        before = self.word(joint.id - 1) if joint and joint.id > 1 else None
        return joint is not None and joint.form.lower() in ALSO and before is not None and before.upos in ("VERB", "AUX", "ADV", "PART")

    def phase(self, id: int) -> str | None:
        """ "Втората фаза на | преговорите", "първия етап от | преговорите": which part of it is spoken of, or None."""
        head = self.word(id).head
        if not head or self.lemma(head) not in PHASES or self.preposition(id) not in ("на", "от"):
            return None
        return next((self.lemma(m) for m in self.modifiers(head) if self.lemma(m) in ORDINALS), None)

    def names_under(self, id: int) -> tuple[int, ...]:
        """The names after a plural title: "Министрите Милков, Ауреску и Дендиас" -> three."""
        out: list[int] = []
        for child in self.children(id):
            if child > id and self.word(child).deprel in (*NAME_RELATIONS, "conj") and named(self.word(child)) and not self.preposition(child):
                out += [i for i in self.conjuncts(child) if i not in out]
        return tuple(out)

    def is_plural(self, id: int) -> bool:
        return self.word(id).feat("Number") in ("Plur", "Ptan")

    def is_copula(self, id: int) -> bool:
        """Is "съм" or "бъда" the verb of the clause, or a noun with it?"""
        return self.word(id).upos == "AUX" or any(self.word(c).deprel == "cop" for c in self.children(id))

    def there(self, verb: int) -> bool:
        return any(self.form(c) in THERE for c in self.children(verb))

    def where_clause(self, id: int) -> int | None:
        """The noun that "където" stands for: "замина за Варшава, където се срещна" -> Варшава."""
        if not any(self.form(c) in WHERE for c in self.children(id)):
            return None
        head = self.word(id).head
        if head and self.is_nominal(head):
            return head
        before = next(c for c in self.children(id) if self.form(c) in WHERE)
        return next((i for i in range(before - 1, 0, -1) if self.word(i).ner.endswith("LOC")), None)

    def plural_pronoun(self, id: int) -> bool:
        return self.form(id) in PLURAL_PRONOUNS

    def pronoun_gender(self, id: int) -> str | None:
        form = self.form(id)
        if form in FEMININE_PRONOUNS:
            return "Fem"
        if form in MASCULINE_PRONOUNS:
            return "Masc"
        return None

    def definite(self, id: int) -> bool:
        """Has the noun phrase the article or a demonstrative: "министърът", "бившият министър", "този разговор"?"""
        words = [self.word(id), *(self.word(m) for m in self.modifiers(id))]
        if any(self.lemma(w.id) in DEMONSTRATIVES or self.form(w.id) in DEMONSTRATIVES for w in words[1:]):
            return True
        return any(self.articled(w.id) for w in words)

    def articled(self, id: int) -> bool:
        """Has the word itself the article?"""
        return self.word(id).feat("Definite") == "Def" and not self._bare(id)

    def _bare(self, id: int) -> bool:
        """A noun that has no article whatever the tagger says: it is its own lemma, or the plural "мита" of "мито"."""
        form, lemma = self.form(id), self.lemma(id)
        if self.word(id).upos == "ADJ":  # "мирно споразумение", tagged definite
            return not form.endswith(ADJECTIVE_ARTICLES)
        return self.word(id).upos == "NOUN" and (form == lemma or (lemma.endswith("о") and form == lemma[:-1] + "а"))

    def owners_in(self, id: int) -> tuple[int, ...]:
        """The nouns under на, also through a second noun: "чернова на документ на Комисията" -> документ, Комисията."""
        out: list[int] = []
        for dependent in self.prepositional(id, "на"):
            out += [dependent, *self.owners_in(dependent)]
        return tuple(out)

    def unspecific(self, id: int) -> bool:
        """A plural without the article, or a noun under "всяка", "такава": talk of meetings in general."""
        indefinite_plural = self.word(id).feat("Number") == "Plur" and not self.definite(id)
        return indefinite_plural or any(self.lemma(m) in GENERAL for m in self.modifiers(id))

    def is_owner(self, id: int) -> bool:
        return self.form(id) in OWNERS | REFLEXIVE_POSSESSIVE

    def is_speaker_candidate(self, id: int) -> bool:
        """Not the thing that a se-passive or a relative "какво" speaks of."""
        return self.word(id).upos in ("NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET") and self.form(id) not in NO_SPEAKERS

    def under_agent(self, id: int) -> bool:
        """Is it inside the subject: "говорителят на Axios заяви"?"""
        return any(self.word(i).deprel in SUBJECT_RELATIONS for i in (id, *self.above(id)) if not self.is_verb(i))

    def has_copula(self, id: int) -> bool:
        """ "Министърът е категоричен": a predicate that is not a verb."""
        return any(self.word(c).deprel == "cop" for c in self.children(id)) or any(
            self.form(i) in BE_PRESENT | BE_PAST | BE_HEARD for i in (id - 1, id + 1) if 1 <= i <= len(self.words)
        )

    def phrase_after(self, id: int) -> int | None:
        """The head of the noun phrase that begins after word `id`: "според | британския вестник" -> "вестник"."""
        for i in range(id + 1, min(id + 8, len(self.words)) + 1):
            word = self.word(i)
            if word.upos in ("NOUN", "PROPN", "PRON") and (named(word) or self.form(i) not in CLITICS):
                return self.phrase_head(i) if id < self.phrase_head(i) <= i else i
            if word.upos in ("VERB", "SCONJ") and word.feat("VerbForm") == "Fin":
                return None
        return None

    def neighbourhood(self, id: int) -> tuple[int, ...]:
        """The word's dependents and theirs, and its governor: where a word that blocks a frame would stand."""
        near = [grand for child in self.children(id) if not self.is_clause(child) for grand in (child, *self.children(child))]
        return tuple(dict.fromkeys([*near, *([self.word(id).head] if self.word(id).head else [])]))

    def finite_between(self, first: int, last: int) -> bool:
        """Does a finite verb or a conjunction that opens a clause stand between the two words?"""
        return any(self.word(i).feat("VerbForm") == "Fin" or self.word(i).upos == "SCONJ" for i in range(first + 1, last))

    def is_clause_between(self, upper: int, lower: int) -> bool:
        """Does a clause border lie between the two on the way up?"""
        for id in (lower, *self.above(lower)):
            if id == upper:
                return False
            if self.is_clause(id):
                return True
        return True

    def phrase_text(self, first: int, last: int) -> str:
        """The words as they stand, without the article on the first noun or adjective being touched."""
        return " ".join(self.word(id).form for id in range(first, last + 1))

    def slot(self, id: int, slot: str) -> tuple[int, ...]:
        """The heads of what fills a slot of the word, in text order. Unknown slots are prepositions."""
        found: tuple[int, ...]
        if slot == AGENT:
            found = self._agent(id)
        elif slot == OBJECT:
            found = self._object(id)
        elif slot == CLAUSE:
            found = tuple(c for c in self.children(id) if self.word(c).deprel in (*CLAUSE_RELATIONS, "parataxis") or self._told(c))
            found = found or self._inverted(id)
        elif slot == THAT_CLAUSE:
            found = tuple(c for c in self.slot(id, CLAUSE) if not self.facts(c).subjunctive)
        elif slot == NAME:
            name = self.name_after(id)
            found = () if name is None else (name,)
        elif slot == OWNER:
            owner = self.owner_word(id)
            found = () if owner is None else (owner,)
        else:
            found = self.prepositional(id, slot)
            if not found and slot == "на":
                found = self.clitic(id, INDIRECT_CLITICS)
        return tuple(dict.fromkeys(found))

    def _told(self, id: int) -> bool:
        """ "Твърдението на Лукашенко, | че полицията е действала законно |": what a noun of saying says."""
        return self.word(id).deprel.startswith("acl") and self.marker(id) in THAT

    def clitic(self, id: int, forms: frozenset[str]) -> tuple[int, ...]:
        """A short pronoun that is said with the verb: "ще | го | приеме", "| им | се обади". Not the possessive of the
        noun before: "посещението | му | беше отменено"."""
        if not self.is_verb(id) or self.facts(id).passive:
            return ()
        own = (i for i in self.group(id) if self.form(i) in forms and self.word(i).deprel != "det")
        return tuple(i for i in own if i == 1 or i > id or self.word(i - 1).upos not in ("NOUN", "ADJ") or self.word(i).head == id)

    def _inverted(self, id: int) -> tuple[int, ...]:
        """ "Двете страни се надяват на документ, | продължи Дмитриев": a verb after a comma and before its subject says
        the clause that the parser made it a part of."""
        word = self.word(id)
        if word.deprel not in ("conj", "parataxis") or not 0 < word.head < id or self.word(id - 1).upos != "PUNCT":
            return ()
        own = self.own_subject(id)
        return (word.head,) if own is not None and own > id and all(self.word(i).upos not in ("NOUN", "VERB") for i in range(id + 1, own)) else ()

    def _agent(self, id: int) -> tuple[int, ...]:
        facts = self.facts(id)
        if facts.passive or (self.reflexive(id) and self._se_passive(id)):
            agent = self.prepositional(id, "от") or self.prepositional(id, "от страна на")
            return agent or (tuple(self._deeper(id, "от")) if facts.passive else ())
        subject = self.subject(id)
        return () if subject is None else self.affirmed(subject)

    def _se_passive(self, id: int) -> bool:
        """ "Обсъждаха се условията": a thing as subject of a се-verb with an agent phrase от + noun."""
        return bool(self.prepositional(id, "от")) and self.own_subject(id) is not None and self.word(self.own_subject(id) or 1).upos == "NOUN"

    def _object(self, id: int) -> tuple[int, ...]:
        facts = self.facts(id)
        if facts.passive:
            subject = self.passive_subject(id)
            return () if subject is None else self.conjuncts(subject)
        out: list[int] = []
        for child in self.children(id):
            thing = self.word(child).deprel in ("obj", "iobj") and self.word(child).upos != "ADV"  # "| там | го посрещна"
            small = self.form(child) in CLITICS and not named(self.word(child))  # "поздрави | Си | Дзинпин"
            if thing and not small and not self.preposition(child):
                out += self.conjuncts(child)
        if not out and self.reflexive(id):
            subject = self.passive_subject(id)
            if subject is not None:
                out += self.conjuncts(subject)
        return tuple(out or self._raised(id) or (() if self.reflexive(id) else self.clitic(id, OBJECT_CLITICS)))

    def _raised(self, id: int) -> tuple[int, ...]:
        """ "Вашингтон притиска | Киев | да приеме плана": before да, what the parser took for the subject of the clause."""
        for child in self.children(id):
            if child > id and self.word(child).deprel in CLAUSE_RELATIONS and self.facts(child).subjunctive:
                subject = self.own_subject(child)
                if subject is not None and id < subject < min((i for i in self.group(child) if self.form(i) == "да"), default=0):
                    return self.conjuncts(subject)
        return ()


def named(word: Word) -> bool:
    """Does the word belong to a name?"""
    return word.ner != "O" or word.upos == "PROPN"
