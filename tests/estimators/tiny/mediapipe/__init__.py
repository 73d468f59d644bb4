from types import SimpleNamespace
from typing import Any

from recorded import answers

__version__ = "recorded"


class Hands:
    def __init__(self, **settings: Any) -> None:
        pass

    def process(self, picture: Any) -> Any:
        height, width = picture.shape[:2]
        joints = answers()["joints"]
        shares = [SimpleNamespace(x=0.5 + j[0] * 300 / width, y=0.5 + j[1] * 300 / height) for j in joints]
        world = [SimpleNamespace(x=j[0], y=j[1], z=j[2]) for j in joints]
        return SimpleNamespace(
            multi_hand_landmarks=[SimpleNamespace(landmark=shares)],
            multi_hand_world_landmarks=[SimpleNamespace(landmark=world)],
            multi_handedness=[SimpleNamespace(classification=[SimpleNamespace(label="Left", score=0.9)])],
        )


solutions = SimpleNamespace(hands=SimpleNamespace(Hands=Hands))
