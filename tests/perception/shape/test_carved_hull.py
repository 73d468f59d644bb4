import cv2
import numpy as np
import pytest
import trimesh

from skillc.runtime.demonstrator.catalog import toy
from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.formats.scene import SceneObject
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project, rays_table
from skillc.runtime.perception.scene.mask_shapes import overlap
from skillc.runtime.perception.scene.silhouette import filled, hull, outline_of
from skillc.runtime.perception.shape.carved_hull import carve, convex_mesh, joined, prism_from_depth, prism_from_outline
from skillc.runtime.perception.shape.carved_object import carved_body
from skillc.runtime.perception.shape.mass_properties import solid_properties
from skillc.runtime.perception.shape.materials import load_materials
from skillc.runtime.perception.shape.mesh_asset import load_mesh_asset, volume
from skillc.runtime.perception.shape.object_view import Given, ObjectView, TwinSettings
from skillc.runtime.perception.shape.shape_fit import FitSettings
from skillc.runtime.perception.shape.twin_fit import fit_object
from skillc.runtime.robot.model_fault import ModelError
from skillc.runtime.sim.twin_export import write_obj
from skillc.runtime.tasks.catalog import task_type
from tests.perception.shape.camera_above import looking_down

pytestmark = pytest.mark.slow

GRASP = task_type("grasp")

CAMERA = Camera(width=960, height=720, fx=900.0, fy=900.0, cx=480.0, cy=360.0)
SETTINGS = TwinSettings(
    fit=FitSettings(contour_points=90, contour_sigma=1.5, independent=3.0, parameter_penalty=1.0, measured=0.1),
    vessel_bonus=8.0,
    border_px=3,
    convex_gain=0.08,
)
BOX = np.array([[x, y, z] for x in (-0.05, 0.05) for y in (-0.04, 0.04) for z in (0.0, 0.08)])


def placed(points: FloatArray, yaw: float = 0.0) -> FloatArray:
    c, s = np.cos(yaw), np.sin(yaw)
    turned: FloatArray = points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + np.array([0.3, 0.2, 0.0])
    return turned


def mask_of(vertices: FloatArray, faces: FloatArray) -> BoolArray:
    """Draw every triangle: concave outlines stay concave."""
    mask = np.zeros((720, 960), np.uint8)
    px = project(CAMERA, looking_down(), vertices)
    for face in faces:
        cv2.fillConvexPoly(mask, np.round(px[face]).astype(np.int32), 1)
    return mask.astype(bool)


def calibration() -> Calibration:
    return Calibration(
        camera=CAMERA,
        T_camera_table=looking_down(),
        position_sigma_m=0.003,
        rotation_sigma_rad=0.005,
        scale_sigma=0.01,
        reprojection_rms_px=0.3,
        table_plane_rms_m=None,
        source="tag",
        tags=(0,),
    )


def scene_object(name: str = "thing", symmetry: str = "unknown") -> SceneObject:
    return SceneObject(
        name=name,
        role="manipulated",
        material="plastic",
        symmetry=symmetry,  # type: ignore[arg-type]
        box_px=(0.0, 0.0, 1.0, 1.0),
        confidence=1.0,
        reason="",
    )


def view(mask: BoolArray, depth: FloatArray | None = None) -> ObjectView:
    image = np.full((720, 960, 3), 120, np.uint8)
    return ObjectView(mask=mask, hidden=np.zeros_like(mask), image=image, depth=depth, calibration=calibration())


def box_mask() -> BoolArray:
    return filled(hull(project(CAMERA, looking_down(), placed(BOX))), 720, 960)


def box_depth(mask: BoolArray) -> FloatArray:
    """Depth of the box's visible faces, computed ray by ray."""
    mesh = convex_mesh(placed(BOX))
    rows, columns = np.nonzero(mask)
    origin, directions = rays_table(CAMERA, looking_down(), np.stack([columns, rows], axis=1).astype(float))
    near = np.full(len(rows), -np.inf)
    for axis, (low, high) in enumerate(zip(mesh.vertices.min(axis=0), mesh.vertices.max(axis=0), strict=True)):
        with np.errstate(divide="ignore"):
            t = np.sort([(low - origin[axis]) / directions[:, axis], (high - origin[axis]) / directions[:, axis]], 0)
        near = np.maximum(near, t[0])
    depth = np.full(mask.shape, np.nan)
    depth[rows, columns] = se3.apply(looking_down(), origin + near[:, None] * directions)[:, 2]
    return depth


