"""Plans, proposals and agreements of one document: which words name the same one, and the subjects that it has.

"28-точковия мирен план ... тайното мирно споразумение ... новия план": a noun phrase is read for what tells one plan from
another (a name in quotation marks, the number of points, whose it is, what it is for, its kind), and joins the plan that it
shares such a feature with; a definite phrase that has none ("новият план") joins the plan told of before. What
contradicts (30 points, another owner, "друг план") is another plan. Words stand in `kg/rules/plans.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kg import names
from kg.gazetteer import Gazetteer
from kg.grammar import QUOTES
from kg.lexicon import Lexicon
from kg.mentions import Found
from kg.model import Mention, Subject
from kg.tree import Tree

NEAR = 3  # sentences that a definite phrase without features looks back for a plan under another noun
EXCLUSIVE = ("name", "points", "owner", "purpose", "kind")  # features: two plans differ when they have different ones
PHRASE = 9  # words of a phrase after the noun that count as its name


@dataclass(frozen=True, slots=True)
class Plans:
    """The mentions of plans, for each the mention that names its plan best, and what the plans are about."""

    mentions: tuple[Mention, ...] = ()
    named_by: Mapping[Mention, Mention] = field(default_factory=dict)
    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One noun phrase: `features` by their names in EXCLUSIVE, `age` "new", "old" or "", `general` for a noun that can
    stand for any plan ("документът"), `by` who brings it forward ("Бразилия предложи план"), as owners are told."""

    mention: Mention
    noun: str
    sentence: int
    head: int
    features: Mapping[str, frozenset[str]]
    definite: bool
    other: bool
    age: str
    general: bool
    goal: bool
    by: frozenset[str]

    @property
    def bare(self) -> bool:
        return not any(self.features.values())


def find_plans(
    trees: Sequence[Tree], found: Sequence[Found], text: str, lexicon: Lexicon, gazetteer: Gazetteer
) -> Plans:
    """The plans of one document. `trees` and `found` go side by side."""
    phrases = [
        phrase
        for tree, here in zip(trees, found, strict=True)
        for phrase in _phrases(tree, here, text, lexicon, gazetteer)
    ]
    groups: list[list[_Phrase]] = []
    for phrase in phrases:
        home = None if phrase.goal else _home(phrase, groups)
        if home is not None:
            home.append(phrase)
        elif not phrase.goal:
            groups.append([phrase])
    every = {(p.sentence, p.head): p.mention for group in groups for p in group}
    subjects = tuple(subject for tree in trees for subject in _subjects(tree, every, lexicon))
    about = {subject.plan for subject in subjects}
    groups = [g for g in groups if len(g) > 1 or not g[0].bare or g[0].mention in about]
    named_by = {p.mention: _name(group) for group in groups for p in group}
    named_by |= dict(_by_name(groups, found, named_by))
    return Plans(tuple(sorted(named_by, key=lambda m: m.span)), named_by, subjects)


def _name(group: Sequence[_Phrase]) -> Mention:
    """The mention that says most of which plan it is; of equals the first."""

    def said(phrase: _Phrase) -> tuple[bool, ...]:
        return tuple(bool(phrase.features[feature]) for feature in EXCLUSIVE)

    return max(group, key=lambda p: (p.mention.named, *said(p), -p.mention.span.start)).mention


def _by_name(
    groups: Sequence[list[_Phrase]], found: Sequence[Found], named_by: Mapping[Mention, Mention]
) -> Iterator[tuple[Mention, Mention]]:
    """The bare names of plans ("Три морета") with the mention that names each best ("инициативата „Три морета“")."""
    names_of = {name: group for group in groups for p in group for name in p.features["name"]}
    for mention in (m for here in found for m in here.mentions if m.named and m.kind in ("Plan", "NamedEvent")):
        group = names_of.get(names.fold(mention.base))
        if group is not None and mention not in named_by:
            yield replace(mention, kind="Plan"), _name(group)


# ---- one phrase


def _phrases(tree: Tree, here: Found, text: str, lexicon: Lexicon, gazetteer: Gazetteer) -> Iterator[_Phrase]:
    for id in range(1, len(tree.words) + 1):
        noun = _plan_noun(tree, id, lexicon)
        if noun and tree.word(id).feat("Number") != "Plur":
            yield _phrase(tree, id, noun, here, text, lexicon, gazetteer)


def _plan_noun(tree: Tree, id: int, lexicon: Lexicon) -> str | None:
    if tree.word(id).upos not in ("NOUN", "PROPN"):
        return None
    before = tree.lemma(id - 1) if id > 1 else ""
    if before in lexicon.words("plans.none"):
        return None
    nouns = lexicon.words("plans.nouns") | lexicon.words("plans.general")
    return tree.lemma(id) if tree.is_one_of(id, nouns) or f"{before} {tree.lemma(id)}" in nouns else None


