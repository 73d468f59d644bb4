"""One hand and one performance per task, made once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from skillc.runtime.demonstrator.hand_skeleton import Skeleton, make_skeleton
from skillc.runtime.demonstrator.hand_skin import HandSkin, make_skin
from skillc.runtime.demonstrator.performance import Performance, perform_script
from skillc.runtime.demonstrator.script import Script
from skillc.runtime.demonstrator.scripts import write_script


@dataclass(frozen=True, kw_only=True)
class Played:
    skeleton: Skeleton
    skin: HandSkin
    script: Script
    performance: Performance


@pytest.fixture(scope="session")
def hand() -> tuple[Skeleton, HandSkin]:
    skeleton = make_skeleton(1.0)
    return skeleton, make_skin(skeleton, girth=1.0)


@pytest.fixture(scope="session")
def play(hand: tuple[Skeleton, HandSkin]) -> Callable[[str], Played]:
    @cache
    def played(task: str) -> Played:
        skeleton, skin = hand
        script = write_script(task, rng=np.random.default_rng(3), skeleton=skeleton, skin=skin)
        return Played(skeleton=skeleton, skin=skin, script=script, performance=perform_script(script, skeleton, skin))

    return played
