"""Matches of event frames -> Claim: who took part, where, when, about what, in what status, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.discourse import Discourse
from kg.lexicon import Lexicon
from kg.match import Match
from kg.model import ENCOUNTERS, Argument, Claim, Mention, Statement, When
from kg.participants import PARTICIPANTS, addressed, distinct, find_arguments, two_sides_of
from kg.setting import find_place, find_topic, find_when
from kg.statements import said_in
from kg.status import changed_status, claim_status
from kg.tree import AGENT, OWNER, Tree

MEDIATED = ("с посредничеството на", "под егидата на")


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
        when=find_when(tree, match.trigger, matches, dates) if status.value == "planned" else None,
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
            actors=distinct(discourse, [a.mention for a in (*selves, other)]),
        )
        for part, other in enumerate(others)
    )


def _draft(
    discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], dates: tuple[When, ...], statements: Sequence[Statement]
) -> Draft | None:
    tree = discourse.trees[sentence]
    kind = _kind(tree, match, discourse)
    encounter = kind in ENCOUNTERS
    arguments: tuple[Argument, ...] = tuple(find_arguments(discourse, sentence, match, matches, statements, encounter))
    actors = distinct(discourse, [a.mention for a in arguments if a.role in PARTICIPANTS or not encounter])
    if match.frame.id == "talk" and kind == "Meeting" and _between_states(tree, match.trigger, actors):
        kind = "Negotiation"
    if kind == "Negotiation" and match.part == "noun" and not actors:
        arguments += addressed(discourse, sentence, match)
        actors = distinct(discourse, [a.mention for a in arguments])
    if kind == "Negotiation" and match.part in ("noun", "verb"):
        sides = two_sides_of(discourse, sentence, match, matches, actors)
        arguments += sides
        actors = distinct(discourse, [*actors, *(a.mention for a in sides)])
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
    place = find_place(discourse, sentence, match, arguments, matches)
    claim = Claim(
        trigger=trigger,
        frame=match.frame.id,
        kind=kind,
        status=status.value,
        status_rule=status.rule,
        arguments=arguments,
        place=place,
        when=find_when(tree, match.trigger, matches, dates, status.value == "postponed"),
        topic=find_topic(tree, match),
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
