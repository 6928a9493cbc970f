"""Matches of reporting frames -> Statement: who says, through whom, how, and which words are what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.discourse import Actor, Discourse
from kg.grammar import VIA_PREPOSITIONS
from kg.match import Match
from kg.model import Argument, Span, Statement
from kg.tree import CLAUSE, OBJECT, Tree

ACTS = ("demands",)  # said of a thing ("настоява за права") they are acts only; with a clause or in quotes statements
NO_SPEAKERS = ("Place", "Plan", "NamedEvent")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A statement of one sentence before its neighbours have told through whom it came."""

    match: Match
    speaker: Actor | None
    speaker_span: Span | None
    via: tuple[Argument, ...]
    medium: bool
    cites: bool


def find_statements(
    discourse: Discourse, matches: Sequence[tuple[Match, ...]], text: str, quotes: tuple[tuple[int, int], ...]
) -> tuple[Statement, ...]:
    """All statements of a document in text order; `matches` are the matches of each sentence."""
    found: list[Statement] = []
    for sentence in range(len(discourse.trees)):
        drafts = _drafts(discourse, sentence, matches[sentence])
        for draft in drafts:
            statement = _statement(discourse, sentence, draft, drafts, text, quotes)
            if statement.content or draft.match.frame.says not in ACTS:
                found.append(statement)
    return _nested(tuple(found), quotes)


def _drafts(discourse: Discourse, sentence: int, matches: Sequence[Match]) -> list[_Draft]:
    tree = discourse.trees[sentence]
    drafts: dict[int, _Draft] = {}
    sources = frozenset(id for match in matches if match.part == "phrase" and match.frame.says for id in match.ids("speaker"))
    for match in sorted(matches, key=lambda m: m.trigger):
        if not match.frame.says or match.trigger in drafts or _not_said(tree, match, discourse):
            continue
        speaker, span = _speaker(discourse, sentence, match, sources if match.part == "verb" else frozenset())
        said_before = drafts.get(tree.word(match.trigger).head)
        if speaker is None and said_before and tree.is_coordinated(match.trigger) and said_before.speaker:
            speaker, span = said_before.speaker, tree.word_span(match.trigger)  # "подчертала тя, но | отбелязала |, че"
        medium = bool(speaker and speaker.mention.kind == "Media")
        cites = match.part == "verb" and tree.facts(match.trigger).passive
        drafts[match.trigger] = _Draft(match, speaker, span, _via(discourse, sentence, match, speaker), medium, cites)
    return [drafts[id] for id in sorted(drafts)]


def _not_said(tree: Tree, match: Match, discourse: Discourse) -> bool:
    """A wish, a plan, an order or a first person is no act of saying: "ще заяви", "да каже", "бих казал"."""
    if match.part != "verb":
        return False
    facts = tree.facts(match.trigger)
    if facts.subjunctive and _set_out_to(tree, match.trigger, discourse):
        return False
    if facts.future or facts.conditional or facts.subjunctive or facts.future_in_past:
        return True
    if match.frame.says in ("asserts", "denies") and facts.negated:
        return True
    if facts.passive and not match.frame.media and tree.is_attribute(match.trigger):
        return True  # "така формулираното от нея партньорство" is no quotation; "цитиран от" is
    return not (tree.third_person_singular(match.trigger) or tree.third_person_plural(match.trigger))


def _set_out_to(tree: Tree, verb: int, discourse: Discourse) -> bool:
    """ "Джонсън се опита | да обясни | ползите", "побърза да уточни": he did say it."""
    above = tree.word(verb).head
    if not above or not tree.is_verb(above):
        return False
    names = {tree.lemma(above), f"{tree.lemma(above)} се"}
    facts = tree.facts(above)
    return bool(names & discourse.lexicon.words("reporting.begun")) and facts.past and not (facts.negated or facts.subjunctive or facts.conditional)