def _phrase(
    tree: Tree, id: int, noun: str, here: Found, text: str, lexicon: Lexicon, gazetteer: Gazetteer
) -> _Phrase:
    first = id
    while first > 1 and tree.word(first - 1).upos in ("ADJ", "DET", "NUM"):
        first -= 1
    before = range(first, id)
    features, last = _features(tree, before, id, here, gazetteer, lexicon)
    lemmas = {tree.lemma(i) for i in before} | {tree.form(i) for i in before}
    demonstrative = bool(lemmas & lexicon.words("plans.this"))
    first = next((i for i in range(first, id) if tree.word(i).upos in ("ADJ", "NUM")), id)
    span = tree.span(first, last)
    known = here.by_word.get(id)
    mention = Mention(
        span=span,
        head=id,
        text=text[span.start : span.end],
        base=_base(tree, first, last),
        kind="Plan",
        named=False,
    )
    if known is not None and known.named and known.kind in ("Plan", "NamedEvent", "Organization"):
        mention = replace(known, kind="Plan")
        features = features | {"name": frozenset({names.fold(known.base)})}
    by = _bringer(tree, id, here)
    definite = tree.definite(id) or demonstrative or any(tree.articled(i) for i in before)
    new, old = (bool(lemmas & lexicon.words(f"plans.{age}")) for age in ("new", "old"))
    return _Phrase(
        mention=mention,
        noun=noun,
        sentence=tree.sentence.index,
        head=id,
        features=features,
        definite=definite,
        other=bool(lemmas & lexicon.words("plans.other")),
        age="new" if new else "old" if old else "",
        general=tree.is_one_of(id, lexicon.words("plans.general")),
        goal=not definite and (not (by or any(features.values())) or _is_goal(tree, id, lexicon)),
        by=by,
    )


def _base(tree: Tree, first: int, last: int) -> str:
    """Its base form, with a small letter where the capital is that of the sentence."""
    base = names.base_form(tree.words[first - 1 : last], "Group")
    begins = first == 1 or tree.word(first - 1).upos == "PUNCT"
    return base[:1].lower() + base[1:] if begins and not base[:2].isupper() else base


def _bringer(tree: Tree, id: int, here: Found) -> frozenset[str]:
    verb = next((i for i in tree.above(id) if tree.is_verb(i)), None)
    subject = here.by_word.get(tree.subject(verb) or 0) if verb else None
    return frozenset({_owner(subject)} if subject is not None else ())


def _owner(mention: Mention) -> str:
    return mention.country or names.fold(mention.base)


def _is_goal(tree: Tree, id: int, lexicon: Lexicon) -> bool:
    """ "Усилия за постигане на мирно споразумение": there is none yet."""
    goals = lexicon.words("plans.goals")
    return next((tree.lemma(i) in goals for i in tree.above(id) if tree.word(i).upos in ("NOUN", "VERB")), False)


def _features(
    tree: Tree, before: range, id: int, here: Found, gazetteer: Gazetteer, lexicon: Lexicon
) -> tuple[dict[str, frozenset[str]], int]:
    """What tells the plan from others, by the words before and after the noun; and where its name ends."""
    found: dict[str, set[str]] = {feature: set() for feature in EXCLUSIVE}
    plain = frozenset().union(*(lexicon.words(f"plans.{name}") for name in ("descriptive", "this", "other", "new", "old")))
    for i in before:
        form, lemma = tree.form(i), tree.lemma(i)
        points, codes = _counted(form), gazetteer.demonyms_in(form) or gazetteer.demonyms_in(lemma)
        if points:
            found["points"].add(points)
        elif codes:
            found["owner"].update(codes)
        elif tree.word(i).upos == "ADJ" and lemma not in plain and not tree.is_verb(i) and not form[:1].isdigit():
            found["kind"].add(lemma)
    last = id
    while last < len(tree.words):
        end = _quoted(tree, last + 1)
        if end:
            found["name"].add(names.fold(" ".join(w.form for w in tree.words[last : end] if not set(w.form) <= QUOTES)))
            last = end
            continue
        points_end = _points(tree, last + 1, lexicon)
        if points_end:
            found["points"].add(tree.form(last + 2))
            last = points_end
            continue
        form = tree.form(last + 1)
        feature = next((one for one in ("owner", "purpose") if form in lexicon.words(f"plans.{one}-by")), None)
        end = _phrase_end(tree, id, last + 1, lexicon.words("plans.borders")) if feature else None
        if not feature or end is None:
            break
        found[feature].update(_content(tree, last + 2, end, here, gazetteer, feature))
        last = end
    return {feature: frozenset(values) for feature, values in found.items()}, last


