"""Quantities that papers randomize and the environment does not draw yet: words for drafts.

A quantity that gets a draw moves to `randomization.py`. Bounds are ours, as there.
"""

import math

from skillc.runtime.terms.quantity import NOT_DRAWN, OBJECT, Operation, RandomizedQuantity, around, factor, noise, op

_SUGAR, _DEX4D, _RECIPE = "Sugar, Table 8", "Dex4D, Table VI", "humanoid recipe, Table IV"
POINTS = ("object_cloud", "object_points", "flow_centroid", "goal_points")
_PICTURES = (*POINTS, "depth_image", "color_image")
_TOUCHING = (OBJECT, "table", "hand", "robot")
_OF_THE_BASE = ("root_position", "root_rotation", "angular_velocity")
COEFFICIENT = (
    op("set", 0.0, 5.0),
    op("add", None, 2.0),
    op("normal", 0.0, 2.0),
)


def _draft(
    name: str,
    meaning: str,
    source: str,
    dimension: str,
    operations: tuple[Operation, ...],
    example: str | float,
    *owners: str,
    disturbs: tuple[str, ...] = (),
    floating: bool = False,
) -> RandomizedQuantity:
    """Declare a quantity that a paper randomizes and the environment does not draw yet."""
    return RandomizedQuantity(
        name=name,
        meaning=meaning,
        source=source,
        dimension=dimension,
        operations=operations,
        example=example,
        owners=owners,
        disturbs=disturbs,
        floating=floating,
        needs=NOT_DRAWN,
    )


