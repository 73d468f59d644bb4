"""How well objects are located from one picture: rendered depth of built scenes with objects moved, against truth.

    python -m benchmarks.sight build/apple-to-plate build/tray-retrieval [--n 20] [--exact] [--json FILE]

Objects stand anywhere in the skill's test box, turned by up to 45 deg about the vertical, in the sizes of the box. The
camera is off its calibration by up to 5 mm and 1 deg, and depth is noisy; --exact takes both away. A wrong pose is one
that was believed and is off by more than 20 mm or, where a turn can be seen, 10 deg.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot
from skillc.runtime.evaluate.protocol import Trial, trials
from skillc.runtime.evaluate.seeing import mounting_of
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.geometry import se3
from skillc.runtime.sight.rendered import RenderedCamera
from skillc.runtime.sight.scene_sight import SceneSight
from skillc.runtime.sim.world import object_pose

TURN_RAD = np.pi / 4
WRONG_M, WRONG_RAD = 0.02, np.deg2rad(10.0)


@dataclass(frozen=True, kw_only=True)
class Located:
    """One object in one picture."""

    skill: str
    name: str
    turns: bool
    """Its turn can be seen."""
    refused: str
    position_m: float
    turn_rad: float
    sigmas: float
    """Position error over its own standard deviation."""
    size: float
    """Found over true."""
    seconds: float
    """Of the whole picture."""

    @property
    def wrong(self) -> bool:
        """Believed, and not where it is."""
        return not self.refused and (self.position_m > WRONG_M or (self.turns and self.turn_rad > WRONG_RAD))


def located(build: Path, n: int, seed: int, *, exact: bool) -> list[Located]:
    """Return what is located in n pictures of a build's moved scenes."""
    skill = Skill.load(build)
    scene, contract = built_scene(skill), skill.contract
    sight = SceneSight.of(contract, skill.twin, skill.files / "twin", skill.environment.physics)
    symmetric = {shape.name: shape.symmetric for shape in sight.shapes}
    found = []
    for k, drawn in enumerate(trials("test", scene.twin, skill.environment, skill.profile, n, seed)):
        trial = _turned(drawn, skill, np.random.default_rng([seed, k, 3]))
        robot = simulated_robot(skill, scene, trial)
        mounting = replace(mounting_of(contract, 1_000 * seed + k, exact=exact), latency_s=0.0)
        picture = RenderedCamera(mounting, robot.world.model, robot.data).newest()
        assert picture is not None
        began = time.perf_counter()
        seen = sight.find(picture, robot.measure().qpos)
        seconds = time.perf_counter() - began
        for name, one in seen.objects.items():
            T = object_pose(robot.world, robot.data, name)
            off = float(np.linalg.norm(one.T[:3, 3] - T[:3, 3]))
            found.append(
                Located(
                    skill=skill.name,
                    name=name,
                    turns=not symmetric[name],
                    refused=one.refused,
                    position_m=off,
                    turn_rad=float("nan") if one.refused else se3.rotation_angle(one.T, T),
                    sigmas=off / float(np.linalg.norm(one.sigma[:3])),
                    size=one.scale / trial.world.size_scale.get(name, 1.0),
                    seconds=seconds,
                )
            )
    return found


def _turned(trial: Trial, skill: Skill, rng: np.random.Generator) -> Trial:
    moved = {}
    for thing in skill.twin.objects:
        T = np.array(trial.world.T_table_object.get(thing.name, thing.T_table_object))
        turn = se3.exp(np.array([0, 0, 0, 0, 0, rng.uniform(-TURN_RAD, TURN_RAD)]))
        T[:3, :3] = turn[:3, :3] @ T[:3, :3]
        moved[thing.name] = T
    return replace(trial, world=replace(trial.world, T_table_object=moved))


def table(found: list[Located]) -> str:
    """Return a line for each object of each skill."""
    lines = ["| skill, object | located | wrong | mm, median (p95) | deg, median (p95) | in 2 sigma | size | s |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for skill, name in dict.fromkeys((f.skill, f.name) for f in found):
        own = [f for f in found if (f.skill, f.name) == (skill, name)]
        good = [f for f in own if not f.refused]
        if not good:
            lines.append(f"| {skill}, {name} | 0 of {len(own)} | 0 | - | - | - | - | - |")
            continue
        mm, deg = [1e3 * f.position_m for f in good], [np.degrees(f.turn_rad) for f in good]
        turn = f"{np.median(deg):.1f} ({np.percentile(deg, 95):.1f})" if good[0].turns else "not seen"
        lines.append(
            f"| {skill}, {name} | {len(good)} of {len(own)} | {sum(f.wrong for f in own)} | {np.median(mm):.1f} "
            f"({np.percentile(mm, 95):.1f}) | {turn} | {sum(f.sigmas <= 2.0 for f in good)} | "
            f"{np.median([f.size for f in good]):.3f} | {np.median([f.seconds for f in good]):.2f} |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", type=Path, nargs="+")
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--exact", action="store_true", help="no camera error, no noise")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    found = [f for build in given.builds for f in located(build, given.n, given.seed, exact=given.exact)]
    print_provenance()
    print(table(found))
    for refusal in sorted({f"{f.name}: {f.refused}" for f in found if f.refused}):
        print(f"refused: {refusal}")
    if given.json:
        given.json.write_text(json.dumps({**provenance(), "located": [asdict(f) for f in found]}, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