def _speaker(discourse: Discourse, sentence: int, match: Match, sources: frozenset[int]) -> tuple[Actor | None, Span | None]:
    """Who says it, and the words that tell; `sources` are the words whose phrase ("според агенцията") is another source."""
    tree = discourse.trees[sentence]
    verb = match.trigger if match.part == "verb" else None
    after = _speaker_after(discourse, sentence, match)
    if after:
        return after
    elsewhere = {a.mention for id in sources for a in discourse.actors(sentence, id)}
    for id in match.ids("speaker"):
        if not tree.is_speaker_candidate(id):
            continue
        if tree.is_owner(id):  # "по думите | ѝ | Финландия е готова": a name may hang on it
            actors = discourse.owner(sentence, id, tree.clause_verb(match.trigger), speaking=True)
        else:
            actors = discourse.actors(sentence, id, speaking=True)
        if not actors:
            actors = discourse.document_owner(sentence, id)
        if actors and actors[0].mention in elsewhere and verb:
            actors = discourse.unsaid(sentence, verb, True)  # "според агенция Прес асосиейшън | Мей | е казала"
        if actors and actors[0].mention.kind not in NO_SPEAKERS:
            return actors[0], tree.word_span(id)
    if verb:
        facts = tree.facts(verb)
        if facts.passive or tree.reflexive(verb):
            owner = discourse.source_document(sentence, verb)
            return (owner[0], tree.word_span(verb)) if owner else (None, None)
        if not match.ids("speaker"):
            actors = _from(discourse, sentence, verb) or discourse.subject(sentence, verb, speaking=True)
            if actors and actors[0].mention.kind not in NO_SPEAKERS:
                return actors[0], tree.word_span(verb)
        thing = [a for id in tree.slot(verb, OBJECT) for a in discourse.actors(sentence, id) if a.mention.kind == "Person"]
        if thing and all(not discourse.actors(sentence, id) for id in match.ids("speaker")):
            return thing[0], tree.word_span(verb)  # "мнението изрази бившият министър Златанова"
    if match.part == "adjective" and not match.ids("speaker"):
        actors = discourse.subject(sentence, match.trigger, speaking=True)
        return (actors[0], tree.word_span(match.trigger)) if actors else (None, None)
    if match.part == "noun" and not match.ids("speaker"):
        above = tree.clause_verb(match.trigger)
        if above and match.frame.under:
            actors = discourse.subject(sentence, above)
            return (actors[0], tree.word_span(match.trigger)) if actors else (None, None)
        if above and (tree.facts(above).passive or tree.reflexive(above)):
            owner = discourse.source_document(sentence, above)  # "в документа се отправя предупреждение"
            return (owner[0], tree.word_span(match.trigger)) if owner else (None, None)
    return None, None


def _speaker_after(discourse: Discourse, sentence: int, match: Match) -> tuple[Actor, Span] | None:
    """ "... досега, | припомни | бившият министър", "това гласи | чернова на Комисията |": who stands right after the verb,
    when what was said, or "това", stands before it."""
    tree, verb = discourse.trees[sentence], match.trigger
    if match.part != "verb" or tree.facts(verb).passive or tree.reflexive(verb):
        return None
    spoken = match.ids("speaker")
    inverted = any(not tree.is_speaker_candidate(id) for id in spoken) or (tree.after_what_was_said(verb) and all(id < verb for id in spoken))
    id = tree.right_after(verb) if inverted else None
    if id is None or id in tree.slot(verb, CLAUSE) or tree.preposition(id):
        return None
    actors = discourse.actors(sentence, id, speaking=True) or discourse.document_owner(sentence, id)
    fits = actors and actors[0].mention.kind not in NO_SPEAKERS
    return (actors[0], tree.word_span(id)) if fits else None


