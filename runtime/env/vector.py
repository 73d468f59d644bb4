"""N environments at once: the reference plays, a policy corrects it, terms judge; no Python runs for each of them.

The first command is the reference's first sample, with the robot already there. An action is held for one policy
period (A.3.2); an episode ends with the reference and the settling time, or early when a termination holds or the
safety filter would stop the robot. Ended episodes restart by themselves: in a new scene, in the old one, or in the old
one at a state along the reference that an earlier episode has reached.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skillc.runtime.env.calls import Terms
from skillc.runtime.env.commands import Asked, CommandBank, CommandMemory
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.judge import Judge, Ticks
from skillc.runtime.env.physics import Physics, qpos_of, time_of, warmstart
from skillc.runtime.env.rows import as_arrays, blended, from_arrays
from skillc.runtime.env.scenes import DrawnScenes, Scenes
from skillc.runtime.env.sight import SeenObjects, Sight
from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.reference import PHASES


@dataclass(frozen=True, kw_only=True)
class Restarts:
    """How episodes begin anew."""

    new_scene: float = 0.25
    """Share of the episodes that are begun in a newly drawn scene; ours: compiling it costs a tenth of an episode."""
    along: float = 0.0
    """Share of the others that are begun at a state of an earlier episode in the same scene, the hand closing."""


@dataclass(frozen=True, kw_only=True)
class VectorStep:
    """What one action per environment led to; rows are environments."""

    observation: FloatArray
    """(N, observation_size) normalized as the contract says; of the new episode where the old one ended."""
    reward: FloatArray
    """(N,) sum over the control ticks of the action."""
    terminated: BoolArray
    """(N,) ended early: a termination holds, the safety filter would stop, or the simulation is invalid."""
    truncated: BoolArray
    """(N,) reached the horizon."""
    final_observation: FloatArray
    """(N, observation_size) before any restart."""
    invalid: BoolArray
    """(N,) the simulation left its valid states (FAULTS R39, T5); nothing of this episode may be used."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """Where N simulations and their commands are."""

    physics: FloatArray
    """(N, s)."""
    warm: FloatArray
    """(N, nv) what the solver begins with."""
    tick: IntArray
    """(N,) control ticks done."""
    lagging: IntArray
    """(N,) ticks for which the arm has been too far from its command."""
    action: FloatArray
    """(N, m) the last one."""
    memory: CommandMemory
    seen: SeenObjects


@dataclass(frozen=True, kw_only=True)
class BatchState:
    """All that N environments remember, but for the models, which their numbers give again."""

    live: Live
    saved: Live
    """States that episodes may begin at."""
    has_saved: BoolArray
    """(N,) of the present scene."""
    save_at: IntArray
    """(N,) control tick at which the present episode is saved."""
    scenes: DrawnScenes
    scene: IntArray
    """(N,) number of the present scene."""
    episode: IntArray
    """(N,) number of the present episode."""


class VectorEnvironment:
    """N environments that restart by themselves; the same seed gives the same episodes on any number of threads."""

    def __init__(
        self, definition: Definition, terms: Terms, *, number: int, seed: int, threads: int = 1,
        restarts: Restarts | None = None,
    ) -> None:  # fmt: skip
        """Prepare `number` environments; nothing is compiled but the twin's own scene until they are reset."""
        self.definition, self._terms, self._seed = definition, terms, seed
        self._restarts = restarts or Restarts()
        self.number, self._threads = number, threads
        self._scenes = Scenes(definition, terms, seed)
        world, contract = self._scenes.twin_world, definition.contract
        self._commands = CommandBank(contract, world)
        self._judge = Judge(definition, terms, world, self._scenes.instruments)
        self._sight = Sight(definition, terms, world)
        self._address = world.joint_qpos
        self._actuators = np.argsort(world.actuator)
        self._control = np.zeros((number, 1, world.model.nu))
        self._substeps = round(1.0 / (contract.control_rate_hz * world.model.opt.timestep))
        closing, tracking = np.searchsorted(definition.reference.phase, [PHASES.index("close"), PHASES.index("track")])
        self._saveable = (int(closing), max(int(closing) + 1, int(tracking)))
        self._rng = np.random.default_rng([seed, 0x5EED])
        self._physics: Physics | None = None
        self._state: BatchState

    def reset(self) -> FloatArray:
        """Start new episodes everywhere, in new scenes, and return their observations (N, observation_size)."""
        count = self.number
        drawn = [self._scenes.draw(i, 0) for i in range(count)]
        self._begin([model for model, _ in drawn])
        scenes = _stacked([row for _, row in drawn])
        live = self._at_start(scenes)
        self._state = BatchState(
            live=live, saved=live, has_saved=np.zeros(count, dtype=np.bool_), save_at=self._save_at(count),
            scenes=scenes, scene=np.zeros(count, dtype=np.int64), episode=np.zeros(count, dtype=np.int64),
        )  # fmt: skip
        return self._observation(live)

    def step(self, actions: FloatArray) -> VectorStep:
        """Hold actions (N, action_size), each entry clipped to -1..1, for one policy period; restart what ended.

        Raises:
            ValueError: wrong shape, or an entry is not finite.
        """
        wanted = (self.number, self.definition.contract.action_size)
        if actions.shape != wanted or not np.isfinite(actions).all():
            raise ValueError(f"actions are {wanted} finite numbers, got {actions.shape} {actions.dtype}")
        self._save()
        state, clipped = self._state, np.clip(actions, -1.0, 1.0)
        live, ticks = self._advanced(state.live, clipped)
        verdict = self._judge.judge(ticks, clipped, state.scenes)
        live = replace(live, lagging=verdict.lagging)
        final = np.where(verdict.invalid[:, None], 0.0, self._observation(live))
        self._state = replace(state, live=live)
        ended = verdict.terminated | verdict.truncated
        observation = self._restarted(ended, final) if ended.any() else final
        return VectorStep(
            observation=observation, reward=verdict.reward, terminated=verdict.terminated,
            truncated=verdict.truncated, final_observation=final, invalid=verdict.invalid,
        )  # fmt: skip

    @property
    def physics(self) -> Physics:
        """What steps the models; there is none before the first reset."""
        assert self._physics is not None
        return self._physics

    def close(self) -> None:
        """End the threads."""
        if self._physics is not None:
            self._physics.close()
            self._physics = None

    def as_arrays(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Return all that the environments remember: arrays by name, and the state of the generator."""
        return as_arrays(self._state, "environment"), dict(self._rng.bit_generator.state)

    def restore(self, arrays: dict[str, NDArray[Any]], generator: dict[str, Any]) -> None:
        """Go back to what `as_arrays` gave, bit by bit; scenes are drawn again."""
        self.reset()
        self._state = from_arrays(self._state, "environment", arrays)
        self._rng.bit_generator.state = generator
        assert self._physics is not None
        for i, number in enumerate(self._state.scene.tolist()):
            self._physics.models[i] = self._scenes.draw(i, number)[0]

    def observation(self) -> FloatArray:
        """Return the present observations (N, observation_size)."""
        return self._observation(self._state.live)

    def known(self) -> FloatArray:
        """Return what only a simulation knows (N, 9): scene, time, and how far (m) the object is off its way."""
        live, scenes = self._state.live, self._state.scenes
        off = self._judge.off_way(live.physics, live.tick, scenes)
        done = live.tick / len(self.definition.reference.qpos)
        drawn = [scenes.size, scenes.mass, scenes.friction, scenes.stiffness, scenes.command_delay, done]
        return np.concatenate([np.stack(drawn, axis=1), off], axis=1)

    @property
    def arrived(self) -> FloatArray:
        """How many control ticks of its episode each environment (N,) has done."""
        return self._state.live.tick.astype(np.float64)

    def joints(self) -> FloatArray:
        """Return where the joints are (N, n), rad."""
        return qpos_of(self._state.live.physics, self._address)

    def poses(self) -> FloatArray:
        """Return where the manipulated objects are (N, 4, 4)."""
        return self._judge.poses(self._state.live.physics)

    def _begin(self, models: list[Any]) -> None:
        self.close()
        self._physics = Physics(models, self._threads)

    def _at_start(self, scenes: DrawnScenes) -> Live:
        q = np.repeat(self.definition.reference.qpos[:1], self.number, axis=0)
        zeros = np.zeros(self.number, dtype=np.int64)
        return Live(
            physics=scenes.start,
            warm=np.zeros((self.number, self._scenes.twin_world.model.nv)),
            tick=zeros,
            lagging=zeros,
            action=np.zeros((self.number, self.definition.contract.action_size)),
            memory=self._commands.at_rest(q),
            seen=self._sight.first(scenes.T_start, scenes, self._rng),
        )

    def _advanced(self, live: Live, actions: FloatArray) -> tuple[Live, Ticks]:
        """Simulate one policy period; in one go, unless commands depend on where the robot is in between."""
        count = self.definition.ticks_per_action
        each = 1 if self._commands.measured_every_tick else count
        scenes = self._state.scenes
        acting = np.repeat(actions[:, None], count, axis=1)
        # The machine hears an answer one tick after its question.
        acting[:, 0] = live.action
        noise = self._rng.normal(size=acting.shape) * scenes.joint_sigma[:, None, None]
        parts = []
        for first in range(0, count, each):
            part = slice(first, first + each)
            live, found = self._simulated(live, acting[:, part], noise[:, part])
            parts.append(found)
        ticks = _joined(parts)
        seen = self._sight.next(live.seen, self._judge.poses(ticks.states[:, :, -1]), scenes, self._rng)
        return replace(live, action=actions, seen=seen), ticks

    def _simulated(self, live: Live, actions: FloatArray, noise: FloatArray) -> tuple[Live, Ticks]:
        assert self._physics is not None
        count, each = actions.shape[:2]
        numbers = live.tick[:, None] + np.arange(each)
        reference = self.definition.reference.qpos[np.minimum(numbers, len(self.definition.reference.qpos) - 1)]
        measured, now = qpos_of(live.physics, self._address), time_of(live.physics)
        asked = Asked(
            reference=reference, actions=actions, noise=noise, measured=measured, time_s=now,
            delay_s=self._state.scenes.command_delay,
        )  # fmt: skip
        told, sent, memory = self._commands.told(asked, live.memory)
        states, sensors = self._physics.advance(live.physics, live.warm, told[..., self._actuators])
        model = self._scenes.twin_world.model
        after = replace(
            live, physics=states[:, -1].copy(), warm=warmstart(model, states), tick=live.tick + each, memory=memory
        )
        shape = (count, each, self._substeps)
        ticks = Ticks(
            number=numbers + 1, sent=sent, states=states.reshape(*shape, -1), sensors=sensors.reshape(*shape, -1),
            start_s=now, lagging=live.lagging,
        )  # fmt: skip
        return after, ticks

    def _observation(self, live: Live) -> FloatArray:
        measured = qpos_of(live.physics, self._address)
        return self._sight.observation(measured, live.tick, live.seen)

    def _save(self) -> None:
        """Keep the states of environments that are where theirs is to be kept."""
        state = self._state
        chosen = state.live.tick == state.save_at
        if chosen.any():
            saved = blended(state.saved, chosen, state.live)
            self._state = replace(state, saved=saved, has_saved=state.has_saved | chosen)

    def _save_at(self, count: int) -> IntArray:
        """Draw control ticks (count,) at which episodes are saved: while the hand closes.

        Later nothing may be left to save: an object that was lost stays lost, whatever the fingers do.
        """
        period = self.definition.ticks_per_action
        ticks: IntArray = self._rng.integers(*self._saveable, size=count) // period * period
        return ticks

    def _restarted(self, ended: BoolArray, final: FloatArray) -> FloatArray:
        """Begin the episodes (N,) that ended anew, and return all observations."""
        assert self._physics is not None
        state, count = self._state, self.number
        new = ended & (self._rng.random(count) < self._restarts.new_scene)
        number = state.scene + new
        scenes = state.scenes
        if new.any():
            drawn = {i: self._scenes.draw(i, int(number[i])) for i in np.flatnonzero(new).tolist()}
            for i, (model, _) in drawn.items():
                self._physics.models[i] = model
            some = next(iter(drawn.values()))[1]
            scenes = blended(scenes, new, _stacked([drawn[i][1] if new[i] else some for i in range(count)]))
        along = ended & ~new & state.has_saved & (self._rng.random(count) < self._restarts.along)
        live = blended(state.live, ended, self._at_start(scenes))
        live = blended(live, along, state.saved)
        self._state = BatchState(
            live=live, saved=state.saved, has_saved=state.has_saved & ~new,
            save_at=np.where(ended, self._save_at(count), state.save_at), scenes=scenes, scene=number,
            episode=state.episode + ended,
        )  # fmt: skip
        return np.where(ended[:, None], self._observation(live), final)


def _stacked(rows: list[DrawnScenes]) -> DrawnScenes:
    names = DrawnScenes.__dataclass_fields__
    return DrawnScenes(**{name: np.concatenate([getattr(row, name) for row in rows]) for name in names})


def _joined(parts: list[Ticks]) -> Ticks:
    if len(parts) == 1:
        return parts[0]
    names = ("number", "sent", "states", "sensors")
    return replace(parts[0], **{name: np.concatenate([getattr(p, name) for p in parts], axis=1) for name in names})
