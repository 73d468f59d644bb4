"""The estimator pass: a stage's estimator is one that exists for what the stage asks."""

from skillc.compiler.check.place import Placed
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.validate.nearest import did_you_mean
from skillc.runtime.estimators.catalog import names

SETTINGS = {
    ("landmarks", "estimator"): "hand_landmarks",
    ("scene", "estimator"): "object_masks",
    ("scene", "semantics"): "scene_semantics",
    ("twin", "estimator"): "object_meshes",
    ("tracks", "estimator"): "point_tracks",
    ("object_motion", "estimator"): "object_poses",
}
"""Stage and setting -> what is asked."""


def check_estimators(placed: Placed) -> list[Diagnostic]:
    """Report every setting of the spec that names an estimator there is none of (SK836).

    Presets of other papers name the estimators those papers used, whether or not there is an adapter.
    """
    stages = placed.resolved.section("method").get("stages", {})
    findings = []
    for (stage, setting), task in SETTINGS.items():
        path = ("method", "stages", stage, setting)
        name = (stages.get(stage) or {}).get(setting)
        if placed.tree.at(path) is not None and name not in names(task):
            findings.append(
                placed.error(
                    "SK836",
                    path,
                    what=f"{name!r} is no estimator of the stage {stage}",
                    detail=f"there are {', '.join(names(task))}",
                    hint=did_you_mean(str(name), names(task)),
                )
            )
    return findings
