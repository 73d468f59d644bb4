"""Write a residual policy as safetensors and as ONNX, each with its contract, and prove that both say the same."""

from pathlib import Path

import numpy as np
import torch
from rsl_rl.models import MLPModel
from safetensors.torch import save

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.residual_contract import ResidualContract
from skillc.runtime.learn.onnx_graph import OnnxGraph
from skillc.runtime.learn.session.whole_file import write_whole
from skillc.runtime.policies.exported import CONTRACT_KEY
from skillc.runtime.policies.residual.policy import RESIDUAL_POLICY, ResidualPolicy

_ACTIVATIONS = {torch.nn.ELU: "Elu", torch.nn.ReLU: "Relu", torch.nn.Tanh: "Tanh"}


def write_policy(actor: MLPModel, contract: ResidualContract, folder: Path) -> tuple[Path, Path]:
    """Write `policy.onnx` and `policy.safetensors` below `folder`; equal policies give equal bytes."""
    text = RESIDUAL_POLICY.text(contract)
    weights = {k: v.detach().contiguous() for k, v in sorted(actor.state_dict().items())}
    paths = folder / "policy.onnx", folder / "policy.safetensors"
    inputs, outputs = {"observation": ("batch", actor.obs_dim)}, {"action": ("batch", actor.distribution.output_dim)}
    write_whole(paths[0], _graph(actor).as_bytes("residual", inputs, outputs, text))
    write_whole(paths[1], save(weights, metadata={CONTRACT_KEY: text}))
    return paths


@torch.no_grad()
def parity(actor: MLPModel, policy: ResidualPolicy, observations: FloatArray) -> float:
    """Return the largest difference of an action between the network and its exported file."""
    from tensordict import TensorDict

    given = torch.from_numpy(observations).float()
    ours = actor(TensorDict({"policy": given}, batch_size=[len(given)])).numpy()
    return float(np.abs(ours - policy.action(observations)).max(initial=0.0))


def _graph(actor: MLPModel) -> OnnxGraph:
    """Return the graph `observation (B, o) -> action (B, m)`: standardize, then the layers."""
    graph, normalizer = OnnxGraph(), actor.obs_normalizer
    x = graph.standardized("observation", normalizer.mean, normalizer.std + normalizer.eps)
    for layer in actor.mlp:
        if isinstance(layer, torch.nn.Linear):
            x = graph.linear(x, layer)
        elif type(layer) in _ACTIVATIONS:
            x = graph.add(_ACTIVATIONS[type(layer)], x)
        else:
            raise ValueError(f"no operator for {layer}")
    graph.add("Identity", x, name="action")
    return graph
