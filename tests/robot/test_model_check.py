"""Every row of FAULTS "Robot model and mesh": a model with that fault is refused with its code."""

import json
import os
import struct
import time
from pathlib import Path

import mujoco
import numpy as np
import PIL.Image
import pytest
import trimesh

from skillc.runtime.formats.files import Files, Folder
from skillc.runtime.robot import model_check
from skillc.runtime.robot.glb import bare
from skillc.runtime.robot.mesh_check import check_mesh, watertight
from skillc.runtime.robot.model_check import check_model, compiled_faults
from skillc.runtime.robot.model_fault import ModelError

pytestmark = pytest.mark.slow

GOOD = """<mujoco>
 <option timestep="0.002"/>
 <worldbody><body name="a">
  <joint name="j" axis="0 0 1" range="-1 1"/>
  <inertial mass="1" pos="0 0 0" diaginertia="1 1 1"/><geom name="g" size="0.1"/>
 </body></worldbody>
 <actuator><position name="p" joint="j" kp="5" ctrlrange="-1 1"/></actuator>
</mujoco>"""

LINK = (
    '<link name="{}"><inertial><mass value="1"/>'
    '<inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial></link>'
)
JOINT = (
    '<joint name="{0}" type="revolute"><parent link="{1}"/><child link="{2}"/><axis xyz="0 0 1"/>'
    '<limit lower="-1" upper="1" effort="1" velocity="1"/></joint>'
)


def urdf(*parts: str) -> str:
    return '<robot name="r">\n' + "\n".join(parts) + "\n</robot>"


GOOD_URDF = urdf(LINK.format("base"), LINK.format("tip"), JOINT.format("j", "base", "tip"))


def codes(path: Folder, *, joints: tuple[str, ...] = ()) -> set[str]:
    try:
        return {fault.code for fault in check_model(path, joints=joints).warnings}
    except ModelError as error:
        assert error.faults
        assert all(str(fault).startswith(fault.file) for fault in error.faults)
        return {fault.code for fault in error.faults}


