"""A reference that begins shortly before its contact: where baselines without an approach of their own start (C.2)."""

from dataclasses import replace

import numpy as np

from skillc.runtime.formats.reference import PHASES, Reference


def begun_before_contact(reference: Reference, before_s: float) -> Reference:
    """Return what is left of a reference from `before_s` seconds before its hand closes, times from 0 on.

    Anchors before that are left out. A reference that never closes or pushes is returned as it is.
    """
    at_object = np.flatnonzero(reference.phase >= PHASES.index("close"))
    if not len(at_object):
        return reference
    step = float(reference.time_s[1] - reference.time_s[0])
    first = max(0, int(at_object[0]) - round(before_s / step))
    kept = np.flatnonzero(reference.anchor_index >= first)
    return replace(
        reference,
        time_s=reference.time_s[first:] - reference.time_s[first],
        qpos=reference.qpos[first:],
        phase=reference.phase[first:],
        anchor_index=reference.anchor_index[kept] - first,
        anchor_name=tuple(reference.anchor_name[k] for k in kept),
        anchor_T_table_hand=reference.anchor_T_table_hand[kept],
        T_table_manip=reference.T_table_manip[first:],
        demonstrated_frame=reference.demonstrated_frame[first:],
    )
