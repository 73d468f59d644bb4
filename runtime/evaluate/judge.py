"""Evaluate a build folder: its scene or the true one, the method's number of rollouts."""

from collections.abc import Callable
from pathlib import Path

from skillc.runtime.evaluate.arms import Arm, PolicyFolders
from skillc.runtime.evaluate.evaluate import built_scene, evaluate, true_scene
from skillc.runtime.evaluate.motions import Motion
from skillc.runtime.evaluate.perturbation import Protocol
from skillc.runtime.evaluate.planned import load_plan
from skillc.runtime.evaluate.report import Evaluation
from skillc.runtime.evaluate.seeing import Sight
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.evaluate.stress import Stress
from skillc.runtime.machine.execute import Run


def judge(
    build: Path | str | Skill,
    protocol: Protocol = "replay",
    *,
    n: int | None = None,
    seed: int = 0,
    motion: Motion = "reference",
    arm: Arm = "replay",
    stress: Stress = "none",
    policies: Path | str | None = None,
    truth: Path | str | None = None,
    plan: Path | str | None = None,
    sight: Sight = "simulator",
    on_rollout: Callable[[int, int, Run], None] = lambda index, total, run: None,
) -> Evaluation:
    """Roll a built skill out in simulation and score it by Table 4 and D.2.

    Rollouts run in processes of their own, so that a script must be safe to import: put the call below
    `if __name__ == "__main__":`.

    >>> import skillc
    >>> result = skillc.evaluate("build/lift-a-box", n=1)
    >>> result.protocol, result.n, len(result.rollouts)
    ('replay', 1, 1)

    Args:
        build: a build folder, or what `load` made of one.
        protocol: what is varied between rollouts (docs/protocols.md): `replay` physics and robot about the built twin,
            `test` the places of things, `test+physics` both, `truth` physics and robot about the true scene of a
            simulated recording, `truth+test` the same with the places of things.
        n: number of rollouts; default the method's.
        seed: of the variations.
        motion: `reference`; `retargeted`: the motion before refinement; `unrefined`: the refined way with the
            retargeted hand, its fingers closed.
        arm: `replay`; `distillation`: the motion adjusted to what the trained policy sees before the robot moves;
            `squeeze`: that, and the fingers closed 0.06 rad further; `both`: that, and the fingers corrected by the
            trained residual; `residual`: these corrections alone; `ideal`, `ideal+squeeze` and `ideal+residual`: the
            motion adjusted to the true poses.
        stress: a cell of `runtime/evaluate/stress.py`, changed besides what the protocol varies.
        policies: folder of the trained policies; default `policies` in the build.
        truth: folder `truth/` of a simulated recording; needed by the protocol `truth`, and by it only.
        plan: folder that `skillc plan-motion` wrote: its motion, in the scene it was planned for.
        sight: `simulator`: the machine and what adapts the motion are told where objects are; `rendered`: they see them
            in rendered depth, through a camera that is off by up to 5 mm and 1 deg (docs/sight.md).
        on_rollout: told index, number and log of every rollout.

    Raises:
        FormatError: the folder is no finished build.
        FormatError: the folder `plan` holds no plan of this skill.
        ValueError: `n` is no positive number; `truth` is missing or given in vain; the arm cannot follow `motion`.
    """
    if n is not None and n < 1:
        raise ValueError(f"{n} rollouts cannot be judged")
    if protocol.startswith("truth") != (truth is not None):
        raise ValueError("protocol `truth` and the folder `truth` go together")
    if plan is not None and (truth is not None or arm != "replay" or motion != "reference"):
        raise ValueError("a planned motion is rolled out as it is, in the scene it was planned for")
    if arm != "replay" and (isinstance(build, Skill) or motion != "reference"):
        raise ValueError(f"the arm `{arm}` adjusts the refined motion of a build folder, and needs its path")
    skill = build if isinstance(build, Skill) else Skill.load(Path(build))
    if plan is not None:
        skill = load_plan(skill, Path(plan))
    folders = None
    if arm != "replay":
        folders = PolicyFolders(build=Path(str(build)), trained=Path(policies or Path(str(build)) / "policies"))
    scene = built_scene(skill) if truth is None else true_scene(Path(truth))
    total = n or skill.scoring.count(protocol)
    return evaluate(
        skill, scene, protocol, n=total, seed=seed, motion=motion, arm=arm, stress=stress, policies=folders,
        sight=sight,
        on_rollout=lambda index, run: on_rollout(index, total, run),
    )  # fmt: skip
