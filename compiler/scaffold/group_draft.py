"""A guess at a robot's groups and hands from its model's tree; a person reads it before anything runs.

A chain of links is one group until it branches. Where all its branches are plain chains, they are the fingers of a
hand; otherwise each branch is looked at by itself. Names follow the words that joints' names are made of.
"""

import re
from dataclasses import dataclass
from typing import Any

SIDES = ("left", "right")
KINDS = (
    ("leg", ("hip", "knee", "ankle", "leg", "thigh")),
    ("head", ("neck", "head")),
    ("torso", ("waist", "torso", "chest", "spine")),
)
"""Group -> words in its joints' names; what carries a hand is an arm, whatever its joints are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftHand:
    """One hand of the model."""

    name: str
    group: str
    arm: str | None
    """None where the hand is the whole robot."""
    body: int
    """Body that the fingers branch off."""
    fingers: dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftGroups:
    """Groups in the order of the tree."""

    floating: bool
    groups: dict[str, list[str]]
    hands: tuple[DraftHand, ...]


def draft_groups(model: Any, joints: list[str]) -> DraftGroups:
    """Return the groups of `joints`, the model's hinges and slides in its order."""
    import mujoco

    tree = _Tree(model, joints)
    free = [j for j in range(model.njnt) if int(model.jnt_type[j]) == int(mujoco.mjtJoint.mjJNT_FREE)]
    groups: dict[str, list[str]] = {}
    hands: list[DraftHand] = []
    for limb in tree.limbs(0, grips=not free):
        name = _free_name(_name(limb), groups) if limb.joints else None
        if name is not None:
            groups[name] = limb.joints
        if limb.fingers:
            side = _side([*limb.joints, *(j for finger in limb.fingers for j in finger)])
            group = _free_name(f"{side}_hand" if side else "hand", groups)
            groups[group] = [j for j in joints if any(j in finger for finger in limb.fingers)]
            fingers = {f"finger_{n + 1}": finger for n, finger in enumerate(limb.fingers)}
            called = _free_name(side or "right", {hand.name: [] for hand in hands})
            hands.append(DraftHand(name=called, group=group, arm=name, body=limb.end, fingers=fingers))
    return DraftGroups(floating=bool(free), groups=groups, hands=tuple(hands))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limb:
    joints: list[str]
    end: int
    fingers: list[list[str]]
    branches: bool


class _Tree:
    """The model's bodies from a limb's point of view."""

    def __init__(self, model: Any, joints: list[str]) -> None:
        self._own: dict[int, list[str]] = {}
        for name in joints:
            self._own.setdefault(int(model.jnt_bodyid[model.joint(name).id]), []).append(name)
        self._below: dict[int, list[int]] = {}
        for body in range(1, model.nbody):
            self._below.setdefault(int(model.body_parentid[body]), []).append(body)

    def limbs(self, body: int, *, grips: bool = True) -> list[_Limb]:
        """Return the limb that begins at `body` and those that branch off it; `grips` says it may end in a hand."""
        joints, moving = list(self._own.get(body, [])), self._moving(body)
        while len(moving) == 1:
            body = moving[0]
            joints += self._own.get(body, [])
            moving = self._moving(body)
        if grips and moving and all(self._is_plain(child) for child in moving):
            fingers = [self._all(child) for child in moving]
            return [_Limb(joints=joints, end=body, fingers=fingers, branches=False)]
        limb = _Limb(joints=joints, end=body, fingers=[], branches=bool(moving))
        return [limb, *(further for child in moving for further in self.limbs(child))]

    def _moving(self, body: int) -> list[int]:
        return [child for child in self._below.get(body, []) if self._all(child)]

    def _is_plain(self, body: int) -> bool:
        moving = self._moving(body)
        return not moving or (len(moving) == 1 and self._is_plain(moving[0]))

    def _all(self, body: int) -> list[str]:
        own = list(self._own.get(body, []))
        return own + [name for child in self._below.get(body, []) for name in self._all(child)]


def _name(limb: _Limb) -> str:
    words = _words(limb.joints)
    kind = next((kind for kind, known in KINDS if words & set(known)), "torso" if limb.branches else "arm")
    side = _side(limb.joints)
    kind = "arm" if limb.fingers else kind
    return f"{side}_{kind}" if side else kind


def _side(joints: list[str]) -> str:
    return next((side for side in SIDES if joints and all(side in _words([name]) for name in joints)), "")


def _words(names: list[str]) -> set[str]:
    return {word for name in names for word in re.findall(r"[a-z]+", name.lower())}


def _free_name(name: str, taken: dict[str, list[str]]) -> str:
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)
