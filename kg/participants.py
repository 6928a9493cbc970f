"""Who takes part in an encounter or acts in an act: the words of the frame, of a light verb, of the text before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.discourse import Actor, Discourse
from kg.grammar import FIRST_PERSON, RELATIVE_PRONOUNS
from kg.lexicon import Lexicon
from kg.match import Fill, Match
from kg.model import ENCOUNTERS, Argument, Mention, Statement
from kg.statements import said_in
from kg.tree import AGENT, NAME, OBJECT, OWNER, Tree

PARTICIPANTS = ("participant", "visitor", "host")
ACTOR_KINDS = ("Person", "Government", "Organization", "Group")


def find_arguments(
    discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], statements: Sequence[Statement], encounter: bool
) -> Iterator[Argument]:
    found: list[Argument] = []
    tree = discourse.trees[sentence]
    discussed = _discussed_with(tree, match, matches)
    for fill in match.fills:
        if fill.role in ("topic", "place", "content", "via") or fill.id in discussed:
            continue
        if tree.lemma(fill.id) in discourse.lexicon.words("actors.not-actors") or _of_a_nearer(match, fill, matches):
            continue
        if tree.form(fill.id) in FIRST_PERSON:
            found += _speaker_itself(discourse, tree, fill.id, fill.role, statements)
        for actor in _fill(discourse, sentence, match, fill.id, fill.slot):
            people = any(tree.lemma(fill.id) in discourse.lexicon.words(words) for words in ("actors.people", "coref.delegations"))
            mention = _as_actor(actor.mention, fill.role, fill.slot, tree, fill.id, people)
            if mention:
                found.append(Argument(fill.role, mention, tree.word_span(fill.id), actor.rule or fill.slot))
    first = next((role for role, _ in match.frame.roles if role in PARTICIPANTS), None)
    if match.part == "verb" and "с" in match.frame.slots("participant") and not any(a.rule == "с" for a in found):
        for id in tree.beside_object(match.trigger, "с"):
            found += [
                Argument("participant", a.mention, tree.word_span(id), "с")
                for a in discourse.actors(sentence, id)
                if a.mention.kind in ("Person", "Group")
            ]
    if match.part == "noun" and first is not None:
        found += _in_company(discourse, sentence, match, first)
    agents = {tree.word_span(f.id) for f in match.fills if f.slot == AGENT}
    if (
        match.part == "verb"
        and AGENT in dict((s, r) for r, slots in match.frame.roles for s in slots)
        and not any(a.span in agents for a in found)
    ):
        role = next(role for role, slots in match.frame.roles if AGENT in slots)
        if tree.first_person(match.trigger) or tree.second_person(match.trigger):
            found += _speaker_itself(discourse, tree, match.trigger, role, statements)
        elif not tree.slot(match.trigger, AGENT) and not tree.facts(match.trigger).passive:
            found += [
                Argument(role, actor.mention, tree.word_span(match.trigger), actor.rule or AGENT)
                for actor in discourse.unsaid(sentence, match.trigger)
                if _as_actor(actor.mention, role, AGENT, tree, match.trigger)
            ]
    if match.part == "verb" and encounter and first:
        found += _proposer(discourse, sentence, match.trigger, first)
    if match.part == "noun" and first and encounter:
        found += _by_adjective(discourse, sentence, match.trigger, first)
        found += _by_light_verb(discourse, sentence, match, matches, first, found)
    seen: set[tuple[str, str]] = set()
    for argument in found:
        key = (argument.role if not encounter else "", discourse.key(argument.mention))
        if key not in seen and not (encounter and argument.mention.kind == "Media"):
            seen.add(key)
            yield argument


def _speaker_itself(discourse: Discourse, tree: Tree, id: int, role: str, statements: Sequence[Statement]) -> list[Argument]:
    """ "„Ще се срещна с Ердоган“, каза Мицотакис": the first person of a quotation is who says it, of an interview who
    answers; so is the "you" of its questions."""
    span = tree.word_span(id)
    around = said_in(statements, span) if not tree.second_person(id) else ()
    speakers = [s.speaker.mention for i in around for s in statements if s.id == i and s.speaker]
    who = speakers or ([discourse.interviewee] if discourse.interviewee else [])
    return [Argument(role, who[0], span, "coref:first-person")] if who else []


def _of_a_nearer(match: Match, fill: Fill, matches: Sequence[Match]) -> bool:
    """ "На посещение за | срещи | с Борисов": whom "с" names he meets; the visit that stands further off is not with him."""
    between = (m.trigger for m in matches if m.part == "noun" and m.frame.event in ENCOUNTERS and "с" in m.frame.slots("participant"))
    return fill.slot == "с" and match.part == "noun" and any(match.trigger < trigger < fill.id for trigger in between)


def _discussed_with(tree: Tree, match: Match, matches: Sequence[Match]) -> frozenset[int]:
    """Who the object's claim must leave to the verb: in "обсъди преговорите с Меркел" she takes part in the talk."""
    out: set[int] = set()
    for other in matches:
        if match.part == "noun" and other.part == "verb" and other.frame.event in ENCOUNTERS and match.trigger in other.ids("topic"):
            out |= set(tree.beside_object(other.trigger, "с"))
    return frozenset(out)


