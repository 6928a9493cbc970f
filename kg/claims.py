"""Matches of event frames -> Claim: who took part, where, when, about what, in what status, and who says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.discourse import Actor, Discourse
from kg.grammar import FIRST_PERSON
from kg.lexicon import Lexicon
from kg.match import Fill, Match
from kg.mentions import Found
from kg.model import ENCOUNTERS, Argument, Claim, Mention, Span, Statement, When
from kg.statements import said_in
from kg.status import changed_status, claim_status
from kg.tree import AGENT, NAME, OBJECT, OWNER, Tree

PARTICIPANTS = ("participant", "visitor", "host")
ACTOR_KINDS = ("Person", "Government", "Organization", "Group")
MEDIATED = ("с посредничеството на", "под егидата на")
DURING = ("на", "по време на", "в", "при")
PLACE_PREPOSITIONS = ("в", "край", "до", "при", "из", "на", "извън")


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim with what the merging of claims asks: is the noun definite, who are its actors, which noun is it, and
    does it only add one who came along ("В срещата участва и Гринчук")? It is bare when it says nothing of who took
    part, not even somebody unknown ("разговора си с основателите"). `again` is the status of what a pronoun
    stands for ("Тръмп я отмени"), `phase` is "втори" of "втората фаза на преговорите", `about` the head of its topic."""

    claim: Claim
    definite: bool
    actors: tuple[Mention, ...]
    noun: str | None = None
    joins: bool = False
    bare: bool = False
    again: bool = False
    phase: str | None = None
    about: str | None = None


def find_claims(
    discourse: Discourse,
    matches: Sequence[tuple[Match, ...]],
    dates: Sequence[tuple[When, ...]],
    statements: Sequence[Statement],
) -> tuple[Draft, ...]:
    """All claims of a document in text order; encounters without anybody in them are kept only if definite."""
    drafts: list[Draft] = []
    for sentence, found in enumerate(matches):
        taken: set[int] = set()
        ordered = sorted(found, key=lambda m: (m.trigger, (m.frame.event or "") not in ENCOUNTERS))
        for match in ordered:
            if match.frame.sets and (again := _again(discourse, sentence, match, found, dates[sentence], statements)):
                drafts.append(again)
            if not match.frame.event or match.trigger in taken:
                continue
            draft = _draft(discourse, sentence, match, found, dates[sentence], statements)
            if draft:
                taken.add(match.trigger)
                drafts += _apart(discourse, sentence, match, draft)
    return tuple(drafts)


def _again(
    discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], dates: tuple[When, ...], statements: Sequence[Statement]
) -> Draft | None:
    """ "Тръмп | я | отмени на 25 октомври", "от вчера | те | са подновени": the new status of the encounter told of before."""
    tree = discourse.trees[sentence]
    named = [id for id in match.ids("encounter") if tree.word(id).upos == "PRON" and tree.antecedent(id) is None]
    if match.part != "verb" or not named or match.frame.sets == "proposed":
        return None
    if any(m.trigger in match.ids("encounter") for m in matches if m.frame.event in ENCOUNTERS):
        return None
    if any(m.frame.says and m.trigger == match.trigger for m in matches):
        return None  # "потвърди го" is said of a statement
    status, span = changed_status(tree, match, discourse.lexicon), tree.word_span(match.trigger)
    claim = Claim(
        trigger=span,
        frame=match.frame.id,
        kind="Meeting",
        status=status.value,
        status_rule=f"again+{status.rule}",
        arguments=(),
        place=None,
        when=_when(tree, match.trigger, matches, dates) if status.value == "planned" else None,
        topic=None,
        said_in=said_in(statements, span),
        evidential=status.heard,
    )
    return Draft(claim, True, (), bare=True, again=True)


