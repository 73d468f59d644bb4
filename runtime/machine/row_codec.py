"""Rows of a log as JSON and back, bit for bit: a float's shortest text is read as the same float again.

Numbers that JSON cannot write are the strings "NaN", "Infinity" and "-Infinity". What a device told malformed is null:
it had no effect but to be refused, and read back it is refused again.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from skillc.runtime.drivers.measurement import CameraFrame, DeviceReport, JointTorque, Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.machine.interpreter import Event
from skillc.runtime.machine.planned import PlannerReading, SceneMotion
from skillc.runtime.machine.policy_watch import PolicyReading
from skillc.runtime.machine.row import Ending, Row
from skillc.runtime.safety.filter import SafeCommand
from skillc.runtime.safety.trip import Trip
from skillc.runtime.sim.contact_summary import ContactSummary

JSON = Any
"""Data as `json` has it."""


def row_as_json(row: Row) -> JSON:
    """Return a row as JSON data."""
    return {
        "tick": row.tick,
        "t": _number(row.t),
        "measured": _measured(row.measured),
        "policy": None if row.policy is None else {**_record(row.policy), "action": _array(row.policy.action)},
        "planner": None if row.planner is None else _planner(row.planner),
        "interrupted": row.interrupted,
        "paused": row.paused,
        "bad_state": row.bad_state,
        "command": None if row.command is None else _array(row.command),
        "sent": {**_record(row.sent), "trips": [_record(trip) for trip in row.sent.trips]},
        "state": row.state,
        "sample": row.sample,
        "events": [_record(event) for event in row.events],
        "trips": [_record(trip) for trip in row.trips],
    }


def row_from_json(data: JSON, motions: Mapping[int, SceneMotion]) -> Row:
    """Return the row; raises KeyError, TypeError, ValueError where it is none.

    Args:
        data: of `row_as_json`.
        motions: number of a look -> the motion that was laid for it.
    """
    policy, planner, sent, command = data["policy"], data["planner"], data["sent"], data["command"]
    return Row(
        tick=int(data["tick"]),
        t=float(data["t"]),
        measured=_measurement(data["measured"]),
        policy=None if policy is None else PolicyReading(**{**_floats(policy), "action": _action(policy["action"])}),
        planner=None if planner is None else _planner_reading(planner, motions),
        interrupted=bool(data["interrupted"]),
        paused=bool(data["paused"]),
        bad_state=str(data["bad_state"]),
        command=None if command is None else _floats_of(command),
        sent=SafeCommand(
            q=_floats_of(sent["q"]),
            response=sent["response"],
            trips=_trips(sent["trips"]),
            limited=bool(sent["limited"]),
            resting=bool(sent["resting"]),
        ),
        state=str(data["state"]),
        sample=int(data["sample"]),
        events=tuple(Event(**event) for event in data["events"]),
        trips=_trips(data["trips"]),
    )


def ending_as_json(ending: Ending) -> JSON:
    """Return how a run ended as JSON data."""
    return {**_record(ending), "measured": _measured(ending.measured)}


def ending_from_json(data: JSON) -> Ending:
    """Return how a run ended; raises KeyError, TypeError, ValueError."""
    return Ending(**{**data, "measured": _measurement(data["measured"])})


def _planner(reading: PlannerReading) -> JSON:
    """Return a reading without its motion, which is attached to the log."""
    return {**_record(reading), "motion": reading.motion is not None}


def _planner_reading(data: JSON, motions: Mapping[int, SceneMotion]) -> PlannerReading:
    number = int(data["number"])
    return PlannerReading(
        number=number,
        distilled=bool(data["distilled"]),
        motion=motions[number] if data["motion"] else None,
        refused=str(data["refused"]),
        moved=str(data["moved"]),
    )


def _measured(measured: Measurement) -> JSON:
    return {
        **_record(measured),
        "qpos": _array(measured.qpos),
        "T_table_objects": {name: _array(T) for name, T in measured.T_table_objects.items()},
        "contacts": {**_record(measured.contacts), "pressing": _record_of(measured.contacts.pressing)},
        "torque": None if measured.torque is None else _record(measured.torque),
        "frame": None if measured.frame is None else _record(measured.frame),
        "reports": [_record(report) for report in measured.reports],
    }


def _measurement(data: JSON) -> Measurement:
    contacts = {**_floats(data["contacts"]), "pressing": _floats(data["contacts"]["pressing"])}
    return Measurement(
        **{
            **_floats(data),
            "qpos": _floats_of(data["qpos"]),
            "T_table_objects": {name: _floats_of(T) for name, T in data["T_table_objects"].items()},
            "contacts": ContactSummary(**contacts),
            "torque": None if data["torque"] is None else _torque(data["torque"]),
            "frame": None if data["frame"] is None else CameraFrame(**_floats(data["frame"])),
            "reports": tuple(DeviceReport(**report) for report in data["reports"]),
        }
    )


def _torque(data: JSON) -> JointTorque:
    return JointTorque(mean=_floats_of(data["mean"]), peak=_floats_of(data["peak"]))


def _record(record: object) -> dict[str, JSON]:
    """Return the fields of a flat record; nested ones are the caller's."""
    return _record_of(vars(record))


def _record_of(fields: Mapping[str, object]) -> dict[str, JSON]:
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: object) -> JSON:
    if isinstance(value, np.ndarray):
        return _array(value)
    return _number(value) if isinstance(value, float) else value


def _array(value: object) -> JSON:
    """Return an array as nested lists, null if it is none of numbers."""
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return None
    if array.dtype.kind not in "fiu":
        return None
    return array.tolist() if np.isfinite(array).all() else _each(array.tolist())


def _each(values: JSON) -> JSON:
    return [_each(v) for v in values] if isinstance(values, list) else _number(values)


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _floats_of(data: JSON) -> FloatArray:
    return np.array([] if data is None else data, dtype=np.float64)


def _action(data: JSON) -> Any:
    """Return what a policy answered: whole numbers stay whole, as they are no action."""
    return None if data is None else np.array(data) if "NaN" not in str(data) else _floats_of(data)


def _floats(fields: Mapping[str, JSON]) -> dict[str, Any]:
    """Return fields with the numbers that JSON cannot write as numbers again."""
    odd = ("NaN", "Infinity", "-Infinity")
    return {name: float(value) if value in odd else value for name, value in fields.items()}


def _trips(data: JSON) -> tuple[Trip, ...]:
    return tuple(Trip(**_floats(trip)) for trip in data)
