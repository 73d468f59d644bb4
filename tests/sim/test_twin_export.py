from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import mujoco
import numpy as np
import pytest
import trimesh

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.twin import Shape, Twin, TwinObject
from skillc.runtime.sim.twin_export import export_mjcf, export_urdf, read_surface, surface, write_obj

PHYSICS = PhysicsSettings(
    timestep_s=1 / 240,
    control_rate_hz=60.0,
    integrator="implicit",
    cone="elliptic",
    impratio=10.0,
    solref=(0.01, 1.0),
    solimp=(0.9, 0.99, 0.001),
    iterations=20,
    tip_friction=0.8,
    tip_condim=4,
)


def thing(name: str, shape: Shape, size: tuple[float, float, float], x: float) -> TwinObject:
    T = np.eye(4)
    T[0, 3] = x
    return TwinObject(
        name=name,
        role="manipulated",
        shape=shape,
        size_m=size,
        size_sigma_m=(0.001, 0.001, 0.001),
        size_measured=(True, True, True),
        symmetry="none",
        T_table_object=T,
        position_sigma_m=(0.001, 0.001, 0.001),
        yaw_sigma_rad=0.01,
        mass=0.2,
        mass_sigma=0.1,
        inertia=(1e-4, 1e-4, 1e-4),
        center_of_mass_m=(0.0, 0.0, size[2] / 2),
        friction=0.4,
        restitution=0.3,
        material="plastic",
        rgba=(0.5, 0.5, 0.5, 1.0),
        outline_iou=1.0,
    )


BOWL = Shape(kind="revolve", wall_m=0.005, profile_m=((0.04, 0.0), (0.06, 0.02), (0.07, 0.04)))
THINGS = (
    thing("apple", Shape(kind="ellipsoid"), (0.07, 0.07, 0.08), 0.0),
    thing("bowl", BOWL, (0.14, 0.14, 0.04), 0.3),
    thing("tray", Shape(kind="open_box", wall_m=0.003), (0.16, 0.23, 0.1), 0.6),
    thing("jar", Shape(kind="cylinder"), (0.05, 0.05, 0.13), 0.9),
)
TWIN = Twin(
    objects=THINGS, task_type="grasp", table_friction=0.4, table_half_size_m=(0.7, 0.7), table_center_m=(0.4, 0.4)
)


def test_surfaces_are_closed_and_as_large_as_the_object() -> None:
    for item in THINGS:
        vertices, faces = surface(item)
        mesh = trimesh.Trimesh(vertices, faces)
        assert mesh.is_watertight, item.name
        assert mesh.volume > 0, item.name
        assert np.allclose(mesh.extents, item.size_m, rtol=0.02), item.name
        assert abs(mesh.bounds[0][2]) < 1e-9, item.name


def test_the_mjcf_compiles_in_radians_without_tricks(tmp_path: Path) -> None:
    text = export_mjcf(TWIN, tmp_path, PHYSICS).read_text(encoding="utf-8")
    model = mujoco.MjModel.from_xml_path(str(tmp_path / "scene.xml"))
    assert 'angle="radian"' in text
    assert model.neq == 0 and model.nmocap == 0
    assert np.allclose(model.body_mass[1:], 0.2)
    assert model.geom_friction[:, 0].max() <= 0.8 + 1e-9


def test_things_rest_where_they_stand(tmp_path: Path) -> None:
    export_mjcf(TWIN, tmp_path, PHYSICS)
    model = mujoco.MjModel.from_xml_path(str(tmp_path / "scene.xml"))
    data = mujoco.MjData(model)
    before = data.qpos.copy()
    mujoco.mj_step(model, data, nstep=120)
    assert np.abs(data.qpos - before).max() < 0.002


def test_the_urdf_names_its_meshes_and_is_the_same_twice(tmp_path: Path) -> None:
    for item in THINGS:
        first = export_urdf(item, tmp_path).read_bytes()
        assert export_urdf(item, tmp_path).read_bytes() == first
        tree = ElementTree.fromstring(first)
        assert float(tree.find("link/inertial/mass").attrib["value"]) == 0.2  # type: ignore[union-attr]
        for mesh in tree.iter("mesh"):
            assert (tmp_path / mesh.attrib["filename"]).is_file()


def test_a_convex_body_lies_in_files_that_move_with_the_scene(tmp_path: Path) -> None:
    wedge = trimesh.convex.convex_hull(
        np.array([[-0.06, -0.03, 0], [0.06, -0.03, 0], [0.06, 0.03, 0], [-0.06, 0.03, 0], [-0.06, 0, 0.07]])
    )
    file = "meshes/wedge.obj"
    item = thing("wedge", Shape(kind="convex", mesh=file, parts=(file,)), (0.12, 0.06, 0.07), 0.0)
    here, there = tmp_path / "here", tmp_path / "there"
    write_obj(here / file, wedge.vertices, wedge.faces)
    text = export_mjcf(replace(TWIN, objects=(item,)), here, PHYSICS).read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    here.rename(there)
    model = mujoco.MjModel.from_xml_path(str(there / "scene.xml"))
    assert np.allclose(model.body_mass[1:], 0.2)
    vertices, faces = read_surface(item, there)
    assert np.isclose(trimesh.Trimesh(vertices, faces).volume, wedge.volume)
    assert file in export_urdf(item, there).read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="mesh files"):
        surface(item)
