"""Write a pose network as safetensors and as ONNX, each with its contract, and prove that both say the same."""

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load, save

from skillc.runtime.formats.pose_contract import PoseContract
from skillc.runtime.learn.distill.network import NetworkSizes, PoseNetwork, centroid_of
from skillc.runtime.learn.onnx_graph import OnnxGraph
from skillc.runtime.learn.session.whole_file import write_whole
from skillc.runtime.policies.exported import CONTRACT_KEY
from skillc.runtime.policies.poses.policy import POSE_POLICY
from skillc.runtime.policies.refused import PolicyRefused


def write_safetensors(network: PoseNetwork, contract: PoseContract, path: Path) -> None:
    """Write the weights; the statistics are in the contract."""
    weights = {k: v.detach().contiguous() for k, v in sorted(network.state_dict().items())}
    write_whole(path, save(weights, metadata={CONTRACT_KEY: POSE_POLICY.text(contract)}))


def read_safetensors(
    path: Path, layout: NetworkSizes, expected: PoseContract | None = None
) -> tuple[PoseNetwork, PoseContract]:
    """Read a network back.

    Raises:
        PolicyRefused: SK906, the file is damaged, no pose policy or not finite; SK905, it was made for something else.
    """
    hint = POSE_POLICY.again
    try:
        with safe_open(str(path), framework="pt") as file:
            text = (file.metadata() or {}).get(CONTRACT_KEY)
        weights = load(path.read_bytes())
    except Exception as reason:  # safetensors raises a class of its own
        raise PolicyRefused("SK906", f"{path} cannot be read as safetensors: {reason}", hint) from reason
    contract = POSE_POLICY.embedded(text, path)
    POSE_POLICY.check(expected, contract, path)
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
    graph = OnnxGraph()
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
    content = graph.as_bytes(
        "keyframe_pose",
        {"points": ("batch", "points", 3), "mask": ("batch", "points")},
        {"position": ("batch", 3), "columns": ("batch", 6)},
        POSE_POLICY.text(contract),
    )
    write_whole(path, content)


@torch.no_grad()
def predict(network: PoseNetwork, points: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the exported graph returns: hand positions (B, 3), m, and raw columns (B, 6)."""
    position, six = network(points, mask)
    return network.hand_position(position, centroid_of(points, mask)), six