def _fill(discourse: Discourse, sentence: int, match: Match, id: int, slot: str) -> tuple[Actor, ...]:
    tree = discourse.trees[sentence]
    if slot == OWNER:
        verb = tree.clause_verb(match.trigger)
        return discourse.owner(sentence, id, verb)
    actors = discourse.actors(sentence, id)
    if not actors and slot == NAME:
        return ()
    return tuple(actor for actor in actors if not _reporter(discourse, tree, id, actor.mention))


def _reporter(discourse: Discourse, tree: Tree, id: int, mention: Mention) -> bool:
    """Journalists ask and write; they do not take part."""
    return not mention.named and tree.lemma(id) in discourse.lexicon.words("actors.reporters")


def _as_actor(mention: Mention, role: str, slot: str, tree: Tree, id: int, people: bool = True) -> Mention | None:
    """The mention in the reading of an actor, or None where it is only a place or a thing."""
    if mention.kind in ("Plan", "NamedEvent"):
        return None
    if role == "visitor" and slot == OBJECT and not (mention.kind == "Person" or (mention.kind == "Group" and people)):
        return None
    if role == "host" and slot in ("в", "до", OBJECT) and mention.kind == "Government":
        return mention if mention.stands_for is None else None
    if mention.kind == "Place":
        return replace(mention, kind="Government") if slot in ("с", "между") else None
    if slot in ("в", "до", "при") and mention.kind != "Person" and role != "host":
        return None
    return mention


def _in_company(discourse: Discourse, sentence: int, match: Match, role: str) -> list[Argument]:
    """ "Проведоха преговори във Виена с участието на | Дауди": the parser hangs a long preposition on the verb."""
    tree = discourse.trees[sentence]
    verb = tree.clause_verb(match.trigger)
    long = [slot for slot in match.frame.slots(role) if " " in slot and not any(f.slot == slot for f in match.fills)]
    if verb is None or tree.top_of_phrase(match.trigger) not in (tree.own_subject(verb), *tree.slot(verb, OBJECT)):
        return []
    here = [(slot, id) for slot in long for id in tree.slot(verb, slot)]
    return [a for slot, id in here for a in _taking_part(discourse, sentence, discourse.actors(sentence, id), role, slot, id)]


def _by_adjective(discourse: Discourse, sentence: int, noun: int, role: str) -> list[Argument]:
    """ "Руско-украинските преговори", "българо-турската среща": two countries in one adjective."""
    tree, out = discourse.trees[sentence], []
    for modifier in tree.modifiers(noun):
        codes = discourse.gazetteer.demonyms_in(tree.form(modifier))
        if len(codes) < 2:
            continue
        span = tree.word_span(modifier)
        for code in codes:
            name = discourse.gazetteer.country_name(code) or code
            mention = Mention(span, modifier, tree.word(modifier).form, name, "Government", True, None, code, None)
            out.append(Argument(role, mention, span, "coref:demonym"))
    return out


