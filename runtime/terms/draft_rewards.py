"""Rewards that papers use and nothing here computes yet: words for drafts, each with what it waits for.

A term that gets a function moves to `rewards.py`.
"""

from typing import Literal

from skillc.runtime.terms.reward import Reward, scale

_HUMANOID = "a reference of the whole body, with its base (Sugar)"
_OBJECT = "an environment that measures the object's pose and speed against the reference (Sugar)"
_FEET = "a robot with feet (Sugar)"
_GOALS = "an environment with goals in place of a reference (Dex4D, the humanoid recipe)"
_SPEEDS = "an environment that measures joint speeds and torques"


def _draft(
    name: str,
    meaning: str,
    source: str,
    sign: Literal[-1, 0, 1],
    needs: str,
    *,
    kernel: str = "",
    floating: bool = False,
    of_goals: bool = False,
) -> Reward:
    """Declare a term; `kernel` is the dimension of its scale, if it has one."""
    return Reward(
        name=name,
        meaning=meaning,
        source=source,
        sign=sign,
        needs=needs,
        parameters=(scale(kernel),) if kernel else (),
        floating=floating,
        of_goals=of_goals,
    )


DRAFT_REWARDS = (
    _draft(
        "action_rate_l2",
        "Sum of squared changes of action.",
        "Sugar, Table 7",
        -1,
        "a snapshot that remembers the last action",
    ),
    _draft(
        "joint_position_exp", "Joint positions against the reference.", "Sugar, Table 7", 1, _HUMANOID, kernel="angle"
    ),
    _draft(
        "root_position_exp",
        "Base place against the reference.",
        "Sugar, Table 7",
        1,
        _HUMANOID,
        kernel="length",
        floating=True,
    ),
    _draft(
        "root_orientation_exp",
        "Base rotation against the reference.",
        "Sugar, Table 7",
        1,
        _HUMANOID,
        kernel="angle",
        floating=True,
    ),
    _draft("body_position_exp", "Body places against the reference.", "Sugar, Table 7", 1, _HUMANOID, kernel="length"),
    _draft(
        "body_orientation_exp", "Body rotations against the reference.", "Sugar, Table 7", 1, _HUMANOID, kernel="angle"
    ),
    _draft(
        "body_linear_velocity_exp",
        "Body velocities against the reference.",
        "Sugar, Table 7",
        1,
        _HUMANOID,
        kernel="speed",
    ),
    _draft(
        "body_angular_velocity_exp",
        "Body angular velocities against the reference.",
        "Sugar, Table 7",
        1,
        _HUMANOID,
        kernel="angular speed",
    ),
    _draft("object_position_exp", "Object place against the reference.", "Sugar, Table 7", 1, _OBJECT, kernel="length"),
    _draft(
        "object_orientation_exp", "Object rotation against the reference.", "Sugar, Table 7", 1, _OBJECT, kernel="angle"
    ),
    _draft(
        "object_linear_velocity_exp",
        "Object velocity against the reference.",
        "Sugar, Table 7",
        1,
        _OBJECT,
        kernel="speed",
    ),
    _draft(
        "object_angular_velocity_exp",
        "Object angular velocity against the reference.",
        "Sugar, Table 7",
        1,
        _OBJECT,
        kernel="angular speed",
    ),
    _draft(
        "object_body_position_exp",
        "Object place relative to the bodies.",
        "Sugar, Table 7",
        1,
        _HUMANOID,
        kernel="length",
    ),
    _draft(
        "object_body_orientation_exp",
        "Object rotation relative to the bodies.",
        "Sugar, Table 7",
        1,
        _HUMANOID,
        kernel="angle",
    ),
    _draft(
        "contact_consistency",
        "Contacts as in the demonstration.",
        "Sugar, Table 7",
        1,
        "contact labels in the reference (Sugar)",
    ),
    _draft("feet_air_time", "Feet in the air.", "Sugar, Table 7", 0, _FEET, kernel="time", floating=True),
    _draft("feet_slip", "Feet sliding.", "Sugar, Table 7", -1, _FEET, floating=True),
    _draft(
        "undesired_contacts",
        "Contacts of other bodies.",
        "Sugar, Table 7",
        -1,
        "contact forces of single bodies (Sugar)",
        kernel="force",
    ),
    _draft("joint_acceleration_l2", "Sum of squared joint accelerations.", "Sugar, Table 7", -1, _SPEEDS),
    _draft("joint_torque_l2", "Sum of squared joint torques.", "Sugar, Table 7", -1, _SPEEDS),
    _draft(
        "joint_velocity_l2",
        "Sum of squared joint velocities.",
        "ours: the companion of joint_acceleration_l2",
        -1,
        _SPEEDS,
    ),
    _draft(
        "joint_position_limits", "Joints beyond their soft limits.", "Sugar, Table 7", -1, "soft limits in the contract"
    ),
    _draft(
        "goal_distance",
        "Object points close to the goal points.",
        "Dex4D, Table V: r_goal",
        0,
        _GOALS,
        kernel="length",
        of_goals=True,
    ),
    _draft(
        "finger_object_distance",
        "Sum of fingertip distances to the object.",
        "Dex4D, Table V: r_f.o",
        0,
        _GOALS,
        kernel="length",
    ),
    _draft("palm_object_distance", "Palm distance to the object.", "Dex4D, Table V: r_h.o", 0, _GOALS, kernel="length"),
    _draft("success_bonus", "Bonus on reaching the goal.", "Dex4D, Table V: r_bonus", 1, _GOALS, kernel="length"),
    _draft("stay_bonus", "Bonus on staying at the goal.", "Dex4D, Table V: r_bonus", 1, _GOALS, kernel="time"),
    _draft("finger_curl_l2", "Sum of squared finger joints.", "Dex4D, Table V: r_curl", -1, _GOALS),
    _draft(
        "contact_goal",
        "Fingers close to the goal's stickers.",
        "humanoid recipe, III-B Eq. 1",
        1,
        _GOALS,
        kernel="length",
        of_goals=True,
    ),
    _draft(
        "object_goal",
        "Object close to the goal's pose.",
        "humanoid recipe, App. B",
        1,
        _GOALS,
        kernel="length",
        of_goals=True,
    ),
    _draft(
        "stage_bonus",
        "Bonus on completing a goal, growing with its index.",
        "humanoid recipe, App. B",
        1,
        _GOALS,
        of_goals=True,
    ),
)
