"""Reading in half the time changes nothing: the same trees as Stanza's own search, and the same annotations."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.quick import best_tree, padded, relation_scores, remembered


@st.composite
def tables(draw):
    size = draw(st.integers(2, 7))
    values = st.floats(-20, -0.125, width=32)  # logarithms of probabilities
    table = numpy.array(draw(st.lists(st.lists(values, min_size=size, max_size=size), min_size=size, max_size=size)))
    numpy.fill_diagonal(table, -numpy.inf)
    return table


def total(table, heads):
    return sum(table[word, head] for word, head in enumerate(heads) if word)


@given(tables())
def test_the_best_tree_is_as_good_as_that_of_the_search(table):
    from stanza.models.common.chuliu_edmonds import chuliu_edmonds_one_root

    found, searched = best_tree(table), chuliu_edmonds_one_root(table)
    assert list(found[1:]).count(0) == 1
    for word in range(1, len(found)):
        seen = set()
        while word:
            assert word not in seen, "a cycle"
            seen.add(word)
            word = found[word]
    assert total(table, found) == pytest.approx(total(table, searched))


rows_of_numbers = st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=6), min_size=1, max_size=6)
rows_of_lists = st.lists(st.lists(st.lists(st.integers(0, 99), min_size=3, max_size=3), min_size=1, max_size=5), min_size=1, max_size=5)


@given(rows_of_numbers | rows_of_lists, st.integers(0, 3))
def test_rows_are_padded_as_stanza_pads_them(rows, pad):
    from stanza.models.common.data import get_long_tensor

    assert padded(rows, len(rows), pad).equal(get_long_tensor(rows, len(rows), pad))


@given(st.lists(st.lists(st.text(max_size=2), max_size=9), max_size=9))
def test_what_isremembered_is_what_was_looked_up(calls):
    asked = []
    look_all_up = remembered(lambda units: asked.extend(units) or [unit.upper() for unit in units])
    assert [look_all_up(units) for units in calls] == [[unit.upper() for unit in units] for units in calls]
    assert len(asked) == len(set(asked))


@given(st.integers(0, 2**31))
def test_relations_of_shared_heads_are_scored_as_those_of_all_pairs(seed):
    import torch
    from stanza.models.common.biaffine import DeepBiaffineScorer

    torch.manual_seed(seed)
    scorer = DeepBiaffineScorer(6, 6, 5, 4).eval()
    scorer.scorer.W_bilin.weight.data.normal_()
    scorer.scorer.W_bilin.bias.data.normal_()
    states, heads = torch.randn(3, 8, 6), torch.randint(0, 8, (3, 7))
    with torch.no_grad():
        every = scorer(states, states)[:, 1:]
        chosen = every.gather(2, heads[:, :, None, None].expand(-1, -1, 1, 4)).squeeze(2)
        assert torch.allclose(relation_scores(scorer, states, heads), chosen, atol=1e-5)


def test_a_quick_pipeline_annotates_as_a_plain_one(monkeypatch):
    from kg import parse, resources
    from kg.models import find_models
    from kg.read import read_paths

    models = find_models("bg-quick")
    documents = [item for _, item in read_paths([resources.path("news")]) if hasattr(item, "text")][:8]
    quick = parse.load_pipeline(models)
    monkeypatch.setattr("kg.quick.quicken", lambda pipeline: None)
    plain = parse.load_pipeline(models)
    assert type(plain.processors["depparse"].trainer.model).__name__ == "GraphParser"
    assert type(quick.processors["depparse"].trainer.model).__name__ == "QuickParser"
    assert {type(tag).__name__ for tag in quick.processors["pos"].trainer.model.tag_clf["feats"]} == {"QuickScorer"}
    found = list(parse.parse(documents, plain))
    assert list(parse.parse(documents, quick)) == found
    assert list(parse.parse(documents[:3], quick)) == found[:3]  # all words are remembered
    for part in ("pos", "depparse", "ner"):
        for module in quick.processors[part].trainer.model.modules():
            if type(module).__name__ == "QuickCharacters":
                module.rows, module.spelled = {}, module.spelled[:5]  # room for few
    monkeypatch.setattr("kg.quick.WORDS", 5)
    assert list(parse.parse(documents, quick)) == found  # they are forgotten again and again


def test_only_models_that_stanza_loads_begin_without_chance_numbers():
    import torch

    from kg.quick import not_to_be_trained

    def draws():
        state = torch.get_rng_state()
        torch.nn.Embedding(3, 4)
        return not torch.equal(state, torch.get_rng_state())

    assert draws()
    with pytest.raises(RuntimeError), not_to_be_trained():
        assert not draws()
        raise RuntimeError
    assert draws()
