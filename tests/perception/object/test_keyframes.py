from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.stillness import Stillness
from skillc.runtime.perception.object.keyframe_signals import Signals
from skillc.runtime.perception.object.keyframes import KeyframeSettings, NoContact, find_keyframes, first_streak
from skillc.runtime.perception.object.still_places import NOWHERE

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
        height_sigma_m=np.full(len(t), 0.005),
        fingers=fingers,
    )
    return signal, t


UNSEEN = NOWHERE
"""The pictures do not show when the object lies still."""


def find(
    signal: Signals,
    t: np.ndarray,
    *,
    lifts: bool = True,
    fps: float = 30.0,
    width: int = 960,
    still: Stillness = UNSEEN,
) -> Keyframes:
    return find_keyframes(
        signal, t, lifts=lifts, reference=0, support_m=0.0, width_px=width, fps=fps, settings=SETTINGS, still=still
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
    assert found.lift is None and found.detachment is None and found.confidence.lift == 1.0


def test_fingers_that_stay_never_release() -> None:
    signal, t = story()
    found = find(replace(signal, fingers=np.zeros_like(signal.fingers)), t)
    assert found.release is None and found.confidence.release == found.confidence.interaction


def test_an_object_at_rest_has_no_contact() -> None:
    signal, t = story()
    with pytest.raises(NoContact, match="never moves"):
        find(replace(signal, displacement_px=np.zeros_like(signal.displacement_px)), t)


def test_a_streak_may_end_with_the_recording() -> None:
    active = np.array([False, True, False, True, True])
    assert first_streak(active, 0, 3) is None
    assert first_streak(active, 0, 3, to_end=True) == 3


def test_a_keyframe_is_as_sure_as_two_readings_of_it_agree() -> None:
    signal, t = story()
    alone = find(signal, t)
    agreed = find(
        signal, t, still=replace(UNSEEN, left=alone.contact + 1, settled=alone.interaction + 2, final_overlap=0.9)
    )
    apart = find(
        signal, t, still=replace(UNSEEN, left=alone.contact - 20, settled=alone.interaction - 20, final_overlap=0.9)
    )
    for key in ("contact", "interaction"):
        sure = getattr(agreed.confidence, key)
        assert sure >= 0.9 and getattr(alone.confidence, key) < 0.5 and getattr(apart.confidence, key) < 0.5


def test_the_pictures_decide_when_the_object_leaves_and_when_it_rests() -> None:
    signal, t = story()
    found = find(signal, t, still=replace(UNSEEN, left=50, settled=99, final_overlap=0.9))
    assert (found.contact, found.interaction) == (50, 99)


def test_what_is_held_up_to_the_last_frame_is_read_from_its_poses() -> None:
    signal, t = story()
    held, slid = (find(signal, t, lifts=lifts, still=replace(UNSEEN, left=46, settled=120)) for lifts in (True, False))
    assert abs(held.interaction - 105) <= 2 and slid.interaction == 120


def test_nothing_is_lifted_before_it_moves() -> None:
    signal, t = story()
    found = find(signal, t, still=replace(UNSEEN, left=60))
    assert found.lift is not None and found.lift >= found.contact == 60


def test_a_release_is_no_surer_than_the_rest_before_it() -> None:
    signal, t = story()
    apart = find(signal, t, still=replace(UNSEEN, left=46, settled=85, final_overlap=0.9))
    assert apart.release is not None and apart.confidence.release <= apart.confidence.interaction < 0.5


def test_readings_that_agree_about_an_end_that_the_picture_does_not_show_are_unsure() -> None:
    signal, t = story()
    seen = replace(UNSEEN, left=46, settled=105, final_agreement=0.9)
    sure, unsure = (find(signal, t, still=replace(seen, final_agreement=found)) for found in (0.9, 0.4))
    assert sure.confidence.interaction >= 0.9 and unsure.confidence.interaction < 0.5
    assert unsure.confidence.release < 0.5 and unsure.confidence.contact == sure.confidence.contact


def test_a_lift_is_as_sure_as_the_time_in_which_it_may_have_happened_is_short() -> None:
    signal, t = story()
    quick = find(signal, t, still=replace(UNSEEN, left=46)).confidence.lift
    blurred = find(replace(signal, height_sigma_m=np.full(len(t), 0.05)), t, still=replace(UNSEEN, left=46))
    slid_first = replace(signal, height_m=np.where(t < 2.6, 0.0, signal.height_m))
    assert quick > 0.6 > blurred.confidence.lift
    assert find(slid_first, t, still=replace(UNSEEN, left=46)).confidence.lift < 0.3


def test_a_rest_that_is_reached_slowly_is_less_sure() -> None:
    signal, t = story()
    seen = replace(UNSEEN, left=46, settled=105, final_overlap=0.9)
    sudden, slow = (find(signal, t, still=replace(seen, settling=frames)).confidence.interaction for frames in (1, 18))
    assert sudden > 0.8 and slow < 0.4


def test_a_lift_that_heights_do_not_tell_is_taken_for_the_contact() -> None:
    signal, t = story()
    late = replace(signal, height_m=np.where(t < 2.6, 0.0, signal.height_m), height_sigma_m=np.full(len(t), 0.04))
    found = find(late, t, still=replace(UNSEEN, left=46))
    assert found.lift == found.contact and found.confidence.lift < 0.5
    # A height that is known to stay says that it is not lifted yet.
    known = find(replace(late, height_sigma_m=np.full(len(t), 0.002)), t, still=replace(UNSEEN, left=46))
    assert known.lift is not None and known.lift > 70
