"""Surgery on ONNX graphs: the linear head is taken off, and what goes into it is the embedding.

A tagger's graph ends in a matrix product with one column a tag, a bias, and often a sigmoid. The
way back from the output is followed through operators that do nothing to it; where it meets the
product, the graph is cut there. Graphs that end in something else (decoders, re-rankings) keep
their end; their embedding is the last single tensor that all of the end hangs on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from onnx import (
    AttributeProto,
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    helper,
    numpy_helper,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_SHAPING = frozenset({"Identity", "Dropout", "Flatten", "Squeeze", "Reshape", "Unsqueeze", "Cast"})
_POOLING = frozenset({"GlobalAveragePool", "ReduceMean"})
_WEIGHING = frozenset({"MatMul", "Gemm", "Conv", "Einsum"})


@dataclass(frozen=True, slots=True)
class LinearHead:
    """The end of a graph.

    Attributes:
        source: Tensor that goes into it.
        weight: (T, D) float32.
        bias: (T,) float32.
        pools: Whether the source is a map whose mean goes into it.
    """

    source: str
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    pools: bool


def find_head(graph: GraphProto, output: str) -> LinearHead | None:
    """Follow an output back to the matrix product that it comes from.

    Args:
        graph: With its weights.
        output: Name of the output.

    Returns:
        The head; `None` where the graph does not end in one.
    """
    producers = {name: node for node in graph.node for name in node.output}
    known = _Constants(graph, producers)
    bias: NDArray[np.float32] | None = None
    name, squashed, pooled = output, False, False
    while name in producers:
        node = producers[name]
        if node.op_type in {"MatMul", "Gemm", "Conv"}:
            return _head(node, known, bias, pooled=pooled)
        if node.op_type == "Add" and (added := _added(node, known)) is not None:
            name, value = added
            bias = value if bias is None else bias + value
        elif node.op_type == "Sigmoid" and not squashed and bias is None:
            name, squashed = node.input[0], True
        elif node.op_type in _SHAPING or (node.op_type in _POOLING and not pooled):
            pooled = pooled or node.op_type in _POOLING
            name = node.input[0]
        else:
            return None
    return None


@dataclass(frozen=True)
class _Constants:
    """Values that the graph itself holds."""

    graph: GraphProto
    producers: dict[str, NodeProto]

    def value(self, name: str) -> NDArray[np.float32] | None:
        """A constant as float32; `None` where the name is not one."""
        for tensor in self.graph.initializer:
            if tensor.name == name:
                return np.asarray(numpy_helper.to_array(tensor), np.float32)
        node = self.producers.get(name)
        if node is None:
            return None
        if node.op_type == "Constant":
            found = [a for a in node.attribute if a.name == "value"]
            return np.asarray(numpy_helper.to_array(found[0].t), np.float32) if found else None
        if node.op_type in {"Identity", "Cast"}:
            return self.value(node.input[0])
        if node.op_type == "Transpose":
            inner = self.value(node.input[0])
            turn = [list(a.ints) for a in node.attribute if a.name == "perm"]
            return None if inner is None else inner.transpose(turn[0] if turn else None)
        return None


def _added(node: NodeProto, known: _Constants) -> tuple[str, NDArray[np.float32]] | None:
    """The other summand, and the constant that an addition adds."""
    for variable, constant in (node.input[:2], node.input[1::-1]):
        value = known.value(constant)
        if value is not None and known.value(variable) is None:
            return variable, value.reshape(-1)
    return None


def _head(
    node: NodeProto, known: _Constants, added: NDArray[np.float32] | None, *, pooled: bool
) -> LinearHead | None:
    weight = known.value(node.input[1])
    options = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if weight is None or not _is_plain(node, weight, options, pooled=pooled):
        return None
    if node.op_type == "Conv":
        weight = weight.reshape(weight.shape[:2])
    elif not options.get("transB"):
        weight = weight.T
    own = known.value(node.input[2]) if len(node.input) > 2 and node.input[2] else None
    bias = np.zeros(len(weight), np.float32)
    for part in (own, added):
        if part is not None:
            bias = bias + part.reshape(-1)
    if bias.shape != (len(weight),):
        return None
    return LinearHead(node.input[0], np.ascontiguousarray(weight), bias, pooled)


def _is_plain(
    node: NodeProto, weight: NDArray[np.float32], options: dict[str, object], *, pooled: bool
) -> bool:
    """Whether a product is a linear head, and nothing more."""
    if node.op_type == "Conv":
        return pooled and weight.ndim == 4 and weight.shape[2:] == (1, 1) and _is_one(options)
    if weight.ndim != 2 or pooled:
        return False
    return options.get("alpha", 1.0) == 1.0 == options.get("beta", 1.0) and not options.get(
        "transA"
    )


def _is_one(options: dict[str, object]) -> bool:
    """Whether a convolution has no groups, strides or padding."""
    values = [options.get(name) for name in ("strides", "pads", "dilations")]
    plain = {None, (1, 1), (0, 0, 0, 0)}
    return options.get("group", 1) == 1 and all(
        (tuple(v) if isinstance(v, list) else v) in plain for v in values
    )


def cuts(graph: GraphProto, inputs: set[str], output: str) -> list[str]:
    """Tensors that all ways from the inputs to an output pass through, the last one first.

    Only those count after which weights still come: what follows the last product is the output
    in another shape.

    Args:
        graph: Nodes in an order in which they can run, as ONNX demands.
        inputs: Names of the pictures' inputs.
        output: Name of the output.
    """
    needed = _needed(graph, {output})
    nodes = [node for node in graph.node if needed & set(node.output)]
    carried = set(inputs)
    for node in nodes:
        if carried & set(_uses(node)):
            carried.update(node.output)
    last_use = {
        name: at for at, node in enumerate(nodes) for name in _uses(node) if name in carried
    }
    last_use[output] = len(nodes)
    live: set[str] = set(inputs) & last_use.keys()
    found = []
    weighing = [at for at, node in enumerate(nodes) if node.op_type in _WEIGHING]
    for at, node in enumerate(nodes):
        live.update(name for name in node.output if name in carried and name in last_use)
        live = {name for name in live if last_use[name] > at}
        if len(live) == 1 and weighing and at < weighing[-1] and not live <= inputs:
            name = next(iter(live))
            if name not in found:
                found.append(name)
    return found[::-1]


def trunk(model: ModelProto, outputs: dict[str, str], pooled: str = "") -> ModelProto:
    """The part of a graph that some of its tensors need, with these as outputs.

    Args:
        model: With its weights.
        outputs: New name of an output, by the tensor's name.
        pooled: Tensor among them, (B, C, H, W), whose mean over the map is meant; empty for none.

    Returns:
        A model of its own; weights that it does not need are left out.
    """
    cut = ModelProto()
    cut.CopyFrom(model)
    graph = cut.graph
    for tensor, name in outputs.items():
        if tensor == pooled:
            graph.node.append(helper.make_node("GlobalAveragePool", [tensor], [f"{name}_map"]))
            graph.node.append(helper.make_node("Flatten", [f"{name}_map"], [name], axis=1))
        elif tensor != name:
            graph.node.append(helper.make_node("Identity", [tensor], [name]))
    del graph.output[:]
    graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs.values()
    )
    prune(graph)
    return cut


def prune(graph: GraphProto) -> None:
    """Drop nodes and weights that no output needs."""
    needed = _needed(graph, {value.name for value in graph.output})
    nodes = [node for node in graph.node if needed & set(node.output)]
    weights = [tensor for tensor in graph.initializer if tensor.name in needed]
    inputs = [value for value in graph.input if value.name in needed]
    for field, kept in ((graph.node, nodes), (graph.initializer, weights), (graph.input, inputs)):
        copies = [type(item)() for item in kept]
        for copy, item in zip(copies, kept, strict=True):
            copy.CopyFrom(item)
        del field[:]
        field.extend(copies)
    del graph.value_info[:]


def _needed(graph: GraphProto, outputs: set[str]) -> set[str]:
    """Names of all tensors that some tensors come from, themselves included."""
    producers = {name: node for node in graph.node for name in node.output}
    needed: set[str] = set()
    waiting = list(outputs)
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in producers:
            waiting.extend(_uses(producers[name]))
    return needed


def _uses(node: NodeProto) -> Iterator[str]:
    """Names that a node reads, those of its branches and loops included."""
    yield from (name for name in node.input if name)
    for attribute in node.attribute:
        graphs = [attribute.g] if attribute.type == AttributeProto.GRAPH else attribute.graphs
        for inner in graphs:
            for part in inner.node:
                yield from _uses(part)
            yield from (value.name for value in inner.output)
