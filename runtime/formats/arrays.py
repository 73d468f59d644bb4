"""Names for the array types of every public signature."""

from typing import Annotated, TypeAlias

import numpy as np
import numpy.typing as npt

from skillc.runtime.formats.marks import Sizes

FloatArray: TypeAlias = npt.NDArray[np.float64]
"""float64; the docstring gives shape, unit and frame."""
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
Image: TypeAlias = npt.NDArray[np.uint8]
"""(H, W, 3) uint8 RGB, or (H, W) uint8 for masks."""
Pose: TypeAlias = Annotated[FloatArray, Sizes(4, 4)]
"""(4, 4) T_a_b."""