def test_a_carved_body_fills_the_outline_stands_on_the_table_and_stays_in_the_cone() -> None:
    mask = box_mask()
    body = carved_body(scene_object(), mask, None, calibration(), load_materials(), 3)
    assert body is not None
    (mesh,) = body.meshes.values()
    assert body.iou > 0.85
    assert mesh.vertices[:, 2].min() == 0.0
    seen = project(CAMERA, looking_down() @ body.T_table_object, mesh.vertices)
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    at = np.round(seen).astype(int)
    assert grown[at[:, 1], at[:, 0]].all()
    assert not all(body.measured)


def test_depth_gives_the_extent_that_the_outline_hides() -> None:
    mask = box_mask()
    depth = box_depth(mask)
    body = carved_body(scene_object(), mask, depth, calibration(), load_materials(), 3)
    assert body is not None and all(body.measured)
    assert np.allclose(body.size[[0, 2]], [0.1, 0.08], atol=0.006)
    # Something lower may stand out behind the top: what is hidden is taken for half as much as the width would allow.
    assert 0.08 < body.size[1] < 0.09 + 0.002
    assert abs(body.size[1] - 0.08) < body.size_sigma[1]
    assert np.allclose(body.T_table_object[:2, 3], [0.3, 0.2], atol=0.006)
    assert body.iou > 0.95


def test_carving_twice_gives_the_same_bytes() -> None:
    mask = box_mask()
    prism = prism_from_outline(mask, CAMERA, looking_down())
    assert prism is not None
    first, second = carve(mask, prism, CAMERA, looking_down()), carve(mask, prism, CAMERA, looking_down())
    assert first is not None and second is not None
    assert first.vertices.tobytes() == second.vertices.tobytes() and first.faces.tobytes() == second.faces.tobytes()


def test_too_little_depth_is_no_plan() -> None:
    mask = box_mask()
    assert prism_from_depth(mask, np.full(mask.shape, np.nan), CAMERA, looking_down(), 0.004) is None


def test_mass_of_a_mesh_agrees_with_a_box_by_hand() -> None:
    mesh = convex_mesh(BOX)
    body = solid_properties(mesh.vertices, mesh.faces, 500.0)
    mass = 500.0 * 0.1 * 0.08 * 0.08
    assert body.mass == pytest.approx(mass)
    assert body.center == pytest.approx((0, 0, 0.04), abs=1e-9)
    assert body.inertia == pytest.approx(
        (mass / 12 * (0.08**2 + 0.08**2), mass / 12 * (0.1**2 + 0.08**2), mass / 12 * (0.1**2 + 0.08**2))
    )


@pytest.mark.parametrize("symmetry", ["none", "unknown"])
def test_a_toy_bear_is_carved_because_no_solid_explains_it_and_a_box_stays_a_box(symmetry: str) -> None:
    body = toy(np.random.default_rng(1)).visuals[0].mesh
    mask = mask_of(placed(np.asarray(body.vertices, dtype=np.float64)), np.asarray(body.faces))
    found = fit_object(scene_object("toy", symmetry), view(mask), load_materials(), GRASP, Given(), SETTINGS)
    assert found.thing.shape.kind == "convex"
    assert "convex body carved" in found.note
    plain = fit_object(scene_object("box", "none"), view(box_mask()), load_materials(), GRASP, Given(), SETTINGS)
    assert plain.thing.shape.kind == "box" and not plain.note and not plain.meshes


def test_a_toy_bear_s_limbs_are_pieces_of_their_own_and_the_hollows_between_them_stay_empty() -> None:
    bear = toy(np.random.default_rng(1)).visuals[0].mesh
    vertices, faces = placed(np.asarray(bear.vertices, dtype=np.float64)), np.asarray(bear.faces)
    mask = mask_of(vertices, faces)
    body = carved_body(scene_object("toy"), mask, None, calibration(), load_materials(), 3)
    assert body is not None and len(body.shape.parts) >= 4 and set(body.meshes) == set(body.shape.parts)
    whole = joined(list(body.meshes.values()))
    assert np.ptp(whole.vertices, axis=0) == pytest.approx(body.size, abs=2e-6)
    assert whole.vertices[:, 2].min() == pytest.approx(0.0, abs=1e-9), "it stands on the table"
    closed = convex_mesh(whole.vertices)
    true = solid_properties(vertices, faces, 1.0).mass
    filled_up, found = (solid_properties(mesh.vertices, mesh.faces, 1.0).mass for mesh in (closed, whole))
    assert found - true < 0.75 * (filled_up - true), "closer to the bear than one convex body is"
    assert (
        body.iou
        > 0.9
        > overlap(filled(outline_of(CAMERA, looking_down() @ body.T_table_object, closed.vertices), 720, 960), mask)
    )
    assert body.size == pytest.approx(np.ptp(np.asarray(bear.vertices), axis=0), rel=0.3)


