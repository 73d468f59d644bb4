from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from skillc.runtime.formats.pose_contract import TARGET, CloudContract, PoseContract
from skillc.runtime.learn.distill.clouds import mask_of
from skillc.runtime.learn.distill.export import predict, read_safetensors, write_onnx, write_safetensors
from skillc.runtime.learn.distill.loss import statistics
from skillc.runtime.learn.distill.network import NetworkSizes, PoseNetwork
from skillc.runtime.learn.distill.rotation import from_six
from skillc.runtime.policies.poses.policy import PosePolicy, orthonormal
from skillc.runtime.policies.refused import PolicyRefused
from tests.learn import tiny

LAYOUT = NetworkSizes(encoder=(16, 16), fused=16, residual_blocks=2, dropout=0.2)


@pytest.fixture(scope="module")
def network() -> PoseNetwork:
    torch.manual_seed(0)
    return PoseNetwork(LAYOUT, statistics(tiny.clouds()))


@pytest.fixture(scope="module")
def contract() -> PoseContract:
    return PoseContract(
        skill="lift", robot="arm", policy="keyframe_pose", keyframe="contact", hand="palm", target=TARGET,
        max_points=20,
        cloud=CloudContract(object="box", frame="table", voxel_m=(0.001, 0.001), T_camera_table=tiny.OVERHEAD),
        normalization=statistics(tiny.clouds()),
    )  # fmt: skip


def test_the_exported_graph_says_what_the_network_says(
    network: PoseNetwork, contract: PoseContract, tmp_path: Path
) -> None:
    import onnxruntime

    write_onnx(network, contract, tmp_path / "policy.onnx")
    session = onnxruntime.InferenceSession((tmp_path / "policy.onnx").read_bytes())
    clouds = tiny.clouds(16)
    mask = mask_of(clouds.count, 20)
    exported = session.run(None, {"points": clouds.points.numpy(), "mask": mask.numpy()})
    for ours, theirs in zip(predict(network, clouds.points, mask), exported):
        assert np.abs(ours.numpy() - theirs).max() <= 1e-5


