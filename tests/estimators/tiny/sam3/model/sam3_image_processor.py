from typing import Any

import numpy as np
import torch
from recorded import answers


class Sam3Processor:
    def __init__(self, model: str) -> None:
        assert model == "sam3"

    def set_image(self, image: Any) -> dict[str, Any]:
        return {"size": image.size}

    def set_text_prompt(self, state: dict[str, Any], prompt: str) -> dict[str, Any]:
        found = answers().get(f"mask {prompt}")
        if found is None:
            width, height = state["size"]
            return {"masks": torch.zeros((0, 1, height, width)), "scores": torch.zeros(0)}
        return {"masks": torch.from_numpy(np.stack([found, ~found]))[:, None], "scores": torch.tensor([0.93, 0.2])}
