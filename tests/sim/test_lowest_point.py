"""The lowest point is that of the surface, whatever the shape and however it lies."""

import mujoco
import numpy as np
import pytest

from skillc.runtime.sim.lowest_point import BodyOutline, lowest_z

TURN = np.array([0.6, -0.3, 0.2, 0.7]) / np.linalg.norm([0.6, -0.3, 0.2, 0.7])
AROUND = np.random.default_rng(0).normal(size=(200_000, 3))
SPHERE = AROUND / np.linalg.norm(AROUND, axis=1, keepdims=True)
RIM = np.column_stack([SPHERE[:, :2] / np.linalg.norm(SPHERE[:, :2], axis=1, keepdims=True), np.sign(SPHERE[:, 2])])
SURFACES = {
    "sphere": ("0.03", 0.03 * SPHERE),
    "ellipsoid": ("0.02 0.05 0.08", SPHERE * [0.02, 0.05, 0.08]),
    "box": ("0.02 0.05 0.08", np.sign(SPHERE) * [0.02, 0.05, 0.08]),
    "capsule": ("0.02 0.06", 0.02 * SPHERE + np.sign(SPHERE[:, 2:]) * [0, 0, 0.06]),
    "cylinder": ("0.03 0.05", RIM * [0.03, 0.03, 0.05]),
}  # fmt: skip


@pytest.mark.parametrize("kind", SURFACES)
def test_the_lowest_point_is_that_of_the_surface(kind: str) -> None:
    size, surface = SURFACES[kind]
    quat, T = " ".join(map(str, TURN)), np.eye(4)
    geoms = f"<geom type='{kind}' size='{size}' pos='0.1 -0.2 0.3' quat='{quat}'/><geom type='sphere' size='0.001'/>"
    model = mujoco.MjModel.from_xml_string(f"<mujoco><worldbody><body>{geoms}</body></worldbody></mujoco>")
    T[:3, :3], _ = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))
    T[:3, :3] *= np.linalg.det(T[:3, :3])
    T[:3, 3] = [1.0, 2.0, 0.5]
    local = np.zeros(9)
    mujoco.mju_quat2Mat(local, TURN)
    placed = (surface @ local.reshape(3, 3).T + [0.1, -0.2, 0.3]) @ T[:3, :3].T + T[:3, 3]
    assert BodyOutline(model, (0,)).height(T) == pytest.approx(placed[:, 2].min(), abs=1e-4)
    assert BodyOutline(model, (0,)).height(T) <= placed[:, 2].min() + 1e-12
    assert lowest_z(model, (0, 1), T) == min(lowest_z(model, (g,), T) for g in (0, 1))


def test_a_mesh_is_measured_at_its_vertices() -> None:
    corners = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]])
    text = " ".join(map(str, corners.ravel()))
    model = mujoco.MjModel.from_xml_string(
        f"<mujoco><asset><mesh name='m' vertex='{text}'/></asset><worldbody><body>"
        "<geom type='mesh' mesh='m' pos='0 0 0.2'/></body></worldbody></mujoco>"
    )
    upside_down = np.diag([1.0, -1.0, -1.0, 1.0])
    # The compiler moves a mesh to its centre of mass, and places the geom so that its vertices stay where they were.
    assert lowest_z(model, (0,), upside_down) == pytest.approx(-0.3)
    assert lowest_z(model, (0,), np.eye(4)) == pytest.approx(0.2)


def test_a_shape_that_no_object_has_is_refused() -> None:
    model = mujoco.MjModel.from_xml_string("<mujoco><worldbody><geom type='plane' size='1 1 1'/></worldbody></mujoco>")
    with pytest.raises(ValueError, match="no twin object"):
        BodyOutline(model, (0,))