def _apart(discourse: Discourse, sentence: int, match: Match, draft: Draft) -> tuple[Draft, ...]:
    """ "Барние е на посещение за срещи с Борисов и с Павлова": the plural is a meeting with each of them; so is "прие
    поотделно двамата министри"."""
    tree, claim = discourse.trees[sentence], draft.claim
    guests = match.part == "verb" and tree.apart(match.trigger)
    others = [a for a in claim.arguments if a.rule == "с" or (guests and a.role == "visitor")]
    spans = {a.span for a in others}
    selves = [a for a in claim.arguments if a not in others and a.span not in spans]
    if len(others) < len([a for a in claim.arguments if a not in selves]):
        return (draft,)  # "с министрите на Белгия и Швеция": one phrase stands for several
    if guests and len(others) >= 2 and selves:
        return _split(discourse, draft, selves, others)
    if match.part != "noun" or claim.kind not in ("Meeting", "Call") or not tree.unspecific(match.trigger) or len(others) < 2 or not selves:
        return (draft,)
    return _split(discourse, draft, selves, others)


def _split(discourse: Discourse, draft: Draft, selves: list[Argument], others: list[Argument]) -> tuple[Draft, ...]:
    claim = draft.claim
    return tuple(
        replace(
            draft,
            claim=replace(claim, part=part, arguments=(*selves, other)),
            actors=_distinct(discourse, [a.mention for a in (*selves, other)]),
        )
        for part, other in enumerate(others)
    )


def _draft(
    discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], dates: tuple[When, ...], statements: Sequence[Statement]
) -> Draft | None:
    tree = discourse.trees[sentence]
    kind = _kind(tree, match, discourse)
    encounter = kind in ENCOUNTERS
    arguments: tuple[Argument, ...] = tuple(_arguments(discourse, sentence, match, matches, statements, encounter))
    actors = _distinct(discourse, [a.mention for a in arguments if a.role in PARTICIPANTS or not encounter])
    if match.frame.id == "talk" and kind == "Meeting" and _between_states(tree, match.trigger, actors):
        kind = "Negotiation"
    if kind == "Negotiation" and match.part == "noun" and not actors:
        arguments += _addressed(discourse, sentence, match)
        actors = _distinct(discourse, [a.mention for a in arguments])
    if kind == "Negotiation" and match.part in ("noun", "verb"):
        sides = _sides(discourse, sentence, match, matches, actors)
        arguments += sides
        actors = _distinct(discourse, [*actors, *(a.mention for a in sides)])
    definite = match.part == "noun" and (tree.definite(match.trigger) or tree.owner_word(match.trigger) is not None)
    if encounter and actors and all(a.rule in MEDIATED for a in arguments if a.mention in actors):
        arguments, actors = tuple(a for a in arguments if a.mention not in actors), ()  # mediators alone are no sides
    if encounter and not _acceptable(discourse, tree, match, matches, arguments, actors, definite):
        return None
    if not encounter and not _says_enough(match, arguments, actors):
        return None
    status = claim_status(tree, match, matches, discourse.lexicon)
    if not encounter and match.part == "verb" and status.rule in ("wish", "purpose") and tree.facts(match.trigger).subjunctive:
        return None  # "искания Украйна да се откаже от НАТО": what is wanted of somebody is no act of his
    wanted = match.part == "verb" and status.rule in ("wish", "purpose") and kind != "Visit"
    if encounter and wanted and sum(mention.named for mention in actors) < 2:
        return None  # "стратегия да се договаря пряко с лидерите" is no encounter of anybody
    trigger = tree.word_span(match.trigger)
    place = _place(discourse, sentence, match, arguments, matches)
    claim = Claim(
        trigger=trigger,
        frame=match.frame.id,
        kind=kind,
        status=status.value,
        status_rule=status.rule,
        arguments=arguments,
        place=place,
        when=_when(tree, match.trigger, matches, dates, status.value == "postponed"),
        topic=_topic(tree, match),
        said_in=said_in(statements, trigger),
        evidential=status.heard,
    )
    joins = bool(actors) and ((definite and _comes_along(tree, match, arguments, discourse.lexicon)) or (len(actors) == 1 and _also(tree, match)))
    topics = [tree.lemma(id) for id in match.ids("topic")]
    about = topics[0] if topics else None
    unknown = any(f.slot == OWNER for f in match.fills)
    unknown = unknown or any(_somebody(discourse, tree, f.id) for f in match.fills if f.role in PARTICIPANTS and f.slot in ("с", "между"))
    noun = tree.lemma(match.trigger) if match.part == "noun" else None
    bare = not actors and not unknown
    return Draft(claim, definite, actors, noun, joins, bare, phase=tree.phase(match.trigger), about=about)


