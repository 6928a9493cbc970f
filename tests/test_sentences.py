"""Where a sentence ends: what the tokenizer cut apart is joined where it was no end."""

import pytest

from kg.parse import _ends


@pytest.mark.parametrize(
    "text, whole",
    [
        ("Срещата мина .", True),
        ("Каза : „ Идвам . “", True),
        ("Ще дойдеш ли ? »", True),
        ("Роден е през 1990 г.", True),
        ("14 ноември 2025 г.", False),
        ("27 и 28 февруари 2026 г.", False),
        ("Избраха „ твърд “", False),
        ("Среща в курорта Сочи", False),
    ],
)
def test_the_end_of_a_sentence_has_a_mark_and_more_than_a_date(text, whole):
    assert whole == _ends([(word, 0, 0) for word in text.split()])


@pytest.mark.model
def test_a_date_before_a_sentence_belongs_to_it():
    from kg import parse
    from kg.model import Document
    from kg.models import find_models

    text = "9 март 2026 г. Във Виена започват преговори. 10 март 2026 г. Делегациите се срещат отново."
    ((*sentences,),) = parse.parse([Document(text)], parse.load_pipeline(find_models("bg-quick")))
    assert [(1, "9"), (1, "10")] == [(s.words[0].id, s.words[0].form) for s in sentences]