def test_a_loaded_policy_gives_the_networks_pose(network: PoseNetwork, contract: PoseContract, tmp_path: Path) -> None:
    write_onnx(network, contract, tmp_path / "policy.onnx")
    cloud = tiny.clouds(1)
    points = cloud.points[0, : int(cloud.count[0])].double().numpy()
    T = PosePolicy.load(tmp_path / "policy.onnx", contract).hand_pose(points)
    position, six = predict(network, cloud.points, mask_of(cloud.count, cloud.points.shape[1]))
    np.testing.assert_allclose(T[:3, 3], position[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(T[:3, :3], from_six(six)[0].numpy(), atol=1e-5)


def test_equal_networks_make_equal_files(network: PoseNetwork, contract: PoseContract, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_onnx(network, contract, tmp_path / f"{name}.onnx")
        write_safetensors(network, contract, tmp_path / f"{name}.safetensors")
    for ending in ("onnx", "safetensors"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_safetensors_come_back_with_their_contract(
    network: PoseNetwork, contract: PoseContract, tmp_path: Path
) -> None:
    write_safetensors(network, contract, tmp_path / "policy.safetensors")
    found, embedded = read_safetensors(tmp_path / "policy.safetensors", LAYOUT, contract)
    cloud = tiny.clouds(4)
    mask = mask_of(cloud.count, 20)
    for a, b in zip(predict(found, cloud.points, mask), predict(network, cloud.points, mask)):
        assert torch.equal(a, b)
    assert embedded.normalization == contract.normalization


CHANGED = {
    "keyframe": ("interaction", "keyframe: expected 'interaction', got 'contact'"),
    "robot": ("other", "robot: expected 'other', got 'arm'"),
    "cloud.object": ("tub", "cloud.object: expected 'tub', got 'box'"),
    "cloud.voxel_m": ((0.01, 0.02), "cloud.voxel_m: expected (0.01, 0.02), got (0.001, 0.001)"),
    "cloud.frame": ("camera", "cloud.frame: expected 'camera', got 'table'"),
    "cloud.T_camera_table": (np.eye(4), "cloud.T_camera_table: expected [[1.0, 0.0, 0.0, 0.0]"),
}


@pytest.mark.parametrize("field", CHANGED)
def test_a_policy_made_for_something_else_is_refused_by_both_loaders_with_both_sides(
    network: PoseNetwork, contract: PoseContract, tmp_path: Path, field: str
) -> None:
    value, told = CHANGED[field]
    inner = field.removeprefix("cloud.")
    expected = (
        replace(contract, cloud=replace(contract.cloud, **{inner: value}))
        if field.startswith("cloud.")
        else replace(contract, **{field: value})
    )
    write_onnx(network, contract, tmp_path / "policy.onnx")
    write_safetensors(network, contract, tmp_path / "policy.safetensors")
    for load in (
        lambda: PosePolicy.load(tmp_path / "policy.onnx", expected),
        lambda: read_safetensors(tmp_path / "policy.safetensors", LAYOUT, expected),
    ):
        with pytest.raises(PolicyRefused) as refused:
            load()
        assert refused.value.code == "SK905" and told in refused.value.message


def test_the_networks_own_statistics_are_not_compared(
    network: PoseNetwork, contract: PoseContract, tmp_path: Path
) -> None:
    write_onnx(network, contract, tmp_path / "policy.onnx")
    other = replace(contract, normalization=statistics(tiny.clouds(seed=1)), max_points=7)
    PosePolicy.load(tmp_path / "policy.onnx", other)


def damaged(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "page":
        path.write_bytes(b"<!DOCTYPE html><title>404</title>")
    elif how == "pointer":
        path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("how", ["cut", "page", "pointer", "empty"])
def test_what_is_no_sound_policy_is_refused_by_both_loaders(
    network: PoseNetwork, contract: PoseContract, tmp_path: Path, how: str
) -> None:
    onnx_file, weights = tmp_path / "policy.onnx", tmp_path / "policy.safetensors"
    write_onnx(network, contract, onnx_file)
    write_safetensors(network, contract, weights)
    damaged(onnx_file, how)
    damaged(weights, how)
    with pytest.raises(PolicyRefused, match="SK906"):
        PosePolicy.load(onnx_file)
    with pytest.raises(PolicyRefused, match="SK906"):
        read_safetensors(weights, LAYOUT)


def test_a_network_without_a_contract_is_refused(network: PoseNetwork, contract: PoseContract, tmp_path: Path) -> None:
    path = tmp_path / "policy.onnx"
    write_onnx(network, contract, path)
    model = onnx.load(path)
    del model.metadata_props[:]
    path.write_bytes(model.SerializeToString())
    with pytest.raises(PolicyRefused, match=r"SK906: .* carries no contract of a pose policy"):
        PosePolicy.load(path)


def test_weights_that_are_not_finite_are_refused(contract: PoseContract, tmp_path: Path) -> None:
    broken = PoseNetwork(LAYOUT, contract.normalization)
    with torch.no_grad():
        broken.fuse.weight[0, 0] = torch.nan
    write_onnx(broken, contract, tmp_path / "policy.onnx")
    write_safetensors(broken, contract, tmp_path / "policy.safetensors")
    with pytest.raises(PolicyRefused, match=r"SK906: .* not finite"):
        PosePolicy.load(tmp_path / "policy.onnx")
    with pytest.raises(PolicyRefused, match=r"SK906: .* not finite"):
        read_safetensors(tmp_path / "policy.safetensors", LAYOUT)


def test_weights_of_another_network_are_refused(network: PoseNetwork, contract: PoseContract, tmp_path: Path) -> None:
    write_safetensors(network, contract, tmp_path / "policy.safetensors")
    with pytest.raises(PolicyRefused, match=r"SK906: .* holds the weights of another network"):
        read_safetensors(tmp_path / "policy.safetensors", replace(LAYOUT, fused=8))


@pytest.mark.parametrize("points", [np.zeros((3, 3)), np.full((9, 3), np.nan), np.zeros((0, 3))])
def test_a_cloud_that_shows_nothing_is_refused(
    network: PoseNetwork, contract: PoseContract, tmp_path: Path, points: np.ndarray
) -> None:
    write_onnx(network, contract, tmp_path / "policy.onnx")
    with pytest.raises(PolicyRefused, match="SK909"):
        PosePolicy.load(tmp_path / "policy.onnx").hand_pose(points)


def test_a_large_cloud_is_cut_the_same_way_each_time(
    network: PoseNetwork, contract: PoseContract, tmp_path: Path
) -> None:
    write_onnx(network, contract, tmp_path / "policy.onnx")
    points = np.random.default_rng(0).uniform(0, 0.1, (5000, 3))
    policy = PosePolicy.load(tmp_path / "policy.onnx")
    np.testing.assert_array_equal(policy.hand_pose(points), policy.hand_pose(points))


def test_a_rotation_is_made_of_two_columns_as_in_training() -> None:
    columns = np.array([2.0, 0.1, 0.0, 0.5, 3.0, 0.2])
    np.testing.assert_allclose(orthonormal(columns), from_six(torch.from_numpy(columns)).numpy())