def _somebody(discourse: Discourse, tree: Tree, id: int) -> bool:
    """Does the word name people, known or not? "Разговорът с журналиста" is not bare either."""
    if tree.lemma(id) in discourse.lexicon.words("actors.reporters"):
        return True
    return tree.word(id).upos in ("NOUN", "PROPN", "PRON") and tree.lemma(id) not in discourse.lexicon.words("actors.not-actors")



def _comes_along(tree: Tree, match: Match, arguments: tuple[Argument, ...], lexicon: Lexicon) -> bool:
    """ "В срещата участва и Гринчук", "на заседанието присъства и Дауди": one more at an encounter that is known."""
    verb = tree.clause_verb(match.trigger)
    own = any(a.rule in ("с", "между", "на", OWNER) or a.rule == "coref:demonym" for a in arguments if a.role in PARTICIPANTS)
    return verb is not None and not own and tree.lemma(verb) in lexicon.words("light.join") and tree.preposition(match.trigger) in ("в", "на", "към")


def _between_states(tree: Tree, noun: int, actors: Sequence[Mention]) -> bool:
    """ "Разговорите между Кишинев и Москва": what states talk of in the plural they negotiate."""
    sides = [m for m in actors if m.named]
    return tree.word(noun).feat("Number") == "Plur" and len(sides) >= 2 and all(m.kind in ("Government", "Organization") for m in sides)


def _kind(tree: Tree, match: Match, discourse: Discourse) -> str:
    """ "Телефонен разговор", "разговаряха по телефона", "видеосреща" are calls."""
    kind = match.frame.event or ""
    if kind in ("Meeting", "Negotiation"):
        words = discourse.lexicon.words("light.telephone")
        near = [*tree.modifiers(match.trigger), *tree.prepositional(match.trigger, "по"), *tree.prepositional(match.trigger, "чрез")]
        near += [i for i in tree.nominal_subtree(match.trigger) if match.part == "verb" and tree.preposition(i) == "по"]
        verb = tree.clause_verb(match.trigger) if match.part == "noun" else None
        if any(tree.lemma(id) in words for id in near) or (verb and any(tree.lemma(i) in words for i in tree.prepositional(verb, "по"))):
            return "Call"
    return kind


def _acceptable(
    discourse: Discourse,
    tree: Tree,
    match: Match,
    matches: Sequence[Match],
    arguments: tuple[Argument, ...],
    actors: tuple[Mention, ...],
    definite: bool,
) -> bool:
    if match.part == "verb":
        hosts = [id for id in match.ids("host") if tree.word(id).upos != "PRON"]
        if len(actors) >= 2 or (len(actors) == 1 and match.frame.event == "Visit" and hosts):
            return True
        if len(actors) == 1 and match.frame.id == "receive-guest" and tree.facts(match.trigger).passive and actors[0].kind == "Person":
            return True
        if len(actors) == 1 and (_also(tree, match) or (actors[0].kind == "Organization" and match.frame.id == "session")):
            return True
        return _at_an_encounter(tree, match, matches)
    said = [a for a in arguments if a.role in PARTICIPANTS and not a.rule.startswith("coref") and a.rule != AGENT]
    if not said and len(actors) < 2 and tree.unspecific(match.trigger):
        return False
    return bool(actors) or definite


def _also(tree: Tree, match: Match) -> bool:
    """ "На масата ще седне | и | украинският министър": one more at the encounter told of just before."""
    if match.part != "verb" or match.frame.event != "Meeting":
        return False
    subjects = [f.id for f in match.fills if f.slot == AGENT]
    return len(subjects) == 1 and not match.ids("topic") and tree.also(subjects[0])


