"""What varies from episode to episode, as the environment draws it.

Bounds are ours: beyond them a draw is a slip of the pen, not a training set. Sources are of Video2Sim2Real
(arXiv:2606.08828).
"""

import math

from skillc.runtime.terms.draft_randomization import DRAFT_QUANTITIES, POINTS
from skillc.runtime.terms.quantity import OBJECT, RandomizedQuantity, around, factor, noise, op
from skillc.runtime.terms.term import by_name

LONGEST_DELAY_S = 0.05
"""ours: three ticks of a 60 Hz controller; what evaluation draws at most."""
QUANTITIES = by_name(
    RandomizedQuantity(
        name="position.xy",
        meaning="Offset of an object's place on the table, each axis drawn on its own.",
        source="Table 3",
        owners=(OBJECT,),
        dimension="length",
        operations=around(10.0, drawn=True),
        example="± 5 cm",
        in_clouds=True,
    ),
    *(
        RandomizedQuantity(
            name=f"position.{axis}",
            meaning=f"Offset of an object's place on the table along {axis}.",
            source="ours: position.xy, one axis alone",
            owners=(OBJECT,),
            dimension="length",
            operations=around(10.0, drawn=True),
            example="± 5 cm",
            in_clouds=True,
        )
        for axis in ("x", "y")
    ),
    RandomizedQuantity(
        name="yaw",
        meaning="Turn of an object about its vertical axis.",
        source="Table 3",
        owners=(OBJECT,),
        dimension="angle",
        operations=around(math.pi, drawn=True),
        example="± 10 deg",
        in_clouds=True,
    ),
    RandomizedQuantity(
        name="scale",
        meaning="Size factor of an object's mesh.",
        source="Table 3",
        owners=(OBJECT,),
        dimension="number",
        operations=(op("set", 0.1, 10.0, ""), op("scale", 0.1, 10.0, "")),
        example="0.8 .. 1.2",
        in_clouds=True,
    ),
    RandomizedQuantity(
        name="mass",
        meaning="Mass of an object.",
        source="A.3.2",
        owners=(OBJECT,),
        dimension="mass",
        operations=factor(
            0.05,
            20.0,
            op("set", 1e-4, 100.0, ""),
            op("add", None, 10.0, ""),
            op("normal", 0.0, 10.0),
            drawn=True,
        ),
        example="× 0.5 .. 1.5",
    ),
    RandomizedQuantity(
        name="friction",
        meaning="Friction of an object.",
        source="A.3.2",
        owners=(OBJECT,),
        dimension="number",
        operations=factor(
            0.05, 20.0, op("set", 0.01, 5.0, ""), op("add", None, 2.0, ""), op("normal", 0.0, 2.0), drawn=True
        ),
        example="× 0.7 .. 1.3",
    ),
    RandomizedQuantity(
        name="control.stiffness",
        meaning="Position gain of the joint servos.",
        source="A.3.2: control gains",
        owners=(),
        dimension="rotational stiffness",
        operations=factor(0.05, 20.0, op("set", 0.0, 1e5, "gains of every joint in the draw"), drawn=True),
        example="× 0.8 .. 1.1",
    ),
    RandomizedQuantity(
        name="control.delay",
        meaning="Delay of commands.",
        source="ours: every loop has one",
        owners=(),
        dimension="time",
        operations=(op("set", 0.0, LONGEST_DELAY_S, ""), op("normal", 0.0, 1.0)),
        example="0 .. 50 ms",
    ),
    RandomizedQuantity(
        name="pose_error.position.xy",
        meaning="How far every object lies from where the hand expects it, each axis: the error of a pose policy.",
        source="ours: a residual acts on a motion that was adjusted to poses which are not exact",
        owners=(),
        dimension="length",
        operations=(op("normal", 0.0, 0.1, ""), op("add", None, 0.1, "")),
        example="normal 4 mm",
    ),
    RandomizedQuantity(
        name="pose_error.yaw",
        meaning="How far every object is turned from how the hand expects it: the error of a pose policy.",
        source="ours: as its position",
        owners=(),
        dimension="angle",
        operations=(op("normal", 0.0, 1.0, ""), op("add", None, 1.0, "")),
        example="normal 2 deg",
    ),
    RandomizedQuantity(
        name="observation.point",
        meaning="Noise on observed object points.",
        source="A.3.2",
        owners=(),
        dimension="length",
        operations=noise(0.2, drawn=True),
        example="normal 2 mm",
        disturbs=POINTS,
    ),
    RandomizedQuantity(
        name="action.joint",
        meaning="Noise on commanded joints.",
        source="A.3.2",
        owners=(),
        dimension="angle",
        operations=noise(1.0, drawn=True),
        example="normal 0.005 rad",
    ),
    *DRAFT_QUANTITIES,
)
"""Every quantity the language knows, by its key without an object's name."""
