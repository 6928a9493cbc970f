"""A second reader of each sentence: an encoder of pieces of words, with a head for each tag and for trees.

Stanza's tagger and parser know words by their letters and by vectors of small texts; the encoder has met far more text.
The two err in different places, so kg.ensemble lets them decide together. kg.train.teacher makes the file that `load`
reads: {"sizes", "pieces" (one a line), "scores", "special", "labels", "model"}, weights as halves, or as whole steps of int8
with the width of a step for each row under NAME + STEP.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from kg.errors import ModelError

COLUMNS = ("upos", "xpos", "feats")
STEP = "#step"
WORD_BEGINS = "▁"
MOST = 12  # pieces of a word
LONGEST = 480  # pieces in a sentence
TOGETHER = 1500  # pieces in a batch; larger ones leave the processor's own memory

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers in a state, layers, heads of attention, numbers inside a layer."""

    width: int
    layers: int
    heads: int
    inner: int


@dataclass(frozen=True, slots=True)
class Labels:
    """What each column can hold, in the order of the outputs."""

    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    deprel: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder holds of a sentence of n words; all numbers are log probabilities but for `own` and `other`.

    `tags`: for each of COLUMNS (n, labels). `arcs`: (n, n + 1), each head of each word, 0 is the root. `own` (n, width) and
    `other` (n + 1, width): the words and the heads, of which `Encoder.relations` makes relations.
    """

    tags: tuple[Any, ...]
    arcs: Any
    own: Any
    other: Any


class Pieces:
    """Words -> numbers of pieces, by the most probable division into known `pieces`, whose log probabilities are `scores`.

    `special`: the numbers of the pieces that begin and end a sentence and stand for what is unknown.
    """

    def __init__(self, pieces: Sequence[str], scores: Sequence[float], special: Sequence[int]) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram
        from tokenizers.normalizers import NFKC

        self.pieces, self.scores, self.special = tuple(pieces), tuple(scores), tuple(special)
        self.begin, self.end, self.unknown = self.special
        self._split = Tokenizer(Unigram(list(zip(self.pieces, self.scores, strict=True)), self.unknown))
        self._split.normalizer = NFKC()

    def __len__(self) -> int:
        return len(self.pieces)

    def __call__(self, words: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """The numbers of the first pieces of each word, at least one and at most MOST."""
        found = self._split.encode_batch([WORD_BEGINS + word for word in words])
        return tuple(tuple(word.ids[:MOST]) or (self.unknown,) for word in found)


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors of some sentences: pieces, where padding is, the first and last piece of words, where words are."""

    pieces: Any
    padding: Any
    first: Any
    last: Any
    mask: Any

    @classmethod
    def of(cls, sentences: Sequence[Sequence[Sequence[int]]], pieces: Pieces) -> Self:
        """`sentences` as numbers of pieces of words."""
        import torch

        long = max(map(size, sentences))
        words = max(map(len, sentences))
        numbers = torch.full((len(sentences), long), pieces.unknown)
        padding = torch.ones(len(sentences), long, dtype=torch.bool)
        first, last = (torch.zeros(len(sentences), words, dtype=torch.long) for _ in range(2))
        mask = torch.zeros(len(sentences), words, dtype=torch.bool)
        for i, sentence in enumerate(sentences):
            flat = [pieces.begin, *(piece for word in sentence for piece in word), pieces.end]
            ends = [1]
            for word in sentence:
                ends.append(ends[-1] + len(word))
            numbers[i, : len(flat)] = torch.tensor(flat)
            padding[i, : len(flat)] = False
            first[i, : len(sentence)] = torch.tensor(ends[:-1])
            last[i, : len(sentence)] = torch.tensor(ends[1:]) - 1
            mask[i, : len(sentence)] = True
        return cls(numbers, padding, first, last, mask)


def size(sentence: Iterable[Sequence[int]]) -> int:
    """Pieces of a sentence with its begin and end."""
    return sum(map(len, sentence)) + 2


