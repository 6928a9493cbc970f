"""Person or place or body: one kind for a name in the whole document, by all that its sentences say of it.

The tagger sees one sentence at a time: "Торвалдсен се срещна ..." is a place in one and a person in the next. Each mention
gives evidence (its tag, a title or an address before it, a first name, the preposition "в", what it does, whose resignation
it is), the evidence of one name is added up, and the heavier kind wins; what the gazetteer knows as a state, body or
medium is not asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kg import names
from kg.gazetteer import Gazetteer
from kg.grammar import COMPANY, QUOTES
from kg.lexicon import Lexicon
from kg.match import Match
from kg.mentions import Found
from kg.model import ENCOUNTERS, Mention
from kg.tree import Tree

UNSURE = ("Person", "Place", "Organization", "Plan", "NamedEvent")
ACTING = ("participant", "visitor")


def decide(
    trees: Sequence[Tree], found: Sequence[Found], matches: Sequence[Sequence[Match]], lexicon: Lexicon, gazetteer: Gazetteer
) -> dict[str, str]:
    """The folded words of names -> "Person" or "Place" for the names whose tags are outweighed, and "Plan" for those in
    quotation marks that are one elsewhere."""
    weights: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    tagged: dict[str, set[str]] = defaultdict(set)
    works: dict[str, set[str]] = defaultdict(set)
    for tree, here, fired in zip(trees, found, matches, strict=True):
        deeds = _deeds(fired)
        for mention in here.mentions:
            if not mention.named or mention.kind not in UNSURE or _settled(mention, gazetteer):
                continue
            key = names.fold(mention.text)
            if _is_title_of_work(tree, mention):
                works[key].add(mention.kind)
            else:
                tagged[key].add(mention.kind)
                for kind, weight in _evidence(tree, here, mention, deeds, lexicon, gazetteer):
                    weights[key][kind] += weight
    for key in list(weights):
        if gazetteer.place(key):
            weights[key]["Place"] += 4 if gazetteer.country(key) or gazetteer.capital_of(key) else 1
    surnames = {key.split()[-1] for key in weights if " " in key and _heaviest(weights[key]) == "Person"}
    for key in surnames & weights.keys():
        if not (gazetteer.country(key) or gazetteer.capital_of(key)):
            weights[key]["Person"] += 4
    decided = {key: _heaviest(weight) for key, weight in weights.items()}
    plans = {key: "Plan" for key, kinds in works.items() if "Plan" in kinds and key not in tagged}
    return plans | {key: kind for key, kind in decided.items() if kind in ("Person", "Place") and tagged[key] != {kind}}


def _is_title_of_work(tree: Tree, mention: Mention) -> bool:
    """ "Северен поток 2", „Морава“: what has a number or quotation marks is neither person nor place."""
    quoted = set(tree.word_before(mention.span.start)) <= QUOTES and tree.word_before(mention.span.start) != ""
    return quoted or any(char.isdigit() for char in mention.text)


def _settled(mention: Mention, gazetteer: Gazetteer) -> bool:
    """Known for what it is; a known town of one word may still be a surname."""
    if mention.kind == "Person":
        return False
    if all(gazetteer.place(part) for part in mention.text.split("-")) and "-" in mention.text:  # "Брюксел-Лондон"
        return True
    known = gazetteer.kind(mention.base) or gazetteer.kind(mention.text)
    town = known == "Place" and " " not in mention.base and not gazetteer.metonym(mention.base)
    return known is not None and not town


def _heaviest(weights: Mapping[str, int]) -> str | None:
    """The kind that outweighs all others, if one does."""
    first, second, *_ = *sorted(weights, key=lambda kind: -weights[kind]), None
    return first if second is None or weights[first] > weights[second] else None


def _deeds(fired: Sequence[Match]) -> frozenset[int]:
    """The words that fill what only people do: they meet, visit, say."""
    roles = [("speaker",) if m.frame.says else ACTING if m.frame.event in ENCOUNTERS else () for m in fired]
    return frozenset(id for match, own in zip(fired, roles, strict=True) for role in own for id in match.ids(role))


def _beside_a_person(tree: Tree, here: Found, ids: Sequence[int]) -> bool:
    """ "Лавров и | Блинкен | проведоха среща": what is named in one breath with a person is one."""
    for id in ids:
        word = tree.word(id)
        others = [word.head] if word.deprel == "conj" and word.head else [c for c in tree.children(id) if tree.word(c).deprel == "conj"]
        named = (here.by_word.get(other) for other in others)
        if any(mention is not None and mention.kind == "Person" and mention.named for mention in named):
            return True
    return False


def _evidence(
    tree: Tree, here: Found, mention: Mention, deeds: frozenset[int], lexicon: Lexicon, gazetteer: Gazetteer
) -> Iterator[tuple[str, int]]:
    ids = [word.id for word in tree.words if mention.span.start <= word.start and word.end <= mention.span.end]
    if not ids:
        return
    parts = names.fold(mention.base).split()
    seat = len(parts) == 1 and bool(gazetteer.country(mention.base) or gazetteer.capital_of(mention.base))
    kind = "Place" if seat and mention.kind == "Person" else mention.kind  # "Кишинев поиска": it acts, and ends like a surname
    yield kind, 2 if kind == "Organization" else 1
    before = ids[0] - 1
    while before > 1 and tree.word(before).upos == "PUNCT" and tree.form(before) == ".":
        before -= 1
    if len(parts) > 1 and tree.word(ids[0]).upos == "PROPN" and gazetteer.first_name(parts[0]):
        yield "Person", 2
    if parts[-1].endswith(tuple(names.words("slavic_surnames"))) and len(parts[-1]) > 4 and not seat:
        yield "Person", 1
    if before >= 1:
        if tree.is_one_of(before, lexicon.words("actors.people") | lexicon.words("actors.address")):
            yield "Person", 2
        owned = tree.form(before) in lexicon.words("plans.owner-by")
        if tree.form(before) in lexicon.words("kinds.place-by"):
            yield "Place", 2
        elif tree.word(before).upos == "ADP" and tree.form(before) not in COMPANY and not owned and gazetteer.place(mention.base):
            yield "Place", 1
        if owned and before > 1 and tree.is_one_of(before - 1, lexicon.words("kinds.personal")):
            yield "Person", 2
    if mention.kind == "Place" and not gazetteer.place(mention.base) and _beside_a_person(tree, here, ids):
        yield "Person", 2
    if not seat and (deeds & {*ids} or any(here.by_word.get(id) is mention for id in deeds)):
        beside = before >= 1 and tree.form(before) in COMPANY  # "ще поговоря и с Прескот"
        yield "Person", (3 if beside else 2) if mention.kind in ("Person", "Place") else 0
