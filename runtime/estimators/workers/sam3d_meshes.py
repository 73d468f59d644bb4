"""Worker of the estimator `sam3d` (A.1.1 stage 3): a mesh per masked object.

Request: `config` (the pipeline's file), `masks` (path of an .npy (P, H, W)), `count` = P, `seed`. Answer: `vertices_I`
(N, 3) with y up in the model's own unit and `faces_I` (F, 3) of mask I, `scale` (P,). Runs in an environment the user
made (GPU, SAM licence). Not run with its weights by the project: it is tested on recorded outputs.
"""

import os
import sys
from typing import Any

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene_answer import serve


def answer(request: dict[str, Any], pictures: list[Any]) -> dict[str, Any]:
    """Reconstruct each masked object of the first picture."""
    from inference import Inference

    model = Inference(request["config"], compile=False)
    masks = np.load(request["masks"], allow_pickle=False).astype(bool)
    found: dict[str, Any] = {}
    scales = []
    for index, mask in enumerate(masks):
        output = model(pictures[0], mask, seed=int(request["seed"]))
        mesh = output["glb"]
        found[f"vertices_{index}"] = np.asarray(mesh.vertices, dtype=np.float64)
        found[f"faces_{index}"] = np.asarray(mesh.faces, dtype=np.int64)
        scales.append(scale_of(output))
        print("progress", index + 1, flush=True)
    return {"scale": np.array(scales), **found}


def scale_of(output: dict[str, Any]) -> float:
    """Return the one scale of an output whose `scale` is a number or equal along three axes."""
    scale = output["scale"]
    return float(np.mean(np.asarray(scale.cpu() if hasattr(scale, "cpu") else scale, dtype=np.float64)))


if __name__ == "__main__":
    serve("object_meshes", "sam3d", answer)