def written(folder: Path, text: str, name: str = "model.xml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_good_models_pass(tmp_path: Path) -> None:
    assert codes(written(tmp_path, GOOD), joints=("j",)) == set()
    assert codes(written(tmp_path, GOOD_URDF, "robot.urdf")) == set()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<mujoco>", '<!DOCTYPE m [<!ENTITY a "b">]><mujoco>', "SK871"),
        ("<mujoco>", '<!DOCTYPE m SYSTEM "file:///etc/passwd"><mujoco>', "SK871"),
        ("</mujoco>", "", "SK870"),
        ("<option", '<include file="model.xml"/><option', "SK872"),
        ("<option", '<include file="../other.xml"/><option', "SK873"),
        ("<option", '<asset><mesh name="m" file="/etc/hosts.obj"/></asset><option', "SK873"),
        ("<option", '<asset><mesh name="m" file="package://x/m.obj"/></asset><option', "SK873"),
        ("<option", '<asset><mesh name="m" file="..\\\\m.obj"/></asset><option', "SK873"),
        ("<option", '<compiler meshdir="../up"/><asset><mesh name="m" file="m.obj"/></asset><option', "SK873"),
        ("<option", '<asset><mesh name="m" file="absent.obj"/></asset><option', "SK875"),
        ('name="g"', 'name="g"/><geom name="g"', "SK876"),
        ('axis="0 0 1"', 'axis="0 0 0"', "SK877"),
        ('range="-1 1"/>', 'range="1 -1"/>', "SK878"),
        ('range="-1 1"/>', 'range="nan 1"/>', "SK879"),
        (' range="-1 1"/>', "/>", "SK878"),
        ('size="0.1"', 'size="inf"', "SK879"),
        ('size="0.1"', 'size="0.1" friction="nan 0 0"', "SK879"),
        ('mass="1"', 'mass="0"', "SK880"),
        ('mass="1"', 'mass="-1"', "SK880"),
        ('diaginertia="1 1 1"', 'diaginertia="1 0 1"', "SK880"),
        ('diaginertia="1 1 1"', 'fullinertia="1 1 1 2 0 0"', "SK880"),
        ('timestep="0.002"', 'timestep="0"', "SK881"),
        ('timestep="0.002"', 'timestep="-0.01"', "SK881"),
        ('timestep="0.002"', 'timestep="nan"', "SK879"),
        ('timestep="0.002"', 'timestep="0.021"', "SK881"),
        ('ctrlrange="-1 1"', 'ctrlrange="1 -1"', "SK882"),
        ('kp="5"', 'kp="-5"', "SK882"),
        ("<option", '<extension><plugin plugin="mujoco.elasticity.cable"/></extension><option', "SK884"),
        ("<option", '<size memory="900G"/><option', "SK885"),
        ("<geom", '<replicate count="100000"><geom name="c" size="1"/></replicate><geom', "SK885"),
        ('joint="j"', 'joint="nobody"', "SK886"),
        ("mujoco>", "html>", "SK870"),
    ],
)
def test_an_mjcf_fault_has_its_code(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert code in codes(written(tmp_path, GOOD.replace(old, new)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (urdf(LINK.format("a"), LINK.format("b"), JOINT.format("j", "a", "c")), "SK876"),
        (urdf(LINK.format("a"), LINK.format("b"), JOINT.format("j", "a", "b"), JOINT.format("k", "b", "a")), "SK876"),
        (urdf(LINK.format("a"), LINK.format("b"), LINK.format("c"), JOINT.format("j", "a", "b")), "SK876"),
        (
            urdf(
                *(LINK.format(n) for n in "abcd"),
                JOINT.format("j", "a", "b"),
                JOINT.format("k", "c", "d"),
            ),
            "SK876",
        ),
        (GOOD_URDF.replace('xyz="0 0 1"', 'xyz="0 0 0"'), "SK877"),
        (GOOD_URDF.replace('lower="-1"', 'lower="2"'), "SK878"),
        (GOOD_URDF.replace('lower="-1"', 'lower="nan"'), "SK879"),
        (GOOD_URDF.replace('<limit lower="-1" upper="1" effort="1" velocity="1"/>', ""), "SK878"),
        (GOOD_URDF.replace('lower="-1" ', ""), "SK878"),
        (GOOD_URDF.replace('effort="1"', 'effort="0"'), "SK878"),
        (GOOD_URDF.replace('<mass value="1"/>', '<mass value="0"/>'), "SK880"),
        (GOOD_URDF.replace('ixx="1"', 'ixx="-1"'), "SK880"),
        (GOOD_URDF.replace('ixy="0"', 'ixy="3"'), "SK880"),
        (GOOD_URDF.replace("</robot>", '<gazebo><plugin filename="x.so"/></gazebo></robot>'), "SK884"),
        (urdf(), "SK876"),
        *(
            (
                GOOD_URDF.replace(
                    "</link>", f'<visual><geometry><mesh filename="{name}"/></geometry></visual></link>', 1
                ),
                "SK873",
            )
            for name in ("package://maker/a.stl", "../a.stl", "/etc/a.stl", "..\\a.stl")
        ),
        ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + GOOD_URDF, "SK871"),
    ],
)
def test_a_urdf_fault_has_its_code(tmp_path: Path, text: str, code: str) -> None:
    assert code in codes(written(tmp_path, text, "robot.urdf"))


def test_all_independent_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = GOOD.replace('axis="0 0 1"', 'axis="0 0 0"').replace('kp="5"', 'kp="-5"').replace('"0.002"', '"0"')
    with pytest.raises(ModelError) as raised:
        check_model(written(tmp_path, text))
    found = {(fault.code, fault.line) for fault in raised.value.faults}
    assert found == {("SK881", 2), ("SK877", 4), ("SK882", 7)}


def test_a_circle_of_includes_is_found(tmp_path: Path) -> None:
    written(tmp_path, '<mujoco><include file="model.xml"/></mujoco>', "other.xml")
    assert "SK872" in codes(written(tmp_path, GOOD.replace("<option", '<include file="other.xml"/><option')))