def in_batches(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Numbers of sentences in groups of about `most` pieces, of similar length."""
    groups: list[list[int]] = []
    for i in sorted(range(len(sizes)), key=lambda i: sizes[i]):
        if groups and (len(groups[-1]) + 1) * sizes[i] <= most:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def build_layers(sizes: Sizes, pieces: int) -> Any:
    """A torch module: pieces (batch, length) and padding mask -> list of states after each layer (batch, length, width)."""
    import torch
    from torch import nn

    class Layers(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            # empty: chance numbers on the meta device would import half of torch
            self.words = nn.Embedding(pieces, sizes.width, _weight=torch.empty(pieces, sizes.width))
            self.places = nn.Embedding(512, sizes.width, _weight=torch.empty(512, sizes.width))
            self.norm = nn.LayerNorm(sizes.width, eps=1e-12)
            layers = [
                nn.TransformerEncoderLayer(
                    sizes.width, sizes.heads, sizes.inner, 0.1, "gelu", layer_norm_eps=1e-12, batch_first=True
                )
                for _ in range(sizes.layers)
            ]
            for layer in layers:
                layer.self_attn.dropout = 0.0  # PyTorch's quick attention takes none
            self.layers = nn.ModuleList(layers)

        def forward(self, numbers: Any, padding: Any) -> list[Any]:
            place = torch.arange(numbers.size(1))
            state = self.norm(self.words(numbers) + self.places(place))
            states = [state]
            for layer in self.layers:
                state = layer(state, src_key_padding_mask=padding)
                states.append(state)
            return states

    return Layers()


def build_network(sizes: Sizes, pieces: int, labels: Labels) -> Any:
    """The torch module: layers, weighted sums of them for tags and for trees, a head for each column."""
    import torch
    from torch import nn

    width = 2 * sizes.width

    def head(outputs: int) -> Any:
        return nn.Sequential(nn.Linear(width, 384), nn.GELU(), nn.Dropout(0.2), nn.Linear(384, outputs))

    def layer(outputs: int) -> Any:
        return nn.Sequential(nn.Linear(width, outputs), nn.GELU(), nn.Dropout(0.33))

    def one(values: Any) -> Any:
        return torch.cat([values, values.new_ones(*values.shape[:-1], 1)], -1)

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = build_layers(sizes, pieces)
            self.mix = nn.Parameter(torch.zeros(2, sizes.layers + 1))
            self.drop = nn.Dropout(0.2)
            self.root = nn.Parameter(torch.zeros(width))
            self.tags = nn.ModuleDict({name: head(len(getattr(labels, name))) for name in COLUMNS})
            self.arc_own, self.arc_head = layer(400), layer(400)
            self.rel_own, self.rel_head = layer(150), layer(150)
            self.arc = nn.Parameter(torch.zeros(401, 400))
            self.rel = nn.Parameter(torch.zeros(len(labels.deprel), 151, 151))

        def states(self, batch: Batch) -> list[Any]:
            """For tags and for trees: (sentence, word, width), first and last piece of a word side by side."""
            layers = torch.stack(self.encoder(batch.pieces, batch.padding))
            found = []
            for weights in self.mix:
                mixed = torch.einsum("l,lbth->bth", weights.softmax(0), layers)
                ends = [
                    torch.gather(mixed, 1, place.unsqueeze(2).expand(-1, -1, mixed.size(2)))
                    for place in (batch.first, batch.last)
                ]
                found.append(self.drop(torch.cat(ends, 2)))
            return found

        def arcs(self, state: Any) -> tuple[Any, Any, Any]:
            """(score of each head for each word, vectors of words, vectors of heads); head 0 is the root."""
            root = self.root.expand(state.size(0), 1, -1)
            heads = torch.cat([root, state], 1)
            scores = one(self.arc_own(state)) @ self.arc @ self.arc_head(heads).transpose(1, 2)
            return scores, one(self.rel_own(state)), one(self.rel_head(heads))

    return Network()


class Encoder:
    """A trained network with its labels and pieces."""

    def __init__(self, model: Any, sizes: Sizes, labels: Labels, pieces: Pieces) -> None:
        self.model, self.sizes, self.labels, self.pieces = model, sizes, labels, pieces

    @classmethod
    def load(cls, path: Path) -> Self:
        """The encoder in the file `path`. Raises ModelError for another file."""
        import torch

        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            sizes = Sizes(**state["sizes"])
            labels = Labels(**{name: tuple(values) for name, values in state["labels"].items()})
            pieces = Pieces(state["pieces"].split("\n"), state["scores"].tolist(), state["special"])
            with torch.device("meta"):
                model = build_network(sizes, len(pieces), labels)
            model.load_state_dict(_widened(state["model"]), assign=True)
        except Exception as error:  # torch, zipfile and pickle each have their own
            raise ModelError(f"{path}: cannot be read as an encoder ({error}); check it with: kg models verify") from error
        return cls(model.requires_grad_(False).eval(), sizes, labels, pieces)

    def save(self, path: str) -> None:
        """Write what `load` reads, with weights in half precision."""
        import torch

        labels = {name: list(getattr(self.labels, name)) for name in Labels.__slots__}
        state = {
            "sizes": asdict(self.sizes),
            "pieces": "\n".join(self.pieces.pieces),
            "scores": torch.tensor(self.pieces.scores),
            "special": list(self.pieces.special),
            "labels": labels,
            "model": {name: value.half() for name, value in self.model.state_dict().items()},
        }
        torch.save(state, path)

    def read(self, sentences: Sequence[Words]) -> list[Reading | None]:
        """What it holds of each sentence, in order; None for one of more than LONGEST pieces."""
        import torch

        divided = [self.pieces(words) for words in sentences]
        sizes = [size(words) for words in divided]
        short = [i for i, pieces in enumerate(sizes) if pieces <= LONGEST]
        found: list[Reading | None] = [None] * len(sentences)
        self.model.eval()
        for group in in_batches([sizes[i] for i in short], TOGETHER):
            numbers = [short[k] for k in group]
            with torch.inference_mode():
                for i, reading in zip(numbers, self._read([divided[i] for i in numbers]), strict=True):
                    found[i] = reading
        return found

    def _read(self, sentences: Sequence[Sequence[Sequence[int]]]) -> Iterable[Reading]:
        tags, trees = self.model.states(Batch.of(sentences, self.pieces))
        columns = [self.model.tags[name](tags).log_softmax(2) for name in COLUMNS]
        scores, own, other = self.model.arcs(trees)
        for k, words in enumerate(sentences):
            n = len(words)
            arcs = scores[k, :n, : n + 1].log_softmax(1)
            yield Reading(tuple(column[k, :n] for column in columns), arcs, own[k, :n], other[k, : n + 1])

    def relations(self, reading: Reading, heads: Sequence[int]) -> Any:
        """(word, relation) log probabilities of the relation of each word to its head."""
        import torch

        with torch.inference_mode():
            left = torch.einsum("ni,rij->nrj", reading.own, self.model.rel)
            return torch.einsum("nrj,nj->nr", left, reading.other[list(heads)]).log_softmax(1)


def _widened(state: dict[str, Any]) -> dict[str, Any]:
    """Weights as float32, those in steps multiplied by the step of their row."""
    return {
        name: (value * state[name + STEP].float().unsqueeze(-1) if name + STEP in state else value.float())
        for name, value in state.items()
        if not name.endswith(STEP)
    }
