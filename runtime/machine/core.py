"""What a running skill decides at one tick: a pure function of where it is, what was read, and the time.

`Core.step` reads no clock, does no input or output and draws nothing at random; all that a run remembers is a
`CoreState`. Equal states, inputs and times give equal results, so a log of the inputs replays the run bit for bit.
What may be sent is decided afterwards, by the safety filter; its verdict comes back with the next tick's inputs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import FINAL_KINDS, Machine, State
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.machine.device_watch import DeviceWatch, SceneSeen
from skillc.runtime.machine.evolve import replace
from skillc.runtime.machine.interpreter import Demand, Event, Interpreter, Walk
from skillc.runtime.machine.pacing import Pace, keep_pace
from skillc.runtime.machine.planned import INFEASIBLE, PlannerReading, SceneMotion, misfit
from skillc.runtime.machine.playback import Place, Playback
from skillc.runtime.machine.policy_watch import Heard, PolicyReading, PolicyWatch, Question
from skillc.runtime.machine.signals import MachineSignals, Now
from skillc.runtime.safety.filter import SafeCommand
from skillc.runtime.safety.trip import Fault, Trip
from skillc.runtime.terms.actions import ACTIONS

START_POSE = Fault(code="R25", fault="start_pose")
INTERRUPT = Fault(code="R30", fault="interrupt")
RAISED = Fault(code="R37", fault="exception")
BAD_STATE = Fault(code="R39", fault="simulation")
STEPS_RAISED = 3
"""ours: a step that raises this often in a row will not recover; the run stops."""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What the ports told since the last tick."""

    measured: Measurement
    safe: SafeCommand
    """What was sent last, and what the safety filter found."""
    policy: PolicyReading | None = None
    """None for a skill that no policy runs."""
    planner: PlannerReading | None = None
    """None where nothing fits the motion to the scene."""
    interrupted: bool = False
    """A person or the system asked to stop."""
    paused: bool = False
    """A person asked to wait: the robot comes to rest, and no time of the machine passes until it goes on."""
    bad_state: str = ""
    """Why the simulation is no longer valid; empty while it is."""


@dataclass(frozen=True, kw_only=True)
class FollowedMotion:
    """The motion that a run follows: the built one, or one that was laid for the scene."""

    reference: Reference
    playback: Playback


