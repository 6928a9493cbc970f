"""A sentence of our own, parsed by the models of kg and understood: what tests of names and plans begin with."""

from functools import cache

from kg import gazetteer, models, parse
from kg.extract import extract
from kg.lexicon import load_lexicon
from kg.model import Document

RULES, WORLD = load_lexicon(), gazetteer.load()


@cache
def pipeline():
    return parse.load_pipeline(models.find_models())


@cache
def understood(text):
    """The Extraction of a text."""
    document = Document(text)
    ((*sentences,),) = parse.parse([document], pipeline())
    return extract(document, sentences, RULES, WORLD)
