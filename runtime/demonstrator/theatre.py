"""The MuJoCo scene that is filmed: table, tag, things, background, and the hand as a skin on 17 moved bones.

Nothing here is simulated: all poses are set each frame (kinematic playback) and only forward kinematics runs.
"""

from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.demonstrator import textures
from skillc.runtime.demonstrator.hand_skeleton import BONES
from skillc.runtime.demonstrator.hand_skin import FOREARM_LENGTH, HandSkin
from skillc.runtime.demonstrator.props import Prop, Visual, textured_box, turned
from skillc.runtime.demonstrator.set_design import TABLE_HIGH, TABLE_LOW, Look
from skillc.runtime.demonstrator.staging import SLEEVE_START, TABLE_PX_PER_M, Staging
from skillc.runtime.demonstrator.surface import Mesh
from skillc.runtime.demonstrator.tablecloth import with_crosses
from skillc.runtime.demonstrator.tag import CELLS_ACROSS
from skillc.runtime.demonstrator.viewpoint import MARGIN, Viewpoint
from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.geometry import se3

TAG_WIDTH = 0.096
"""m, printed width of the tag (9 cells)."""


@dataclass(frozen=True, kw_only=True)
class Theatre:
    """A compiled scene; `pose_scene` moves it."""

    model: mujoco.MjModel
    prop_mocap: tuple[int, ...]
    """Mocap index of each prop."""
    bone_mocap: tuple[int, ...]
    """Mocap index of each bone, in the order of BONES."""
    sleeve_mocap: int
    other_hand_mocap: int | None
    """Of a second hand, where there is one."""


def build_theatre(
    *,
    props: tuple[Prop, ...],
    skin: HandSkin,
    look: Look,
    viewpoint: Viewpoint,
    staging: Staging,
    rng: np.random.Generator,
) -> Theatre:
    """Compile the scene with every prop and the hand as mocap bodies."""
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    spec.visual.quality.offsamples = 0  # a software renderer takes three times as long with four; the lens blurs anyway
    spec.visual.quality.shadowsize = 2048
    camera = viewpoint.camera
    spec.visual.global_.offwidth, spec.visual.global_.offheight = camera.width + 2 * MARGIN, camera.height + 2 * MARGIN
    spec.visual.map.znear, spec.visual.map.zfar = 0.02, 8.0
    spec.stat.extent, spec.stat.center = 1.0, [0.3, 0.2, 0.1]
    _add_lights(spec, look)
    _add_camera(spec, viewpoint)
    _add_room(spec, staging, rng)
    for prop in props:
        body = spec.worldbody.add_body(name=prop.name, mocap=True)
        for i, visual in enumerate((*prop.visuals, *prop.contents)):
            _add_visual(spec, body, f"{prop.name}_{i}", visual)
    _add_hand(spec, skin, look, staging.sleeve_start, rng)
    if staging.other_hand:
        body = spec.worldbody.add_body(name="other_hand", mocap=True)
        for i, visual in enumerate(staging.other_hand):
            _add_visual(spec, body, f"other_hand_{i}", visual)
    model = spec.compile()

    def mocap(name: str) -> int:
        return int(model.body_mocapid[mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name)])

    return Theatre(
        model=model,
        prop_mocap=tuple(mocap(p.name) for p in props),
        bone_mocap=tuple(mocap(f"bone_{b}") for b in BONES),
        sleeve_mocap=mocap("sleeve"),
        other_hand_mocap=mocap("other_hand") if staging.other_hand else None,
    )


def pose_scene(
    theatre: Theatre, data: mujoco.MjData, Ts_table_prop: FloatArray, Ts_table_bone: FloatArray, swayed: FloatArray
) -> None:
    """Place props (P, 4, 4) and bones (17, 4, 4); the sleeve follows the forearm, a second hand has `swayed` (3,) m."""
    if theatre.other_hand_mocap is not None:
        data.mocap_pos[theatre.other_hand_mocap] = swayed
    indices = (*theatre.prop_mocap, *theatre.bone_mocap, theatre.sleeve_mocap)
    for index, T in zip(indices, (*Ts_table_prop, *Ts_table_bone, Ts_table_bone[0]), strict=True):
        data.mocap_pos[index] = T[:3, 3]
        data.mocap_quat[index] = se3.as_quat_wxyz(T)
    mujoco.mj_kinematics(theatre.model, data)
    mujoco.mj_camlight(theatre.model, data)


