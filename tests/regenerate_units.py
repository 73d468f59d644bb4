"""Writes `specs/schema/units.json` from pint: `python -m tests.regenerate_units`.

The table is frozen because loading a unit library costs more than a whole check; `tests/source/test_units.py`
compares the file with pint.
"""

import json
from pathlib import Path

import pint

TABLE = Path(__file__).parent.parent / "specs" / "schema" / "units.json"

# dimension -> (SI unit in pint's words, unit to suggest, {unit as written in a spec: pint expression})
DIMENSIONS: dict[str, tuple[str, str, dict[str, str]]] = {
    "length": ("m", "cm", {"m": "m", "cm": "cm", "mm": "mm", "um": "um", "µm": "um", "km": "km", "in": "inch"}),
    "angle": ("rad", "deg", {"rad": "rad", "deg": "deg", "°": "deg", "mrad": "mrad"}),
    "time": ("s", "s", {"s": "s", "ms": "ms", "us": "us", "µs": "us", "min": "min", "h": "h"}),
    "mass": ("kg", "g", {"kg": "kg", "g": "g", "mg": "mg"}),
    "frequency": ("1/s", "Hz", {"Hz": "1/s", "kHz": "1/ms"}),
    "speed": ("m/s", "m/s", {"m/s": "m/s", "cm/s": "cm/s", "mm/s": "mm/s"}),
    "acceleration": ("m/s^2", "m/s^2", {"m/s^2": "m/s^2", "cm/s^2": "cm/s^2"}),
    "jerk": ("m/s^3", "m/s^3", {"m/s^3": "m/s^3"}),
    "angular speed": ("rad/s", "deg/s", {"rad/s": "rad/s", "deg/s": "deg/s", "°/s": "deg/s", "rpm": "rpm"}),
    "angular acceleration": ("rad/s^2", "rad/s^2", {"rad/s^2": "rad/s^2", "deg/s^2": "deg/s^2"}),
    "angular jerk": ("rad/s^3", "rad/s^3", {"rad/s^3": "rad/s^3", "deg/s^3": "deg/s^3"}),
    "force": ("N", "N", {"N": "N", "mN": "mN", "kN": "kN"}),
    "torque": ("N m", "N m", {"N m": "N m", "Nm": "N m", "mN m": "mN m", "mNm": "mN m"}),
    "stiffness": ("N/m", "N/m", {"N/m": "N/m", "N/mm": "N/mm"}),
    "damping": ("N s/m", "N s/m", {"N s/m": "N s/m"}),
    "rotational stiffness": (
        "N m/rad",
        "N m/rad",
        {"N m/rad": "N m/rad", "Nm/rad": "N m/rad", "N m/deg": "N m/deg", "Nm/deg": "N m/deg"},
    ),
    "rotational damping": ("N m s/rad", "N m s/rad", {"N m s/rad": "N m s/rad", "Nm s/rad": "N m s/rad"}),
    "inertia": ("kg m^2", "kg m^2", {"kg m^2": "kg m^2", "g cm^2": "g cm^2"}),
    "area": ("m^2", "cm^2", {"m^2": "m^2", "cm^2": "cm^2", "mm^2": "mm^2"}),
    "volume": ("m^3", "cm^3", {"m^3": "m^3", "cm^3": "cm^3", "mm^3": "mm^3"}),
    "density": ("kg/m^3", "kg/m^3", {"kg/m^3": "kg/m^3", "g/cm^3": "g/cm^3"}),
    "pressure": ("Pa", "kPa", {"Pa": "Pa", "kPa": "kPa", "MPa": "MPa", "GPa": "GPa"}),
    "current": ("A", "mA", {"A": "A", "mA": "mA"}),
    "voltage": ("V", "V", {"V": "V", "mV": "mV"}),
    "inverse length": ("1/m", "1/m", {"1/m": "1/m", "1/cm": "1/cm", "1/mm": "1/mm"}),
    "ratio": ("1", "%", {"%": "0.01"}),
}
# Units pint does not have: they count things of a picture, a recording or a training.
COUNTS = {"pixels": "px", "frames": "frames", "steps": "steps", "bytes": "MiB"}
COUNT_UNITS = {
    "pixels": {"px": 1.0},
    "frames": {"frames": 1.0, "frame": 1.0},
    "steps": {"steps": 1.0, "step": 1.0},
    "bytes": {"MiB": 2.0**20, "GiB": 2.0**30, "KiB": 2.0**10},
}
# Unit -> its names in words; the first letters may be capital.
WORDS: dict[str, tuple[str, ...]] = {
    **{
        f"{short}m": tuple(f"{long}{name}" for name in ("meter", "meters", "metre", "metres"))
        for short, long in {"": "", "c": "centi", "m": "milli", "µ": "micro", "k": "kilo"}.items()
    },
    "in": ("inch", "inches"),
    **{"rad": ("radian", "radians"), "deg": ("degree", "degrees")},
    **{"s": ("second", "seconds", "sec", "secs"), "ms": ("millisecond", "milliseconds", "msec")},
    **{"min": ("minute", "minutes", "mins"), "h": ("hour", "hours", "hr", "hrs")},
    **{"g": ("gram", "grams"), "kg": ("kilogram", "kilograms", "kgs"), "mg": ("milligram", "milligrams")},
    **{"Hz": ("hertz",), "kHz": ("kilohertz",), "N": ("newton", "newtons"), "Pa": ("pascal", "pascals")},
    **{"A": ("ampere", "amperes", "amp", "amps"), "V": ("volt", "volts")},
    **{"%": ("percent",), "px": ("pixel", "pixels")},
}