def _by_light_verb(discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], role: str, found: list[Argument]) -> list[Argument]:
    """The subject takes part: "X проведе среща с Y", "X бе на посещение", "X заяви след срещата с Y"."""
    tree, lexicon = discourse.trees[sentence], discourse.lexicon
    noun = match.trigger
    verb = tree.clause_verb(noun)
    chairs = verb is not None and tree.lemma(verb) in lexicon.words("light.chair") and noun in tree.slot(verb, OBJECT)
    if not chairs and (any(a.rule in ("на", "между", OWNER) for a in found) or sum(a.rule == "coref:demonym" for a in found) > 1):
        return []
    told = _by_relative_clause(discourse, sentence, noun, role) or _by_part(discourse, sentence, noun, role)
    told = told or (_asked(discourse, sentence, noun, verb, role) if verb is not None and not any(a.rule == "с" for a in found) else [])
    if told:
        return told
    above = _event_above(tree, noun, matches)
    if above is not None:
        ids = [id for slot in ("на", OWNER) for id in tree.slot(above, slot)]
        if ids:
            return _arguments_of(discourse, sentence, ids, verb, role, tree)
        noun = above
    if verb is None:
        return []
    top = tree.top_of_phrase(noun)
    preposition = tree.preposition(top)
    lemma = tree.lemma(verb)
    one_sided = any(a.rule == "с" for a in found)
    takes_part = (
        chairs
        or (lemma in lexicon.words("light.object") and top in tree.slot(verb, OBJECT))
        or (lemma in lexicon.words("light.place") and preposition in ("на", "в", "във"))
        or (lemma in lexicon.words("light.goal") and preposition == "за")
        or (one_sided and top == noun and preposition in ("на", "в", "след", "преди", "по време на", "в рамките на", "освен"))
        or (not found and match.frame.event == "Meeting" and preposition == "по време на" and not tree.definite(noun))
        or (one_sided and top in tree.slot(verb, OBJECT) and (top == noun or tree.lemma(top) in lexicon.words("light.phase")))
        or (one_sided and top == noun and preposition in ("за", "към", "от") and _wanted(tree, verb, lexicon))
        or (one_sided and top == noun and preposition == "от" and tree.definite(noun))
        or (match.frame.event == "Visit" and top in tree.slot(verb, OBJECT) and _wanted(tree, verb, lexicon))
        or (preposition == "на" and top == noun and match.frame.event == "Meeting" and tree.definite(noun))
        or (preposition in ("на", "по време на", "в") and any(m.trigger == verb and m.frame.event in ENCOUNTERS for m in matches))
        or (match.frame.event == "Visit" and (preposition in ("на", "за") or (preposition == "по време на" and not tree.is_copula(verb))))
    )
    if tree.own_subject(verb) is None and noun in tree.slot(verb, OBJECT) and tree.third_person_plural(verb) and tree.is_plural(noun):
        return []  # "преди да започнат преговори": they are what begins
    if one_sided and (planner := _programme(tree, verb, lexicon)):
        return _arguments_of(discourse, sentence, planner, verb, role, tree)
    if not takes_part or tree.own_subject(verb) == top or (tree.facts(verb).passive and not one_sided):
        return []
    out = []
    impersonal = tree.facts(verb).passive and one_sided and tree.definite(noun) and match.frame.event in ("Meeting", "Call")
    joined = tree.slot(verb, OBJECT) if lemma in lexicon.words("light.join") and tree.own_subject(verb) is None else ()
    people = [actor for id in joined if id != noun for actor in discourse.actors(sentence, id)]  # "ще участва и Елвира Ковач"
    for actor in people or (discourse.spoken_of(sentence, verb) if impersonal else discourse.subject(sentence, verb)):
        mention = _as_actor(actor.mention, role, AGENT, tree, verb)
        if mention and not _reporter(discourse, tree, mention.head if mention.head <= len(tree.words) else verb, mention):
            out.append(Argument(role, mention, tree.word_span(verb), actor.rule or AGENT))
    return out


def _proposer(discourse: Discourse, sentence: int, verb: int, role: str) -> list[Argument]:
    """ "| Зеленски | предложи на | Путин | да се срещнат": the plural means both the one asked and the one who asks."""
    tree = discourse.trees[sentence]
    above = tree.word(verb).head
    if not above or not tree.facts(verb).subjunctive or not tree.third_person_plural(verb) or tree.own_subject(verb) is not None:
        return []
    if tree.lemma(above) not in discourse.lexicon.words("light.ask") or not tree.third_person_singular(above) or tree.facts(above).passive:
        return []
    asked = [(id, slot) for slot in ("на", "от", "към") for id in tree.prepositional(above, slot)] + [(id, OBJECT) for id in tree.slot(above, OBJECT)]
    out = _taking_part(discourse, sentence, discourse.subject(sentence, above), role, AGENT, above)
    return out + [a for id, slot in asked for a in _taking_part(discourse, sentence, discourse.actors(sentence, id), role, slot, id)]


