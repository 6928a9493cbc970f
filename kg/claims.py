"""Matches of event frames -> Claim: who took part, where, when, about what, in what status, and who says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.discourse import Actor, Discourse
from kg.match import Match
from kg.model import ENCOUNTERS, Argument, Claim, Mention, Span, Statement, When
from kg.statements import said_in
from kg.status import claim_status
from kg.tree import AGENT, NAME, OBJECT, OWNER, Tree

PARTICIPANTS = ("participant", "visitor", "host")
ACTOR_KINDS = ("Person", "Government", "Organization", "Group")
PLACE_PREPOSITIONS = ("в", "край", "до", "при", "из", "на", "извън")


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim with what the merging of claims asks: is the noun definite, who are its actors."""

    claim: Claim
    definite: bool
    actors: tuple[Mention, ...]


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
            if not match.frame.event or match.trigger in taken:
                continue
            draft = _draft(discourse, sentence, match, found, dates[sentence], statements)
            if draft:
                taken.add(match.trigger)
                drafts.append(draft)
    return tuple(drafts)


def _draft(
    discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], dates: tuple[When, ...], statements: Sequence[Statement]
) -> Draft | None:
    tree = discourse.trees[sentence]
    kind = _kind(tree, match, discourse)
    encounter = kind in ENCOUNTERS
    arguments = tuple(_arguments(discourse, sentence, match, matches, encounter))
    actors = _distinct(discourse, [a.mention for a in arguments if a.role in PARTICIPANTS or not encounter])
    definite = match.part == "noun" and (tree.definite(match.trigger) or tree.owner_word(match.trigger) is not None)
    if encounter and not _acceptable(discourse, tree, match, arguments, actors, definite):
        return None
    if not encounter and not any(a.role == "agent" for a in arguments) and not len(actors) >= 2:
        return None
    status = claim_status(tree, match, matches, discourse.lexicon)
    trigger = tree.word_span(match.trigger)
    place = _place(discourse, sentence, match, arguments)
    claim = Claim(
        trigger=trigger,
        frame=match.frame.id,
        kind=kind,
        status=status.value,
        status_rule=status.rule,
        arguments=arguments,
        place=place,
        when=_when(tree, match.trigger, dates),
        topic=_topic(tree, match),
        said_in=said_in(statements, trigger),
        evidential=status.heard,
    )
    return Draft(claim, definite, actors)


def _kind(tree: Tree, match: Match, discourse: Discourse) -> str:
    """ "Телефонен разговор", "разговаряха по телефона", "видеосреща" are calls."""
    kind = match.frame.event or ""
    if kind in ("Meeting", "Negotiation"):
        words = discourse.lexicon.words("light.telephone")
        near = [*tree.modifiers(match.trigger), *tree.prepositional(match.trigger, "по"), *tree.prepositional(match.trigger, "чрез")]
        verb = tree.clause_verb(match.trigger) if match.part == "noun" else None
        if any(tree.lemma(id) in words for id in near) or (verb and any(tree.lemma(i) in words for i in tree.prepositional(verb, "по"))):
            return "Call"
    return kind


def _acceptable(
    discourse: Discourse, tree: Tree, match: Match, arguments: tuple[Argument, ...], actors: tuple[Mention, ...], definite: bool
) -> bool:
    if match.part == "verb":
        return len(actors) >= 2 or (len(actors) == 1 and match.frame.event == "Visit" and _has_host(arguments))
    if not actors and tree.unspecific(match.trigger):
        return False
    return bool(actors) or definite


def _has_host(arguments: tuple[Argument, ...]) -> bool:
    return any(argument.role == "host" for argument in arguments)


# ---- who takes part


