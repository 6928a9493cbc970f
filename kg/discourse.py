"""Who is meant: pronouns, titles without a name, "двамата лидери", subjects left unsaid -> the mentions they stand for.

Nothing is remembered while reading: each question looks back from its place in the text, so the answer depends on the
document alone. What is found this way carries a rule that begins with "coref:" and is marked inferred in the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kg import names
from kg.gazetteer import Gazetteer
from kg.grammar import CLITICS, DASHES, FEMININE_NAMES, FEMININE_SURNAMES, REFLEXIVE_POSSESSIVE, SOURCE_PREPOSITIONS
from kg.lexicon import Lexicon
from kg.mentions import Found
from kg.model import Chain, Mention
from kg.tree import AGENT, OBJECT, Tree

REACH = 4  # sentences that a pronoun or an unsaid subject looks back
SPEAKING = ("Person", "Organization", "Government", "Media")
FAR = 40  # sentences that a title looks back


@dataclass(frozen=True, slots=True)
class Actor:
    """A mention and the rule that led to it ("" when it stands there itself)."""

    mention: Mention
    rule: str


@dataclass(frozen=True, slots=True)
class _Spoken:
    """One named mention in the order of the text: is it a subject, and that of a main verb?"""

    sentence: int
    word: int
    mention: Mention
    subject: bool
    main: bool
    speaker: bool


@dataclass(frozen=True)
class Discourse:
    """One document: its trees and mentions, and the questions that look back over them.

    `speakers` are, for each sentence, the words that fill the speaker's slot of a reporting frame: who says one thing
    is the likeliest to be meant by "добави той" or "каза още министърът" (`speaking`).
    """

    trees: tuple[Tree, ...]
    found: tuple[Found, ...]
    lexicon: Lexicon
    gazetteer: Gazetteer
    chains: tuple[Chain, ...] = ()
    quotes: tuple[tuple[int, int], ...] = ()
    speakers: tuple[frozenset[int], ...] = ()
    _memory: dict[int, Mention | None] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _spoken(self) -> tuple[_Spoken, ...]:
        out = []
        for index, (tree, found) in enumerate(zip(self.trees, self.found, strict=True)):
            subjects = tree.subjects()
            speakers = self.speakers[index] if self.speakers else frozenset()
            main = {id for verb in tree.main_verbs() for id in tree.slot(verb, AGENT)}
            for mention in found.mentions:
                if mention.named:
                    heads = {id for id, other in found.by_word.items() if other is mention}
                    out.append(
                        _Spoken(index, max(heads, default=mention.head), mention, bool(heads & subjects), bool(heads & main), bool(heads & speakers))
                    )
        return tuple(out)

    @cached_property
    def _chain_of(self) -> dict[Mention, Chain]:
        return {mention: chain for chain in self.chains for mention in chain.mentions}

    @cached_property
    def interviewee(self) -> Mention | None:
        """Who answers, in a text of questions and answers after dashes: the person whom its head names in full."""
        spoken = [index for index, tree in enumerate(self.trees) if tree.words and set(tree.form(1)) <= DASHES]
        if len(spoken) < 4 or 8 * len(spoken) < len(self.trees):
            return None
        head = [s for s in self._spoken if s.sentence < spoken[0] and s.mention.kind == "Person" and " " in s.mention.base]
        return self.fullest(head[0].mention) if head else None

    # ---- the answer for a word

    def actors(self, sentence: int, id: int, speaking: bool = False) -> tuple[Actor, ...]:
        """The actors that the word `id` of sentence number `sentence` heads or stands for; () when it is none."""
        tree, found = self.trees[sentence], self.found[sentence]
        noun = tree.antecedent(id)
        if noun is not None:
            return self.actors(sentence, noun, speaking)
        group = self._collective(sentence, id)
        if group:
            return group
        mention = found.by_word.get(id)
        if mention is not None:
            if mention.named:
                return tuple(Actor(m, "") for m in self._joined(sentence, id, mention))
            if tree.word(id).feat("Number") == "Plur" and (members := self._members(sentence, id, mention)):
                return members
        beside = 0 if tree.word(id).upos == "PRON" else tree.name_after(id) or 0
        named = found.by_word.get(beside) or self._medium_after(sentence, id)
        if named is not None and (mention is None or named.named):
            return tuple(Actor(m, "") for m in self._joined(sentence, id, named))
        if mention is None and (fellow := self._inhabitant(sentence, id)):
            return (fellow,)
        if mention is not None:
            meant = self._described(sentence, id, mention, speaking)
            return (meant,) if meant else (Actor(mention, ""),)
        if (tree.word(id).upos in ("PRON", "DET") and tree.lemma(id) in self.lexicon.words("actors.pronouns")) or (
            tree.form(id) in self.lexicon.words("actors.pronouns")
        ):
            return self._pronoun(sentence, id, speaking)
        return ()

    def _medium_after(self, sentence: int, id: int) -> Mention | None:
        """ "Според агенция | Прес асосиейшън |": the name right after such a noun, wherever the parser hung it."""
        tree, found = self.trees[sentence], self.found[sentence]
        if tree.lemma(id) not in self.lexicon.words("actors.media"):
            return None
        after = next((i for i in range(id + 1, min(id + 3, len(tree.words)) + 1) if tree.word(i).upos != "PUNCT"), 0)
        mention = found.by_word.get(after)
        return mention if mention and mention.named and mention.kind in ("Media", "Organization", "Plan") else None

    def _joined(self, sentence: int, id: int, named: Mention) -> tuple[Mention, ...]:
        """A plural title has more than one name, wherever the parser hung the next: "Външните министри на България и
        Румъния Ралица Войнова и Михай Добреску ще се срещнат" """
        tree, found = self.trees[sentence], self.found[sentence]
        people = [named]
        if tree.word(id).feat("Number") == "Plur" and named.kind == "Person":
            for mention in found.mentions:
                border = (people[-1].span.end, mention.span.start)
                between = [word.form for word in tree.words if border[0] <= word.start and word.end <= border[1]]
                if mention.named and mention.kind == "Person" and between in (["и"], [","]):
                    people.append(mention)
        return tuple(people)

    def _members(self, sentence: int, id: int, group: Mention) -> tuple[Actor, ...]:
        """Who a plural title means: its names ("министрите Милков и Дендиас", which the parser may hang on "работи" of
        "министрите на външните работи"), or with the group the two or more countries that it is of ("лидерите на
        Германия и Полша")."""
        tree, found = self.trees[sentence], self.found[sentence]
        offices = [i for i in tree.prepositional(id, "на") if i not in found.by_word]
        named = [i for top in (id, *offices) for i in tree.names_under(top)]
        people = [found.by_word[i] for i in named if i in found.by_word and found.by_word[i].named]
        if people:
            return tuple(Actor(m, "") for m in dict.fromkeys(people))
        sides = [i for i in tree.prepositional(id, "на") if tree.lemma(i) in self.lexicon.words("coref.side")]
        owned = [i for top in (id, *offices, *sides) for slot in ("на", "от") for i in tree.prepositional(top, slot)]
        owners = [found.by_word[i] for i in owned if i in found.by_word]
        owners = [m for m in dict.fromkeys(owners) if m.named and m.kind in ("Government", "Organization")]
        if not owners:
            owners = [a.mention for i in owned for a in self._collective(sentence, i)]
        if not owners:
            bodies = [a.mention for i in owned for a in self.actors(sentence, i)]
            owners = [m for m in dict.fromkeys(bodies) if m.named and m.kind == "Organization"]
        holders = self._holders(tree.lemma(id), owners)
        if holders:
            return tuple(Actor(m, "coref:title") for m in holders)
        known = len(owners) == 1 and owners[0].kind == "Organization" and self.gazetteer.organization(owners[0].base) is not None
        union = known and tree.lemma(id) in self.lexicon.words("coref.union")
        represented = len(owners) == 1 and tree.lemma(id) in self.lexicon.words("coref.representatives")
        if len(owners) >= 2 or union or represented:
            return (Actor(group, ""), *(Actor(m, "coref:members") for m in owners))
        return ()

    def _holders(self, lemma: str, owners: Sequence[Mention]) -> tuple[Mention, ...]:
        """ "Срещата на министрите на България и Румъния": the people of whom the text says that they are these, one for
        each country; () unless every one of them is known."""
        office = self._office(lemma)
        if office is None or len(owners) < 2:
            return ()
        out: list[Mention] = []
        for owner in owners:
            fitting = (
                s.mention for s in self._spoken
                if owner.country and s.mention.kind == "Person" and self._title_score(s.mention, lemma, office, owner.country) >= 3
            )  # fmt: skip
            person = next(fitting, None)
            if person is None:
                return ()
            out.append(self.fullest(person))
        return tuple(out) if len({self.key(m) for m in out}) == len(owners) else ()

    def subject(self, sentence: int, verb: int, speaking: bool = False) -> tuple[Actor, ...]:
        """Who does what the verb says: its subject, or where none is said the one spoken of last."""
        tree = self.trees[sentence]
        ids = tree.slot(verb, AGENT)
        if ids:
            return tuple(actor for id in ids for actor in self.actors(sentence, id, speaking))
        after = self._named_after(sentence, verb) if speaking else None
        if after:
            return (Actor(after, "след глагола"),)
        return self.unsaid(sentence, verb, speaking)

    def _named_after(self, sentence: int, verb: int) -> Mention | None:
        """ "Разказа пред журналисти | Нафтали Бенет", "пише „Аксиос“": a bare name after a reporting verb that has no
        other subject is who says it, wherever the parser hung it."""
        tree, found = self.trees[sentence], self.found[sentence]
        if tree.facts(verb).passive or not tree.third_person_singular(verb):
            return None
        for id in range(verb + 1, min(verb + 9, len(tree.words)) + 1):
            if tree.word(id).upos in ("SCONJ", "VERB") or tree.form(id) in (",", ":", ";", "."):
                return None
            mention = found.by_word.get(id)
            if mention and mention.named and mention.kind in SPEAKING:
                if tree.preposition(tree.phrase_head(id)) or tree.word(id - 1).upos == "ADP":
                    continue  # "каза на пресконференция в | Никозия | Тайе-Брук Зерихун"
                return mention
        return None

    def unsaid(self, sentence: int, verb: int, speaking: bool = False) -> tuple[Actor, ...]:
        """ "Той пристигна вчера. Ще разговаря и с премиера": the subject of the clause or sentence before."""
        tree = self.trees[sentence]
        if not tree.third_person_singular(verb):
            if tree.third_person_plural(verb):
                return self._people_of(sentence, verb) or self._last_two(sentence, verb, ("Person",))
            return ()
        if tree.word(verb).feat("VerbForm") == "Conv" and (doer := self._of_the_main_clause(sentence, verb, speaking)):
            return doer
        before = self._named_before(sentence, verb)
        if before:
            return (Actor(before, "пред глагола"),)
        nameless = self._nameless(sentence, verb) if speaking else None
        if nameless:
            return (Actor(nameless, "без име"),)
        person = self._last_person(sentence, verb, tree.gender(verb), True, speaking)
        return (Actor(person, "coref:unsaid"),) if person else ()

    def _of_the_main_clause(self, sentence: int, gerund: int, speaking: bool) -> tuple[Actor, ...]:
        """ "Подчертавайки, че ..., | Рен | предупреди": who does what a gerund says does what its sentence says."""
        tree = self.trees[sentence]
        for verb in tree.main_verbs():
            ids = tree.slot(verb, AGENT) if verb != gerund and tree.word(verb).feat("VerbForm") == "Fin" else ()
            actors = tuple(actor for id in ids for actor in self.actors(sentence, id, speaking))
            if actors:
                return actors
        return ()

    def _nameless(self, sentence: int, verb: int) -> Mention | None:
        """ "| Източник от ООН |, пожелал анонимност, каза": somebody without a name whom the parser did not take for the
        subject; nobody is left unsaid then."""
        tree, found = self.trees[sentence], self.found[sentence]
        for word in tree.words:
            mention = found.by_word.get(word.id)
            quoted = self._quotation(word.start) and not self._quotation(tree.word(verb).start)
            if mention is None or mention.named or mention.head != word.id or quoted or tree.preposition(word.id):
                continue
            people = tree.is_one_of(word.id, self.lexicon.words("actors.people")) and word.feat("Number") == "Sing"
            if people and not tree.definite(word.id) and not tree.is_clause_between(verb, word.id):
                return mention
        return None

    def spoken_of(self, sentence: int, verb: int) -> tuple[Actor, ...]:
        """ "На срещата с Воронин беше разисквано споразумението": of whom the text speaks, where the clause names nobody."""
        person = self._last_person(sentence, verb, None, True, False, self._named_here(sentence))
        return (Actor(person, "coref:unsaid"),) if person else ()

    def _named_here(self, sentence: int) -> frozenset[str]:
        return frozenset(self.key(m) for m in self.found[sentence].mentions if m.named and m.kind == "Person")

    def _people_of(self, sentence: int, verb: int) -> tuple[Actor, ...]:
        """ "| От фонда | излязоха с изявление", "от агенцията заявиха": nobody is the subject but the body's people."""
        tree, found = self.trees[sentence], self.found[sentence]
        ids = tree.prepositional(verb, "от") or tree.right_before(verb, "от")
        bodies = [a for id in ids if found.by_word.get(id) for a in self.actors(sentence, id) if a.mention.kind == "Organization"]
        return tuple(bodies[:1])

    def _named_before(self, sentence: int, verb: int) -> Mention | None:
        """ "30 януари 2026 г. | Даниел Прескот разговаря с Левченко": a bare name right before the verb is its subject,
        wherever the parser hung it; nobody is left unsaid then."""
        tree, found = self.trees[sentence], self.found[sentence]
        last = verb - 1
        while last > 0 and (tree.form(last) in CLITICS or tree.word(last).upos == "ADV"):
            last -= 1
        mention = found.by_word.get(last)
        if mention is None or mention.kind != "Person" or not mention.named:
            return None
        first = min((w.id for w in tree.words if w.start >= mention.span.start), default=last)
        return mention if first == 1 or tree.word(first - 1).upos not in ("ADP", "ADJ", "CCONJ") else None

    def owner(self, sentence: int, id: int, verb: int | None, speaking: bool = False) -> tuple[Actor, ...]:
        """Whose the noun is by a possessive: "посещението си" the subject's, "срещата му" the one spoken of."""
        tree = self.trees[sentence]
        if tree.form(id) in REFLEXIVE_POSSESSIVE:
            if verb is None:
                return ()
            return tuple(Actor(actor.mention, actor.rule or "coref:own") for actor in self.subject(sentence, verb))
        return self._pronoun(sentence, id, speaking)

    def document_owner(self, sentence: int, id: int) -> tuple[Actor, ...]:
        """Who speaks through a document or medium without a name: "според черновата", "отбелязва изданието"."""
        tree = self.trees[sentence]
        lemma = tree.lemma(id)
        if lemma in self.lexicon.words("actors.media"):
            medium = self._last(sentence, id, ("Media",))
            return (Actor(medium, "coref:medium"),) if medium else ()
        documents = self.lexicon.words("coref.documents")
        if not tree.is_one_of(id, documents):
            return ()
        for index in range(sentence, -1, -1):
            other = self.trees[index]
            for word in other.words:
                same = other.lemma(word.id) == lemma or (other.is_one_of(word.id, documents) and other.form(word.id)[:5] == tree.form(id)[:5])
                if same and (index < sentence or word.id <= id):
                    for dependent in other.owners_in(word.id) or other.owners_after(word.id):
                        mention = self.found[index].by_word.get(dependent)
                        if mention and mention.named and mention.kind in ("Person", "Organization", "Government", "Media"):
                            return (Actor(mention, "coref:document" if index < sentence else ""),)
        for index in range(sentence, max(-1, sentence - REACH - 1), -1):
            maker = self._maker(index, id if index == sentence else None) if tree.word(id).feat("Number") != "Plur" else None
            if maker and tree.definite(id):
                return (Actor(maker, "coref:document"),)
        for spoken in reversed(self._spoken):
            near = sentence - 2 <= spoken.sentence and (spoken.sentence, spoken.word) < (sentence, id)
            if near and spoken.speaker and spoken.mention.kind in ("Organization", "Government") and tree.definite(id):
                return (Actor(spoken.mention, "coref:document"),)
        return ()

    def _maker(self, sentence: int, before: int | None) -> Mention | None:
        """ "От фонда излязоха с | изявление |": who came out with a document."""
        tree = self.trees[sentence]
        for word in tree.words[: before - 1 if before else None]:
            verb = tree.word(word.id).head
            if not verb or not tree.is_verb(verb) or not tree.is_one_of(word.id, self.lexicon.words("coref.documents")):
                continue
            if tree.preposition(word.id) == "с" or word.id in tree.slot(verb, OBJECT):
                makers = [a.mention for a in self.subject(sentence, verb) if a.mention.named and a.mention.kind in SPEAKING]
                if makers:
                    return makers[0]
        return None

    def source_document(self, sentence: int, verb: int) -> tuple[Actor, ...]:
        """ "Се казва в доклада": who is behind the document that the verb finds it in."""
        tree = self.trees[sentence]
        for preposition in SOURCE_PREPOSITIONS:
            for id in tree.prepositional(verb, preposition) or tree.right_before(verb, preposition):
                owner = self.document_owner(sentence, id)
                if owner:
                    return owner
                actors = self.actors(sentence, id)
                if actors and actors[0].mention.kind in ("Media", "Organization") and preposition == "от":
                    return actors
        return ()

    def _last(self, sentence: int, before: int, kinds: tuple[str, ...]) -> Mention | None:
        for spoken in reversed(self._spoken):
            if (spoken.sentence, spoken.word) < (sentence, before) and spoken.mention.kind in kinds and spoken.sentence >= sentence - FAR:
                return spoken.mention
        return None

    # ---- the ways of standing for somebody

    def _pronoun(self, sentence: int, id: int, speaking: bool) -> tuple[Actor, ...]:
        tree = self.trees[sentence]
        form = tree.form(id)
        if tree.plural_pronoun(id):
            return self._last_two(sentence, id, ("Person",)) or self._last_two(sentence, id, ("Government", "Organization"))
        gender = tree.pronoun_gender(id)
        if form in REFLEXIVE_POSSESSIVE:
            return ()
        state = self._state_before(sentence, id, gender) if tree.is_owner(id) else None
        if state:
            return (Actor(state, "coref:pronoun"),)
        person = self._last_person(sentence, id, gender, False, speaking, self._agents(sentence, id))
        return (Actor(person, "coref:pronoun"),) if person else ()

    def _state_before(self, sentence: int, id: int, gender: str | None) -> Mention | None:
        """ "Турция стъпи на пътя, когато преговорите | й | със Съюза започнаха": a state whose sentence it is, and no person's."""
        before = [s for s in self._spoken if s.sentence == sentence and s.word < id and s.subject]
        if not before or any(s.mention.kind == "Person" for s in before) or before[-1].mention.kind != "Government":
            return None
        fits = before[-1].mention.base.endswith(FEMININE_NAMES) == (gender == "Fem")
        return before[-1].mention if fits else None

    def _agents(self, sentence: int, id: int) -> frozenset[str]:
        """ "Домакинът му Олаф Шолц | го | прие": whom he receives is not he himself."""
        tree, found = self.trees[sentence], self.found[sentence]
        verb = tree.clause_verb(id)
        if verb is None or (tree.is_owner(id) and tree.word(id).deprel == "det"):
            return frozenset()
        agents = (found.by_word.get(tree.name_after(i) or i) for i in tree.slot(verb, AGENT) if i != id)
        return frozenset(self.key(m) for m in agents if m and m.named)

    def _last_person(
        self, sentence: int, before: int, gender: str | None, subjects_only: bool, speaking: bool, but: frozenset[str] = frozenset()
    ) -> Mention | None:
        """The person spoken of last who fits.

        In the same sentence a subject that stands before; then sentence by sentence back the one that the sentence is
        about: the subject of its main verb, also where that is again a pronoun, a title or unsaid. People inside a
        quotation are not what the text around it speaks of. A person who is no subject counts when there is no other.
        """
        inside = self._quotation(self.trees[sentence].word(before).start)
        here = [
            spoken
            for spoken in self._spoken
            if spoken.mention.kind == "Person" and spoken.sentence <= sentence and sentence - REACH <= spoken.sentence
            and (spoken.sentence, spoken.word) < (sentence, before)
            and self._fits(spoken.mention, gender) and self.key(spoken.mention) not in but
            and (inside or not self._quotation(spoken.mention.span.start))
        ]  # fmt: skip
        for index in range(sentence, max(-1, sentence - REACH - 1), -1):
            subjects = [s for s in here if s.sentence == index and s.subject]
            speakers = [s for s in here if s.sentence == index and s.speaker]
            if speaking and speakers:
                return self.fullest(speakers[-1].mention)
            if speaking and index < sentence and (carried := self._carried(index)) and self._fits(carried, gender) and self.key(carried) not in but:
                return carried
            main = [s for s in subjects if s.main]
            if main:
                return self.fullest(main[-1].mention)
            if index < sentence and (carried := self._carried(index)) and self._fits(carried, gender) and self.key(carried) not in but:
                return carried
            if subjects:
                return self.fullest(subjects[-1].mention)
        others = [s for s in here if s.sentence >= sentence - 2 or not subjects_only]
        return self.fullest(others[-1].mention) if others else None

    def _quotation(self, offset: int) -> bool:
        return any(start < offset < end for start, end in self.quotes)

    def _carried(self, sentence: int) -> Mention | None:
        """The person that a sentence is about without naming him ("Той добави ...", "каза още министърът")."""
        if sentence not in self._memory:
            self._memory[sentence] = None
            tree = self.trees[sentence]
            for verb in tree.main_verbs():
                if tree.facts(verb).passive or self._quotation(tree.word(verb).start):
                    continue
                actors = [a for a in self.subject(sentence, verb, True) if a.mention.kind == "Person"]
                if actors:
                    self._memory[sentence] = self.fullest(actors[0].mention)
                    break
        return self._memory[sentence]

    def _fits(self, mention: Mention, gender: str | None) -> bool:
        own = self.gender(mention)
        return gender is None or own is None or own == gender

    def gender(self, mention: Mention) -> str | None:
        """ "Fem" or "Masc" from the fullest name: "Тереза Мей" -> Fem."""
        women = (word.removesuffix("та") for titled in self._titles(mention) for word in (titled.title or "").lower().split())
        if any(word.endswith("ка") and word in self.lexicon.words("actors.people") for word in women):
            return "Fem"  # "еврокомисарката Маргрете Вестагер"
        full = self.fullest(mention).base.split()
        if not full or not full[0][0].isalpha():
            return None
        if full[-1].lower().endswith(FEMININE_SURNAMES) and len(full) > 0:
            return "Fem"
        if len(full) == 1:
            return None
        first = full[0].lower()
        if first in names.words("masculine_a"):
            return "Masc"
        return "Fem" if first.endswith(FEMININE_NAMES) else "Masc"

    def fullest(self, mention: Mention) -> Mention:
        """The person's mention with the longest name; the first of them where several are equal."""
        chain = self._chain_of.get(mention)
        if mention.kind != "Person" or chain is None:
            return mention
        return max(chain.mentions, key=lambda m: (len(m.base.split()), -m.span.start))

    def _described(self, sentence: int, id: int, mention: Mention, speaking: bool) -> Actor | None:
        """A title or body without a name: "бившият външен министър", "британската премиерка", "Комисията"."""
        tree = self.trees[sentence]
        lemma = tree.lemma(id)
        if lemma in self.lexicon.words("coref.delegations") and (body := self._body(sentence, id, lemma)):
            return body
        if not tree.definite(id) or tree.word(id).feat("Number") == "Plur":
            return None
        if lemma in self.lexicon.words("actors.media"):
            medium = self._last(sentence, id, ("Media",)) if tree.preposition(id) is None else None
            return Actor(medium, "coref:medium") if medium and not tree.modifiers(id) else None
        if tree.is_one_of(id, self.lexicon.words("actors.bodies")):
            return self._body(sentence, id, lemma)
        office = self._office(lemma)
        best: tuple[int, int, Mention] | None = None
        for spoken in self._spoken:
            if spoken.mention.kind != "Person" or not (sentence - FAR <= spoken.sentence <= sentence + 1):
                continue
            score = self._title_score(spoken.mention, lemma, office, mention.country)
            woman = tree.word(id).feat("Gender") == "Fem"
            if score <= 0 or (woman and not self._fits(spoken.mention, "Fem")):
                continue
            distance = abs(sentence - spoken.sentence) + (2 if (spoken.sentence, spoken.word) > (sentence, id) else 0)
            if best is None or (score, -distance) > (best[0], best[1]):
                best = (score, -distance, spoken.mention)
        if best:
            return Actor(self.fullest(best[2]), "coref:title")
        if tree.is_one_of(id, self.lexicon.words("coref.unnamed-sources")):
            return None  # "събеседникът на агенцията" is the one without a name, not whom the text named last
        gender = "Fem" if tree.word(id).feat("Gender") == "Fem" else None
        person = self._last_person(sentence, id, gender, True, speaking)
        if person and self._may_be(person, office, mention.country) and not self._acts_on(sentence, id, person):
            return Actor(person, "coref:description")
        return None

    def _inhabitant(self, sentence: int, id: int) -> Actor | None:
        """ "Щял да разговаря с | американеца |": the person of that country whom the text named last."""
        tree = self.trees[sentence]
        country = self.gazetteer.demonym(tree.lemma(id)) if tree.word(id).upos == "NOUN" and tree.definite(id) else None
        if country is None or tree.word(id).feat("Number") == "Plur":
            return None
        for spoken in reversed(self._spoken):
            person = spoken.mention.kind == "Person" and (spoken.sentence, spoken.word) < (sentence, id)
            if person and any(titled.country == country for titled in self._titles(spoken.mention)):
                return Actor(self.fullest(spoken.mention), "coref:description")
        return None

    def _acts_on(self, sentence: int, id: int, person: Mention) -> bool:
        """ "Той призова | президента |": whom somebody acts on is another than he."""
        tree = self.trees[sentence]
        verb = tree.clause_verb(id)
        if verb is None or tree.under_agent(id) or id in tree.slot(verb, AGENT):
            return False
        return any(self.key(actor.mention) == self.key(person) for actor in self.subject(sentence, verb))

    def _titles(self, mention: Mention) -> Iterator[Mention]:
        chain = self._chain_of.get(mention)
        return (m for m in (chain.mentions if chain else (mention,)) if m.title)

    def _office(self, lemma: str) -> str | None:
        title = self.gazetteer.title(lemma)
        return title.office if title else None

    def _title_score(self, mention: Mention, lemma: str, office: str | None, country: str | None) -> int:
        best = 0
        for titled in self._titles(mention):
            if country and titled.country and titled.country != country:
                return 0
            words = (titled.title or "").lower().split()
            for word in words:
                if word.startswith(lemma[: max(5, len(lemma) - 2)]) or (office and self._office(_indefinite(word)) == office):
                    best = max(best, 3 if country and titled.country == country else 2)
        return best

    def _may_be(self, mention: Mention, office: str | None, country: str | None) -> bool:
        """Nothing that the document says of the person speaks against the description."""
        for titled in self._titles(mention):
            if country and titled.country and titled.country != country:
                return False
            offices = {self._office(_indefinite(word)) for word in (titled.title or "").lower().split()} - {None}
            if office and offices and office not in offices:
                return False
        return True

    def _body(self, sentence: int, id: int, lemma: str) -> Actor | None:
        tree = self.trees[sentence]
        for dependent in tree.prepositional(id, "на"):
            mention = self.found[sentence].by_word.get(dependent)
            if mention and mention.named and lemma in self.lexicon.words("coref.delegations"):
                return Actor(mention, "coref:body")
        for spoken in reversed(self._spoken):
            if (spoken.sentence, spoken.word) >= (sentence, id) or spoken.mention.kind not in ("Organization", "Media"):
                continue
            if lemma in spoken.mention.base.lower().split():
                return Actor(spoken.mention, "coref:body")
        return None

    def there(self, sentence: int, verb: int) -> Mention | None:
        """ "Радев замина за Атина. | Там | ще разговаря": the place named last in the sentence before."""
        if not self.trees[sentence].there(verb) or not sentence:
            return None
        before = [m for m in self.found[sentence - 1].mentions if m.named and m.kind in ("Place", "Government")]
        return max(before, key=lambda m: m.span.start, default=None)

    def _collective(self, sentence: int, id: int) -> tuple[Actor, ...]:
        """ "Двамата лидери", "двете страни", "двамата": the two spoken of last. Sides are never two people: "двете страни
        да поискат среща" after a sentence on two ministers is no meeting of theirs."""
        tree = self.trees[sentence]
        collective = self.lexicon.words("actors.collective")
        alone = tree.form(id) in collective and tree.word(id).upos in ("NUM", "PRON", "ADJ", "NOUN", "DET")
        counted = any(tree.form(m) in collective for m in tree.modifiers(id)) and tree.lemma(id) in self.lexicon.words("coref.two")
        if not alone and not counted:
            return ()
        sides = tree.lemma(id) in self.lexicon.words("coref.side")
        if sides:
            return self._last_two(sentence, id, ("Government", "Organization"))
        people = self._last_two(sentence, id, ("Person",), 2 * REACH if counted else REACH) or (self._last_of_office(sentence, id) if counted else ())
        persons_only = counted and tree.is_one_of(id, self.lexicon.words("actors.people"))
        return people or (() if persons_only else self._last_two(sentence, id, ("Government", "Organization")))

    def _last_of_office(self, sentence: int, id: int) -> tuple[Actor, ...]:
        """ "Двамата министри", named in two sentences: the two people spoken of last that hold such an office, or the
        only two that the text names."""
        tree = self.trees[sentence]
        office = self._office(tree.lemma(id))
        here: dict[str, Mention] = {}
        for spoken in reversed(self._spoken):
            if spoken.mention.kind == "Person" and (spoken.sentence, spoken.word) < (sentence, id):
                here.setdefault(self.key(spoken.mention), spoken.mention)
        fitting = [m for m in here.values() if office and self._title_score(m, tree.lemma(id), office, None) > 0]
        two = fitting[:2] if len(fitting) >= 2 else list(here.values()) if len(here) == 2 else []
        return tuple(Actor(self.fullest(m), "coref:both") for m in reversed(two)) if len(two) == 2 else ()

    def _last_two(self, sentence: int, before: int, kinds: tuple[str, ...], reach: int = REACH) -> tuple[Actor, ...]:
        """The two different actors of one sentence, the nearest that has two; they stand side by side there."""
        for index in range(sentence, max(-1, sentence - reach - 1), -1):
            here: dict[str, Mention] = {}
            for spoken in self._spoken:
                if spoken.sentence == index and spoken.mention.kind in kinds and (index < sentence or spoken.word < before):
                    here.setdefault(self.key(spoken.mention), spoken.mention)
            if len(here) >= 2:
                return tuple(Actor(self.fullest(m), "coref:both") for m in list(here.values())[:2])
        near: dict[str, Mention] = {}
        for spoken in self._spoken:
            if sentence - 2 <= spoken.sentence and (spoken.sentence, spoken.word) < (sentence, before) and spoken.mention.kind in kinds:
                near.setdefault(self.key(spoken.mention), spoken.mention)
        return tuple(Actor(self.fullest(m), "coref:both") for m in near.values()) if len(near) == 2 else ()

    @cached_property
    def two_sides(self) -> tuple[Mention, ...]:
        """The two governments or bodies that the document is about, or (): each named three times or more, and more
        often than any third, and each once at least as one who acts.
        "ЕС иска да приключи преговорите" in a text on Великобритания and ЕС is between these."""
        counted: dict[str, list[Mention]] = {}
        acting: dict[str, int] = {}
        topics: set[str] = set()
        for spoken in self._spoken:
            if spoken.mention.kind in ("Government", "Organization"):
                key = self.key(spoken.mention)
                counted.setdefault(key, []).append(spoken.mention)
                beside = self.trees[spoken.sentence].preposition(spoken.word) in ("с", "между")
                acting[key] = acting.get(key, 0) + (spoken.subject or beside)
                if self._talked_about(spoken):
                    topics.add(key)
        counted = {key: group for key, group in counted.items() if acting[key] and key not in topics}
        ranked = sorted(counted.values(), key=lambda group: (-len(group), group[0].span.start))
        if len(ranked) < 2 or len(ranked[1]) < 3 or (len(ranked) > 2 and len(ranked[2]) >= len(ranked[1])):
            return ()
        return tuple(group[0] for group in ranked[:2])

    def _talked_about(self, spoken: _Spoken) -> bool:
        """ "Преговорите за | Косово |": what they negotiate over is no side of it."""
        tree = self.trees[spoken.sentence]
        head = tree.word(spoken.word).head
        frames = self.lexicon.by_noun.get(tree.lemma(head), ()) if head else ()
        return tree.preposition(spoken.word) == "за" and any(frame.event == "Negotiation" for frame in frames)

    def key(self, mention: Mention) -> str:
        """What makes two mentions one actor inside a document. A seat is the government that it stands for."""
        body = self.gazetteer.organization(mention.stands_for or mention.base) if mention.named else None
        if body and mention.kind in ("Government", "Organization"):
            return "body " + names.fold(body.name)
        if mention.kind == "Government":
            return "government " + (mention.country or names.fold(mention.stands_for or mention.base))
        if not mention.named:
            return f"group {mention.span.start}"
        chain = self._chain_of.get(mention)
        return chain.key if chain else f"{mention.kind} {names.fold(mention.base)}"


def surname(mention: Mention) -> str:
    """The folded last word of a person's name: "Стив Уиткоф" and "Уиткоф" are one person in one document."""
    words = names.fold(mention.base).split()
    return words[-1] if words else ""


def _indefinite(word: str) -> str:
    for article in ("ият", "ия", "ът", "ят", "та", "то", "те", "а", "я"):
        if word.endswith(article) and len(word) > len(article) + 3:
            return word[: -len(article)]
    return word