DRAFT_QUANTITIES = (
    *(
        _draft(
            f"position.{axes}",
            "Offset of an object's place along the named axes, each drawn on its own.",
            "ours: position.xy along other axes",
            "length",
            around(10.0),
            "± 5 cm",
            OBJECT,
        )
        for axes in ("z", "xyz")
    ),
    *(
        _draft(
            name,
            f"Turn of an object about its {axis} axis.",
            "ours: yaw about other axes",
            "angle",
            around(math.pi),
            "± 10 deg",
            OBJECT,
        )
        for name, axis in (("pitch", "y"), ("roll", "x"))
    ),
    _draft(
        "rotation",
        "Turn of an object about a random axis.",
        "ours: an object tracker's error",
        "angle",
        (op("normal", 0.0, math.pi), op("add", None, math.pi)),
        "normal 2 deg",
        OBJECT,
    ),
    *(
        _draft(
            f"{owner}.{name}",
            f"{meaning} of the {words}.",
            source,
            dimension,
            factor(0.05, 20.0, *others),
            "× 0.7 .. 1.3",
        )
        for owner, name, meaning, words, source, dimension, others in (
            ("robot", "mass", "Mass", "robot's links", _DEX4D, "mass", (op("add", None, 10.0),)),
            ("robot", "friction", "Friction", "robot", _DEX4D, "number", COEFFICIENT),
            ("hand", "friction", "Friction", "hand", _RECIPE, "number", COEFFICIENT),
            ("table", "friction", "Friction", "table", "ours: as of objects", "number", COEFFICIENT),
        )
    ),
    *(
        _draft(
            name,
            f"{meaning} of an object, the table, the hand or the robot.",
            _SUGAR,
            "number",
            (op("set", 0.0, most), op("scale", 0.0, 20.0), op("add", None, most), op("normal", 0.0, most)),
            "0.2 .. 0.8",
            *_TOUCHING,
        )
        for name, meaning, most in (
            ("static_friction", "Static friction", 5.0),
            ("dynamic_friction", "Dynamic friction", 5.0),
            ("restitution", "Restitution", 1.0),
        )
    ),
    *(
        _draft(
            f"center_of_mass{axes}",
            "Offset of the centre of mass of an object or the robot's base.",
            _SUGAR,
            "length",
            around(0.5),
            "± 5 mm",
            OBJECT,
            "base",
        )
        for axes in ("", ".x", ".y", ".z", ".xy", ".xyz")
    ),
    _draft(
        "push.force",
        "Random force pushed on an object.",
        "ours: a push as a force",
        "force",
        (op("set", None, 1000.0), op("add", None, 1000.0), op("normal", 0.0, 1000.0), op("value", 0.0, 1000.0)),
        "0 .. 2 N",
        OBJECT,
        "robot",
    ),
    _draft(
        "push.speed",
        "Random velocity added to an object.",
        "Dex4D, J; Sugar, Table 8",
        "speed",
        (*around(10.0), op("set", None, 10.0)),
        "± 0.2 m/s",
        OBJECT,
        "robot",
    ),
    _draft(
        "push.angular_speed",
        "Random angular velocity added to an object.",
        "Dex4D, J; Sugar, Table 8",
        "angular speed",
        (*around(60.0), op("set", None, 60.0)),
        "± 0.2 rad/s",
        OBJECT,
        "robot",
    ),
    _draft(
        "push.interval",
        "Time between two pushes.",
        "Dex4D, J; Sugar, Table 8",
        "time",
        (op("value", 1e-3, 600.0), op("set", 1e-3, 600.0)),
        "4 s",
        OBJECT,
        "robot",
    ),
    _draft(
        "push.probability",
        "Chance of a push at each control step.",
        _RECIPE,
        "ratio",
        (op("value", 0.0, 1.0), op("set", 0.0, 1.0)),
        "20 %",
        OBJECT,
    ),
    _draft(
        "push.decay",
        "Factor by which a push shrinks each interval.",
        _RECIPE,
        "number",
        (op("value", 0.0, 1.0),),
        0.99,
        OBJECT,
    ),
    _draft(
        "push.scale",
        "Size of a push relative to the object's weight.",
        _RECIPE,
        "number",
        (op("value", 0.0, 100.0),),
        2.0,
        OBJECT,
    ),
    _draft("table.height", "Offset of the table top.", "ours: tables differ", "length", around(1.0, 0.2), "± 1 cm"),
    *(
        _draft(f"joint.{name}", meaning, source, "angle", noise(math.pi), "normal 0.01 rad")
        for name, meaning, source in (
            ("position", "Start position of every joint.", _SUGAR),
            ("lower_limit", "Lower limit of every joint.", _DEX4D),
            ("upper_limit", "Upper limit of every joint.", _DEX4D),
        )
    ),
    _draft(
        "control.damping",
        "Damping gain of the joint servos.",
        "Dex4D, Table VI; humanoid recipe, Table IV",
        "rotational damping",
        factor(0.05, 20.0, op("set", 0.0, 1e4)),
        "× 0.7 .. 1.2",
    ),
    *(
        _draft(
            f"{what}.delay",
            f"Delay of {words}.",
            "ours: every loop has one",
            "time",
            (op("set", 0.0, 2.0), op("normal", 0.0, 1.0)),
            "0 .. 50 ms",
        )
        for what, words in (("observation", "observations"), ("action", "actions"))
    ),
    *(
        _draft(
            name,
            f"Chance that a sample is {done}.",
            source,
            "ratio",
            (op("value", 0.0, 1.0), op("set", 0.0, 1.0)),
            "10 %",
        )
        for name, done, source in (
            ("observation.lag_probability", "repeated", _RECIPE),
            ("observation.dropout", "dropped", "ours: a lost frame"),
            ("action.lag_probability", "repeated", _RECIPE),
        )
    ),
    *(
        _draft(
            f"observation.{name}",
            meaning,
            source,
            dimension,
            noise(most),
            example,
            disturbs=disturbs,
            floating=name in _OF_THE_BASE,
        )
        for name, meaning, source, dimension, most, example, disturbs in (
            (
                "object_position",
                "Noise on the object's observed place.",
                _RECIPE,
                "length",
                0.5,
                "normal 2 mm",
                ("object_position", "object_position_delta"),
            ),
            (
                "root_position",
                "Noise on the base's observed place.",
                "ours: as of the object",
                "length",
                0.5,
                "normal 2 mm",
                (),
            ),
            (
                "joint_position",
                "Noise on observed joints.",
                _RECIPE,
                "angle",
                math.pi,
                "normal 0.5 deg",
                ("joint_position",),
            ),
            (
                "object_rotation",
                "Noise on the object's observed rotation.",
                "ours: as of its place",
                "angle",
                math.pi,
                "normal 0.5 deg",
                ("object_orientation", "object_rotation_delta"),
            ),
            (
                "root_rotation",
                "Noise on the base's observed rotation.",
                "ours: as of the object",
                "angle",
                math.pi,
                "normal 0.5 deg",
                (),
            ),
            (
                "joint_velocity",
                "Noise on observed joint velocity.",
                "ours: as of positions",
                "angular speed",
                60.0,
                "normal 0.1 rad/s",
                ("joint_velocity",),
            ),
            (
                "angular_velocity",
                "Noise on the base's observed angular velocity.",
                "ours: a gyroscope's error",
                "angular speed",
                60.0,
                "normal 0.1 rad/s",
                (),
            ),
        )
    ),
    *(
        _draft(
            f"{what}.{kind}",
            f"Noise on every normalised {what}, new {when}.",
            _DEX4D,
            "number",
            noise(10.0),
            "normal 0.002",
        )
        for what in ("observation", "action")
        for kind, when in (("white", "each step"), ("correlated", "once an episode"))
    ),
    _draft("gravity", "Change of gravity.", _DEX4D, "acceleration", noise(20.0), "normal 0.4 m/s^2"),
    _draft(
        "camera.position",
        "Error of the camera's place.",
        _RECIPE,
        "length",
        noise(1.0),
        "normal 5 mm",
        disturbs=_PICTURES,
    ),
    *(
        _draft(f"camera.{name}", meaning, _RECIPE, "angle", noise(1.0), "normal 1 deg", disturbs=_PICTURES)
        for name, meaning in (
            ("rotation", "Error of the camera's rotation."),
            ("field_of_view", "Error of the camera's opening angle."),
        )
    ),
)
