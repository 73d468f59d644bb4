"""Worker of the estimators `sam3` (text prompts, A.1.1 stage 2) and `sam2` (pixel prompts): one mask per prompt.

Request: `model` "sam3" or "sam2", `prompts` a list of texts (sam3) or of [x, y] px (sam2). Answer: `mask` (P, H, W),
`score` (P,). Runs in an environment the user made, with weights under Meta's licence. Not run with weights by the
project: the conversion to the answer is tested on recorded outputs.
"""

import os
import sys
from typing import Any

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene_answer import serve


def answer(request: dict[str, Any], pictures: list[Any]) -> dict[str, Any]:
    """Return masks of the first picture."""
    picture = pictures[0]
    found = []
    if request["model"] == "sam3":
        from PIL import Image
        from sam3.model.sam3_image_processor import Sam3Processor
        from sam3.model_builder import build_sam3_image_model

        processor = Sam3Processor(build_sam3_image_model())
        state = processor.set_image(Image.fromarray(picture))
        for prompt in request["prompts"]:
            output = processor.set_text_prompt(state=state, prompt=prompt)
            found.append(best(output["masks"].cpu().numpy(), output["scores"].cpu().numpy(), picture.shape[:2]))
    else:
        from sam2.sam2_image_predictor import SAM2ImagePredictor

        predictor = SAM2ImagePredictor.from_pretrained(request.get("checkpoint") or "facebook/sam2.1-hiera-large")
        predictor.set_image(picture)
        for x, y in request["prompts"]:
            masks, scores, _ = predictor.predict(point_coords=np.array([[x, y]]), point_labels=np.array([1]))
            found.append(best(masks, scores, picture.shape[:2]))
    return {"mask": np.stack([m for m, _ in found]), "score": np.array([s for _, s in found])}


def best(masks: Any, scores: Any, shape: tuple[int, int]) -> tuple[Any, float]:
    """Return the best-scored of masks (N, H, W) or (N, 1, H, W) as booleans; an empty mask and 0 if there is none."""
    masks, scores = np.asarray(masks), np.asarray(scores).ravel()
    if len(scores) == 0:
        return np.zeros(shape, dtype=bool), 0.0
    chosen = int(np.argmax(scores))
    mask = masks.reshape(len(scores), *shape)[chosen]
    return (mask if mask.dtype == bool else mask > 0.5), float(scores[chosen])


if __name__ == "__main__":
    serve("object_masks", "sam", answer)
