"""Where and when an event is, and what it is about: the phrases of its own word, of its clause, of what stands around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kg.discourse import Discourse
from kg.match import Match
from kg.mentions import Found
from kg.model import ENCOUNTERS, Argument, Mention, Span, When
from kg.tree import Tree

OCCASION = ("на", "по време на", "в", "при")
PLACE_PREPOSITIONS = ("в", "край", "до", "при", "из", "на", "извън")


def find_place(
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
    told = tree.relative_clause(match.trigger) if match.part == "noun" else None  # "срещата, която ще се проведе в Констанца"
    for top in dict.fromkeys((match.trigger, told, verb, above)):
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


def find_when(tree: Tree, trigger: int, matches: Sequence[Match], dates: tuple[When, ...], moved: bool = False) -> When | None:
    """The date of the event's own phrase, of what is said in it ("срещата, насрочена за 12 март"), of its clause, or
    the only one of the sentence ("24 март: очаква се посещение"). How long it lasts is not a date, and what stands in
    the phrase of another event ("на срещата през декември одобриха преговорите") is that one's. What was moved has the
    new date ("отложена от 12 | за 19 март"); the day of calling it off is not its day ("беше отменена на 25 октомври")."""
    if moved and len(dates) > 1:
        new = [w for w in dates if tree.word_before(w.span.start) == "за" and w.edtf]
        if len(new) == 1:
            return new[0]
    verb = trigger if tree.is_verb(trigger) else tree.clause_verb(trigger)
    here = next((m for m in matches if m.trigger == trigger and m.frame.event in ENCOUNTERS), None)
    if here and here.part == "noun" and verb != trigger and tree.preposition(trigger) not in OCCASION and _inside_another(here, verb, matches):
        verb = None
    others = {m.trigger for m in matches if m.part == "noun" and m.frame.event and trigger not in tree.subtree(m.trigger)}
    taken = {tree.word(id).start for other in others for id in tree.nominal_subtree(other)}
    moved_from = [m.trigger for m in matches if m.frame.sets == "postponed" and m.trigger in tree.modifiers(trigger)]
    taken |= {tree.word(id).start for old in moved_from for id in tree.subtree(old)}  # "отложената от | 12 март | среща"
    free = [w for w in dates if w.rule != "duration" and not any(w.span.start <= start < w.span.end for start in taken)]
    free = [w for w in free if not _of_calling_off(tree, trigger, w, matches)]
    free = [w for w in free if "вместо" not in (tree.word_before(w.span.start), tree.word_before(w.span.start, 2))]
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


def _of_calling_off(tree: Tree, trigger: int, when: When, matches: Sequence[Match]) -> bool:
    """ "Срещата беше отменена от Тръмп на 25 октомври", "вчера Тръмп отложи срещата": when that was done. Not "срещата
    на 25 октомври беше отменена", "беше отложена за 19 март"."""
    id = next((w.id for w in tree.words if w.start == when.span.start), None)
    if id is None or tree.word_before(when.span.start) == "за" or id in tree.nominal_subtree(trigger):
        return False
    verb = tree.clause_verb(id)
    called_off = any(m.trigger == verb and m.frame.sets in ("cancelled", "postponed") for m in matches)
    return verb is not None and called_off and verb != trigger and not trigger < id < verb


def find_topic(tree: Tree, match: Match) -> Span | None:
    for id in match.ids("topic"):
        return tree.subtree_span(id)
    return None