def _counted(form: str) -> str | None:
    """ "28-точковия" -> "28"."""
    parts = (form.partition(part) for part in names.words("counted") if part in form)
    return next((before.rstrip("-") for before, _, _ in parts if before), None)


def _quoted(tree: Tree, first: int) -> int | None:
    """The closing mark of a name in quotation marks that begins at `first`."""
    if first >= len(tree.words) or not set(tree.form(first)) <= QUOTES:
        return None
    for id in range(first + 1, min(first + PHRASE, len(tree.words)) + 1):
        if set(tree.form(id)) <= QUOTES:
            return id if tree.word(first + 1).form[:1].isupper() else None
    return None


def _points(tree: Tree, first: int, lexicon: Lexicon) -> int | None:
    """ "План | от 12 точки": the end of the phrase."""
    if first + 2 > len(tree.words) or tree.form(first) not in lexicon.words("plans.points-by"):
        return None
    counted = tree.word(first + 1).upos == "NUM" or tree.form(first + 1).isdigit()
    return first + 2 if counted and tree.lemma(first + 2) in lexicon.words("plans.parts") else None


def _phrase_end(tree: Tree, noun: int, preposition: int, borders: frozenset[str]) -> int | None:
    """The end of the phrase that begins with a preposition beside the noun and belongs to it."""
    end = None
    for id in range(preposition + 1, min(preposition + PHRASE, len(tree.words)) + 1):
        stops = tree.word(id).upos in ("PUNCT", "VERB", "AUX", "SCONJ") or tree.form(id) in borders
        if stops or noun not in tree.above(id):
            break
        end = id
    while end is not None and tree.word(end).upos in ("ADP", "CCONJ", "ADJ", "DET"):
        end = end - 1 if end - 1 > preposition else None
    return end


def _content(tree: Tree, first: int, last: int, here: Found, gazetteer: Gazetteer, feature: str) -> Iterator[str]:
    """Of an owner the country, or the name; of a purpose all its nouns and names."""
    for id in range(first, last + 1):
        mention = here.by_word.get(id)
        if mention is not None and mention.named:
            yield _owner(mention)
        elif tree.word(id).upos in ("NOUN", "PROPN"):
            yield names.fold(tree.lemma(id))
        if feature == "owner" and tree.word(id).upos in ("NOUN", "PROPN"):
            return


# ---- which phrases are one plan


def _home(phrase: _Phrase, groups: Sequence[list[_Phrase]]) -> list[_Phrase] | None:
    """The plan that the phrase names again, or None for another one."""
    if phrase.other or (phrase.age == "new" and not phrase.definite):
        return None
    possible = [group for group in groups if not any(_contradict(phrase, other) for other in group)]
    shared = [group for group in possible if any(_share(phrase, other) for other in group)]
    if shared:
        return max(shared, key=lambda group: group[-1].mention.span)
    if not phrase.definite:
        return None
    if phrase.bare:
        alike = [group for group in possible if any(other.noun == phrase.noun for other in group)]
        if alike:
            return max(alike, key=lambda group: group[-1].mention.span)
    near = [group for group in groups if phrase.sentence - group[-1].sentence <= NEAR]
    if len(near) != 1 or near[0] not in possible:
        return None
    general = phrase.general or all(other.general for other in near[0])
    told = phrase.features["name"] | phrase.features["owner"] | phrase.features["purpose"]
    return near[0] if general and not told else None


def _contradict(one: _Phrase, two: _Phrase) -> bool:
    differing = (
        feature for feature in EXCLUSIVE if one.features[feature] and two.features[feature] and not one.features[feature] & two.features[feature]
    )
    return {one.age, two.age} == {"new", "old"} or any(differing)


def _share(one: _Phrase, two: _Phrase) -> bool:
    shared = [feature for feature in EXCLUSIVE if one.features[feature] & two.features[feature]]
    same_noun = one.noun == two.noun
    return bool(shared and (shared != ["owner"] or same_noun)) or bool(same_noun and one.features["owner"] & two.by)


# ---- what a plan is about


def _subjects(tree: Tree, heads: Mapping[tuple[int, int], Mention], lexicon: Lexicon) -> Iterator[Subject]:
    """ "Планът обхваща А, Б и В", "споразумението се фокусира върху А и Б", "точките на плана са: А, Б и В"."""
    sentence = tree.sentence.index
    here = {head: mention for (index, head), mention in heads.items() if index == sentence}
    for id in range(1, len(tree.words) + 1):
        first = _list_start(tree, id, lexicon)
        plan = _listed_plan(tree, id, here) if first else None
        if first and plan:
            for start, end in _items(tree, first, lexicon):
                yield Subject(plan, tree.span(start, end), tree.word_span(id))


