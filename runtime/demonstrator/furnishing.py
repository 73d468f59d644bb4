"""What a nuisance level adds to a script: contents, prints and clutter where neither hand nor things ever pass."""

from dataclasses import replace

import numpy as np

from skillc.runtime.demonstrator.clutter_props import contents_of, mug, printed_box, with_printed_sides
from skillc.runtime.demonstrator.nuisance import Nuisance
from skillc.runtime.demonstrator.performance import Performance
from skillc.runtime.demonstrator.props import Prop
from skillc.runtime.demonstrator.script import Script
from skillc.runtime.demonstrator.script_moves import standing
from skillc.runtime.demonstrator.tablecloth import CROSSES_M
from skillc.runtime.demonstrator.viewpoint import SHEET, Viewpoint
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3

VESSELS = ("bowl", "plate", "pan", "tray")
LOW, HIGH = np.array([-0.04, 0.10]), np.array([0.62, 0.75])
"""m: where on the table clutter may stand."""
TRIES = 300
CLEARANCE_M = 0.035
"""Between clutter and every joint of the hand, and what else stands there."""
ASIDE_M = np.array([-0.02, 0.34])
"""Where a second hand rests."""


def dressed(script: Script, nuisance: Nuisance, rng: np.random.Generator) -> Script:
    """Return the script with filled vessels and printed sides; its true shapes stay as they are."""
    props = list(script.props)
    for k, prop in enumerate(props):
        if nuisance.filled and prop.name in VESSELS:
            props[k] = replace(prop, contents=(contents_of(prop, rng),))
        if nuisance.printed_sides and prop.name == "tissue_box":
            props[k] = replace(prop, visuals=(with_printed_sides(prop.visuals[0], rng), *prop.visuals[1:]))
    return replace(script, props=tuple(props))


def cluttered(
    script: Script, performance: Performance, nuisance: Nuisance, viewpoint: Viewpoint, rng: np.random.Generator
) -> tuple[Script, Performance]:
    """Return both with clutter added; fewer things than the level says where there is no room for more."""
    added: list[tuple[Prop, FloatArray]] = []
    for k in range(nuisance.clutter + nuisance.stacked):
        name, size = f"clutter_{k + 1}", rng.uniform([0.05, 0.06, 0.03], [0.09, 0.12, 0.08])
        stacked = k == nuisance.clutter
        box = printed_box(rng, name, (max(float(size[0]), 0.08), max(float(size[1]), 0.09), float(size[2])))
        thing = box if stacked or rng.random() < 0.4 else mug(rng, name)
        T = _place(thing, script, performance, nuisance, viewpoint, [*added], rng)
        if T is None:
            continue
        added.append((thing, T))
        if stacked:
            added.append((mug(rng, f"{name}_on_top"), T @ se3.from_parts(np.eye(3), np.array([0, 0, thing.size_m[2]]))))
    if not added:
        return script, performance
    Ts = np.stack([T for _, T in added])
    both = np.concatenate([performance.Ts_prop, np.tile(Ts, (len(performance.time_s), 1, 1, 1))], axis=1)
    return (
        replace(
            script, props=(*script.props, *(p for p, _ in added)),
            Ts_table_prop=np.concatenate([script.Ts_table_prop, Ts]),
        ),
        replace(performance, Ts_prop=both),
    )  # fmt: skip


def _place(
    thing: Prop, script: Script, performance: Performance, nuisance: Nuisance, viewpoint: Viewpoint,
    added: list[tuple[Prop, FloatArray]], rng: np.random.Generator,
) -> FloatArray | None:  # fmt: skip
    """Return where `thing` stands free, in the picture, and before nothing that the task is about; None if nowhere."""
    radius = _radius(thing)
    hand = performance.joints.reshape(-1, 3)
    low = hand[hand[:, 2] < thing.size_m[2] + 0.10][:, :2]  # a stack is that much higher
    taken = [(performance.Ts_prop[:, k, :2, 3], _radius(p)) for k, p in enumerate(script.props)]
    taken += [(T[None, :2, 3], _radius(p)) for p, T in added]
    taken.append((np.zeros((1, 2)), SHEET * 1.7) if nuisance.tag else (np.array(CROSSES_M), 0.015))
    if nuisance.second_hand:
        taken.append((ASIDE_M[None] - [0.06, 0.0], 0.14))
    named = [_box_px(p, T, viewpoint) for p, T in zip(script.props, script.Ts_table_prop) if p.role != "obstacle"]
    named.append(_box_px(script.props[0], performance.Ts_prop[-1, 0], viewpoint))
    for _ in range(TRIES):
        xy, yaw = rng.uniform(LOW, HIGH), rng.uniform(-3.1, 3.1)
        T = standing(float(xy[0]), float(xy[1]), float(yaw))
        far = all(np.linalg.norm(at - xy, axis=1).min() > r + radius + 0.012 for at, r in taken)
        if not far or (len(low) and np.linalg.norm(low - xy, axis=1).min() < radius + CLEARANCE_M):
            continue
        box = _box_px(thing, T, viewpoint)
        inside = (box[0] > 4).all() and (box[1] < [viewpoint.camera.width - 4, viewpoint.camera.height - 4]).all()
        if inside and not any((box[0] < other[1]).all() and (other[0] < box[1]).all() for other in named):
            return T
    return None


def _radius(thing: Prop) -> float:
    return float(np.linalg.norm(thing.surface_points()[:, :2], axis=1).max())


def _box_px(thing: Prop, T: FloatArray, viewpoint: Viewpoint) -> tuple[FloatArray, FloatArray]:
    px = viewpoint.project(se3.apply(T, thing.surface_points()))
    return px.min(axis=0), px.max(axis=0)
