"""Held, ongoing, planned, proposed, postponed, cancelled or denied: the rules of status, all of them, each with a name.

A claim's status comes from the words around its trigger (`claim_status`); an event's present status from its claims
(`present_status`). The words themselves are lists in `kg/rules/words.toml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kg.grammar import CONDITIONS, CONTINUING, EXISTENCE, NOT_HAVING, OBLIGATION, PURPOSES, WHETHER
from kg.lexicon import Lexicon
from kg.match import Match
from kg.model import ENCOUNTERS
from kg.tree import AGENT, CLAUSE, OBJECT, Tree

DEFAULT = {"Negotiation": "ongoing"}  # kinds that last; everything else was an act, and acts in the news were held
WEAK = ("default", "event", "before", "purpose")  # rules that any other claim about the event outranks


@dataclass(frozen=True, slots=True)
class Status:
    """`rule` names the rule of this module that gave `value`; `heard` is True for the renarrative."""

    value: str
    rule: str
    heard: bool = False


def claim_status(tree: Tree, match: Match, matches: Sequence[Match], lexicon: Lexicon) -> Status:
    """The status that the sentence gives to the event of `match`; `matches` are all of the sentence."""
    status = _said_status(tree, match, matches, lexicon)
    if _contradicted(tree, match, matches, lexicon):
        return Status(CONTRADICTED.get(status.value, "denied"), f"denied+{status.rule}", status.heard)
    return status


def _said_status(tree: Tree, match: Match, matches: Sequence[Match], lexicon: Lexicon) -> Status:
    changed = _set_by_frame(tree, match, matches, lexicon)
    if changed:
        return changed
    if match.frame.status:
        return Status(match.frame.status, "frame")
    if match.part == "verb":
        return _of_verb(tree, match.trigger, lexicon)
    return _of_noun(tree, match, matches, lexicon)


CONTRADICTED = {"cancelled": "planned", "postponed": "planned", "denied": "held"}


def _contradicted(tree: Tree, match: Match, matches: Sequence[Match], lexicon: Lexicon) -> bool:
    """ "Отрече да е разговаряла", "опроверга, че е имало среща", "не е вярно, че се е срещнал"."""
    for other in matches:
        contents = other.ids("content")
        denies = other.frame.says == "denies" and other.trigger != match.trigger and not tree.facts(other.trigger).negated
        if denies and any(match.trigger in tree.subtree(id) for id in contents):
            return True
    return any(tree.lemma(head) in lexicon.words("status.truth") and tree.facts(head).negated for head in tree.above(match.trigger))


def _set_by_frame(tree: Tree, match: Match, matches: Sequence[Match], lexicon: Lexicon) -> Status | None:
    """ "Срещата беше отменена": another frame of the sentence takes this event as its encounter and sets its status.

    Negated ("не беше отменена") or refused ("отказа да отмени срещата") it leaves the event as planned.
    """
    if match.frame.event == "MilitaryAct":
        return None  # "предложение за прекратяване на войната" ends no war
    attributes = set(tree.modifiers(match.trigger))
    for other in matches:
        if not other.frame.sets or other.trigger == match.trigger or other.trigger in attributes:
            continue
        if other.frame.sets == "planned" and _expects_more(tree, other.trigger, lexicon):
            continue
        if any(tree.is_part_of(match.trigger, id) for id in other.ids("encounter")):
            return changed_status(tree, other, lexicon)
    return None


def _expects_more(tree: Tree, verb: int, lexicon: Lexicon) -> bool:
    """ "Визита, която се очаква да засили търговията": what is expected is its effect."""
    inner = [c for c in tree.slot(verb, CLAUSE) if tree.facts(c).subjunctive]
    return bool(inner) and not any(_takes_place(tree, c, lexicon) or tree.own_subject(c) is not None for c in inner)


UNDONE = {"cancelled": "planned", "postponed": "planned", "denied": "held", "planned": "proposed", "held": "cancelled", "ongoing": "cancelled"}


def changed_status(tree: Tree, change: Match, lexicon: Lexicon) -> Status:
    """What a change of status says, with its own polarity and mood."""
    facts = tree.facts(change.trigger)
    matrix = _matrix(tree, change.trigger) if facts.subjunctive else None
    value, name = change.frame.sets or "", change.frame.id
    if facts.negated or (matrix and _in(tree, matrix, lexicon, "status.refused-verbs")):
        return Status(UNDONE.get(value, value), f"not-{name}", facts.heard)
    if value in ("held", "ongoing"):
        inner = _of_verb(tree, change.trigger, lexicon)
        going = value == "ongoing" and inner.value == "held" and not tree.lasted(change.trigger)
        return Status("ongoing" if going else inner.value, f"{name}+{inner.rule}", inner.heard)
    undoing = value in ("cancelled", "postponed")
    if undoing and (facts.conditional or (matrix and _in(tree, matrix, lexicon, "status.proposed-verbs"))):
        return Status("planned", f"might-{name}", facts.heard)
    return Status(value, name, facts.heard)


def _in(tree: Tree, id: int, lexicon: Lexicon, name: str) -> bool:
    words = lexicon.words(name)
    return tree.lemma(id) in words or (tree.reflexive(id) and f"{tree.lemma(id)} се" in words)


def _matrix(tree: Tree, id: int) -> int | None:
    """The word that a да-clause depends on: "планира да се срещне" -> планира."""
    head = tree.word(id).head
    while head and tree.is_coordinated(id) and tree.facts(head).subjunctive:
        id, head = head, tree.word(head).head
    return head or None


DURING = ("на", "в", "по време на", "в рамките на", "в хода на", "при", "през", "в кулоарите на", "в полетата на")


def _of_verb(tree: Tree, id: int, lexicon: Lexicon, depth: int = 0) -> Status:
    facts = tree.facts(id)
    if tree.marker(id) in CONDITIONS:
        return Status("proposed", "condition", facts.heard)
    if tree.word(id).head and any(tree.form(child) in WHETHER and child < id for child in tree.children(id)):
        return Status("proposed", "whether", facts.heard)
    if facts.future_in_past:
        unreal = any(tree.marker(child) in CONDITIONS for child in tree.children(id))
        return Status("cancelled" if unreal else "planned", "unreal" if unreal else "future-in-past", facts.heard)
    if facts.conditional:
        return Status("proposed", "conditional", facts.heard)
    if facts.negated and facts.future:
        return Status("denied", "will-not", facts.heard)
    if facts.future:
        return Status("planned", "future", facts.heard)
    if facts.subjunctive or tree.is_bare_infinitive(id):
        return _of_subjunctive(tree, id, lexicon, depth)
    if facts.negated:
        return Status("denied", "did-not", facts.heard)
    if tree.future_time(id) and not facts.participle:
        return Status("planned", "present-future")  # "утре посреща": the form is of the past too
    if _on_the_way(tree, id, lexicon):
        return Status("planned" if tree.some_time(id) else "ongoing", "present-future" if tree.some_time(id) else "present")
    if facts.past or facts.participle:
        return Status("held", "past", facts.heard)
    if _looks_past(tree, id, lexicon):
        return Status("held", "present-or-past", facts.heard)
    return Status("ongoing", "present") if facts.imperfective or not tree.is_verb(id) else Status("held", "present")


def _on_the_way(tree: Tree, id: int, lexicon: Lexicon) -> bool:
    """ "Прескот | пристига | във вторник": the form is of the present and of the past, and news has the past in
    "пристигна"; without a day it is now."""
    return tree.lemma(id) in lexicon.words("status.present-forms") and tree.form(id).endswith(("а", "я")) and not tree.facts(id).participle


def _looks_past(tree: Tree, id: int, lexicon: Lexicon) -> bool:
    """ "Разговаря с Путин", "санкционира", "се състоя": the form is of the present and of the past, and news tells what
    was; "в момента разговаря" is now."""
    both = tree.form(id).endswith("ира") or tree.form(id) in lexicon.words("status.past-or-present")
    return both and not any(tree.form(i) in lexicon.words("status.now") for i in tree.nominal_subtree(id))


def _of_subjunctive(tree: Tree, id: int, lexicon: Lexicon, depth: int) -> Status:
    """ "Планира да посети", "предложи да се срещнат", "отказа да преговаря", "успя да разговаря"."""
    matrix = _matrix(tree, id)
    if tree.preposition(id) in ("без", "вместо"):
        return Status("denied", "without")
    if matrix is None or depth > 4:
        return Status("proposed", "wish")
    over = tree.facts(matrix)
    if over.conditional:
        return Status("proposed", "conditional", over.heard)
    if not tree.is_verb(matrix) and tree.word(matrix).head and tree.form(tree.word(matrix).head) in NOT_HAVING:
        return Status("denied", "no-wish", over.heard)
    if _in(tree, matrix, lexicon, "status.achieved-verbs"):
        inner = _of_verb(tree, matrix, lexicon, depth + 1)
        return Status("denied", "failed-to", over.heard) if over.negated and not over.future else Status(inner.value, "achieved", over.heard)
    if _in(tree, matrix, lexicon, "status.refused-verbs"):
        return Status("proposed" if over.negated else "denied", "refused", over.heard)
    if tree.lemma(matrix) in OBLIGATION and over.past and not over.negated:
        return Status("planned", "was-to", over.heard)
    if _in(tree, matrix, lexicon, "status.planned-verbs"):
        return Status("denied" if over.negated else "planned", "plan", over.heard)
    if _in(tree, matrix, lexicon, "status.ongoing-verbs"):
        inner = _of_verb(tree, matrix, lexicon, depth + 1)
        return Status("ongoing" if inner.value == "held" else inner.value, "begun", over.heard)
    if _in(tree, matrix, lexicon, "status.proposed-verbs"):
        return Status("denied" if over.negated else "proposed", "wish", over.heard)
    if tree.is_verb(matrix) or tree.has_copula(matrix):
        return Status("planned", "purpose", over.heard)
    return Status("proposed", "wish", over.heard)


MODIFIERS = ("cancelled", "postponed", "proposed", "planned", "ongoing", "held")


def _of_noun(tree: Tree, match: Match, matches: Sequence[Match], lexicon: Lexicon) -> Status:
    """First what the clause says that the event does, then its own attributes, then the preposition it stands under."""
    id, kind = match.trigger, match.frame.event or ""
    return (
        _by_predicate(tree, id, lexicon)
        or _by_attribute(tree, id, matches, lexicon)
        or _by_purpose(tree, id, matches)
        or _only_named(tree, id, lexicon, by_noun=True)
        or _by_place(tree, id, kind, lexicon)
    )


def _by_attribute(tree: Tree, id: int, matches: Sequence[Match], lexicon: Lexicon) -> Status | None:
    """ "Предстоящата среща", "отменената визита", "срещата, която ще се проведе", "предложение за среща"."""
    for modifier in tree.modifiers(id):
        for other in matches:
            if other.trigger == modifier and other.frame.sets:
                return Status(other.frame.sets, f"modifier:{other.frame.id}")
        lemma = tree.lemma(modifier)
        for name in MODIFIERS:
            if lemma in lexicon.words(f"status.{name}-modifiers") or tree.form(modifier) in lexicon.words(f"status.{name}-modifiers"):
                return Status(name, f"modifier:{name}")
    relative = tree.relative_clause(id)
    if relative and (_in(tree, relative, lexicon, "status.held-verbs") or _in(tree, relative, lexicon, "status.ongoing-verbs")):
        return _happening(tree, relative, lexicon)
    return _noun_above(tree, id, lexicon)


def _by_predicate(tree: Tree, id: int, lexicon: Lexicon) -> Status | None:
    """ "Срещата ще се проведе", "преговорите продължават", "проведоха разговор", "отказа среща"."""
    verb = tree.clause_verb(id)
    if verb is None:
        return None
    top = tree.top_of_phrase(id)
    facts = tree.facts(verb)
    if verb == id:
        inner = _of_verb(tree, id, lexicon)
        called = inner.rule == "present" and tree.preposition(id) is None  # "това е първото заседание" says no time
        return None if called or tree.preposition(id) in PURPOSES else inner  # "очакванията са за среща"
    inner_verb = next((c for c in tree.children(verb) if tree.facts(c).subjunctive and _takes_place(tree, c, lexicon)), None)
    if inner_verb and tree.own_subject(verb) == top and tree.own_subject(inner_verb) is None:
        return _happening(tree, inner_verb, lexicon)
    if tree.own_subject(verb) in (id, top) and not tree.is_verb(verb):
        if facts.conditional:
            return Status("proposed", "conditional", facts.heard)  # "среща между тях би била грешка"
        for name in ("proposed", "planned"):
            if tree.lemma(verb) in lexicon.words(f"status.{name}-modifiers"):  # "среща между тях е малко вероятна"
                return Status("denied" if facts.negated else name, f"is:{name}", facts.heard)
    if top in tree.slot(verb, OBJECT) or top in tree.slot(verb, AGENT) or tree.own_subject(verb) == top or tree.passive_subject(verb) == top:
        if _in(tree, verb, lexicon, "light.leave") and (tree.definite(id) or not _in(tree, verb, lexicon, "status.proposed-verbs")):
            return None
        if tree.lemma(verb) in EXISTENCE:
            return _happening(tree, verb, lexicon)
        if _in(tree, verb, lexicon, "status.ending-verbs") and _of_verb(tree, verb, lexicon).value in ("planned", "proposed"):
            return Status("ongoing", "yet-to-end", facts.heard)
        if _in(tree, verb, lexicon, "status.ongoing-verbs"):
            inner = _of_verb(tree, verb, lexicon)
            if inner.value == "held" and tree.lasted(verb):
                return Status("held", "lasted", inner.heard)
            going = inner.value == "held" or (inner.value == "proposed" and tree.lemma(verb) in CONTINUING)
            return Status("ongoing" if going else inner.value, "goes-on", inner.heard)
        if tree.lasted(verb) and facts.past and not facts.negated:
            return Status("held", "lasted", facts.heard)
        if _in(tree, verb, lexicon, "status.held-verbs") or tree.lemma(verb) in lexicon.words("light.object"):
            return _happening(tree, verb, lexicon)
        if _in(tree, verb, lexicon, "status.planned-verbs"):
            return Status("denied" if facts.negated else "planned", "plan", facts.heard)
        if _in(tree, verb, lexicon, "status.proposed-verbs"):
            return Status("proposed", "wish", facts.heard)
        if _in(tree, verb, lexicon, "status.refused-verbs"):
            return Status("proposed" if facts.negated else "denied", "refused", facts.heard)
    return None


def _takes_place(tree: Tree, id: int, lexicon: Lexicon) -> bool:
    """ "Срещата трябваше да се състои утре"."""
    return tree.is_verb(id) and (_in(tree, id, lexicon, "status.held-verbs") or _in(tree, id, lexicon, "status.ongoing-verbs"))


def _by_purpose(tree: Tree, id: int, matches: Sequence[Match]) -> Status | None:
    """ "На посещение в България за срещи с Борисов", "в курорта Сочи за среща": not yet, whatever the verb above says."""
    head = tree.word(id).head
    if not head or tree.preposition(id) != "за":
        return None
    if tree.is_verb(head):  # the parser hung it on "бяха направени преди посещението в курорта Сочи | за среща"
        place = next((i - 1 for i in tree.children(id) if tree.form(i) == "за"), 0)
        near = place > 1 and tree.is_name(place) and "в" in (tree.preposition(place), tree.preposition(tree.word(place).head or place))
        return Status("planned", "purpose") if near else None
    on_a_journey = any(m.trigger == head and m.frame.event in ENCOUNTERS for m in matches)
    return Status("planned", "purpose") if on_a_journey or tree.preposition(head) == "в" else None


def _by_place(tree: Tree, id: int, kind: str, lexicon: Lexicon) -> Status:
    """ "Преди срещата", "след срещата", "по време на визитата", "пристигна за среща", "призова за преговори"."""
    verb = tree.clause_verb(id)
    if verb is None:
        return _default(kind)
    preposition = tree.preposition(tree.top_of_phrase(id))
    facts = tree.facts(verb)
    if preposition in ("преди", "пред"):
        return Status("planned", "before")
    if preposition == "с" and _in(tree, verb, lexicon, "status.ongoing-verbs"):
        inner = _of_verb(tree, verb, lexicon)
        return Status({"held": "ongoing", "proposed": "planned"}.get(inner.value, inner.value), "goes-on-with", inner.heard)
    if preposition == "до" and _in(tree, verb, lexicon, "status.held-verbs"):
        return _happening(tree, verb, lexicon)
    if preposition == "чрез":  # "да бъде постигнат чрез диалог между Белград и Прищина"
        return Status("held" if facts.past and not facts.subjunctive else "proposed", "means", facts.heard)
    if preposition in ("след", "по повод"):
        return Status("planned" if facts.future else "held", "after", facts.heard) if preposition == "след" else _default(kind)
    wanted = preposition == "от" or (preposition in ("на", "до", *PURPOSES) and not tree.is_verb(verb))
    if wanted and _in(tree, verb, lexicon, "status.proposed-verbs"):
        return Status("denied" if facts.negated else "proposed", "wish", facts.heard)  # "Русия е съгласна на среща", "се нуждае от среща"
    if preposition in ("на", "за", "към") and tree.lemma(verb) in lexicon.words("light.ask") and not facts.negated:
        return Status("proposed", "wish", facts.heard)  # "покани Мадъл на посещение"
    if kind == "Negotiation" and preposition in DURING and not tree.phase(id) and tree.lemma(verb) not in lexicon.words("light.place"):
        if facts.future:
            return Status("planned", "during+future", facts.heard)
        return _in_thought(tree, id, verb, lexicon) or _default(kind)  # they went on after what was said in them
    if preposition in DURING:
        if tree.lemma(verb) in lexicon.words("light.place") or tree.lemma(verb) in lexicon.words("light.goal") or preposition not in ("на", "в"):
            inner = _of_verb(tree, verb, lexicon)
            if inner.value == "denied":  # "по време на разговора Алиев не отстъпи": there was one
                inner = Status("planned" if facts.future else "held", inner.rule, inner.heard)
            arrived = kind == "Visit" and inner.value == "held" and tree.lemma(verb) in lexicon.words("light.arrival")
            return Status("ongoing" if arrived else inner.value, f"during+{inner.rule}", inner.heard)
        if facts.future or facts.future_in_past:
            return Status("planned", "during+future", facts.heard)
        if facts.past:
            return Status("held", "during+past", facts.heard)
    if preposition in ("за", "към"):
        if tree.lemma(verb) in lexicon.words("light.goal"):
            return Status("planned", "purpose")
        if _in(tree, verb, lexicon, "status.proposed-verbs"):
            return Status("proposed", "wish", facts.heard)
        if _in(tree, verb, lexicon, "status.planned-verbs"):
            return Status("planned", "plan", facts.heard)
    return _only_named(tree, id, lexicon, by_noun=False) or _in_thought(tree, id, verb, lexicon) or _default(kind)


def _in_thought(tree: Tree, id: int, verb: int, lexicon: Lexicon) -> Status | None:
    """ "Рияд може да приеме среща", "предложи да е домакин на преговори": what has no article is as real as its verb."""
    inner = None if tree.definite(id) else _of_verb(tree, verb, lexicon)
    return Status(inner.value, f"in+{inner.rule}", inner.heard) if inner and inner.value in ("proposed", "planned") else None


def _only_named(tree: Tree, id: int, lexicon: Lexicon, by_noun: bool) -> Status | None:
    """ "Шансовете за среща", "условие за преговори", "говори се за среща": an encounter without the article, of which the
    word above it does not tell that it was. "Съобщи за среща", "новина за среща" do."""
    head = tree.word(id).head or tree.own_subject(id)  # "очакванията са за среща"
    if not head or tree.preposition(id) not in PURPOSES or tree.definite(id) or tree.is_verb(head) is by_noun:
        return None
    if by_noun and (tree.is_name(head) or head > id):
        return None
    return None if _in(tree, head, lexicon, "status.telling") else Status("proposed", "only-named", tree.facts(id).heard)


def _noun_above(tree: Tree, id: int, lexicon: Lexicon) -> Status | None:
    """ "Предложение за среща", "възможността за преговори", "подготовката на визитата"."""
    head = tree.word(id).head
    if not head or tree.is_verb(head) or not tree.is_nominal(head) or tree.is_name(head) or head > id:
        return None
    lemma = tree.lemma(head)
    if lemma in lexicon.words("status.proposed-verbs"):
        return Status("proposed", f"noun:{lemma}")
    if lemma in lexicon.words("status.planned-verbs"):
        return Status("planned", f"noun:{lemma}")
    return None


def _happening(tree: Tree, verb: int, lexicon: Lexicon) -> Status:
    """A verb that only says that the event takes place: "ще се проведе", "не се състоя", "имаха среща"."""
    inner = _of_verb(tree, verb, lexicon)
    if inner.value == "denied" and inner.rule in ("did-not", "will-not"):
        moved = tree.another_time(verb)  # "няма да се състои днес, а в петък"
        return Status("postponed" if moved else "cancelled", inner.rule, inner.heard)
    return Status(inner.value, f"takes-place+{inner.rule}", inner.heard)


def _default(kind: str) -> Status:
    return Status(default_status(kind), "default")


def default_status(kind: str) -> str:
    """What is presumed of an event of which the text does not say it."""
    return DEFAULT.get(kind, "held")


class Reported(Protocol):
    """What `present_status` needs to know of a claim."""

    @property
    def status(self) -> str: ...

    @property
    def status_rule(self) -> str: ...


def present_status(claims: Sequence[Reported]) -> str:
    """The event's status now, from its claims in the order in which they were made. The rules, in order:

    1. Claims whose status is only presumed ("преди срещата") count when there are none that say it, and claims that
       give no sign at all when there are neither.
    2. What the report denies first of all is denied ("не е разговарял ..."), whatever it says that others claim.
       Else what ended the event stays: the last claim of held, cancelled, postponed decides among these.
    3. Else ongoing, else planned, else denied, else proposed.
    """
    if not claims:
        return "held"
    firm = [claim.status for claim in claims if claim.status_rule.split("+")[0] not in WEAK]
    firm = firm or [claim.status for claim in claims if claim.status_rule != "default"] or [claim.status for claim in claims]
    if firm[0] == "denied" and not {"cancelled", "postponed"} & set(firm):
        return "denied"
    ended = [status for status in firm if status in ("held", "cancelled", "postponed")]
    if ended:
        return ended[-1]
    return next((status for status in ("ongoing", "planned", "denied") if status in firm), firm[-1])