def _from(discourse: Discourse, sentence: int, verb: int) -> tuple[Actor, ...]:
    """ "От Европейската комисия заявиха", "от пресцентъра на министерството съобщиха": the body under от is who speaks."""
    tree = discourse.trees[sentence]
    if not tree.third_person_plural(verb):
        return ()
    ids = tree.prepositional(verb, "от") or tree.right_before(verb, "от")
    kinds = ("Organization", "Government", "Media", "Group")
    for id in ids:
        for source in (id, *tree.owners_in(id)):  # "от | пресцентъра на министерството |"
            found = [a for a in discourse.actors(sentence, source, speaking=True) if a.mention.kind in kinds]
            if found and (found[0].mention.named or source == (tree.owners_in(id) or (id,))[-1]):
                return tuple(found)
    return ()


def speaker_words(matches: Sequence[Match]) -> frozenset[int]:
    """The words of one sentence that fill the speaker's slot of a reporting frame."""
    return frozenset(id for match in matches if match.frame.says for id in match.ids("speaker"))


def _via(discourse: Discourse, sentence: int, match: Match, speaker: Actor | None) -> tuple[Argument, ...]:
    """The media that the frame's clause names: "заяви пред Axios", "в интервю за „Фокс“", "в ефира на bTV"."""
    tree = discourse.trees[sentence]
    out = []
    for id in tree.nominal_subtree(match.trigger):
        mention = discourse.found[sentence].by_word.get(id)
        if (
            mention
            and mention.kind == "Media"
            and not (speaker and speaker.mention == mention)
            and tree.preposition(id) in VIA_PREPOSITIONS
            and (tree.preposition(id) == "пред" or not tree.under_agent(id) or _after_name(tree, id))
            and id not in match.ids("speaker")
        ):
            out.append(Argument("via", mention, mention.span, tree.preposition(id) or ""))
    return tuple(out[:2])


def _after_name(tree: Tree, id: int) -> bool:
    """Does the phrase follow a person's name, which it cannot belong to: "каза говорителят Кирил Атанасов | за БНР"?"""
    before = min((child for child in tree.children(id) if child < id), default=id) - 1
    return before > 1 and tree.word(before).upos == "PROPN" and tree.word(before).ner[2:] == "PER"


def _statement(discourse: Discourse, sentence: int, draft: _Draft, drafts: list[_Draft], text: str, quotes: tuple[tuple[int, int], ...]) -> Statement:
    tree = discourse.trees[sentence]
    via = list(draft.via)
    if not draft.cites:
        relay = [
            other for other in drafts
            if other is not draft and other.speaker and other.medium
            and not (draft.speaker and other.speaker.mention.base == draft.speaker.mention.base)
            and (not draft.medium or (other.cites and other.match.trigger > draft.match.trigger) or _carries(tree, other, draft))
        ]  # fmt: skip
        direct = [other for other in relay if not other.cites] or relay
        if direct and not via and direct[0].speaker and direct[0].speaker_span:
            via.append(Argument("via", direct[0].speaker.mention, direct[0].speaker_span, "sentence"))
    content, mode = _content(tree, draft.match, text, quotes)
    speaker = None
    if draft.speaker and draft.speaker_span:
        speaker = Argument("speaker", draft.speaker.mention, draft.speaker_span, draft.speaker.rule or "вършител")
    stance = draft.match.frame.says or "asserts"
    if stance == "asserts" and draft.match.part == "verb" and tree.facts(draft.match.trigger).heard:
        stance = "hearsay"
    return Statement(tree.word_span(draft.match.trigger), draft.match.frame.id, speaker, tuple(via), mode, stance, content)


def _carries(tree: Tree, outer: _Draft, inner: _Draft) -> bool:
    return inner.match.trigger in tree.subtree(outer.match.trigger) and outer.match.trigger < inner.match.trigger