def test_faults_of_an_included_file_are_found(tmp_path: Path) -> None:
    written(tmp_path, '<mujoco><option timestep="1"/></mujoco>', "other.xml")
    assert "SK881" in codes(written(tmp_path, GOOD.replace("<option", '<include file="other.xml"/><option')))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    trimesh.creation.box().export(outside / "m.stl")
    (inside / "m.stl").symlink_to(outside / "m.stl")
    text = GOOD.replace("<option", '<asset><mesh name="m" file="m.stl"/></asset><option')
    assert codes(written(inside, text)) == {"SK874"}


def test_joint_names_must_be_the_drivers(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert codes(path, joints=("joint_1",)) == {"SK883"}
    assert codes(path, joints=("j", "j")) == {"SK883"}
    second = '<body><joint name="k" range="0 1"/><geom size="1"/></body>'
    two = GOOD.replace("</body>", second + "</body>")
    assert codes(written(tmp_path, two), joints=("j",)) == {"SK883"}


def test_the_compiled_model_is_checked_again() -> None:
    model = mujoco.MjModel.from_xml_string(GOOD)
    assert compiled_faults(model, "m") == []
    model.jnt_range[0] = 1, -1
    model.geom_friction[0, 0] = np.nan
    model.opt.timestep = 0
    model.actuator_gainprm[0, 0] = -1
    assert {fault.code for fault in compiled_faults(model, "m")} == {"SK878", "SK879", "SK881", "SK882"}


def test_a_compiled_model_that_takes_too_much_or_brings_plugins_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    extended = '<extension><plugin plugin="mujoco.sdf.torus"><instance name="t"/></plugin></extension>'
    plugged = mujoco.MjModel.from_xml_string(GOOD.replace("<option", extended + "<option"))
    assert {f.code for f in compiled_faults(plugged, "m")} == {"SK884"}
    monkeypatch.setattr(model_check, "MOST_MODEL_BYTES", 1000)
    assert {f.code for f in compiled_faults(mujoco.MjModel.from_xml_string(GOOD), "m")} == {"SK885"}


def box_stl() -> bytes:
    exported = trimesh.creation.box().export(file_type="stl")
    assert isinstance(exported, bytes)
    return exported


def glb(document: dict[str, object], *, stated: int | None = None) -> bytes:
    return glb_text(json.dumps(document).encode(), stated=stated)


def glb_text(text: bytes, *, stated: int | None = None) -> bytes:
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text
    return b"glTF" + struct.pack("<II", 2, 12 + len(body) if stated is None else stated) + body


def instanced(nodes: int, *, faces: int = 12) -> bytes:
    """A small file that places one mesh many times."""
    accessor = {"componentType": 5126, "count": 3 * faces, "type": "VEC3"}
    mesh = {"primitives": [{"attributes": {"POSITION": 0}}]}
    return glb({"asset": {"version": "2.0"}, "accessors": [accessor], "meshes": [mesh], "nodes": [{"mesh": 0}] * nodes})


MESHES = {
    "good.stl": (box_stl(), set()),
    "good.obj": (trimesh.creation.box().export(file_type="obj").encode(), set()),
    "good.ply": (trimesh.creation.box().export(file_type="ply"), set()),
    "good.glb": (trimesh.creation.box().export(file_type="glb"), set()),
    "lying_header.stl": (box_stl()[:80] + struct.pack("<I", 5) + box_stl()[84:], {"SK890"}),
    "huge_header.stl": (box_stl()[:80] + struct.pack("<I", 2_000_000_000) + box_stl()[84:], {"SK890"}),
    "plain_text.stl": (b"some eighty characters of plain text, " * 3, {"SK890"}),
    "empty.stl": (b"", {"SK892"}),
    "no_triangles.stl": (bytes(84), {"SK892"}),
    "too_many.stl": (bytes(80) + struct.pack("<I", 200_001) + bytes(50 * 200_001), {"SK891"}),
    "nan.obj": (b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", {"SK893"}),
    "enormous.obj": (b"v 1e300 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", {"SK893"}),
    "index.obj": (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", {"SK894"}),
    "flat.obj": (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", {"SK895"}),
    "empty.obj": (b"", {"SK892"}),
    "text.obj": (b"hello\n", {"SK890"}),
    "count.ply": (
        b"ply\nformat ascii 1.0\nelement vertex 2000000000\nproperty float x\nend_header\n0\n",
        {"SK890"},
    ),
    "faces.ply": (b"ply\nformat ascii 1.0\nelement vertex 1\nelement face 2000000000\nend_header\n", {"SK891"}),
    "no_header.ply": (b"plx", {"SK890"}),
    "length.glb": (glb({"asset": {"version": "2.0"}}, stated=4_000_000_000), {"SK890"}),
    "instances.glb": (instanced(5_000), {"SK891"}),
    "unplaced.glb": (glb({"accessors": [{"componentType": 5126, "count": 10**9, "type": "VEC3"}]}), {"SK891"}),
    "shared.glb": (glb({"nodes": [{"children": [1, 1]}, {}]}), {"SK890"}),
    "twice.glb": (glb({"nodes": [{}], "scenes": [{"nodes": [0, 0]}]}), {"SK890"}),
    "many_faces.glb": (instanced(40, faces=10_000), {"SK891"}),
    "deep.glb": (glb_text(b"[" * 100_000 + b"]" * 100_000), {"SK890"}),
    "list.glb": (glb_text(b"[]"), {"SK890"}),
    "children.glb": (glb({"nodes": [{"children": 3}]}), {"SK890"}),
    "wrong_kinds.glb": (glb({"accessors": [{"count": "many"}]}), {"SK890"}),
    "no_such_mesh.glb": (glb({"nodes": [{"mesh": 7}]}), {"SK890"}),
    "beyond.obj": (b"v 0 0 0\nf 1 1 " + b"9" * 40 + b"\n", {"SK894"}),
    "many_faces.obj": (b"v 0 0 0\n" + b"f 1 1 1\n" * 200_002, {"SK891"}),
    "many_vertices.obj": (b"v 0 0 0\n" * 600_003, {"SK891"}),
    "many.stl": (b"solid x\nfacet\n" + b"vertex 0 0 0\n" * 600_003, {"SK891"}),
    "external.glb": (glb({"buffers": [{"uri": "https://example.org/mesh.bin"}]}), {"SK897"}),
    "mesh.dae": (b"<x/>", {"SK890"}),
}


@pytest.mark.parametrize("name", MESHES)
def test_a_mesh_fault_has_its_code(tmp_path: Path, name: str) -> None:
    data, expected = MESHES[name]
    (tmp_path / name).write_bytes(data)
    assert {fault.code for fault in check_mesh(tmp_path / name)} == expected


def test_a_small_file_of_many_instances_is_refused_before_it_is_unfolded(tmp_path: Path) -> None:
    (tmp_path / "bomb.glb").write_bytes(instanced(900, faces=20_000))
    started = time.process_time()
    assert (tmp_path / "bomb.glb").stat().st_size < 80_000
    assert {fault.code for fault in check_mesh(tmp_path / "bomb.glb")} == {"SK891"}
    assert time.process_time() - started < 1


def test_pictures_in_a_mesh_are_never_decoded(tmp_path: Path) -> None:
    box = trimesh.creation.box()
    picture = PIL.Image.fromarray(np.zeros((64, 64, 3), np.uint8))
    box.visual = trimesh.visual.TextureVisuals(uv=np.zeros((len(box.vertices), 2)), image=picture)
    data = box.export(file_type="glb")
    assert b"baseColorTexture" in data
    (tmp_path / "box.glb").write_bytes(data)
    assert check_mesh(tmp_path / "box.glb") == ()
    stripped = bare(data, most_faces=12)
    assert b"images" not in stripped and b"baseColorTexture" not in stripped


def test_a_pipe_is_no_mesh_and_no_model(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.stl")
    assert {fault.code for fault in check_mesh(tmp_path / "m.stl")} == {"SK890"}
    os.mkfifo(tmp_path / "model.xml")
    assert codes(tmp_path / "model.xml") == {"SK870"}


def test_a_mesh_in_millimetres_is_found_unless_scaled(tmp_path: Path) -> None:
    trimesh.creation.box((100, 100, 100)).export(tmp_path / "mm.stl")
    assert {fault.code for fault in check_mesh(tmp_path / "mm.stl")} == {"SK896"}
    assert check_mesh(tmp_path / "mm.stl", scale=0.001) == ()


def test_an_edge_of_four_faces_is_no_closed_surface() -> None:
    box = trimesh.creation.box()
    beside = trimesh.creation.box()
    beside.apply_translation((1.0, 1.0, 0.0))  # they meet along one edge
    both = trimesh.util.concatenate([box, beside])
    assert watertight(np.asarray(box.vertices), np.asarray(box.faces))
    assert not watertight(np.asarray(both.vertices), np.asarray(both.faces))


def test_a_hole_is_a_warning_not_an_error(tmp_path: Path) -> None:
    box = trimesh.creation.box()
    trimesh.Trimesh(box.vertices, box.faces[:-1], process=False).export(tmp_path / "open.obj")
    faults = check_mesh(tmp_path / "open.obj")
    assert [(fault.code, fault.severity) for fault in faults] == [("SK895", "warning")]
    text = GOOD.replace("<option", '<asset><mesh name="m" file="open.obj"/></asset><option')
    assert codes(written(tmp_path, text)) == {"SK895"}


def test_a_deep_or_endless_file_is_refused_quickly(tmp_path: Path) -> None:
    deep = "<mujoco>" + "<body>" * 5000 + "</body>" * 5000 + "</mujoco>"
    assert codes(written(tmp_path, deep)) == {"SK870"}
    wide = "<mujoco>" + "<a/>" * 150_000 + "</mujoco>"
    assert codes(written(tmp_path, wide)) == {"SK885"}


def test_copies_of_copies_are_counted_before_anything_is_made_of_them(tmp_path: Path) -> None:
    many = '<replicate count="9000">' * 3 + '<geom size="1"/>' + "</replicate>" * 3
    started = time.monotonic()
    assert codes(written(tmp_path, GOOD.replace("<geom", f"{many}<geom", 1))) == {"SK885"}
    assert time.monotonic() - started < 1.0
    few = '<replicate count="3"><replicate count="4"><geom size="1"/></replicate></replicate>'
    assert "SK885" not in codes(written(tmp_path, GOOD.replace("<geom", f"{few}<geom", 1)))
    (tmp_path / "part.xml").write_text('<mujoco><geom size="1"/></mujoco>')
    hidden = '<replicate count="2"><include file="part.xml"/></replicate>'
    assert "SK885" in codes(written(tmp_path, GOOD.replace("<geom", f"{hidden}<geom", 1)))


def test_a_file_included_twice_is_refused_before_it_is_read_again_and_again(tmp_path: Path) -> None:
    for i in range(30):
        twice = f'<include file="{i + 1}.xml"/>' * 2
        (tmp_path / f"{i}.xml").write_text(f"<mujoco>{twice}</mujoco>")
    (tmp_path / "30.xml").write_text("<mujoco/>")
    assert "SK872" in codes(written(tmp_path, GOOD.replace("<option", '<include file="0.xml"/><option', 1)))


@pytest.mark.parametrize(
    "text", [GOOD, GOOD.replace("range", "rang"), GOOD.replace("<geom", '<geom mesh="m"/><geom', 1)]
)
def test_a_model_in_memory_is_checked_as_the_one_on_disk(tmp_path: Path, text: str) -> None:
    box = trimesh.creation.box((0.1, 0.1, 0.1)).export(file_type="stl")
    text = text.replace("<worldbody>", '<asset><mesh name="m" file="parts/box.stl"/></asset><worldbody>')
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "box.stl").write_bytes(box)
    files = Files(members={"robot/model.xml": text.encode(), "robot/parts/box.stl": box})
    assert codes(files / "robot" / "model.xml") == codes(written(tmp_path, text))
    lost = Files(members={"robot/model.xml": text.encode(), "box.stl": box})
    assert codes(lost / "robot" / "model.xml") >= {"SK875"}


def test_a_body_that_no_simulation_can_move_is_refused(tmp_path: Path) -> None:
    assert codes(written(tmp_path, GOOD.replace('mass="1"', 'mass="1e300"'))) >= {"SK880"}
    assert codes(written(tmp_path, GOOD.replace('diaginertia="1 1 1"', 'diaginertia="1e9 1e9 1e9"'))) >= {"SK880"}
