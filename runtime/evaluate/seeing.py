"""A simulated run that is seen through a rendered camera, whose calibration is wrong, and what was true meanwhile."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.twin import Twin
from skillc.runtime.machine.execute import Run
from skillc.runtime.machine.seeing_robot import SeeingRobot
from skillc.runtime.sight.rendered import CameraMounting, RenderedCamera
from skillc.runtime.sight.scene_sight import SceneFound, SceneSight

CAMERA_POSITION_M, CAMERA_ROTATION_RAD = 0.005, float(np.deg2rad(1.0))
"""ours: how far off and turned the camera may be from its calibration, evenly up to this, in a random direction."""
CAMERA_RATE_HZ, CAMERA_LATENCY_S = 15.0, 0.05
"""ours: a D455 in one of its slow modes, whose picture takes 50 ms from exposure through what locates objects in it."""
LONGEST_PX = 240
"""ours: pixels across; at a metre they are 6 mm apart, and a picture costs 30 ms of one processor to cast."""


def mounting_of(contract: Contract, seed: int, *, exact: bool = False) -> CameraMounting:
    """Return the contract's camera with fewer pixels, displaced by what `seed` draws.

    Args:
        contract: gives the camera's place and lens.
        seed: of its error and its noise.
        exact: stands where it is believed to, without noise.
    """
    rng = np.random.default_rng([seed, 13])
    shrink = max(1.0, max(contract.image_size) / LONGEST_PX)
    width, height = (round(size / shrink) for size in contract.image_size)
    K = np.array(contract.camera_matrix)
    # Pixel centres are at whole coordinates.
    K[0] *= width / contract.image_size[0]
    K[1] *= height / contract.image_size[1]
    K[0, 2] += 0.5 * width / contract.image_size[0] - 0.5
    K[1, 2] += 0.5 * height / contract.image_size[1] - 0.5
    return CameraMounting(
        T_camera_table=contract.T_camera_table,
        matrix=K,
        size=(width, height),
        rate_hz=CAMERA_RATE_HZ,
        latency_s=CAMERA_LATENCY_S,
        off_by=(0.0,) * 6 if exact else camera_error(rng),
        noisy=not exact,
        seed=seed,
    )


def camera_error(rng: np.random.Generator) -> tuple[float, ...]:
    """Draw how far a camera is off (m, then rad; 6 numbers) from where it was calibrated to be."""
    drawn = [most * rng.random() * _direction(rng) for most in (CAMERA_POSITION_M, CAMERA_ROTATION_RAD)]
    return tuple(np.concatenate(drawn).tolist())


def _direction(rng: np.random.Generator) -> FloatArray:
    x = rng.normal(size=3)
    return np.asarray(x / np.linalg.norm(x))


Sight = Literal["simulator", "rendered"]
"""simulator: objects are where the simulator says; rendered: where a camera's rendered depth shows them."""


class Witness:
    """A simulated robot that remembers what was true after every tick, whatever those around it believe."""

    def __init__(self, robot: SimulatedRobot) -> None:
        """Pass everything on to `robot`."""
        self._robot = robot
        self._true: list[Measurement] = []

    def send(self, q: FloatArray) -> None:
        """Pass joint targets (n,) on."""
        self._robot.send(q)

    def advance(self) -> Measurement:
        """Let the robot advance, and remember."""
        self._true.append(self._robot.advance())
        return self._true[-1]

    def measure(self) -> Measurement:
        """Return what the robot measures."""
        return self._robot.measure()

    @property
    def time_s(self) -> float:
        """Seconds of simulation."""
        return self._robot.time_s

    @property
    def bad_state(self) -> str:
        """As the robot's."""
        return self._robot.bad_state

    def corrected(self, run: Run, contract: Contract) -> Run:
        """Return a run whose log has the objects where they truly were: what was believed is not what is scored."""

        def poses(name: str | None) -> FloatArray:
            return np.array([m.T_table_objects.get(name or "", np.full((4, 4), np.nan)) for m in self._true])

        log = replace(
            run.log,
            T_table_manip=poses(contract.manipulated),
            T_table_target=poses(contract.target),
            manip_lowest_z=np.array([m.manip_lowest_z for m in self._true]),
        )
        return replace(run, log=log)


@dataclass(frozen=True, kw_only=True)
class SeenRun:
    """What a run is connected to when it is seen through a camera."""

    robot: SeeingRobot
    witness: Witness
    found: SceneFound
    """What a look at the whole table shows before anything moves."""


def seen_through(skill: Skill, twin: Twin, robot: SimulatedRobot, seed: int) -> SeenRun:
    """Return a simulated robot seen through the contract's camera, displaced and noisy as `seed` draws.

    Args:
        skill: whose own twin is looked for.
        twin: of the scene, whose objects have the skill's roles and maybe other names.
        robot: at its start.
        seed: of the camera's errors.
    """
    names = {skill.twin.manipulated.name: twin.manipulated.name}
    if skill.twin.target is not None and twin.target is not None:
        names[skill.twin.target.name] = twin.target.name
    sight = SceneSight.of(skill.contract, skill.twin, skill.files / "twin", skill.environment.physics).renamed(names)
    mounting, data = mounting_of(skill.contract, seed), robot.data
    first = RenderedCamera(replace(mounting, latency_s=0.0), robot.world.model, data).newest()
    assert first is not None
    camera, witness = RenderedCamera(mounting, robot.world.model, data), Witness(robot)
    seeing = SeeingRobot(witness, camera, sight, names[skill.twin.manipulated.name])
    return SeenRun(robot=seeing, witness=witness, found=sight.find(first, robot.measure().qpos))