# Dimension -> the smallest and the largest SI value that is usual on a table with a robot arm (ours: an example in a
# message lies between them, whatever the number was meant to be; no value is refused for lying outside).
USUAL: dict[str, tuple[float, float]] = {
    **{"length": (1e-3, 3.0), "angle": (0.008, 6.3), "time": (1e-3, 600.0), "mass": (1e-3, 30.0)},
    **{"frequency": (0.5, 5e3), "speed": (5e-3, 5.0), "acceleration": (0.05, 100.0), "jerk": (0.5, 5e3)},
    **{"angular speed": (0.01, 20.0), "angular acceleration": (0.1, 500.0), "angular jerk": (1.0, 2e4)},
    **{"force": (0.01, 500.0), "torque": (0.01, 200.0), "pixels": (1.0, 1e4), "density": (20.0, 2e4)},
    **{"current": (1e-3, 20.0), "voltage": (0.5, 60.0)},
}


def _shortest(value: float) -> float:
    """Return 0.01 for 0.010000000000000002 and leave numbers like pi / 180 alone."""
    short = float(f"{value:.12g}")
    return short if len(repr(short)) <= 8 and abs(short - value) <= 4e-16 * abs(value) else value


def table() -> dict[str, dict[str, object]]:
    """Return dimensions (SI unit, suggested unit, usual values), units (dimension, factor to SI) and words -> unit."""
    registry = pint.UnitRegistry()
    dimensions: dict[str, dict[str, object]] = {}
    units: dict[str, dict[str, object]] = {}
    for name, (si, likely, written) in DIMENSIONS.items():
        dimensions[name] = {"si": {"ratio": "", "frequency": "Hz"}.get(name, si), "likely": likely}
        for unit, expression in written.items():
            units[unit] = {
                "dimension": name,
                "factor": _shortest(float(registry.Quantity(expression).to(si).magnitude)),
            }
    for name, likely in COUNTS.items():
        dimensions[name] = {"si": likely if name != "bytes" else "B", "likely": likely}
        units.update({unit: {"dimension": name, "factor": factor} for unit, factor in COUNT_UNITS[name].items()})
    for name, usual in USUAL.items():
        dimensions[name]["usual"] = usual
    words = {word: unit for unit, names in WORDS.items() for word in names}
    return {"dimensions": dimensions, "units": units, "words": words}


if __name__ == "__main__":
    TABLE.write_text(json.dumps(table(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