def test_a_ball_with_one_handle_stays_round() -> None:
    ball = trimesh.creation.icosphere(radius=0.04)
    mask = mask_of(placed(np.asarray(ball.vertices) + np.array([0.0, 0.0, 0.04])), np.asarray(ball.faces))
    handle = np.argwhere(mask).mean(axis=0).round().astype(int)
    mask[handle[0] - 8 : handle[0] + 8, handle[1] : handle[1] + 120] = True
    found = fit_object(scene_object(), view(mask), load_materials(), GRASP, Given(), SETTINGS)
    assert found.thing.symmetry == "z" and not found.note
    assert found.thing.size_m[:2] == pytest.approx((0.08, 0.08), rel=0.06)


def test_what_the_spec_says_holds() -> None:
    given = Given(kind="box", size_m=(0.08, 0.1, 0.06), mass=0.2, friction=0.7)
    thing = fit_object(scene_object(), view(box_mask()), load_materials(), task_type("push"), given, SETTINGS).thing
    assert thing.size_m == pytest.approx((0.08, 0.1, 0.06), rel=0.01)
    assert thing.mass == 0.2 and thing.friction == 0.7
    convex = fit_object(
        scene_object(),
        view(box_mask()),
        load_materials(),
        task_type("push"),
        Given(kind="convex", size_m=(0.1, 0.1, 0.05)),
        SETTINGS,
    )
    (mesh,) = convex.meshes.values()
    assert np.ptp(mesh.vertices, axis=0) == pytest.approx([0.1, 0.1, 0.05], abs=1e-5)


WEDGE = np.array([[-0.06, -0.03, 0], [0.06, -0.03, 0], [0.06, 0.03, 0], [-0.06, 0.03, 0], [-0.06, 0, 0.07]])


@pytest.mark.parametrize("stated", [True, False])
def test_a_mesh_is_placed_turned_and_if_need_be_sized_by_the_outline(tmp_path, stated: bool) -> None:  # type: ignore[no-untyped-def]
    mesh = convex_mesh(WEDGE)
    write_obj(tmp_path / "wedge.obj", mesh.vertices * 1000, mesh.faces)
    asset = load_mesh_asset(tmp_path / "wedge.obj", 0.001 if stated else 0.002)
    mask = filled(hull(project(CAMERA, looking_down(), placed(WEDGE, 0.5))), 720, 960)
    given = Given(asset=asset, scale_given=stated)
    found = fit_object(scene_object("wedge"), view(mask), load_materials(), task_type("push"), given, SETTINGS)
    T = np.asarray(found.thing.T_table_object)
    assert found.thing.outline_iou > 0.96
    assert np.allclose(T[:2, 3], [0.3, 0.2], atol=0.006)
    assert abs(np.arctan2(T[1, 0], T[0, 0]) - 0.5) < 0.06
    assert found.thing.size_m == pytest.approx((0.12, 0.06, 0.07), rel=0.001 if stated else 0.06)
    assert set(found.meshes) == {"meshes/wedge.obj", "meshes/wedge_0.obj"}


def test_a_hollow_mesh_is_split_or_says_that_its_hull_collides(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    ring = trimesh.creation.annulus(r_min=0.03, r_max=0.05, height=0.04, sections=8)
    write_obj(tmp_path / "ring.obj", ring.vertices, ring.faces)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    without = load_mesh_asset(tmp_path / "ring.obj")
    assert len(without.parts) == 1 and "coacd" in without.fallback
    monkeypatch.undo()
    pytest.importorskip("coacd")
    split = load_mesh_asset(tmp_path / "ring.obj")
    assert len(split.parts) > 1 and not split.fallback
    assert sum(volume(part) for part in split.parts) < 0.85 * volume(without.parts[0])


def test_a_broken_mesh_is_refused_with_its_code(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "thing.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load_mesh_asset(tmp_path / "thing.obj")
    assert caught.value.faults[0].code == "SK894"