def _at_an_encounter(tree: Tree, match: Match, matches: Sequence[Match]) -> bool:
    """ "На заседанието ще бъдат обсъдени": no one is named, but the clause says at which encounter."""
    facts = tree.facts(match.trigger)
    if not (facts.passive or tree.reflexive(match.trigger)):
        return False
    nouns = {m.trigger for m in matches if m.part == "noun" and m.frame.event in ENCOUNTERS}
    region = set(tree.nominal_subtree(match.trigger)) | set(tree.above(match.trigger))
    return bool(nouns & region)


def _says_enough(match: Match, arguments: tuple[Argument, ...], actors: tuple[Mention, ...]) -> bool:
    """An act has an agent or two actors; where the frame needs its recipient alone, that is enough: "беше назначен"."""
    return len(actors) >= (1 if match.frame.needs == ("recipient",) else 2) or any(a.role == "agent" for a in arguments)


# ---- who takes part


def _arguments(
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
            people = tree.lemma(fill.id) in discourse.lexicon.words("actors.people") | {"делегация"}
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
    if (
        match.part == "verb"
        and AGENT in dict((s, r) for r, slots in match.frame.roles for s in slots)
        and not any(a.rule == AGENT or a.rule.startswith("coref") for a in found)
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
    if not asked or len(_distinct(discourse, [a.mention for a in asked])) >= 2:
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


def _sides(discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], actors: tuple[Mention, ...]) -> tuple[Argument, ...]:
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


def _addressed(discourse: Discourse, sentence: int, match: Match) -> tuple[Argument, ...]:
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
    return tuple(found) if len(_distinct(discourse, [a.mention for a in found])) >= 2 else ()


def _distinct(discourse: Discourse, mentions: list[Mention]) -> tuple[Mention, ...]:
    table: dict[str, Mention] = {}
    for mention in mentions:
        if mention.kind in ACTOR_KINDS:
            table.setdefault(discourse.key(mention), mention)
    return tuple(table.values())


# ---- where, when, about what


def _place(
    discourse: Discourse, sentence: int, match: Match, arguments: tuple[Argument, ...], matches: Sequence[Match]
) -> Argument | None:
    """The place nearest to the event: in its own phrase, then in its clause, then above a да-clause ("пристигна в
    Берлин, за да обсъди"). A place inside the topic ("обсъдиха войната в Украйна") is not where they met."""
    tree, found = discourse.trees[sentence], discourse.found[sentence]
    topic = {i for id in match.ids("topic") for i in tree.nominal_subtree(id)}
    verb = match.trigger if match.part == "verb" else tree.clause_verb(match.trigger)
    above = tree.word(verb).head if verb and tree.word(verb).head and tree.facts(verb).subjunctive else None
    if _inside_another(match, verb, matches):
        verb = above = None
    nouns = (m.trigger for m in matches if m.part == "noun" and m.frame.event in ENCOUNTERS and match.trigger not in tree.subtree(m.trigger))
    topic |= {i for noun in nouns if match.part == "noun" for i in tree.nominal_subtree(noun)}  # "след разговора покани Корчок на посещение в Сегед"
    for top in dict.fromkeys((match.trigger, verb, above)):
        if top is None:
            continue
        best: tuple[int, Mention, str] | None = None
        for id in tree.nominal_subtree(top):
            if id in topic or id == match.trigger or (id == top and tree.is_verb(id)):
                continue
            preposition = tree.preposition(id)
            mention = found.by_word.get(id) or _named_by(tree, id, found)
            if mention is None or not mention.named or not _is_place(mention, preposition, tree, id, top, match):
                continue
            if mention.kind == "Organization" and any(a.mention.span == mention.span for a in arguments):
                continue
            distance = abs(id - match.trigger) + (30 if id < match.trigger else 0)
            if best is None or distance < best[0]:
                best = (distance, mention, preposition or "")
        if best:
            return Argument("place", replace(best[1], kind="Place", stands_for=None), best[1].span, best[2])
    where = tree.where_clause(verb) if verb else None
    mention = (found.by_word.get(where) if where else None) or _visited(tree, match, found)
    for other in matches:
        if mention is None and other.trigger == above and other.part == "verb":
            mention = _visited(tree, other, found)  # "ще посети Скопие, за да разговаря с Османи"
    mention = mention or (discourse.there(sentence, verb) if verb else None)
    if mention is not None and mention.kind in ("Place", "Government"):
        return Argument("place", replace(mention, kind="Place", stands_for=None), mention.span, "where")
    return None


def _inside_another(match: Match, verb: int | None, matches: Sequence[Match]) -> bool:
    """ "Мей ще се срещне днес в Лондон с Барние преди началото на преговорите": what the clause says of where and when is
    said of the other encounter."""
    return match.part == "noun" and any(m.trigger == verb and m.part == "verb" and m.frame.event in ENCOUNTERS for m in matches)


def _visited(tree: Tree, match: Match, found: Found) -> Mention | None:
    """ "Меркел посети Турция": the visited country is also the place."""
    if match.frame.event != "Visit":
        return None
    return next((found.by_word[f.id] for f in match.fills if f.role == "host" and f.id in found.by_word), None)


def _named_by(tree: Tree, id: int, found: Found) -> Mention | None:
    """ "В черноморския курорт Сочи", "в затвора Шейкура": the name after the noun."""
    name = tree.name_after(id)
    return found.by_word.get(name) if name is not None else None


def _is_place(mention: Mention, preposition: str | None, tree: Tree, id: int, top: int, match: Match) -> bool:
    if preposition not in PLACE_PREPOSITIONS:
        return False
    if mention.kind == "Government":
        return preposition in ("в", "извън", "из")
    if mention.kind == "Organization":
        return preposition == "в" and (tree.word(id).head == top or tree.word(id).head in {f.id for f in match.fills})
    return mention.kind == "Place" and (preposition not in ("на", "при") or tree.word(id).head == top)


def _when(tree: Tree, trigger: int, matches: Sequence[Match], dates: tuple[When, ...], moved: bool = False) -> When | None:
    """The date of the event's own phrase, of what is said in it ("срещата, насрочена за 12 март"), of its clause, or
    the only one of the sentence ("24 март: очаква се посещение"). How long it lasts is not a date, and what stands in
    the phrase of another event ("на срещата през декември одобриха преговорите") is that one's. What was moved has the
    new date ("отложена от 12 | за 19 март")."""
    if moved and len(dates) > 1:
        new = [w for w in dates if tree.word_before(w.span.start) == "за" and w.edtf]
        if len(new) == 1:
            return new[0]
    verb = trigger if tree.is_verb(trigger) else tree.clause_verb(trigger)
    here = next((m for m in matches if m.trigger == trigger and m.frame.event in ENCOUNTERS), None)
    if here and here.part == "noun" and verb != trigger and tree.preposition(trigger) not in DURING and _inside_another(here, verb, matches):
        verb = None
    others = {m.trigger for m in matches if m.part == "noun" and m.frame.event and trigger not in tree.subtree(m.trigger)}
    taken = {tree.word(id).start for other in others for id in tree.nominal_subtree(other)}
    free = [w for w in dates if w.rule != "duration" and not any(w.span.start <= start < w.span.end for start in taken)]
    position = tree.word(trigger).start
    for region in (
        tree.nominal_subtree(trigger),
        () if verb == trigger else tree.subtree(trigger),
        tree.nominal_subtree(verb) if verb else (),
    ):
        starts = {tree.word(id).start for id in region}
        inside = [w for w in free if any(w.span.start <= start < w.span.end for start in starts)]
        if inside:
            return min(inside, key=lambda w: (w.edtf is None, w.start is w.end is None, abs(w.span.start - position)))
    known = [w for w in free if w.edtf or w.start or w.end] if verb is not None or here is None or here.part == "verb" else []
    if len(known) != 1 or verb != trigger:
        return known[0] if len(known) == 1 else None
    clause = next((tree.clause_verb(w.id) for w in tree.words if w.start == known[0].span.start), None)
    return known[0] if clause in (None, trigger, *tree.above(trigger)) else None


def _topic(tree: Tree, match: Match) -> Span | None:
    for id in match.ids("topic"):
        return tree.subtree_span(id)
    return None