def _arguments(
    discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], encounter: bool
) -> Iterator[Argument]:
    found: list[Argument] = []
    tree = discourse.trees[sentence]
    discussed = _discussed_with(tree, match, matches)
    for fill in match.fills:
        if fill.role in ("topic", "place", "content", "via") or fill.id in discussed:
            continue
        if tree.lemma(fill.id) in discourse.lexicon.words("actors.not-actors"):
            continue
        for actor in _fill(discourse, sentence, match, fill.id, fill.slot):
            mention = _as_actor(actor.mention, fill.role, fill.slot, tree, fill.id)
            if mention:
                found.append(Argument(fill.role, mention, tree.word_span(fill.id), actor.rule or fill.slot))
    first = next((role for role, _ in match.frame.roles if role in PARTICIPANTS), None)
    if match.part == "verb" and "с" in match.frame.slots("participant") and not any(a.rule == "с" for a in found):
        for id in tree.beside_object(match.trigger, "с"):
            found += [Argument("participant", a.mention, tree.word_span(id), "с") for a in discourse.actors(sentence, id) if a.mention.kind in ("Person", "Group")]
    if match.part == "verb" and AGENT in dict((s, r) for r, slots in match.frame.roles for s in slots) and not any(a.rule == AGENT or a.rule.startswith("coref") for a in found):
        role = next(role for role, slots in match.frame.roles if AGENT in slots)
        if not tree.slot(match.trigger, AGENT) and not tree.facts(match.trigger).passive:
            found += [
                Argument(role, actor.mention, tree.word_span(match.trigger), actor.rule or AGENT)
                for actor in discourse.unsaid(sentence, match.trigger)
                if _as_actor(actor.mention, role, AGENT, tree, match.trigger)
            ]
    if match.part == "noun" and first and encounter:
        found += _by_adjective(discourse, sentence, match.trigger, first)
        found += _by_light_verb(discourse, sentence, match, matches, first, found)
    seen: set[tuple[str, str]] = set()
    for argument in found:
        key = (argument.role if not encounter else "", discourse.key(argument.mention))
        if key not in seen and not (encounter and argument.mention.kind == "Media"):
            seen.add(key)
            yield argument


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


def _as_actor(mention: Mention, role: str, slot: str, tree: Tree, id: int) -> Mention | None:
    """The mention in the reading of an actor, or None where it is only a place or a thing."""
    if mention.kind in ("Plan", "NamedEvent"):
        return None
    if role == "host" and slot in ("в", "до") and mention.kind == "Government":
        return mention if mention.stands_for is None else None
    if mention.kind == "Place":
        return None
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


def _by_light_verb(
    discourse: Discourse, sentence: int, match: Match, matches: Sequence[Match], role: str, found: list[Argument]
) -> list[Argument]:
    """The subject takes part: "X проведе среща с Y", "X бе на посещение", "X заяви след срещата с Y"."""
    tree, lexicon = discourse.trees[sentence], discourse.lexicon
    noun = match.trigger
    if any(a.role in PARTICIPANTS and a.rule in ("на", "между", OWNER) for a in found) or len([a for a in found if a.rule == "coref:demonym"]) > 1:
        return []
    verb = tree.clause_verb(noun)
    above = _event_above(tree, noun, matches)
    if above is not None:
        ids = [id for slot in ("на", OWNER) for id in tree.slot(above, slot)]
        return _arguments_of(discourse, sentence, ids, verb, role, tree)
    if verb is None:
        return []
    top = tree.top_of_phrase(noun)
    preposition = tree.preposition(top)
    lemma = tree.lemma(verb)
    one_sided = any(a.rule == "с" for a in found)
    takes_part = (
        (lemma in lexicon.words("light.object") and top in tree.slot(verb, OBJECT))
        or (lemma in lexicon.words("light.place") and preposition in ("на", "в", "във"))
        or (lemma in lexicon.words("light.goal") and preposition == "за")
        or (one_sided and preposition in ("на", "след", "преди", "за", "по време на", "в", "при", "в рамките на"))
        or (one_sided and top in tree.slot(verb, OBJECT))
        or (match.frame.event == "Visit" and preposition in ("на", "по време на", "за"))
    )
    if not takes_part or tree.own_subject(verb) == top or (tree.facts(verb).passive and tree.own_subject(verb) is None):
        return []
    out = []
    for actor in discourse.subject(sentence, verb):
        mention = _as_actor(actor.mention, role, AGENT, tree, verb)
        if mention and not _reporter(discourse, tree, mention.head if mention.head <= len(tree.words) else verb, mention):
            out.append(Argument(role, mention, tree.word_span(verb), actor.rule or AGENT))
    return out


