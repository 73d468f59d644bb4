"""The groups pass: policies command groups of the robot, and a method gets a robot that it can move.

A robot whose model is not known yet has no groups to compare with; then the language's usual names are known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path
from skillc.compiler.validate.nearest import did_you_mean, listed
from skillc.compiler.validate.schema import schema
from skillc.runtime.formats.joint_groups import ALL, Base, Finger, Hand, JointGroup, NotOneManipulator, one_manipulator
from skillc.runtime.terms.observation import JOINTS
from skillc.runtime.terms.observations import OBSERVATIONS

_SINGLE_HANDED = ("placement", "retarget", "grasps", "reference")
"""Stages that move one arm with one hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedRobot:
    """What a resolved profile says about joints; nothing of it is checked."""

    name: str
    base: Base
    joints: tuple[str, ...]
    groups: tuple[JointGroup, ...]
    hands: tuple[Hand, ...]

    @classmethod
    def of(cls, hardware: Mapping[str, JSON]) -> "DescribedRobot | None":
        """Return the robot of a resolved spec; None where its profile leaves its joints open or is malformed."""
        try:
            return cls(
                name=str(hardware["name"]),
                base=hardware["base"],
                joints=tuple(joint["name"] for joint in hardware["joints"]),
                groups=tuple(JointGroup(name=g["name"], joints=_names(g["joints"])) for g in hardware["groups"]),
                hands=tuple(
                    Hand(**hand | {"fingers": tuple(_finger(finger) for finger in hand["fingers"])})
                    for hand in hardware["hands"]
                ),
            )
        except (KeyError, TypeError, AttributeError):
            return None


def _names(value: JSON) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise TypeError(f"expected names, found {value!r}")
    return tuple(value)


def _finger(row: Mapping[str, JSON]) -> Finger:
    return Finger(**{**row, "joints": _names(row["joints"])})


def check_joint_groups(placed: Placed) -> list[Diagnostic]:
    """Check what policies command, and whether the method can move such a robot."""
    hardware = placed.resolved.section("hardware")
    robot = DescribedRobot.of(hardware)
    if robot is None:
        return [*_commands(placed, usual_groups(), f"usual joint groups of {hardware.get('name')}")]
    known = {group.name: group.joints for group in robot.groups}
    unfit = list(_single_handed(placed, robot))
    return [
        # What the method commands of a robot it cannot move is no second mistake.
        *(f for f in _commands(placed, known, f"joint groups of {robot.name}") if not unfit or f.path != "method"),
        *_observed_without_joints(placed),
        *_commanded_twice(placed, known),
        *unfit,
    ]


def usual_groups() -> dict[str, tuple[str, ...]]:
    """Return the groups that the language names as examples, for robots whose own are not known; no joints."""
    acts = schema().raw["$defs"]["policy"]["properties"]["act"]["properties"]
    return {name: () for name in acts if name != ALL}


def _observes(placed: Placed) -> Iterator[tuple[str, Path, Mapping[str, JSON]]]:
    """Yield policy, place of the joint group, and observation, of every observation of one group."""
    for name, policy in placed.resolved.section("policies").items():
        for key in ("observe", "privileged"):
            terms = policy.get(key) if isinstance(policy, Mapping) else None
            for index, entry in enumerate(terms if isinstance(terms, list) else ()):
                if isinstance(entry, Mapping) and isinstance(entry.get("group"), str):
                    yield name, ("policies", name, key, index, "group"), entry


def _acts(placed: Placed) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    for name, policy in placed.resolved.section("policies").items():
        acts = policy.get("act") if isinstance(policy, Mapping) else None
        if isinstance(acts, Mapping):
            yield name, acts


def _commands(placed: Placed, groups: Mapping[str, tuple[str, ...]], told: str) -> Iterator[Diagnostic]:
    """Report groups that a policy commands or observes and the robot has not."""
    asked = [(name, path, str(entry["group"]), "observes") for name, path, entry in _observes(placed)]
    asked += [(name, ("policies", name, "act", g), g, "commands") for name, acts in _acts(placed) for g in acts]
    for name, path, group, does in asked:
        if group == ALL or group in groups:
            continue
        yield placed.error(
            "SK605",
            path if placed.tree.at(path) is not None else ("method",),
            what=f"`{name}` {does} `{group}`, which the robot has not",
            detail=f"{told}: {listed(groups)}",
            hint=did_you_mean(group, groups) or f"name {' or '.join(groups)}",
        )


def _observed_without_joints(placed: Placed) -> Iterator[Diagnostic]:
    for _, path, entry in _observes(placed):
        term = OBSERVATIONS.get(str(entry.get("term")))
        if term is not None and term.size != JOINTS:
            yield placed.error(
                "SK619",
                path,
                what=f"`{term.name}` has no entries for joints, so none of a group of them",
                detail=term.meaning,
                hint="delete the group",
            )


def _commanded_twice(placed: Placed, groups: Mapping[str, tuple[str, ...]]) -> Iterator[Diagnostic]:
    for name, acts in _acts(placed):
        single = [group for group in acts if group in groups]
        if ALL in acts and single:
            path: Path = ("policies", name, "act", single[0])
            yield placed.error(
                "SK615",
                path,
                ("policies", name, "act", ALL),
                what=f"`{name}` commands the joints of `{single[0]}` twice: `all` has them too",
                detail="a joint follows one command",
                hint="delete `all` or the groups beside it",
            )


def _single_handed(placed: Placed, robot: DescribedRobot) -> Iterator[Diagnostic]:
    """Report a method that moves one arm with one hand, on another robot."""
    method = placed.resolved.section("method")
    if not set(_SINGLE_HANDED) & set(method.get("pipeline") or ()):
        return
    try:
        found = one_manipulator(base=robot.base, joints=robot.joints, groups=robot.groups, hands=robot.hands)
        reason = "" if found.arm_joints else "no arm carries its hand"
    except NotOneManipulator as error:
        reason = str(error)
    if reason:
        path: Path = ("hardware", "extends") if placed.tree.at(("hardware", "extends")) else ("hardware",)
        yield placed.error(
            "SK611",
            path,
            ("method",),
            what=f"{method.get('name')} moves one arm with one hand, and {robot.name} is another robot: {reason}",
            detail="it needs a fixed base, the groups of one arm and its hand, and thumb, index, middle, ring",
            hint="take a robot of one arm with one hand, or a method for this one",
        )
