"""Roll a skill out under a protocol and sum up."""

import dataclasses
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.evaluate.arms import ARMS, Adapted, Arm, PolicyFolders, adapted
from skillc.runtime.evaluate.corrections import CORRECTIONS
from skillc.runtime.evaluate.loads import joint_loads, phase_loads
from skillc.runtime.evaluate.metrics import finish_frame, is_safe, jerk_by_group, peak_pressing
from skillc.runtime.evaluate.motions import Motion, with_motion
from skillc.runtime.evaluate.perturbation import Protocol
from skillc.runtime.evaluate.protocol import Trial, trials
from skillc.runtime.evaluate.report import Evaluation, RolloutResult
from skillc.runtime.evaluate.seeing import Sight, seen_through
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.evaluate.statistics import wilson
from skillc.runtime.evaluate.stress import Stress, stressed
from skillc.runtime.evaluate.success import Outcome, Task, conditions_from, score
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.formats.twin import Twin
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.policies import InlinePolicy
from skillc.runtime.sim.world import compile_world
from skillc.runtime.tasks.catalog import task_type


@dataclasses.dataclass(frozen=True, kw_only=True)
class RolloutScene:
    """Where the rollouts happen: the built twin, or the true scene of a simulated recording."""

    twin: Twin
    folder: Folder
    """With the twin's meshes."""
    object_motion: ObjectMotion
    """The demonstrated motion whose end is compared with (pour, push, pull)."""


def built_scene(skill: Skill) -> RolloutScene:
    """Return the scene the skill was built in."""
    return RolloutScene(twin=skill.twin, folder=skill.files / "twin", object_motion=skill.object_motion)


def true_scene(folder: Path) -> RolloutScene:
    """Return the true scene of a simulated recording (its `truth/` folder)."""
    return RolloutScene(
        twin=Twin.load(folder / "twin.json"), folder=folder, object_motion=ObjectMotion.load(folder / "object.npz")
    )


def simulated_robot(skill: Skill, scene: RolloutScene, trial: Trial) -> SimulatedRobot:
    """Compile `scene` with the skill's robot and place the robot at the motion's start."""
    world = compile_world(
        twin=scene.twin,
        twin_folder=scene.folder,
        profile=skill.profile,
        robot_folder=skill.files / "robot",
        T_table_robot=skill.contract.T_table_robot,
        physics=skill.environment.physics,
        variation=trial.world,
        filling=skill.filling,
    )
    return SimulatedRobot(
        world,
        skill.profile,
        qpos=skill.reference.qpos[0],
        manipulated=scene.twin.manipulated.name,
        rate_hz=skill.contract.control_rate_hz,
        imperfections=trial.imperfections,
    )


def task_of(skill: Skill, scene: RolloutScene) -> Task:
    """Return what a rollout of `skill` in `scene` is scored against."""
    return Task(
        type=task_type(skill.task_type),
        conditions=conditions_from(skill.success),
        T_demo_final=scene.object_motion.T_table_object[-1],
        object_height=scene.twin.manipulated.size_m[2],
    )


def in_scene(skill: Skill, scene: RolloutScene) -> Skill:
    """Return the skill with the contract's object names replaced by those the scene has for the same roles."""
    target = scene.twin.target
    contract = dataclasses.replace(
        skill.contract,
        manipulated=scene.twin.manipulated.name,
        target=target.name if target else None,
        objects=tuple(o.name for o in scene.twin.objects),
    )
    return dataclasses.replace(skill, contract=contract)


