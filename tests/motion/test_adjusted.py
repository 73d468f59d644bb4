from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.compiler.stages.motion.refinement_inputs import cell_parameters
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.geometry import se3
from skillc.runtime.motion.adjusted import Adjustment, Infeasible, adjusted, standing
from skillc.runtime.motion.cell.cell import Cell, PathParameters
from skillc.runtime.motion.cell.load import load_cell
from tests.push_build import PushBuild

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cell(push_build: PushBuild) -> Cell:
    physics = from_json(PhysicsSettings, cell_parameters(push_build.spec)["simulation"])
    return load_cell(Artifacts(folders=(push_build.out,)), physics)


@pytest.fixture(scope="module")
def how(push_build: PushBuild) -> Adjustment:
    paths = from_json(PathParameters, cell_parameters(push_build.spec)["paths"])
    return Adjustment(paths=paths, seeds=6, least_clearance_m=-0.02)


@pytest.fixture(scope="module")
def reference(push_build: PushBuild) -> Reference:
    return Reference.load(push_build.out / Reference.FILE)


@pytest.fixture(scope="module")
def grasps(push_build: PushBuild) -> Grasps:
    return Grasps.load(push_build.out / Grasps.FILE)


def contact(reference: Reference) -> FloatArray:
    return np.asarray(reference.anchor_T_table_hand[reference.anchor_name.index("contact")])


def moved(x: float, y: float, yaw_deg: float, about: FloatArray) -> FloatArray:
    """Return a displacement (4, 4) in the table frame: a turn about the point (3,), then a shift."""
    R = Rotation.from_euler("z", yaw_deg, degrees=True).as_matrix()
    return se3.from_parts(R, about - R @ about + np.array([x, y, 0.0]))


def test_a_pose_that_stays_gives_the_motion_again(
    cell: Cell, how: Adjustment, reference: Reference, grasps: Grasps
) -> None:
    again = adjusted(cell, reference, grasps, {"contact": contact(reference)}, how).reference
    np.testing.assert_allclose(contact(again), contact(reference), atol=1e-9)
    np.testing.assert_allclose(again.T_table_manip[-1], reference.T_table_manip[-1], atol=1e-6)


def test_the_hand_comes_to_the_pose_asked_for_and_the_push_ends_where_it_was_demonstrated(
    cell: Cell, how: Adjustment, reference: Reference, grasps: Grasps
) -> None:
    place = np.asarray(cell.twin.manipulated.T_table_object)
    D = moved(-0.02, 0.02, 5.0, place[:3, 3])
    made = adjusted(cell, reference, grasps, {"contact": D @ contact(reference)}, how).reference
    np.testing.assert_allclose(contact(made), D @ contact(reference), atol=1e-9)
    np.testing.assert_allclose(made.T_table_manip[0], D @ place, atol=1e-9)
    np.testing.assert_allclose(made.T_table_manip[-1, :3, 3], reference.T_table_manip[-1, :3, 3], atol=2e-3)
    # The arm really is there: its own kinematics at the sample of contact.
    at = made.anchor_index[made.anchor_name.index("contact")]
    q = made.qpos[at, : len(cell.profile.manipulator.arm_joints)]
    reached = cell.T_table_robot @ cell.arm.hand_pose(q[None])[0]
    assert np.linalg.norm(reached[:3, 3] - contact(made)[:3, 3]) < 2e-3
    assert se3.rotation_angle(reached, contact(made)) < 0.02


def test_the_adjusted_motion_keeps_every_limit(
    cell: Cell, how: Adjustment, reference: Reference, grasps: Grasps
) -> None:
    D = moved(0.0, 0.02, -5.0, np.asarray(cell.twin.manipulated.T_table_object)[:3, 3])
    made = adjusted(cell, reference, grasps, {"contact": D @ contact(reference)}, how).reference
    limits = {j.name: j for j in cell.profile.joints}
    step = made.time_s[1] - made.time_s[0]
    for column, name in enumerate(made.joint_names):
        q = made.qpos[:, column]
        assert limits[name].lower - 1e-9 <= q.min() and q.max() <= limits[name].upper + 1e-9
        assert np.abs(np.diff(q)).max() / step <= limits[name].speed * (1 + 1e-6)
        assert np.abs(np.diff(q, 2)).max() / step**2 <= limits[name].acceleration * (1 + 1e-6)
    assert set(made.phase) <= set(range(len(PHASES))) and (np.diff(made.phase) >= 0).all()


def test_what_the_arm_cannot_reach_is_said(cell: Cell, how: Adjustment, reference: Reference, grasps: Grasps) -> None:
    away = moved(3.0, 0.0, 0.0, np.zeros(3)) @ contact(reference)
    with pytest.raises(Infeasible, match=r"SK910: the arm cannot follow the motion with .* at x 3"):
        adjusted(cell, reference, grasps, {"contact": away}, how)


def test_what_comes_too_near_is_said(cell: Cell, how: Adjustment, reference: Reference, grasps: Grasps) -> None:
    with pytest.raises(Infeasible, match=r"comes within .* mm of the table or a thing beside; expected 500 mm"):
        adjusted(cell, reference, grasps, {"contact": contact(reference)}, replace(how, least_clearance_m=0.5))


def test_a_motion_without_the_anchor_cannot_be_adjusted(
    cell: Cell, how: Adjustment, reference: Reference, grasps: Grasps
) -> None:
    names = tuple("other" if n == "contact" else n for n in reference.anchor_name)
    with pytest.raises(Infeasible, match="no anchor 'contact'"):
        adjusted(cell, replace(reference, anchor_name=names), grasps, {}, how)


def test_an_object_stands_as_high_and_as_upright_as_it_stood() -> None:
    stood = se3.from_parts(Rotation.from_euler("z", 20, degrees=True).as_matrix(), np.array([0.1, 0.2, 0.01]))
    tilted = Rotation.from_euler("zyx", [50, 3, -2], degrees=True).as_matrix()
    T = standing(se3.from_parts(tilted, np.array([0.3, 0.4, 0.05])), stood)
    np.testing.assert_allclose(T[:3, 3], [0.3, 0.4, 0.01])
    np.testing.assert_allclose(T[:3, 2], [0.0, 0.0, 1.0], atol=1e-12)
    assert np.rad2deg(np.arctan2(T[1, 0], T[0, 0])) == pytest.approx(50.0, abs=0.3)
