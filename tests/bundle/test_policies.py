"""Weights are data, all there, finite, and of this skill; SK772 for the file, SK773 for what it was made for."""

import json
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from skillc.runtime.bundle.load import load
from tests.bundle.edited_build import copied, refused

OWN = {"skill": "lift-a-box", "robot": "kinova_gen3_leap"}
WEIGHTS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(4, dtype=np.float16)}


def safetensors(contract: Any = OWN, **weights: np.ndarray) -> bytes:
    return save({**WEIGHTS, **weights}, metadata={"contract": json.dumps(contract)})


def rewritten(data: bytes, change: Any) -> bytes:
    """Return the file with its header changed."""
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def with_policy(build: Path, data: bytes, name: str = "residual.safetensors") -> Path:
    (build / "policies").mkdir(exist_ok=True)
    (build / "policies" / name).write_bytes(data)
    return build


def test_a_policy_of_this_skill_is_taken(small_build: Path, tmp_path: Path) -> None:
    build = with_policy(copied(small_build, tmp_path), safetensors())
    contents, records = load(build, locked=True)
    assert "policies/residual.safetensors" in contents.files.members
    sizes = {"observation_size": records.contract.observation_size, "action_size": records.contract.action_size}
    load(with_policy(build, safetensors({**OWN, **sizes})), locked=True)


def overlap(header: dict[str, Any]) -> None:
    header["b"]["data_offsets"] = [0, 8]


def gap(header: dict[str, Any]) -> None:
    header["b"]["data_offsets"] = [header["b"]["data_offsets"][0] + 2, header["b"]["data_offsets"][1] + 2]


def longer(header: dict[str, Any]) -> None:
    header["a"]["shape"] = [2, 10**12]


def strange(header: dict[str, Any]) -> None:
    header["a"]["dtype"] = "OBJECT"


def nowhere(header: dict[str, Any]) -> None:
    header["a"]["data_offsets"] = [-8, "x"]


GOOD = safetensors()
BAD: dict[str, tuple[bytes, str]] = {
    "pickle": (pickle.dumps({"a": 1}), "is a pickle"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
    "html": (b"<!DOCTYPE html>", "is a web page"),
    "empty": (b"", "is cut off"),
    "truncated": (GOOD[:-1], "states [4] of F16, and has 7 bytes"),
    "header only": (GOOD[:40], "is cut off, or no safetensors"),
    "appended": (GOOD + b"x", "something follows"),
    "huge header": (struct.pack("<Q", 2**62) + GOOD[8:], "its header states"),
    "no json": (struct.pack("<Q", 4) + b"{{{{", "is no safetensors"),
    "nested": (struct.pack("<Q", 200_000) + b"[" * 200_000, "nested deeper"),
    "a list": (struct.pack("<Q", 2) + b"[]", "no mapping of tensors"),
    "overlap": (rewritten(GOOD, overlap), "overlaps another"),
    "gap": (rewritten(GOOD, gap), "there is a gap"),
    "longer": (rewritten(GOOD, longer), "states [2, 1000000000000] of F32"),
    "type": (rewritten(GOOD, strange), "has the type 'OBJECT'"),
    "offsets": (rewritten(GOOD, nowhere), "a tensor has no offsets"),
    "nan": (safetensors(a=np.array([np.nan], dtype=np.float32)), "weights that are not finite"),
    "inf": (safetensors(b=np.array([np.inf], dtype=np.float16)), "weights that are not finite"),
    "nan in bf16": (
        rewritten(safetensors(b=np.array([0x7FC0], dtype=np.uint16)), lambda h: h["b"].update(dtype="BF16")),
        "weights that are not finite",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_sound_weights_is_refused(small_build: Path, tmp_path: Path, name: str) -> None:
    data, said = BAD[name]
    told = refused(with_policy(copied(small_build, tmp_path), data))
    assert told.startswith("policies/residual.safetensors: SK772: ") and said in told, told


MADE_FOR: list[tuple[Any, str]] = [
    ({**OWN, "skill": "pour"}, "contract.skill: is 'pour'; this skill's is 'lift-a-box'"),
    ({**OWN, "robot": "xarm6_leap"}, "contract.robot: is 'xarm6_leap'"),
    ({**OWN, "observation_size": 7}, "contract.observation_size: is 7; the contract's is"),
    ({**OWN, "action_size": 7}, "contract.action_size: is 7; the contract's is"),
    ({"skill": "lift-a-box"}, "contract.robot: is None"),
    ([], "contract.skill: is missing"),
]


@pytest.mark.parametrize(("contract", "said"), MADE_FOR, ids=[said for _, said in MADE_FOR])
def test_a_policy_made_for_something_else_is_refused(
    small_build: Path, tmp_path: Path, contract: Any, said: str
) -> None:
    told = refused(with_policy(copied(small_build, tmp_path), safetensors(contract)))
    assert f"policies/residual.safetensors: SK773: {said}" in told


def test_a_policy_that_says_nothing_of_its_skill_is_refused(small_build: Path, tmp_path: Path) -> None:
    assert "SK773: contract.skill: is missing" in refused(with_policy(copied(small_build, tmp_path), save(WEIGHTS)))


# --- ONNX


def onnx_file(contract: Any = OWN, change: Any = lambda model: None) -> bytes:
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.ones((2, 2), dtype=np.float32), "w")
    seen = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])
    done = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "net", [seen], [done], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.helper.set_model_props(model, {"contract": json.dumps(contract)})
    change(model)
    return bytes(model.SerializeToString())


def escaping(model: Any) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = 1
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../../etc/passwd"


def not_finite(model: Any) -> None:
    model.graph.initializer[0].raw_data = np.full((2, 2), np.nan, dtype=np.float32).tobytes()


def own_operator(model: Any) -> None:
    model.graph.node[0].domain = "evil.example"
    model.opset_import.add(domain="evil.example", version=1)


def test_an_onnx_policy_is_one_file_of_finite_numbers(small_build: Path, tmp_path: Path) -> None:
    build = copied(small_build, tmp_path)
    load(with_policy(build, onnx_file(), "p.onnx"), locked=True)
    for data, said in (
        (onnx_file(change=escaping), "SK772: "),
        (onnx_file(change=not_finite), "SK772: the tensor 'w' holds weights that are not finite"),
        (onnx_file(change=own_operator), "SK772: uses operators of its own: evil.example"),
        (onnx_file()[:-30], "SK772: is no ONNX model"),
        (pickle.dumps([]), "SK772: is a pickle"),
        (onnx_file({**OWN, "skill": "pour"}), "SK773: contract.skill: is 'pour'"),
        (onnx_file(None), "SK773: contract.skill: is missing"),
    ):
        assert said in refused(with_policy(build, data, "p.onnx"))


def test_external_data_of_an_onnx_policy_is_never_opened(small_build: Path, tmp_path: Path) -> None:
    told = refused(with_policy(copied(small_build, tmp_path), onnx_file(change=escaping), "p.onnx"))
    assert "lies outside of the file" in told or "is no ONNX model" in told


def test_what_training_goes_on_from_is_no_part_of_a_skill(small_build: Path, tmp_path: Path) -> None:
    build = with_policy(copied(small_build, tmp_path), b"", "residual.txt")
    (build / "policies" / "checkpoints").mkdir()
    (build / "policies" / "checkpoints" / "1.safetensors").write_bytes(save(WEIGHTS))
    contents, _ = load(build, locked=True)
    assert not [name for name in contents.files.members if name.startswith("policies")]