def roll_out(skill: Skill, scene: RolloutScene, trial: Trial) -> Run:
    """Execute the compiled state machine once in simulation."""
    here = in_scene(skill, scene)
    return execute(
        machine=here.machine,
        contract=here.contract,
        reference=here.reference,
        robot=simulated_robot(here, scene, trial),
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class PerformedTrial:
    """One trial of an arm."""

    run: Run
    adaptation: Adapted


def perform(
    skill: Skill,
    scene: RolloutScene,
    trial: Trial,
    arm: Arm,
    policies: PolicyFolders | None,
    seed: int,
    sight: Sight = "simulator",
) -> PerformedTrial:
    """Adapt the motion to the trial's scene as the arm does, then execute, corrected; what cannot be adapted holds."""
    before, during = ARMS[arm]
    robot = simulated_robot(in_scene(skill, scene), scene, trial)
    seen = None if sight == "simulator" else seen_through(skill, scene.twin, robot, seed)
    found = adapted(skill, scene.twin, robot.world, trial, before, policies, seed, None if seen is None else seen.found)
    here, correct = in_scene(found.skill, scene), CORRECTIONS[during]
    answer = None if correct is None or policies is None else correct(here, policies.trained)
    run = execute(
        machine=here.machine,
        contract=here.contract,
        reference=here.reference,
        robot=robot if seen is None else seen.robot,
        policy=None if answer is None else InlinePolicy(answer),
        interrupted=lambda: bool(found.refused),
    )
    if seen is not None:
        run = seen.witness.corrected(run, here.contract)
    return PerformedTrial(run=run, adaptation=found)


def evaluate(
    skill: Skill,
    scene: RolloutScene,
    protocol: Protocol,
    *,
    n: int,
    seed: int,
    motion: Motion = "reference",
    arm: Arm = "replay",
    stress: Stress = "none",
    policies: PolicyFolders | None = None,
    sight: Sight = "simulator",
    workers: int | None = None,
    on_rollout: Callable[[int, Run], None] = lambda index, run: None,
) -> Evaluation:
    """Roll out n trials of `protocol`, strained beyond it by `stress`, in processes of their own and sum up."""
    moving = with_motion(skill, motion)
    drawn = [
        stressed(trial, scene.twin, stress, 1_000 * seed + k)
        for k, trial in enumerate(trials(protocol, scene.twin, skill.environment, skill.profile, n, seed))
    ]
    count = min(n, workers or os.cpu_count() or 1)
    task, results = task_of(skill, scene), []
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        seeds = [1_000 * seed + k for k in range(n)]
        done = pool.map(perform, [moving] * n, [scene] * n, drawn, [arm] * n, [policies] * n, seeds, [sight] * n)
        for index, performed in enumerate(done):
            on_rollout(index, performed.run)
            result = summarize(performed.run, score(performed.run.log, task), skill)
            told = performed.adaptation.told if arm != "replay" else None
            results.append(dataclasses.replace(result, adaptation=told))
    named = ", ".join([protocol, *([] if stress == "none" else [stress]), *([] if sight == "simulator" else [sight])])
    return sum_up(skill, named, motion, arm, seed, tuple(results))


def summarize(run: Run, outcome: Outcome, skill: Skill) -> RolloutResult:
    """Compute every metric of one rollout."""
    log, scoring = run.log, skill.scoring
    return RolloutResult(
        success=outcome.success,
        stages=outcome.stages,
        values=outcome.values,
        failed=outcome.failed,
        invalid=outcome.invalid,
        safe=is_safe(log, scoring.unsafe_force, skill.squeeze_n),
        unsafe_force_n=float(np.max(log.unsafe_force)),
        pressing_n=peak_pressing(log),
        squeeze_n=float(np.max(log.squeeze_force)),
        loads=phase_loads(log),
        poured_share=float(log.poured_share[-1]),
        jerk_rms=jerk_by_group(log, scoring.settled_distance),
        duration_s=_duration(log),
        finish_frame=finish_frame(log.T_table_manip[:, :3, 3], scoring.settled_distance),
        penetration_p99_m=_penetration(log),
        final_state=log.final_state,
        limited_ticks=run.limited_ticks,
    )


def sum_up(
    skill: Skill, protocol: str, motion: str, arm: Arm, seed: int, results: tuple[RolloutResult, ...]
) -> Evaluation:
    """Average the rollouts."""
    n = len(results)
    wins = [r for r in results if r.success]
    names = sorted({name for r in results for name in r.stages})
    return Evaluation(
        skill=skill.name,
        method=skill.method,
        protocol=protocol,
        motion=motion,
        arm=arm,
        seed=seed,
        n=n,
        success_rate=len(wins) / n,
        confidence_95=wilson(len(wins), n),
        stages={name: float(np.mean([r.stages.get(name, False) for r in results])) for name in names},
        safe_rate=float(np.mean([r.safe for r in results])),
        pressing_n={name: max(r.pressing_n[name] for r in results) for name in results[0].pressing_n},
        poured_share=float(np.mean([r.poured_share for r in results])),
        squeeze_n=max(r.squeeze_n for r in results),
        squeeze_limit_n=skill.squeeze_n,
        loads=joint_loads([r.loads for r in results], skill.contract, skill.profile),
        jerk_rms={g: float(np.mean([r.jerk_rms[g] for r in results])) for g in results[0].jerk_rms},
        duration_s=float(np.mean([r.duration_s for r in results])),
        finish_frame=float(np.mean([r.finish_frame for r in wins])) if wins else float("nan"),
        penetration_p99_m=float(np.max([r.penetration_p99_m for r in results])),
        limited_ticks=sum(r.limited_ticks for r in results),
        fidelity=skill.fidelity if motion == "reference" else None,
        rollouts=results,
        edited=skill.contents.edited,
    )


def _penetration(log: RunLog) -> float:
    touching = log.penetration[log.hand_object_force > 0]
    return float(np.percentile(touching, 99)) if len(touching) else 0.0


def _duration(log: RunLog) -> float:
    moving = np.flatnonzero(np.any(np.diff(log.q_command, axis=0) != 0, axis=1))
    start = log.time_s[moving[0]] if len(moving) else log.time_s[0]
    return float(log.time_s[min(log.command_end_tick, len(log.time_s) - 1)] - start)
