"""ONNX graphs of trained networks, node by node; equal networks make equal bytes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from skillc.runtime.policies.exported import CONTRACT_KEY

OPSET, IR_VERSION = 18, 10
"""ours: the lowest that has reductions over given axes; runtimes of 2024 and later read both."""


class OnnxGraph:
    """Collects nodes and weights; names are numbers, so that nothing but the network decides on the bytes."""

    def __init__(self) -> None:
        """Begin an empty graph."""
        self._nodes: list[Any] = []
        self._values: list[Any] = []

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add an operator and return the name of its output: `name`, or a number."""
        name = name or f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def number(self, values: Any, kind: Any = np.float32) -> str:
        """Add a constant and return its name."""
        name = f"c{len(self._values)}"
        self._values.append(numpy_helper.from_array(np.asarray(values, dtype=kind), name))
        return name

    def axes(self, *axes: int) -> str:
        """Add the axes of a reduction."""
        return self.number(axes, np.int64)

    def linear(self, x: str, layer: Any) -> str:
        """Add a `torch.nn.Linear`."""
        weight, bias = layer.weight.detach().numpy().T, layer.bias.detach().numpy()
        return self.add("Add", self.add("MatMul", x, self.number(weight)), self.number(bias))

    def standardized(self, x: str, mean: torch.Tensor, std: torch.Tensor) -> str:
        """Add (x - mean) / std."""
        return self.add("Div", self.add("Sub", x, self.number(mean.numpy())), self.number(std.numpy()))

    def raw(self, x: str, mean: torch.Tensor, std: torch.Tensor, name: str = "") -> str:
        """Add x * std + mean."""
        return self.add("Add", self.add("Mul", x, self.number(std.numpy())), self.number(mean.numpy()), name=name)

    def as_bytes(
        self, name: str, inputs: Mapping[str, tuple[str | int, ...]], outputs: Mapping[str, tuple[str | int, ...]],
        contract: str,
    ) -> bytes:  # fmt: skip
        """Return the whole file, checked.

        Args:
            name: of the graph.
            inputs: name -> shape; words are sizes that may differ from call to call.
            outputs: as `inputs`.
            contract: text that the file carries.
        """
        graph = helper.make_graph(self._nodes, name, _tensors(inputs), _tensors(outputs), initializer=self._values)
        model = helper.make_model(
            graph, producer_name="skillc", ir_version=IR_VERSION, opset_imports=[helper.make_opsetid("", OPSET)]
        )
        helper.set_model_props(model, {CONTRACT_KEY: contract})
        onnx.checker.check_model(model)
        content: bytes = model.SerializeToString(deterministic=True)
        return content


def _tensors(shapes: Mapping[str, tuple[str | int, ...]]) -> list[Any]:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in shapes.items()]
