"""Ask SAM 3D Objects for meshes of masked objects, and bring them into the form of a user's own mesh.

Meshes come normalised and with y up, as glTF has it. Size and place are then fitted to outline and table, as for any
mesh whose scale nobody states: the estimator's own depth is not metric.
"""

import tempfile
from pathlib import Path

import numpy as np

from skillc.runtime.estimators import client
from skillc.runtime.estimators.catalog import Estimator
from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.shape.mesh_asset import MeshAsset, load_mesh_asset
from skillc.runtime.robot.model_fault import ModelError
from skillc.runtime.sim.twin_export import write_obj

TASK = "object_meshes"
SEED = 42
"""The one in the publisher's own example."""


def meshes_of(estimator: Estimator, image: Image, masks: BoolArray, config: str) -> tuple[MeshAsset, ...]:
    """Return one mesh per mask (P, H, W), z up, its largest extent 1.

    Args:
        estimator: the installed worker.
        image: (H, W, 3) RGB.
        masks: (P, H, W).
        config: path of the checkpoint's pipeline.yaml.

    Raises:
        InputFault: SK831 when the worker fails or answers a mesh that no body can be made of.
    """
    height, width = image.shape[:2]
    with tempfile.TemporaryDirectory(prefix="skillc-meshes-") as name:
        folder = Path(name)
        np.save(folder / "masks.npy", masks)
        answer = client.ask(
            estimator,
            TASK,
            [image],
            width=width,
            height=height,
            frames=1,
            options={"config": config, "masks": str(folder / "masks.npy"), "count": len(masks), "seed": SEED},
            progress=lambda k: None,
        )
        found = []
        for index in range(len(masks)):
            vertices = upright(np.asarray(answer[f"vertices_{index}"], dtype=np.float64))
            file = folder / f"{index}.obj"
            write_obj(file, vertices, np.asarray(answer[f"faces_{index}"], dtype=np.int64))
            try:
                found.append(load_mesh_asset(file))
            except ModelError as reason:
                fault = next(f for f in reason.faults if f.severity == "error" or f is reason.faults[-1])
                raise InputFault(
                    "SK831",
                    f"estimator {estimator.name} made a mesh that no body can be made of: {fault.summary}",
                    "leave `estimator` out of the stage twin, or bring a mesh of your own",
                ) from reason
    return tuple(found)


def upright(vertices: FloatArray) -> FloatArray:
    """Return vertices (N, 3) with z up and a largest extent of 1 from such with y up."""
    turned = vertices[:, [0, 2, 1]] * np.array([1.0, -1.0, 1.0])
    extent = float(np.ptp(turned, axis=0).max()) if len(turned) else 0.0
    scaled: FloatArray = turned / extent if extent > 0 else turned
    return scaled