def _programme(tree: Tree, verb: int, lexicon: Lexicon) -> list[int]:
    """ "В програмата на | Барозу | е предвиден разговор с Първанов": whose programme it is."""
    plans = [i for i in tree.prepositional(verb, "в") if tree.lemma(i) in lexicon.words("light.programme")]
    return [owner for plan in plans for slot in ("на", OWNER) for owner in tree.slot(plan, slot)]


def _taking_part(discourse: Discourse, sentence: int, actors: Sequence[Actor], role: str, slot: str, at: int) -> list[Argument]:
    tree = discourse.trees[sentence]
    mentions = ((actor, _as_actor(actor.mention, role, slot, tree, at)) for actor in actors)
    return [Argument(role, mention, tree.word_span(at), actor.rule or slot) for actor, mention in mentions if mention]


def _by_relative_clause(discourse: Discourse, sentence: int, noun: int, role: str) -> list[Argument]:
    """ "Консултациите, които е провел в Одеса с | министър Левченко |": who held them stands in the relative clause."""
    tree = discourse.trees[sentence]
    verb = tree.relative_clause(noun)
    if verb is None or tree.lemma(verb) not in discourse.lexicon.words("light.object") or tree.facts(verb).passive or tree.reflexive(verb):
        return []
    own = tree.own_subject(verb)
    if own is not None and tree.lemma(own) in RELATIVE_PRONOUNS:
        return []  # "преговорите, които продължават от месеци": they are what goes on
    with_whom = [(id, actor) for id in tree.slot(verb, "с") for actor in discourse.actors(sentence, id)]
    subject = tree.subject(verb)
    selves = discourse.unsaid(sentence, verb) if subject in (None, noun) else discourse.subject(sentence, verb)
    out = _taking_part(discourse, sentence, selves, role, AGENT, verb)
    return out + [argument for id, actor in with_whom for argument in _taking_part(discourse, sentence, [actor], role, "с", id)]


def _by_part(discourse: Discourse, sentence: int, noun: int, role: str) -> list[Argument]:
    """ "Русия ще преосмисли участието си в преговорите", "която е домакин на разговорите": who has a part in them."""
    tree, lexicon = discourse.trees[sentence], discourse.lexicon
    part = tree.word(noun).head
    if not part or tree.preposition(noun) not in ("в", "на"):
        return []
    if tree.is_verb(part):  # the parser hung "в преговорите" on the verb
        beside = [i for i in tree.slot(part, OBJECT) if i < noun and tree.lemma(i) in lexicon.words("light.participation")]
        part = beside[0] if beside else part
    if tree.lemma(part) in lexicon.words("light.participation"):
        ids = [id for slot in ("на", OWNER) for id in tree.slot(part, slot)]
        verb = tree.clause_verb(part)
        return _arguments_of(discourse, sentence, ids, verb, role, tree) if ids else []
    if tree.lemma(part) in lexicon.words("coref.host") and tree.has_copula(part):
        subject = tree.subject(part) or tree.passive_subject(part)
        return _taking_part(discourse, sentence, discourse.actors(sentence, subject), role, AGENT, part) if subject else []
    return []


def _asked(discourse: Discourse, sentence: int, noun: int, verb: int, role: str) -> list[Argument]:
    """ "Арсой предлага на | Москва и Киев | разговори": who is asked to an encounter takes part in it, and where only one
    is, the one who asks: "покани Левченко на среща"."""
    tree = discourse.trees[sentence]
    if tree.lemma(verb) not in discourse.lexicon.words("light.ask"):
        return []
    if tree.facts(verb).passive:  # "Президентът е поканен на среща на Академията"
        guest = tree.passive_subject(verb)
        return _taking_part(discourse, sentence, discourse.actors(sentence, guest), role, OBJECT, guest) if guest and guest != noun else []
    things = tree.slot(verb, OBJECT)
    if noun not in things and tree.preposition(noun) not in ("на", "за", "към"):
        return []
    ids = [(id, slot) for slot in ("на", "от", "към") for id in tree.prepositional(verb, slot)] + [(id, OBJECT) for id in things]
    asked = [
        argument
        for id, slot in ids if id != noun and not tree.is_part_of(id, noun)
        for argument in _taking_part(discourse, sentence, discourse.actors(sentence, id), role, slot, id)
    ]  # fmt: skip
    if not asked or len(distinct(discourse, [a.mention for a in asked])) >= 2:
        return asked
    return _taking_part(discourse, sentence, discourse.subject(sentence, verb), role, AGENT, verb) + asked


