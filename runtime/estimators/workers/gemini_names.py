"""Worker of the estimator `gemini` (A.1.1 stage 1): what stands on the table, as JSON text.

Request: `model`, `prompt`, `schema`; the key comes from GEMINI_API_KEY. Answer: `text`. Not run with a key by the
project: it is tested on recorded answers.
"""

import os
import sys
from typing import Any

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene_answer import serve


def answer(request: dict[str, Any], pictures: list[Any]) -> dict[str, Any]:
    """Send prompt and pictures, return the model's words."""
    import cv2
    from google import genai
    from google.genai import types

    parts: list[Any] = [request["prompt"]]
    for picture in pictures:
        _, data = cv2.imencode(".png", picture[..., ::-1])
        parts.append(types.Part.from_bytes(data=data.tobytes(), mime_type="image/png"))
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_json_schema=request["schema"], temperature=0.0
    )
    client = genai.Client(api_key=os.environ["GEMINI_API_KEY"])
    found = client.models.generate_content(model=request["model"], contents=parts, config=config)
    return {"text": np.array(found.text or "")}


if __name__ == "__main__":
    serve("scene_semantics", "gemini", answer)
