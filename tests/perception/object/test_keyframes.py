from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.perception.object.keyframe_signals import Signals
from skillc.runtime.perception.object.keyframes import KeyframeSettings, NoContact, find_keyframes, first_streak

SETTINGS = KeyframeSettings(
    contact_displacement=4.0,
    contact_streak=50,
    interaction_motion=1.0,
    interaction_streak=3,
    smoothing_window=3,
    detachment_height=0.03,
    frame_rate=30.0,
    fidget=0.08,
    lift_height=0.01,
    release_motion=0.12,
    release_s=0.1,
)


def story(fps: float = 30.0, pause: bool = False) -> tuple[Signals, np.ndarray]:
    """Rest until 1.5 s, carried 200 px and 15 cm up and down until 3.5 s, fingers leave at 4.2 s."""
    t = np.arange(round(5 * fps)) / fps
    progress = np.clip((t - 1.5) / 2.0, 0, 1)
    if pause:
        progress = np.interp(t, [1.5, 2.3, 2.7, 3.5], [0, 0.5, 0.5, 1.0])
    x = 200 * progress
    relative = np.stack([x - 200, np.zeros_like(x)], axis=1)
    speed = np.abs(np.gradient(x)) * fps / 30.0
    fingers = np.zeros((len(t), 5, 2))
    fingers[:, :, 0] = np.clip((t - 4.2) * 2, 0, 1)[:, None]
    signal = Signals(
        displacement_px=x,
        relative_px=relative,
        speed_px=speed,
        palm_px=np.where(t[:, None] > 4.2, 50.0 * t[:, None], relative),
        height_m=0.15 * np.sin(np.pi * progress),
        fingers=fingers,
    )
    return signal, t


def find(signal: Signals, t: np.ndarray, *, lifts: bool = True, fps: float = 30.0, width: int = 960) -> Keyframes:
    return find_keyframes(
        signal, t, lifts=lifts, reference=0, support_m=0.0, width_px=width, fps=fps, settings=SETTINGS
    )


def test_the_story_is_read_back() -> None:
    found = find(*story())
    assert abs(found.contact - 46) <= 1
    assert found.lift is not None and abs(found.lift - 46) <= 2
    assert abs(found.interaction - 105) <= 2
    assert found.detachment == found.interaction
    assert found.release is not None and abs(found.release - 127) <= 3


def test_a_pause_on_the_way_is_not_the_end() -> None:
    assert abs(find(*story(pause=True)).interaction - 105) <= 2


def test_twice_the_frame_rate_gives_the_same_seconds() -> None:
    slow, fast = find(*story()), find(*story(fps=60.0), fps=60.0)
    assert abs(fast.contact / 60 - slow.contact / 30) < 0.05
    assert abs(fast.interaction / 60 - slow.interaction / 30) < 0.07


def test_a_push_has_no_lift_and_no_detachment() -> None:
    found = find(*story(), lifts=False)
    assert found.lift is None and found.detachment is None and found.confidence.lift == 0.0


def test_fingers_that_stay_never_release() -> None:
    signal, t = story()
    found = find(replace(signal, fingers=np.zeros_like(signal.fingers)), t)
    assert found.release is None and found.confidence.release == 0.0


def test_an_object_at_rest_has_no_contact() -> None:
    signal, t = story()
    with pytest.raises(NoContact, match="never moves"):
        find(replace(signal, displacement_px=np.zeros_like(signal.displacement_px)), t)


def test_a_streak_may_end_with_the_recording() -> None:
    active = np.array([False, True, False, True, True])
    assert first_streak(active, 0, 3) is None
    assert first_streak(active, 0, 3, to_end=True) == 3