def _event_above(tree: Tree, noun: int, matches: Sequence[Match]) -> int | None:
    """ "Посещението на Меркел в Сочи за среща с Путин": the visit above the meeting."""
    nouns = {m.trigger for m in matches if m.part == "noun" and m.frame.event in ENCOUNTERS}
    for above in tree.above(noun):
        if tree.is_verb(above):
            return None
        if above in nouns:
            return above
    return None


def _arguments_of(discourse: Discourse, sentence: int, ids: list[int], verb: int | None, role: str, tree: Tree) -> list[Argument]:
    out = []
    for id in ids:
        actors = discourse.owner(sentence, id, verb) if tree.is_owner(id) else discourse.actors(sentence, id)
        for actor in actors:
            if _as_actor(actor.mention, role, "на", tree, id):
                out.append(Argument(role, actor.mention, tree.word_span(id), actor.rule or "на"))
    return out


def _distinct(discourse: Discourse, mentions: list[Mention]) -> tuple[Mention, ...]:
    table: dict[str, Mention] = {}
    for mention in mentions:
        if mention.kind in ACTOR_KINDS:
            table.setdefault(discourse.key(mention), mention)
    return tuple(table.values())


# ---- where, when, about what


def _place(discourse: Discourse, sentence: int, match: Match, arguments: tuple[Argument, ...]) -> Argument | None:
    """The nearest place: in the event's own phrase, then in its clause."""
    tree, found = discourse.trees[sentence], discourse.found[sentence]
    verb = tree.clause_verb(match.trigger) if match.part != "verb" else match.trigger
    for region in (_region(tree, match.trigger), _region(tree, verb) if verb else (), _governing(tree, verb)):
        best: tuple[int, int] | None = None
        for id in region:
            mention = found.by_word.get(id)
            if not mention or not mention.named or mention.kind not in ("Place", "Government") or id != mention.head:
                continue
            preposition = tree.preposition(id)
            if preposition not in PLACE_PREPOSITIONS or (preposition == "на" and mention.kind != "Place"):
                continue
            if preposition in ("до", "на", "при") and mention.kind == "Government":
                continue
            distance = abs(id - match.trigger) + (30 if id < match.trigger else 0)
            if best is None or distance < best[0]:
                best = (distance, id)
        if best:
            mention = found.by_word[best[1]]
            return Argument("place", replace(mention, kind="Place", stands_for=None), mention.span, tree.preposition(best[1]) or "")
    return None


def _region(tree: Tree, id: int) -> tuple[int, ...]:
    return tree.nominal_subtree(id)


def _governing(tree: Tree, verb: int | None) -> tuple[int, ...]:
    """The clause above a да-clause: "пристигна в Берлин, за да обсъди"."""
    if verb is None or not tree.word(verb).head or not tree.facts(verb).subjunctive:
        return ()
    return tree.nominal_subtree(tree.word(verb).head)


def _when(tree: Tree, trigger: int, dates: tuple[When, ...]) -> When | None:
    """The date of the event's own phrase, else of its clause; nearer before farther."""
    if not dates:
        return None
    verb = trigger if tree.is_verb(trigger) else tree.clause_verb(trigger)
    position = tree.word(trigger).start
    for region in (tree.nominal_subtree(trigger), tree.nominal_subtree(verb) if verb else ()):
        starts = {tree.word(id).start for id in region}
        inside = [w for w in dates if any(w.span.start <= start < w.span.end for start in starts)]
        if inside:
            return min(inside, key=lambda w: (w.edtf is None, abs(w.span.start - position)))
    return None


def _topic(tree: Tree, match: Match) -> Span | None:
    for id in match.ids("topic"):
        return tree.subtree_span(id)
    return None
