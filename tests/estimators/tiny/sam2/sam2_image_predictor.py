from typing import Any

import numpy as np
from recorded import answers


class SAM2ImagePredictor:
    @classmethod
    def from_pretrained(cls, name: str) -> "SAM2ImagePredictor":
        assert name == "facebook/sam2.1-hiera-large"
        return cls()

    def set_image(self, picture: Any) -> None:
        assert picture.dtype == np.uint8

    def predict(self, point_coords: Any, point_labels: Any) -> Any:
        x, y = (int(v) for v in point_coords[0])
        known = [mask for name, mask in answers().items() if name.startswith("mask ") and mask[y, x]]
        whole = np.ones_like(next(m for n, m in answers().items() if n.startswith("mask ")))
        masks = [whole, *known]
        return np.stack(masks), np.array([0.3, *[0.95] * len(known)]), None
