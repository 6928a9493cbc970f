"""Bulgarian names: base form, comparison key, transliteration both ways. Pure functions over words and strings."""

from kg.names.base import base_form, words
from kg.names.spelling import VOWELS, cyrillic, fold, latin, repair, skeleton, without_acronym

__all__ = ["VOWELS", "base_form", "cyrillic", "fold", "latin", "repair", "skeleton", "without_acronym", "words"]