def _list_start(tree: Tree, id: int, lexicon: Lexicon) -> int | None:
    """The first word of what the word `id` says a plan is about, or None."""
    lemma, size = tree.lemma(id), len(tree.words)
    word = tree.word(id)
    if lemma in lexicon.words("plans.parts") and word.feat("Number") == "Plur":
        after = next((i for i in range(id + 1, min(id + 6, size)) if tree.word(i).upos == "AUX" or tree.form(i) == ":"), None)
        return None if after is None else after + 2 if tree.form(after + 1) == ":" else after + 1
    facts = tree.facts(id) if tree.is_verb(id) else None
    if facts and facts.negated:
        return None
    for name in ("over", "of"):
        if lemma in lexicon.words(f"plans.{name}"):
            by = lexicon.words(f"plans.{name}-by")
            at = next((i for i in range(id + 1, min(id + 5, size)) if tree.form(i) in by), None)
            if at is None:
                return None
            colon = next((i for i in range(at + 1, min(at + 6, size)) if tree.form(i) in (":", "–", "-")), None)
            return colon + 1 if colon else at + 1 if name == "over" else None
    if lemma in lexicon.words("plans.hold"):
        colon = next((i for i in range(id + 1, min(id + 6, size)) if tree.form(i) == ":"), None)
        return colon + 1 if colon else id + 1
    return None


def _listed_plan(tree: Tree, id: int, here: Mapping[int, Mention]) -> Mention | None:
    """The plan that is the subject of the verb, that a participle describes, or that the parts belong to."""
    subject = tree.subject(id) or tree.passive_subject(id)
    near = [subject] if subject else []
    near += [i for i in tree.subtree(id) if tree.word(id).upos == "NOUN" and id < i < id + 5]
    if tree.is_attribute(id) or tree.word(id).upos == "ADJ":
        near.append(tree.word(id).head)
    if not near and tree.is_verb(id):
        near += [i for i in range(id - 1, max(0, id - 8), -1) if i in here][:1]
    return next((here[i] for i in near if i in here), None)


def _items(tree: Tree, first: int, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """The members of a list: "мира в Украйна, сигурността в Европа и гаранциите" -> three; none where it is no list."""
    end = _list_end(tree, first, lexicon)
    joints = lexicon.words("plans.joints")
    pieces: list[tuple[int, int]] = []
    start = first
    for id in range(first, end + 2):
        if id == end + 1 or tree.form(id) in (",", ";"):
            if start < id:
                pieces.append((start, id - 1))
            start = id + 1
    if not pieces:
        return
    joint = _joint(tree, *pieces[-1], first, joints)
    if joint:
        pieces[-1:] = [(pieces[-1][0], joint - 1), (joint + 1, pieces[-1][1])]
    pieces = [(start + 1 if tree.form(start) in joints else start, last) for start, last in pieces]
    for start, last in pieces if len(pieces) > 1 else ():
        while start < last and tree.word(start).upos in ("ADV", "PART"):
            start += 1
        yield start, last


def _list_end(tree: Tree, first: int, lexicon: Lexicon) -> int:
    """Before the end of the sentence or the next clause."""
    for id in range(first, len(tree.words) + 1):
        word = tree.word(id)
        stops = word.upos in ("SCONJ", "AUX") or (word.upos == "VERB" and word.feat("VerbForm") != "Part")
        relative = tree.form(id) in lexicon.words("plans.clauses")
        if stops or relative or tree.form(id) in (".", "!", "?", ":", "–") or set(tree.form(id)) <= QUOTES:
            end = id - 1
            while end > first and tree.word(end).upos in ("PUNCT", "CCONJ", "PRON", "PART", "ADP"):
                end -= 1
            if stops or relative:
                while end > first and tree.form(end + 1) != ",":
                    end -= 1
            return end
    return len(tree.words)


def _joint(tree: Tree, start: int, last: int, first: int, joints: frozenset[str]) -> int | None:
    """The "и" before the last member: the first one whose sequel is made like the first member of the list."""
    pattern = _made(tree, first)
    found = [id for id in range(start, last) if tree.form(id) in joints]
    return next((id for id in found if id > start and _made(tree, id + 1) == pattern), None)


def _made(tree: Tree, id: int) -> tuple[bool, bool]:
    """Is it a name, has it the article: of the first noun from `id` on, with its adjectives."""
    articled = False
    for i in range(id, min(id + 4, len(tree.words)) + 1):
        word = tree.word(i)
        articled = articled or (word.feat("Definite") == "Def" and word.upos != "NOUN") or tree.definite(i)
        if word.upos in ("NOUN", "PROPN"):
            return word.upos == "PROPN", articled
    return False, articled
