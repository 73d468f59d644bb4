"""A small robot with two arms, two hands and a torso on a base that nothing holds: its model and its profile."""

from pathlib import Path

GROUPS = {
    "torso": ("waist",),
    "left_arm": ("left_shoulder", "left_elbow", "left_wrist"),
    "right_arm": ("right_shoulder", "right_elbow", "right_wrist"),
    "left_hand": ("left_thumb", "left_index"),
    "right_hand": ("right_thumb", "right_index"),
}
DRIVER_ORDER = (
    *("left_shoulder", "left_elbow", "left_wrist", "left_thumb", "left_index"),
    *("waist", "right_shoulder", "right_elbow", "right_wrist", "right_thumb", "right_index"),
)
"""Groups lie apart in it, and not in the order of `GROUPS`."""
NAME = "two_arms"


def _finger(name: str, y: float) -> str:
    return f"""<body name="{name}" pos="0.04 {y} 0"><joint name="{name}" axis="0 1 0" range="-0.2 1.2"/>
      <geom name="{name}_tip" type="capsule" fromto="0 0 0 0.04 0 0" size="0.008" mass="0.02"/>
      <site name="{name}_tip" pos="0.04 0 0"/></body>"""


def _arm(side: str, y: float) -> str:
    return f"""<body name="{side}_upper" pos="0 {y} 0.25"><joint name="{side}_shoulder" axis="0 1 0" range="-2 2"/>
     <geom type="capsule" fromto="0 0 0 0.12 0 0" size="0.02" mass="0.2"/>
     <body name="{side}_lower" pos="0.12 0 0"><joint name="{side}_elbow" axis="0 1 0" range="-2 2"/>
      <geom type="capsule" fromto="0 0 0 0.1 0 0" size="0.018" mass="0.15"/>
      <body name="{side}_palm" pos="0.12 0 0"><joint name="{side}_wrist" axis="1 0 0" range="-1.5 1.5"/>
       <geom name="{side}_palm" type="box" size="0.03 0.03 0.01" mass="0.08"/>
       <site name="{side}_palm" pos="0 0 -0.01"/><site name="{side}_wrist" pos="-0.03 0 0"/>
       {_finger(f"{side}_thumb", 0.02)}{_finger(f"{side}_index", -0.02)}
      </body></body></body>"""


MJCF = f"""<mujoco model="two_arms"><compiler angle="radian"/>
 <default><joint armature="0.02"/></default><worldbody>
 <body name="pelvis" pos="0 0 0.1"><geom name="pelvis" type="box" size="0.15 0.15 0.1" mass="12"/>
  <body name="chest" pos="0 0 0.12"><joint name="waist" axis="0 0 1" range="-1 1"/>
   <geom name="chest" type="box" size="0.05 0.1 0.12" pos="0 0 0.15" mass="2"/>
   {_arm("left", 0.14)}{_arm("right", -0.14)}
  </body></body></worldbody></mujoco>
"""


def profile_yaml() -> str:
    """Return the robot's `profile.yaml`."""
    lines = [f"name: {NAME}", "mjcf: robot.xml", "base: floating", "base_body: pelvis", "groups:"]
    lines += [f"  {name}: [{', '.join(joints)}]" for name, joints in GROUPS.items()]
    lines.append("hands:")
    for side in ("left", "right"):
        lines += [
            f"  {side}:",
            f"    {{group: {side}_hand, arm: {side}_arm, body: {side}_palm, palm_site: {side}_palm,",
            f"     wrist_site: {side}_wrist, fingers: {{{_fingers(side)}}}}}",
        ]
    lines.append("joints:")
    for joint in DRIVER_ORDER:
        finger = "thumb" in joint or "index" in joint
        lower, upper = (-0.2, 1.2) if finger else (-1.0, 1.0)
        kp, kv = (4, 0.4) if finger else (200, 20)
        lines += [
            f"  {joint}:",
            f"    {{lower: {lower}, upper: {upper}, speed: 3, acceleration: 30, jerk: 1000, effort: 20,",
            f"     kp: {kp}, kv: {kv}, home: 0.1}}",
        ]
    lines.append(f"commanded_by: {{{', '.join(f'{name}: servo' for name in GROUPS)}}}")
    lines += [
        "couplings: {}",
        "command_modes: {servo: {rate_hz: 1000, between: hold}}",
        "collision_pairs_excluded: [[pelvis, chest]]",
    ]
    return "\n".join(lines) + "\n"


def _fingers(side: str) -> str:
    return ", ".join(
        f"{name}: {{joints: [{side}_{name}], tip_site: {side}_{name}_tip, tip_geom: {side}_{name}_tip,"
        " tip_radius: 0.008, pad_normal: [0, 0, -1]}"
        for name in ("thumb", "index")
    )


def write_robot(folder: Path) -> Path:
    """Write the robot to `folder`/robots/two_arms and return that folder."""
    place = folder / "robots" / NAME
    place.mkdir(parents=True)
    (place / "robot.xml").write_text(MJCF, encoding="utf-8")
    (place / "profile.yaml").write_text(profile_yaml(), encoding="utf-8")
    return place
