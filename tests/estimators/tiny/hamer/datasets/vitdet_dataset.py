from typing import Any

import numpy as np


class ViTDetDataset:
    def __init__(self, config: Any, picture: Any, boxes: Any, right: Any, rescale_factor: float) -> None:
        assert picture.dtype == np.uint8 and rescale_factor == 2.0
        self._size = np.array(picture.shape[1::-1], dtype=np.float32)
        self._boxes, self._right = boxes, right

    def __len__(self) -> int:
        return len(self._boxes)

    def __getitem__(self, index: int) -> dict[str, Any]:
        low, high = self._boxes[index, :2], self._boxes[index, 2:]
        side = 2 * float((high - low).max())
        return {"img_size": self._size, "right": self._right[index], "box_center": (low + high) / 2, "box_size": side}
