"""`ticks.npz`: what one run recorded, tick by tick; every metric and the replay are computed from it."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class RunLog(Artifact, name="run_log", file="ticks.npz", version=4):
    """One run, sampled at the control rate (T ticks)."""

    time_s: FloatArray
    """(T,)."""
    q_command: FloatArray
    """(T, n) rad, what was sent to the servos."""
    q_measured: FloatArray
    """(T, n) rad."""
    sample: IntArray
    """(T,) index of the reference sample commanded."""
    phase: IntArray
    """(T,) index in PHASES of the reference sample."""
    state: IntArray
    """(T,) index of the machine's state."""
    torque_mean: FloatArray
    """(T, n) Nm of each motor, mean over the tick; NaN where nothing measures it."""
    torque_peak: FloatArray
    """(T, n) Nm, largest magnitude of any simulation step of the tick."""
    T_table_manip: FloatArray
    """(T, 4, 4) manipulated object."""
    T_table_target: FloatArray
    """(T, 4, 4) target object; NaN without one."""
    manip_lowest_z: FloatArray
    """(T,) m, height of the manipulated object's lowest point above the table."""
    hand_object_force: FloatArray
    """(T,) N, summed contact force magnitude between hand and manipulated object."""
    unsafe_force: FloatArray
    """(T,) N, largest contact force on an arm link, or between a hand link and the table (D.2.2)."""
    scene_force: FloatArray
    """(T,) N, largest force of the robot on the target or an obstacle."""
    pressings: tuple[str, ...]
    """(P,) what of the robot presses on what, such as "hand-table"; the columns of `pressing`."""
    pressing: FloatArray
    """(T, P) N, largest summed force of one link, of any simulation step of the tick."""
    poured_share: FloatArray
    """(T,) share of the filling that lies in the target; NaN where there is none."""
    squeeze_force: FloatArray
    """(T,) N, largest force of one hand link on the manipulated object, of any simulation step of the tick."""
    penetration: FloatArray
    """(T,) m, deepest hand-object interpenetration, 0 without contact."""
    first_contact_tick: int
    """First tick with hand-object contact, -1 if never."""
    close_tick: int
    """First tick of the reference at which contact is meant to happen."""
    response: str
    """Worst response of the safety filter: pass, hold or stop."""
    final_state: str
    """State in which the machine ended."""
    bad_state: str
    """Empty, or which simulator warning made the run invalid (FAULTS R39)."""
    joint_groups: tuple[str, ...]
    """(n,) the group of each joint; metrics of the motion are per group."""
    command_end_tick: int
    """Tick of the last command; the rollout goes on for one second after it."""
