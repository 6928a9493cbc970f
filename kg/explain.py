"""Why, and why not: the tree of a sentence, the frames that fired with their slots, the near misses, what came of it."""

from __future__ import annotations

from kg.extract import extract
from kg.gazetteer import Gazetteer
from kg.lexicon import Lexicon
from kg.match import Match, attempts
from kg.mentions import find_mentions
from kg.model import Document, Sentence
from kg.repairs import repair
from kg.tree import Tree


def explain(document: Document, sentences: tuple[Sentence, ...], lexicon: Lexicon, gazetteer: Gazetteer) -> str:
    """A text for a person: tree, mentions, frames, misses, then the statements, claims and events of the document."""
    lines: list[str] = []
    for sentence in sentences:
        tree = Tree(repair(sentence))
        lines += [document.text[sentence.start : sentence.end], "", *_tree(tree), ""]
        found = find_mentions(tree, document.text, lexicon, gazetteer)
        for mention in found.mentions:
            extra = ", ".join(str(x) for x in (mention.title, mention.country, mention.stands_for) if x)
            named = "" if mention.named else ", unnamed"
            lines.append(f"  actor   {mention.text} = {mention.base} ({mention.kind}{named}{'; ' + extra if extra else ''})")
        for attempt in attempts(tree, lexicon):
            form = tree.form(attempt.trigger)
            if isinstance(attempt, Match):
                fills = "; ".join(f"{f.role} <- {tree.form(f.id)} ({f.slot})" for f in attempt.fills) or "no slot filled"
                lines.append(f"  fired   {attempt.frame.id} on {form!r}: {fills}   [{attempt.frame.file}]")
            else:
                lines.append(f"  missed  {attempt.frame.id} on {form!r}: {attempt.reason}   [{attempt.frame.file}]")
        lines.append("")
    extraction = extract(document, sentences, lexicon, gazetteer)
    text = document.text
    for statement in extraction.statements:
        who = f"{statement.speaker.mention.base} ({statement.speaker.rule})" if statement.speaker else "unknown"
        via = "".join(f", through {a.mention.base}" for a in statement.via)
        said = " … ".join(text[s.start : s.end] for s in statement.content)
        lines.append(
            f"  statement  {text[statement.trigger.start : statement.trigger.end]!r}: {who}{via}; {statement.mode}, {statement.stance}: {said}"
        )
    for claim in extraction.claims:
        who = ", ".join(f"{a.role} {a.mention.base} ({a.rule})" for a in claim.arguments)
        where = f"; in {claim.place.mention.base}" if claim.place else ""
        when = f"; {claim.when.text} = {claim.when.edtf or '?'}" if claim.when else ""
        said_in = f"; said in {', '.join(claim.said_in)}" if claim.said_in else ""
        word = text[claim.trigger.start : claim.trigger.end]
        lines.append(f"  claim      {claim.kind} {claim.status} (rule {claim.status_rule}) on {word!r} by {claim.frame}: {who}{where}{when}{said_in}")
    for event in extraction.events:
        lines.append(f"  event      {event.kind} {event.status}: {', '.join(event.participants)}")
    return "\n".join(lines)


def _tree(tree: Tree) -> list[str]:
    width = max(len(word.form) for word in tree.words)
    return [
        f"  {word.id:>3} {word.form:<{width}} {word.upos:<6} {tree.lemma(word.id):<{width}} {word.deprel:<10} <- "
        f"{tree.word(word.head).form if word.head else 'ROOT'}"
        for word in tree.words
    ]
