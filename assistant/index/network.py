"""Writes the network of a BERT embedder as an ONNX model, from the weights that torch would load.

The model is put together from operators that onnxruntime computes in one piece (``com.microsoft``): attention, layer
norms, and products of matrices in small integers. Only what it needs of the format is written here, which is a protocol
buffer: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the numbers of the fields.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[np.float32]]

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
STATES = "states"
"""The output: one row for each token."""

_LARGEST = 63
"""Of a weight. With seven bits the sum of two products fits the 16 bits in which processors without VNNI add them:
2 x 255 x 63 < 32,768. With eight it would be cut off there, and the vectors would depend on the processor."""

_FLOAT, _INT8, _INT32, _INT64 = 1, 3, 6, 7
_TYPES = {np.dtype(np.float32): _FLOAT, np.dtype(np.int8): _INT8}


@dataclass(frozen=True, slots=True)
class BertShape:
    """What is read of a model's ``config.json``.

    Attributes:
        hidden_size: Length of a token's row, and of a vector.
        layer_norm_eps: Added to a variance before it divides.
    """

    model_type: str = ""
    hidden_act: str = ""
    position_embedding_type: str = "absolute"
    hidden_size: int = 0
    num_hidden_layers: int = 0
    num_attention_heads: int = 0
    layer_norm_eps: float = 1e-12

    @property
    def is_bert(self) -> bool:
        """Whether it is a network as it is written here."""
        known = (self.model_type, self.hidden_act, self.position_embedding_type)
        return known == ("bert", "gelu", "absolute") and self.num_hidden_layers > 0


def write_network(shape: BertShape, weights: Weights) -> bytes:
    """Returns the ONNX model: ``INPUTS`` of shape (texts, tokens) in, ``STATES`` of shape (texts, tokens, d) out.

    Products are computed with weights of seven bits, a scale for each column, and activations of eight, a scale for
    each product. Two are left in floats, from which two thirds of the error came: the second one of each feed-forward
    part, because what goes into it has rare large values, and that of the values that attention mixes.

    Raises:
        KeyError: A weight is missing.
    """
    graph = _Graph(weights, shape.layer_norm_eps)
    ids, mask, types = (graph.cast(name) for name in INPUTS)
    names = ("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight")
    tables = [graph.weight(f"embeddings.{name}") for name in names]
    norm = graph.norm("embeddings.LayerNorm")
    states = graph.node("EmbedLayerNormalization", [ids, types, *tables, *norm, mask], more_outputs=1, eps=True)
    for number in range(shape.num_hidden_layers):
        layer = f"encoder.layer.{number}"
        parts = [graph.product(states, f"{layer}.attention.self.{name}") for name in ("query", "key")]
        parts.append(graph.float_product(states, f"{layer}.attention.self.value"))
        seen = graph.node("MultiHeadAttention", [*parts, "", mask], num_heads=shape.num_attention_heads)
        seen = graph.product(seen, f"{layer}.attention.output.dense")
        norm = graph.norm(f"{layer}.attention.output.LayerNorm")
        states = graph.node("SkipLayerNormalization", [seen, states, *norm], eps=True)
        inner = graph.node("Gelu", [graph.product(states, f"{layer}.intermediate.dense")])
        outer = graph.float_product(inner, f"{layer}.output.dense")
        norm = graph.norm(f"{layer}.output.LayerNorm")
        states = graph.node("SkipLayerNormalization", [outer, states, *norm], eps=True)
    return graph.model(states)


class _Graph:
    """Nodes and constants, as the bytes of their messages."""

    def __init__(self, weights: Weights, eps: float) -> None:
        self._weights = weights
        self._eps = eps
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def node(
        self,
        kind: str,
        inputs: Sequence[str],
        *,
        domain: str = "com.microsoft",
        more_outputs: int = 0,
        eps: bool = False,
        **integers: int,
    ) -> str:
        """Adds a node and returns the name of its first output."""
        name = f"n{len(self._nodes)}"
        outputs = [name, *(f"{name}.{more}" for more in range(more_outputs))]
        attributes = [_text(1, key) + _number(3, value) + _number(20, 2) for key, value in integers.items()]
        if eps:
            attributes.append(_text(1, "epsilon") + b"\x15" + struct.pack("<f", self._eps) + _number(20, 1))
        fields = [*(_text(1, one) for one in inputs), *(_text(2, one) for one in outputs), _text(4, kind)]
        fields += [_bytes(5, attribute) for attribute in attributes]
        self._nodes.append(b"".join(fields) + _text(7, domain))
        return name

    def cast(self, name: str) -> str:
        """Adds the change of an input to the integers that the operators take."""
        return self.node("Cast", [name], domain="", to=_INT32)

    def weight(self, name: str) -> str:
        """Adds a weight as it is."""
        return self._constant(name, self._weights[name])

    def norm(self, name: str) -> tuple[str, str]:
        """Adds the weights of a layer norm."""
        return self.weight(f"{name}.weight"), self.weight(f"{name}.bias")

    def product(self, states: str, name: str) -> str:
        """Adds ``states @ weight + bias`` in small integers."""
        weight = self._weights[f"{name}.weight"].T
        scale = np.maximum(np.abs(weight).max(axis=0) / _LARGEST, np.finfo(np.float32).tiny)
        small = np.round(weight / scale).astype(np.int8)
        constants = [self._constant(f"{name}.small", small), self._constant(f"{name}.scale", scale)]
        return self.node("DynamicQuantizeMatMul", [states, *constants, "", self.weight(f"{name}.bias")])

    def float_product(self, states: str, name: str) -> str:
        """Adds ``states @ weight + bias`` in floats."""
        weight = self._constant(f"{name}.weight", self._weights[f"{name}.weight"].T)
        product = self.node("MatMul", [states, weight], domain="")
        return self.node("Add", [product, self.weight(f"{name}.bias")], domain="")

    def model(self, states: str) -> bytes:
        """Returns the whole, with ``states`` as its output."""
        self.node("Identity", [states], domain="")
        last = f"n{len(self._nodes) - 1}"
        self._nodes[-1] = self._nodes[-1].replace(_text(2, last), _text(2, STATES))
        graph = [*(_bytes(1, node) for node in self._nodes), _text(2, "bert")]
        graph += [_bytes(5, constant) for constant in self._constants]
        graph += [_bytes(11, _text(1, name) + _bytes(2, _tensor_type(_INT64, 2))) for name in INPUTS]
        graph.append(_bytes(12, _text(1, STATES) + _bytes(2, _tensor_type(_FLOAT, 3))))
        versions = [_text(1, "") + _number(2, 17), _text(1, "com.microsoft") + _number(2, 1)]
        return _number(1, 8) + _bytes(7, b"".join(graph)) + b"".join(_bytes(8, one) for one in versions)

    def _constant(self, name: str, values: NDArray[np.float32] | NDArray[np.int8]) -> str:
        shape = b"".join(_number(1, size) for size in values.shape)
        data = _bytes(9, np.ascontiguousarray(values).tobytes())
        self._constants.append(shape + _number(2, _TYPES[values.dtype]) + _text(8, name) + data)
        return name


def _tensor_type(kind: int, dimensions: int) -> bytes:
    shape = b"".join(_bytes(1, b"") for _ in range(dimensions))
    return _bytes(1, _number(1, kind) + _bytes(2, shape))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """Returns a number in groups of seven bits, the low ones first; all but the last have the high bit set."""
    groups: list[int] = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*groups, value))
