"""Write a pose network as safetensors and as ONNX, each with its contract, and prove that both say the same."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open
from safetensors.torch import load, save

from skillc.runtime.formats.codec import as_json
from skillc.runtime.formats.pose_contract import NAME, VERSION, PoseContract
from skillc.runtime.learn.distill.network import NetworkSizes, PoseNetwork, centroid_of
from skillc.runtime.policies.poses.policy import CONTRACT_KEY, check, embedded
from skillc.runtime.policies.poses.refused import PolicyRefused

OPSET, IR_VERSION = 18, 10
"""ours: the lowest that has reductions over given axes; runtimes of 2024 and later read both."""


def contract_text(contract: PoseContract) -> str:
    """Return the contract as it is embedded."""
    return json.dumps({"format": NAME, "version": VERSION, **as_json(contract)}, sort_keys=True)


def write_safetensors(network: PoseNetwork, contract: PoseContract, path: Path) -> None:
    """Write the weights; the statistics are in the contract."""
    weights = {k: v.detach().contiguous() for k, v in sorted(network.state_dict().items())}
    _replace(path, save(weights, metadata={CONTRACT_KEY: contract_text(contract)}))


def read_safetensors(
    path: Path, layout: NetworkSizes, expected: PoseContract | None = None
) -> tuple[PoseNetwork, PoseContract]:
    """Read a network back.

    Raises:
        PolicyRefused: SK906, the file is damaged, no pose policy or not finite; SK905, it was made for something else.
    """
    hint = "train again: `skillc train BUILD`"
    try:
        with safe_open(str(path), framework="pt") as file:
            text = (file.metadata() or {}).get(CONTRACT_KEY)
        weights = load(path.read_bytes())
    except Exception as reason:  # safetensors raises a class of its own
        raise PolicyRefused("SK906", f"{path} cannot be read as safetensors: {reason}", hint) from reason
    contract = embedded(text, path)
    if expected is not None:
        check(expected, contract, path)
    network = PoseNetwork(layout, contract.normalization)
    try:
        network.load_state_dict(weights)
    except RuntimeError as reason:
        told = " ".join(str(reason).split())[:200]
        raise PolicyRefused("SK906", f"{path} holds the weights of another network: {told}", hint) from reason
    if not all(bool(torch.isfinite(w).all()) for w in weights.values()):
        raise PolicyRefused("SK906", f"{path} holds weights that are not finite", hint)
    return network, contract


def write_onnx(network: PoseNetwork, contract: PoseContract, path: Path) -> None:
    """Write the graph `points (B, N, 3), mask (B, N) -> position (B, 3), columns (B, 6)`, metres in the table frame."""
    graph = _Graph()
    total = graph.add("ReduceSum", "mask", graph.axes(1), keepdims=1)
    there = graph.add("Unsqueeze", "mask", graph.axes(2))
    summed = graph.add("ReduceSum", graph.add("Mul", "points", there), graph.axes(1), keepdims=0)
    centroid = graph.add("Div", summed, total)
    x = graph.add("Sub", "points", graph.add("Unsqueeze", centroid, graph.axes(1)))
    x = graph.standardized(x, network.point_mean, network.point_std)
    for layer in network.layers:
        x = graph.add("Relu", graph.linear(x, layer))
    held = graph.add("Mul", x, there)
    away = graph.add("Mul", graph.add("Sub", there, graph.number([1.0])), graph.number([1e9]))
    highest = graph.add("ReduceMax", graph.add("Add", held, away), graph.axes(1), keepdims=0)
    mean = graph.add("Div", graph.add("ReduceSum", held, graph.axes(1), keepdims=0), total)
    place = graph.standardized(centroid, network.centroid_mean, network.centroid_std)
    x = graph.add("Relu", graph.linear(graph.add("Concat", highest, mean, place, axis=1), network.fuse))
    for block in network.residual:
        inner = graph.add("Relu", graph.linear(x, block.first))
        x = graph.add("Relu", graph.add("Add", x, graph.linear(inner, block.second)))
    means, stds = network.target_mean, network.target_std
    relative = graph.raw(graph.linear(x, network.position), means[:3], stds[:3])
    graph.add("Add", relative, centroid, name="position")
    graph.raw(graph.linear(x, network.rotation), means[3:], stds[3:], name="columns")
    _replace(path, graph.model(contract_text(contract)).SerializeToString(deterministic=True))


@torch.no_grad()
def predict(network: PoseNetwork, points: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the exported graph returns: hand positions (B, 3), m, and raw columns (B, 6)."""
    position, six = network(points, mask)
    return network.hand_position(position, centroid_of(points, mask)), six


class _Graph:
    """Collects nodes and weights; names are numbers, so that equal networks make equal bytes."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._values: list[Any] = []

    def add(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def number(self, values: Any, kind: Any = np.float32) -> str:
        name = f"c{len(self._values)}"
        self._values.append(numpy_helper.from_array(np.asarray(values, dtype=kind), name))
        return name

    def axes(self, *axes: int) -> str:
        return self.number(axes, np.int64)

    def linear(self, x: str, layer: Any) -> str:
        weight, bias = layer.weight.detach().numpy().T, layer.bias.detach().numpy()
        return self.add("Add", self.add("MatMul", x, self.number(weight)), self.number(bias))

    def standardized(self, x: str, mean: torch.Tensor, std: torch.Tensor) -> str:
        return self.add("Div", self.add("Sub", x, self.number(mean.numpy())), self.number(std.numpy()))

    def raw(self, x: str, mean: torch.Tensor, std: torch.Tensor, name: str = "") -> str:
        return self.add("Add", self.add("Mul", x, self.number(std.numpy())), self.number(mean.numpy()), name=name)

    def model(self, contract: str) -> Any:
        def tensor(name: str, *shape: str | int) -> Any:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))

        graph = helper.make_graph(
            self._nodes,
            "keyframe_pose",
            [tensor("points", "batch", "points", 3), tensor("mask", "batch", "points")],
            [tensor("position", "batch", 3), tensor("columns", "batch", 6)],
            initializer=self._values,
        )
        model = helper.make_model(
            graph, producer_name="skillc", ir_version=IR_VERSION, opset_imports=[helper.make_opsetid("", OPSET)]
        )
        helper.set_model_props(model, {CONTRACT_KEY: contract})
        onnx.checker.check_model(model)
        return model


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(content)
    draft.replace(path)