def _content(tree: Tree, match: Match, text: str, quotes: tuple[tuple[int, int], ...]) -> tuple[tuple[Span, ...], str]:
    """What was said: the clause, the quotation beside the reporting words, or the rest of the sentence."""
    sentence, trigger = tree.sentence, tree.word(match.trigger)
    beside = [q for q in quotes if _beside(text, q, tree, match) and _is_speech(text, q)]
    clauses = [id for id in tree.slot(match.trigger, CLAUSE)] if match.part != "phrase" else []
    spans = []
    for id in clauses:
        ids = [i for i in tree.subtree(id) if i != match.trigger]
        if ids:
            spans.append(tree.span(min(ids), max(ids)))
    if match.part == "phrase" or (match.part == "noun" and match.frame.under):
        rest = [w.id for w in tree.words if w.upos != "PUNCT" and w.id not in tree.subtree(match.trigger)]
        if rest:
            return (tree.span(min(rest), max(rest)),), "according"
    outer = [q for q in beside if not any(o[0] <= q[0] and q[1] <= o[1] and o != q for o in beside)]
    if outer:
        direct = tuple(Span(sentence.doc, sentence.index, start, end) for start, end in outer)
        inside = any(start <= span.start and span.end <= end for span in spans for start, end in outer)
        if spans and not inside and any(span.start < start for span in spans for start, _ in outer):
            return tuple(spans), "mixed"
        return direct, "direct"
    if spans:
        return tuple(spans), "indirect"
    return _other_clause(tree, match, trigger.id), "indirect"


def _other_clause(tree: Tree, match: Match, trigger: int) -> tuple[Span, ...]:
    """ "Срещата е отложена, съобщи Axios": what stands before the comma when the reporting verb hangs on it."""
    own = set(tree.subtree(trigger))
    before = [w.id for w in tree.words if w.id < trigger and w.upos != "PUNCT" and (w.id not in own or w.id not in tree.nominal_subtree(trigger))]
    if before and tree.word(trigger).head != 0:
        return (tree.span(min(before), max(before)),)
    return ()


def _beside(text: str, quote: tuple[int, int], tree: Tree, match: Match) -> bool:
    """Does the quotation stand in the sentence, or end just before its reporting words?"""
    sentence, trigger = tree.sentence, tree.word(match.trigger)
    start, end = quote
    if start <= trigger.start and trigger.end <= end:
        return False
    if start >= sentence.start and end <= sentence.end + 1:
        return True
    return start < sentence.end and end > sentence.start and "\n" not in text[start:end]


def _is_speech(text: str, quote: tuple[int, int]) -> bool:
    """A name in quotation marks („Киев индипендънт“) is not speech: speech has three words or more, one of them small."""
    words = text[quote[0] + 1 : quote[1] - 1].split()
    return len(words) >= 3 and any(word[:1].islower() for word in words)


def _nested(statements: tuple[Statement, ...], quotes: tuple[tuple[int, int], ...]) -> tuple[Statement, ...]:
    """A statement inside what another says came through that speaker: „Юнкер каза, че ...“, допълни Златанова."""
    out = []
    for statement in statements:
        around = [
            other for other in statements
            if other is not statement and other.mode in ("direct", "mixed") and other.speaker and any(
                span.start <= statement.trigger.start and statement.trigger.end <= span.end for span in other.content
            )
        ]  # fmt: skip
        inner = min(around, key=lambda o: sum(s.end - s.start for s in o.content), default=None)
        if inner and inner.speaker and not statement.via:
            statement = replace(statement, via=(replace(inner.speaker, role="via"),))
        out.append(statement)
    return tuple(out)


def said_in(statements: Sequence[Statement], trigger: Span) -> tuple[str, ...]:
    """Ids of the statements whose content covers the trigger, innermost first."""
    around = [
        statement for statement in statements
        if statement.trigger != trigger and any(span.start <= trigger.start and trigger.end <= span.end for span in statement.content)
    ]  # fmt: skip
    around.sort(
        key=lambda s: (min(span.end - span.start for span in s.content if span.start <= trigger.start and trigger.end <= span.end), s.trigger.start)
    )
    return tuple(statement.id for statement in around)
