"""A network in which every string of a source tries to become markup, script, template, path or formula."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kg.view.network import (
    Actor,
    Claim,
    Document,
    Event,
    Mark,
    Network,
    Participant,
    Statement,
    Voice,
    When,
    load_labels,
)

STRINGS = tuple((Path(__file__).parent / "hostile" / "strings.txt").read_text("utf-8").splitlines())
EXTRA = ("ред\u2028ред\u2029ред", "нула\x00знак", "половин \ud83d знак", "емоджи 🕊️ гълъб")


def hostile() -> Network:
    """Each string of tests/hostile as a name, title, source, address, place, sentence, speaker, date and topic."""
    actors, events, claims, statements, documents = [], [], [], [], []
    strings = (*STRINGS, *EXTRA)
    for nth, string in enumerate(strings):
        other = (nth + 1) % len(strings)
        actors.append(Actor(f"person/{string}", "Person", string, (string + string,), True, "BG", (string,)))
        sides = (Participant(f"person/{string}"), Participant(f"person/{strings[other]}"))
        events.append(Event(f"event {string}", "Meeting", True, "held", sides, string, date(2025, 1, 1 + nth)))
        sentence = f"🕊 {string} се срещна {string}."
        at = sentence.index("се срещна")
        trigger = Mark(at, at + 9, "trigger")
        who = Mark(2, 2 + len(string), "participant", f"person/{string}")
        when = When(string, string, None, None, True)
        voices = (Voice(string, f"person/{string}"), (Voice(string),))
        statements.append(Statement(f"s{nth}", f"d {string}", 0, sentence, trigger, "direct", "asserts", *voices))
        claims.append(
            Claim(
                f"c{nth}",
                f"event {string}",
                f"d {string}",
                0,
                sentence,
                trigger,
                "held",
                string,
                (who,),
                when,
                string,
                (f"s{nth}",),
            )
        )
        documents.append(Document(f"d {string}", sentence, string, date(2025, 1, 1), string, string))
    return Network(tuple(actors), tuple(events), tuple(claims), tuple(statements), tuple(documents), load_labels())