def _add_lights(spec: mujoco.MjSpec, look: Look) -> None:
    tint = 1 + 0.05 * look.warmth * np.array([1.0, 0.1, -1.0])
    spec.visual.headlight.ambient = look.ambient * tint
    spec.visual.headlight.diffuse = 0.10 * tint
    spec.visual.headlight.specular = np.zeros(3)
    lamps = (
        (look.light_from, look.light_strength, True),
        ((-look.light_from[0], 0.8, -0.9), look.fill_strength, False),
    )
    for i, (aim, strength, shadow) in enumerate(lamps):
        direction = np.array(aim) / np.linalg.norm(aim)
        spec.worldbody.add_light(
            name=f"lamp_{i}", type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL, castshadow=shadow,
            pos=np.array([0.3, 0.2, 0.0]) - 1.6 * direction, dir=direction, diffuse=strength * tint,
            specular=0.35 * strength * tint, ambient=np.zeros(3),
        )  # fmt: skip


def _add_camera(spec: mujoco.MjSpec, viewpoint: Viewpoint) -> None:
    T_table_camera = se3.inverse(viewpoint.T_camera_table)
    flip = np.diag([1.0, -1.0, -1.0])  # OpenGL looks along -z with y up
    T_table_gl = se3.from_parts(T_table_camera[:3, :3] @ flip, T_table_camera[:3, 3])
    height = viewpoint.camera.height + 2 * MARGIN
    fovy = np.degrees(2 * np.arctan(height / 2 / viewpoint.camera.fy))
    spec.worldbody.add_camera(name="main", pos=T_table_gl[:3, 3], quat=se3.as_quat_wxyz(T_table_gl), fovy=fovy)


def _add_room(spec: mujoco.MjSpec, staging: Staging, rng: np.random.Generator) -> None:
    span = TABLE_HIGH - TABLE_LOW
    size = (float(span[0]), float(span[1]), 0.03)
    center = (*(TABLE_LOW + span / 2), -0.015)
    mesh, uv, faces = textured_box(size, (float(center[0]), float(center[1]), center[2]))
    origin = (float(-TABLE_LOW[0]), float(-TABLE_LOW[1]))
    picture = textures.wood(rng, width_m=size[0], length_m=size[1], origin_m=origin, px_per_m=TABLE_PX_PER_M)
    picture = picture if staging.cover is None else staging.cover
    if not staging.tag:
        picture = with_crosses(picture, origin_m=origin, px_per_m=TABLE_PX_PER_M)
    _add_visual(spec, spec.worldbody, "table", Visual(mesh=mesh, uv=uv, uv_faces=faces, picture=picture, shine=0.12))
    if staging.tag:
        _add_tag(spec)
    _add_background(spec, rng)


def _add_tag(spec: mujoco.MjSpec) -> None:
    cells = 15.0
    paper = TAG_WIDTH * cells / CELLS_ACROSS
    mesh, uv, faces = textured_box((paper, paper, 0.0002), (0, 0, 0.0001))
    keep = TABLE_LOW[0] + 0.001  # the sheet is cut at the table's edge
    x = np.maximum(mesh.vertices[:, 0], keep)
    uv = np.stack([uv[:, 0] + (x - mesh.vertices[:, 0]) / paper, uv[:, 1]], axis=-1)
    sheet = Mesh(vertices=np.column_stack([x, mesh.vertices[:, 1:]]), faces=mesh.faces)
    picture = textures.tag_paper(paper_cells=cells, px_per_cell=48)
    _add_visual(spec, spec.worldbody, "tag", Visual(mesh=sheet, uv=uv, uv_faces=faces, picture=picture, shine=0.02))


def _add_background(spec: mujoco.MjSpec, rng: np.random.Generator) -> None:
    for i, (size, center) in enumerate((
        ((6.0, 0.02, 2.4), (0.3, 2.3, 0.1)), ((6.0, 6.0, 0.02), (0.3, 1.0, -0.72)),
        ((0.02, 6.0, 2.4), (-1.6, 1.0, 0.1)), ((0.02, 6.0, 2.4), (2.3, 1.0, 0.1)),
    )):  # fmt: skip
        mesh, uv, faces = textured_box(size, center)
        wall = Visual(mesh=mesh, uv=uv, uv_faces=faces, picture=textures.clutter(rng), shine=0.0)
        _add_visual(spec, spec.worldbody, f"wall_{i}", wall)
    tower = (float(rng.uniform(0.05, 0.35)), 0.96)
    things = (
        ((0.40, 0.03, 0.24), (tower[0], tower[1], 0.26)), ((0.05, 0.04, 0.15), (tower[0], tower[1], 0.075)),
        ((0.22, 0.14, 0.015), (tower[0], tower[1], 0.008)), ((0.13, 0.10, 0.07), (tower[0] - 0.27, 0.93, 0.035)),
    )  # fmt: skip
    for i, (size, center) in enumerate(things):
        mesh, uv, faces = textured_box(size, center)
        tone = float(rng.uniform(0.03, 0.12))
        _add_visual(
            spec, spec.worldbody, f"desk_{i}", Visual(mesh=mesh, uv=uv, uv_faces=faces, rgb=(tone,) * 3, shine=0.2)
        )