def _wanted(tree: Tree, verb: int, lexicon: Lexicon) -> bool:
    """ "Настоява за преговори с Рияд", "се готви за среща с Мицотакис": who wants or plans it takes part."""
    names = [tree.lemma(verb), f"{tree.lemma(verb)} се"]
    lists = ("status.planned-verbs", "status.proposed-verbs", "status.refused-verbs")
    return any(name in lexicon.words(words) for name in names for words in lists)


def _event_above(tree: Tree, noun: int, matches: Sequence[Match]) -> int | None:
    """ "Посещението на Меркел в Сочи за среща с Путин": the visit above the meeting."""
    nouns = {m.trigger for m in matches if m.part == "noun" and m.frame.event in ENCOUNTERS}
    for above in tree.above(noun):
        if above in nouns:
            return above
        if tree.is_verb(above):
            break
    if tree.preposition(noun) == "за":
        before = [id for id in nouns if id < noun and not tree.finite_between(id, noun)]
        return max(before, default=None)
    return None


def _arguments_of(discourse: Discourse, sentence: int, ids: list[int], verb: int | None, role: str, tree: Tree) -> list[Argument]:
    out = []
    for id in ids:
        actors = discourse.owner(sentence, id, verb) if tree.is_owner(id) else discourse.actors(sentence, id)
        for actor in actors:
            if _as_actor(actor.mention, role, "на", tree, id):
                out.append(Argument(role, actor.mention, tree.word_span(id), actor.rule or "на"))
    return out


def two_sides_of(discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], actors: tuple[Mention, ...]) -> tuple[Argument, ...]:
    """ "Преговорите за Брекзит" of a text on two sides are between these; nobody else may be named in the phrase."""
    tree, sides = discourse.trees[sentence], discourse.two_sides
    keys = {discourse.key(side) for side in sides}
    named = {discourse.key(m) for m in actors if m.named}
    if not sides or len(named) >= 2 or not named <= keys or any(not m.named for m in actors):
        return ()
    if not named and (match.part == "verb" or not tree.definite(match.trigger)):
        return ()
    found = discourse.found[sentence].by_word
    others = {i for id in _discussed_with(tree, match, matches) for i in tree.nominal_subtree(id)}
    phrase = {found[id] for id in tree.nominal_subtree(match.trigger) if id in found and id not in others}
    if any(m.kind in ("Government", "Organization", "Person") and m.named and discourse.key(m) not in keys for m in phrase):
        return ()
    word = tree.word_span(match.trigger)
    return tuple(Argument("participant", side, word, "coref:sides") for side in sides if discourse.key(side) not in named)


def addressed(discourse: Discourse, sentence: int, match: Match) -> tuple[Argument, ...]:
    """ "Русия е отправяла искания към Киев в предишни преговори": the clause says who spoke to whom in them."""
    tree = discourse.trees[sentence]
    verb = tree.clause_verb(match.trigger)
    if verb is None or tree.preposition(match.trigger) not in ("в", "по време на", "в хода на", "при"):
        return ()
    to = [id for top in (verb, *tree.slot(verb, OBJECT)) for id in tree.prepositional(top, "към")]
    pairs = [(id, AGENT) for id in tree.slot(verb, AGENT)] + [(id, "към") for id in to]
    found = [
        Argument("participant", actor.mention, tree.word_span(id), actor.rule or slot)
        for id, slot in pairs for actor in discourse.actors(sentence, id)
        if actor.mention.kind in ("Government", "Organization", "Person")
    ]  # fmt: skip
    return tuple(found) if len(distinct(discourse, [a.mention for a in found])) >= 2 else ()


def distinct(discourse: Discourse, mentions: list[Mention]) -> tuple[Mention, ...]:
    table: dict[str, Mention] = {}
    for mention in mentions:
        if mention.kind in ACTOR_KINDS:
            table.setdefault(discourse.key(mention), mention)
    return tuple(table.values())