@dataclass(frozen=True, kw_only=True)
class CoreState:
    """All that a run remembers from tick to tick."""

    tick: int
    walk: Walk
    motion: FollowedMotion
    place: Place
    pace: Pace
    seen: SceneSeen
    heard: Heard
    q_before: FloatArray
    """(n,) rad, measured at the last tick."""
    correction: FloatArray
    """(m,) the policy's action as it acts, behind its low-pass; zero where nothing is corrected."""
    looks: int = 0
    """How often the planner was asked to look."""
    fitted: int = 0
    """The look for which `motion` was laid; 0 for the built one."""
    raised: str = ""
    """What the last step raised; empty if nothing."""
    raised_in_a_row: int = 0


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What one tick decided."""

    state: CoreState
    command: FloatArray | None
    """(n,) rad, joint targets wanted, for the safety filter; None to slow down and stay."""
    events: tuple[Event, ...]
    trips: tuple[Trip, ...]
    question: Question | None
    """For the policy, at its rate."""
    look: int = 0
    """Number of the look that the planner is asked for; 0 for none."""
    fitted: SceneMotion | None = None
    """The motion that is followed from here on, where it is a new one; the robot stands."""


class Core:
    """A skill as the runtime knows it; immutable."""

    def __init__(self, machine: Machine, contract: Contract, reference: Reference, *, policy: bool = False) -> None:
        """Take a compiled skill; `policy` says whether one corrects the reference.

        Raises:
            MachineError, LimitsRefused: the machine or the limits are not sound.
        """
        self.dt = 1.0 / contract.control_rate_hz
        self._machine, self._contract, self._policy = machine, contract, policy
        self._interpreter = Interpreter(machine, self.dt)
        self._limits = MotionLimits.of(contract.joints)
        self._built = self._followed(reference)
        self._devices, self._policies = DeviceWatch(contract), PolicyWatch(contract)
        self._every = max(1, round(contract.control_rate_hz / contract.policy_rate_hz))
        names = list(contract.joint_names)
        self._actions = [(a, [names.index(joint) for joint in a.joints]) for a in contract.action]
        self._keep = np.array([a.smoothing for a in contract.action for _ in a.joints])
        self._uncorrected = np.zeros(contract.action_size)

    def start(self, measured: Measurement) -> tuple[CoreState, Event]:
        """Return the state before the first tick, and the entry into the initial state."""
        walk, event = self._interpreter.start()
        playback = self._built.playback
        place = playback.enter(playback.start(), self._interpreter.state(walk))
        state = CoreState(
            tick=0, walk=walk, motion=self._built, place=place, pace=Pace(), seen=self._devices.start(), heard=Heard(),
            q_before=measured.qpos, correction=self._uncorrected,
        )  # fmt: skip
        return state, event

    def finished(self, state: CoreState) -> bool:
        """True in stop, done and failed."""
        return self._interpreter.finished(state.walk)

    def step(self, state: CoreState, inputs: Inputs, t: float) -> Decision:
        """Decide one tick.

        Whatever a step raises is the fault class `exception` at the next tick; meanwhile the robot slows down. Raising
        again and again ends the run.

        Args:
            state: where the run is.
            inputs: what the ports told.
            t: s, the clock; monotonic.
        """
        try:
            return self._decide(state, inputs, t)
        except Exception as reason:
            told = f"{type(reason).__name__}: {reason}"
            pace, _ = keep_pace(state.pace, t, state.tick, self.dt, self._contract.safety.overruns_per_s)
            times = state.raised_in_a_row + 1
            place = state.motion.playback.interrupt(state.place)
            after = replace(state, tick=state.tick + 1, pace=pace, place=place, raised=told, raised_in_a_row=times)
            if times < STEPS_RAISED or self.finished(state):
                return Decision(state=after, command=None, events=(), trips=(), question=None)
            walk, event = self._interpreter.stop(state.walk, state.tick, f"fault exception: {told}")
            trip = RAISED.trip(f"deciding raised {told}", "stop", tick=state.tick, value=times, limit=STEPS_RAISED)
            after = replace(after, walk=walk)
            return Decision(state=after, command=None, events=(event,), trips=(trip,), question=None)

    def _decide(self, state: CoreState, inputs: Inputs, t: float) -> Decision:
        tick, measured, safe = state.tick, inputs.measured, inputs.safe
        before = self._interpreter.state(state.walk)
        # Where no motion was commanded, or the filter did not pass it, the motion goes on from rest.
        sent = before.kind == "motion" and safe.response == "pass"
        place = state.place if sent else state.motion.playback.interrupt(state.place)
        fitted, misfits = self._fitted(state, inputs, before)
        if fitted is not None:
            motion = self._followed(fitted.reference)
            state, place = replace(state, motion=motion, fitted=state.looks), motion.playback.start()
        state, found = self._watch(state, place, inputs, t)
        found = (*found, *misfits)
        trips = (*safe.trips, *found)
        signals = MachineSignals(self._now(state, inputs, bool(trips)))
        waits = inputs.paused and not trips and not self.finished(state)
        walk, event = state.walk, None
        if not waits:
            walk, event = self._interpreter.advance(state.walk, signals, _demands(trips), tick)
        now = self._interpreter.state(walk)
        if event is not None:
            place = state.motion.playback.enter(place, now, resumed=before.kind == "hold")
        looks = event is not None and now.kind == "distill"
        command: FloatArray | None = None
        correction = self._uncorrected
        if waits:
            place = state.motion.playback.interrupt(place)
        elif now.kind == "motion":
            place, command = state.motion.playback.next(place, safe.q, at_rest=safe.resting)
            if command is not None and self._policy and now.controller == "residual":
                correction = self._acting(state.correction, state.heard)
                command = self._corrected(command, measured.qpos, correction)
        elif now.controller == "still":
            command = safe.q
        after = replace(
            state, tick=tick + 1, walk=walk, place=place, q_before=measured.qpos, looks=state.looks + looks,
            correction=correction, raised="", raised_in_a_row=0,
        )  # fmt: skip
        return Decision(
            state=after,
            command=command,
            events=() if event is None else (event,),
            trips=found,
            question=self._question(after, measured, t, now) if self._policy and tick % self._every == 0 else None,
            look=after.looks if looks else 0,
            fitted=fitted,
        )

    def _followed(self, reference: Reference) -> FollowedMotion:
        return FollowedMotion(reference=reference, playback=Playback(reference, self.dt, self._limits))

    def _fitted(self, state: CoreState, inputs: Inputs, now: State) -> tuple[SceneMotion | None, tuple[Trip, ...]]:
        """Return the motion for the scene, once, where it has come and the robot waits for it; or why there is none.

        A scene that changes while the robot is still on its way to it asks for another motion.
        """
        told = inputs.planner
        if told is None or told.number != state.looks:
            return None, ()
        if told.moved and _approaching(state):
            return None, (INFEASIBLE.trip(told.moved, "hold", tick=state.tick, value=1, limit=0),)
        if state.place.at >= 0:
            return None, ()
        wrong = told.refused if now.kind in ("distill", "adjust", "hold") else ""
        if now.kind in ("adjust", "hold") and told.motion is not None and state.fitted != state.looks:
            wrong = wrong or misfit(told.motion, self._machine, self._contract, inputs.measured.qpos)
            if not wrong and now.kind == "adjust":
                return told.motion, ()
        if not wrong:
            return None, ()
        return None, (INFEASIBLE.trip(wrong, "hold", tick=state.tick, value=1, limit=0),)

    def _watch(self, state: CoreState, place: Place, inputs: Inputs, t: float) -> tuple[CoreState, tuple[Trip, ...]]:
        """Return what is known at a place after the inputs, and every fault in them; a run that is over finds none."""
        tick, measured = state.tick, inputs.measured
        pace, late = keep_pace(state.pace, t, tick, self.dt, self._contract.safety.overruns_per_s)
        if self.finished(state):
            return replace(state, place=place, pace=pace), ()
        found = [] if late is None else [late]
        if inputs.interrupted:
            found.append(INTERRUPT.trip("asked to stop", "stop", tick=tick, value=1, limit=0))
        if inputs.bad_state:
            found.append(BAD_STATE.trip(inputs.bad_state, "stop", tick=tick, value=1, limit=0))
        if state.raised:
            found.append(RAISED.trip(f"deciding raised {state.raised}", "hold", tick=tick, value=1, limit=0))
        begun = place.at >= 0
        seen, seen_wrong = self._devices.check(state.seen, measured, t, tick, begun=begun)
        found += seen_wrong
        heard = state.heard
        if inputs.policy is not None:
            heard, heard_wrong = self._policies.check(heard, inputs.policy, measured.qpos, t, tick)
            found += heard_wrong
        state = replace(state, place=place, pace=pace, seen=seen, heard=heard)
        if not begun:
            found += self._start(state, inputs)
        return state, tuple(found)

    def _start(self, state: CoreState, inputs: Inputs) -> Iterable[Trip]:
        """Find a robot that does not stand where the motion begins, once everything else is ready."""
        signals, allowed = MachineSignals(self._now(state, inputs, False)), self._contract.safety.start_error_rad
        if not signals["scene_ready"] or signals["start_error"] <= allowed:
            return
        error = signals["start_error"]
        told = f"a joint is {error:.3f} rad from the motion's start"
        yield START_POSE.trip(told, "hold", tick=state.tick, value=error, limit=allowed)

    def _now(self, state: CoreState, inputs: Inputs, fault_active: bool) -> Now:
        return Now(
            contract=self._contract,
            reference=state.motion.reference,
            measured=inputs.measured,
            q_before=state.q_before,
            safe=inputs.safe,
            seen=state.seen,
            fresh_s=self._devices.fresh_s,
            sample=state.place.sample,
            phase_remaining=state.motion.playback.remaining_s(state.place),
            time_in_state=self._interpreter.time_in_state(state.walk) + self.dt,
            answered=not self._policy or state.heard.action is not None,
            distilled=inputs.planner is None or (inputs.planner.distilled and inputs.planner.number == state.looks),
            adjusted=inputs.planner is None or (state.looks > 0 and state.fitted == state.looks),
            fault_active=fault_active,
        )

    def _acting(self, before: FloatArray, heard: Heard) -> FloatArray:
        """Return the action (m,) that acts now: the one heard, behind its low-pass."""
        if heard.action is None:
            return before
        return heard.action + self._keep * (before - heard.action)

    def _corrected(self, target: FloatArray, measured: FloatArray, action: FloatArray) -> FloatArray:
        """Return a reference command (n,) as the acting action (m,) changes it, inside the joint limits."""
        wanted = target.copy()
        for term, at in self._actions:
            part = action[term.start : term.start + len(at)] * term.scale_rad
            wanted[at] = ACTIONS[term.kind].value(target[at], measured[at]) + part
        inside: FloatArray = np.clip(wanted, self._limits.lower, self._limits.upper)
        return inside

    def _question(self, state: CoreState, measured: Measurement, t: float, now: State) -> Question | None:
        if now.kind in FINAL_KINDS:
            return None
        return Question(
            time_s=t,
            qpos=measured.qpos,
            q_reference_next=state.motion.playback.ahead(state.place, self._every),
            T_table_manip=state.seen.T_manip,
        )


def _approaching(state: CoreState) -> bool:
    """Whether the robot has begun its way to the object, and has not come to where it touches it."""
    place, phase = state.place, state.motion.reference.phase
    return place.at >= 0 and place.direction > 0 and PHASES[int(phase[place.sample])] in ("approach", "pregrasp")


def _demands(trips: tuple[Trip, ...]) -> dict[str, Demand]:
    """Return the weakest response that each fault class present allows, stops first."""
    found: dict[str, Demand] = {}
    for trip in sorted(trips, key=lambda t: t.response != "stop") if trips else ():
        found.setdefault(trip.fault, "stop" if trip.response == "stop" else "hold")
    return found