def _add_hand(spec: mujoco.MjSpec, skin: HandSkin, look: Look, sleeve_start: float, rng: np.random.Generator) -> None:
    for bone in BONES:
        body = spec.worldbody.add_body(name=f"bone_{bone}", mocap=True)
        body.add_site(name=f"site_{bone}", size=[1e-4, 0, 0], rgba=[0, 0, 0, 0])
    _add_texture(spec, "skin", textures.skin_palette(look.skin), (1, 1, 1), 0.25)
    strong = [np.flatnonzero(skin.weights[:, b] > 1e-4) for b in range(len(BONES))]
    spec.add_skin(
        name="hand", material="skin", vert=skin.vertices.ravel().tolist(), face=skin.faces.ravel().tolist(),
        texcoord=skin.texcoords.ravel().tolist(), bodyname=[f"bone_{b}" for b in BONES],
        bindpos=skin.Ts_rest[:, :3, 3].ravel().tolist(), bindquat=se3.as_quat_wxyz(skin.Ts_rest).ravel().tolist(),
        vertid=[ids.tolist() for ids in strong],
        vertweight=[skin.weights[ids, b].tolist() for b, ids in enumerate(strong)],
    )  # fmt: skip
    reach = FOREARM_LENGTH * look.hand_scale
    along = np.linspace(0, 1, 26)
    ruffle = 0.0025 * np.sin(along * 55 + rng.uniform(0, 6)) + 0.002 * rng.normal(0, 1, 26)
    radius = (0.047 + 0.012 * along + ruffle) * look.hand_girth
    length = 0.42 + (SLEEVE_START - sleeve_start) * reach
    line = np.stack([radius, -sleeve_start * reach - length * along], axis=-1)[::-1]
    mesh, uv, faces = turned(np.concatenate([[[0.0, line[0, 1]]], line, [[radius[0] - 0.003, line[-1, 1] - 0.01]]]))
    # the turned line's z axis becomes the forearm's x axis
    laid = Mesh(
        vertices=np.stack([mesh.vertices[:, 2], mesh.vertices[:, 0], mesh.vertices[:, 1]], axis=-1), faces=mesh.faces
    )
    body = spec.worldbody.add_body(name="sleeve", mocap=True)
    cloth = Visual(mesh=laid, uv=uv * [3, 2], uv_faces=faces, picture=textures.cloth(rng, look.cloth), shine=0.0)
    _add_visual(spec, body, "sleeve", cloth)


def _add_visual(spec: mujoco.MjSpec, body: mujoco.MjsBody, name: str, visual: Visual) -> None:
    mesh = spec.add_mesh(name=name, uservert=visual.mesh.vertices.ravel(), userface=visual.mesh.faces.ravel())
    mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL
    if visual.uv is not None and visual.uv_faces is not None:
        mesh.usertexcoord = (visual.uv * [1, -1] + [0, 1]).ravel()
        mesh.userfacetexcoord = visual.uv_faces.ravel()
    _add_texture(spec, name, visual.picture, visual.rgb, visual.shine)
    body.add_geom(name=name, type=mujoco.mjtGeom.mjGEOM_MESH, meshname=name, material=name, contype=0, conaffinity=0)


def _add_texture(
    spec: mujoco.MjSpec, name: str, picture: Image | None, rgb: tuple[float, float, float], shine: float
) -> None:
    material = spec.add_material(name=name, rgba=[*rgb, 1.0], specular=shine, shininess=0.35, reflectance=0.0)
    if picture is None:
        return
    texture = spec.add_texture(
        name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=picture.shape[1], height=picture.shape[0], nchannel=3
    )
    texture.data = np.ascontiguousarray(picture).tobytes()
    slots = material.textures
    slots[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    material.textures = slots
