"""cuRobo behind the contract of `route`'s searches: a way for the arm, planned on a GPU (Sundaralingam et al. 2023).

What the paper plans with (A.4). It has not been run here: its calls are recorded in a test. cuRobo approximates the
robot by spheres of its own robot file; the way it returns is proved in the compiled scene like every other, so a way
that touches something is no way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.planning.route import Passage, Search

ATTEMPTS = 4
"""ours: of one search; cuRobo draws new seeds for each."""


class CuroboMissing(ImportError):
    """cuRobo, or a GPU for it, is not there."""


@dataclass(frozen=True, kw_only=True)
class CuroboSearch:
    """A search with cuRobo's MotionGen."""

    robot_file: Path
    """cuRobo's own YAML of the arm with its spheres, the hand among them."""
    joint_names: tuple[str, ...]
    """(n,) of the arm, as the robot file calls them, in driver order."""
    T_table_robot: FloatArray
    """(4, 4)."""

    def __call__(
        self,
        passage: Passage,
        q_from: FloatArray,
        q_to: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
        search: Search,
    ) -> FloatArray | None:
        """Return postures (K, n) whose straight lines are free; arguments as of `rrt_connect`.

        Joint limits are those of the robot file; a way beyond `lower` or `upper` is no way.

        Raises:
            CuroboMissing: it is not installed, or finds no GPU.
        """
        modules = curobo_modules()
        device = modules["base"].TensorDeviceType()
        config = modules["motion_gen"].MotionGenConfig.load_from_robot_config(
            str(self.robot_file), self._world(passage, modules["geom"]), device
        )
        planner = modules["motion_gen"].MotionGen(config)
        start, goal = (self._state(q, modules["robot"], device) for q in (q_from, q_to))
        options = modules["motion_gen"].MotionGenPlanConfig(max_attempts=ATTEMPTS, timeout=search.patience_s)
        result = planner.plan_single_js(start, goal, options)
        if not bool(result.success.item()):
            return None
        way = np.asarray(result.get_interpolated_plan().position.cpu().numpy(), dtype=np.float64)
        knots = np.concatenate([q_from[None], way, q_to[None]])
        inside = bool(np.all((knots >= lower) & (knots <= upper)))
        return knots if inside and passage.stuck_along(knots) is None else None

    def _world(self, passage: Passage, geom: Any) -> Any:
        """Return the scene as cuRobo's cuboids, poses in the frame of the robot's base."""
        T_robot_table = se3.inverse(self.T_table_robot)
        cuboids = [
            geom.Cuboid(name=name, pose=_pose(T_robot_table @ T_table_box), dims=size.tolist())
            for name, T_table_box, size in passage.space.boxes()
        ]
        return geom.WorldConfig(cuboid=cuboids)

    def _state(self, q: FloatArray, robot: Any, device: Any) -> Any:
        return robot.JointState.from_position(device.to_device(q[None].tolist()), joint_names=list(self.joint_names))


def _pose(T: FloatArray) -> Sequence[float]:
    return [*T[:3, 3].tolist(), *se3.as_quat_wxyz(T).tolist()]


def curobo_modules() -> dict[str, Any]:
    """Return the modules of cuRobo that are called, by short names; raises CuroboMissing."""
    import importlib

    names = {
        "geom": "curobo.geom.types",
        "base": "curobo.types.base",
        "robot": "curobo.types.robot",
        "motion_gen": "curobo.wrap.reacher.motion_gen",
    }
    try:
        return {short: importlib.import_module(name) for short, name in names.items()}
    except (ImportError, RuntimeError) as reason:
        raise CuroboMissing(
            f"cuRobo cannot be used here: {reason}; it needs an NVIDIA GPU and its own installation "
            "(curobo.org, version 0.7), or leave --curobo out: OMPL needs neither"
        ) from reason
