"""Write a residual policy as safetensors and as ONNX, each with its contract, and prove that both say the same."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from rsl_rl.models import MLPModel
from safetensors.torch import save

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.codec import as_json
from skillc.runtime.formats.residual_contract import NAME, VERSION, ResidualContract
from skillc.runtime.learn.distill.export import IR_VERSION, OPSET
from skillc.runtime.policies.poses.policy import CONTRACT_KEY
from skillc.runtime.policies.residual.policy import ResidualPolicy

_ACTIVATIONS = {torch.nn.ELU: "Elu", torch.nn.ReLU: "Relu", torch.nn.Tanh: "Tanh"}


def write_policy(actor: MLPModel, contract: ResidualContract, folder: Path) -> tuple[Path, Path]:
    """Write `policy.onnx` and `policy.safetensors` below `folder`; equal policies give equal bytes."""
    text = json.dumps({"format": NAME, "version": VERSION, **as_json(contract)}, sort_keys=True)
    weights = {k: v.detach().contiguous() for k, v in sorted(actor.state_dict().items())}
    paths = folder / "policy.onnx", folder / "policy.safetensors"
    _replace(paths[0], _graph(actor, text).SerializeToString(deterministic=True))
    _replace(paths[1], save(weights, metadata={CONTRACT_KEY: text}))
    return paths


@torch.no_grad()
def parity(actor: MLPModel, policy: ResidualPolicy, observations: FloatArray) -> float:
    """Return the largest difference of an action between the network and its exported file."""
    from tensordict import TensorDict

    given = torch.from_numpy(observations).float()
    ours = actor(TensorDict({"policy": given}, batch_size=[len(given)])).numpy()
    return float(np.abs(ours - policy.action(observations)).max(initial=0.0))


def _graph(actor: MLPModel, contract: str) -> Any:
    """Return the graph `observation (B, o) -> action (B, m)`: standardize, then the layers."""
    nodes: list[Any] = []
    values: list[Any] = []

    def number(array: torch.Tensor) -> str:
        values.append(numpy_helper.from_array(array.detach().numpy().astype(np.float32), f"c{len(values)}"))
        return f"c{len(values) - 1}"

    def add(kind: str, *inputs: str) -> str:
        nodes.append(helper.make_node(kind, list(inputs), [f"t{len(nodes)}"]))
        return f"t{len(nodes) - 1}"

    normalizer = actor.obs_normalizer
    x = add("Sub", "observation", number(normalizer.mean))
    x = add("Div", x, number(normalizer.std + normalizer.eps))
    for layer in actor.mlp:
        if isinstance(layer, torch.nn.Linear):
            x = add("Add", add("MatMul", x, number(layer.weight.T)), number(layer.bias))
        elif type(layer) in _ACTIVATIONS:
            x = add(_ACTIVATIONS[type(layer)], x)
        else:
            raise ValueError(f"no operator for {layer}")
    nodes.append(helper.make_node("Identity", [x], ["action"]))
    inputs = helper.make_tensor_value_info("observation", TensorProto.FLOAT, ["batch", actor.obs_dim])
    outputs = helper.make_tensor_value_info("action", TensorProto.FLOAT, ["batch", actor.distribution.output_dim])
    graph = helper.make_graph(nodes, "residual", [inputs], [outputs], initializer=values)
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
