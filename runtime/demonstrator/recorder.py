"""Film a performance: an RGB-D folder, the same as a colour video, two ready specs, and the truth beside them.

OUT/rgbd/{color/%05d.jpg, depth/%05d.png, camera.json}    OUT/color.mp4
OUT/TASK.yaml (RGB-D)    OUT/TASK_color.yaml    OUT/truth/...
"""

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from skillc.runtime.demonstrator.filming import film
from skillc.runtime.demonstrator.furnishing import cluttered, dressed
from skillc.runtime.demonstrator.hand_skeleton import make_skeleton
from skillc.runtime.demonstrator.hand_skin import make_skin
from skillc.runtime.demonstrator.nuisance import LEVELS, Nuisance, own_generator
from skillc.runtime.demonstrator.other_camera import other_viewpoint, shown_points
from skillc.runtime.demonstrator.performance import FPS, Performance, perform_script
from skillc.runtime.demonstrator.ready_spec import marked_points, spec_text
from skillc.runtime.demonstrator.room_light import RoomLight
from skillc.runtime.demonstrator.scripts import TASKS, write_script
from skillc.runtime.demonstrator.sensors import DEPTH_UNIT, DepthArray, Grain, expose, sense_depth
from skillc.runtime.demonstrator.set_design import choose_look
from skillc.runtime.demonstrator.staging import stage
from skillc.runtime.demonstrator.truth import write_truth
from skillc.runtime.demonstrator.viewpoint import Viewpoint, choose_viewpoint
from skillc.runtime.formats.arrays import Image

Progress = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was written."""

    folder: Path
    rgbd_spec: Path
    color_spec: Path
    frames: int


def record(
    task: str, seed: int, out: Path, progress: Progress = lambda share, text: None, *, level: int = 0
) -> Recorded:
    """Perform `task` with everything drawn from `seed` and write all files below `out`.

    `level` is the nuisance level (`LEVELS`); the demonstration of a seed is the same at each.

    The same task and seed give the same bytes on the same machine type; of several recordings made by one process only
    the first one's video is so (libx264 keeps something), the others' decode to the same pictures within rounding.

    Raises:
        KeyError: unknown task.
        GraspError: no drawn object could be grasped.
    """
    if task not in TASKS:
        raise KeyError(f"no task {task!r}; there are {', '.join(TASKS)}")
    rng = np.random.default_rng([TASKS.index(task), seed])
    progress(0.0, "writing the script")
    look, viewpoint = choose_look(rng), choose_viewpoint(rng)
    skeleton = make_skeleton(look.hand_scale)
    skin = make_skin(skeleton, girth=look.hand_girth)
    script = write_script(task, rng=rng, skeleton=skeleton, skin=skin)
    nuisance, own = LEVELS[level], own_generator(TASKS.index(task), seed, level)
    fps = float(own.choice(nuisance.rates_hz)) if nuisance.rates_hz else FPS
    performance = perform_script(script, skeleton, skin, fps)
    if nuisance.cameras:
        size = nuisance.sizes[int(own.integers(len(nuisance.sizes)))]
        viewpoint = other_viewpoint(own, size, shown_points(script, performance, nuisance))
    script, performance = cluttered(dressed(script, nuisance, own), performance, nuisance, viewpoint, own)
    staging = stage(nuisance, look, skin, performance, own)
    write_truth(
        out / "truth", script=script, performance=performance, skeleton=skeleton, viewpoint=viewpoint, seed=seed,
        level=level,
    )  # fmt: skip
    progress(0.1, "filming")
    frames = film(
        script=script, performance=performance, skin=skin, look=look, viewpoint=viewpoint, rng=rng, nuisance=nuisance,
        staging=staging,
    )  # fmt: skip
    light = RoomLight(nuisance, viewpoint, float(performance.time_s[-1]), own) if level else None
    _write_frames(out, frames, performance, viewpoint, nuisance, light, rng, progress)
    marks = None if nuisance.tag else marked_points(viewpoint, own)
    rgbd, color = out / f"{task}.yaml", out / f"{task}_color.yaml"
    rgbd.write_text(spec_text(script, "rgbd", viewpoint.nominal_focal, marks), encoding="utf-8")
    color.write_text(spec_text(script, "color.mp4", viewpoint.nominal_focal, marks), encoding="utf-8")
    progress(1.0, f"{len(performance.time_s)} frames")
    return Recorded(folder=out, rgbd_spec=rgbd, color_spec=color, frames=len(performance.time_s))


def _write_frames(
    out: Path,
    frames: Iterator[tuple[Image, DepthArray]],
    performance: Performance,
    viewpoint: Viewpoint,
    nuisance: Nuisance,
    light: RoomLight | None,
    rng: np.random.Generator,
    progress: Progress,
) -> None:
    for name in ("color", "depth"):
        (out / "rgbd" / name).mkdir(parents=True, exist_ok=True)
    camera, count = viewpoint.camera, len(performance.time_s)
    container = av.open(str(out / "color.mp4"), "w")
    fps = performance.keyframes.fps
    coding = {"crf": str(nuisance.crf), "preset": "veryfast", "threads": "1"}
    stream = container.add_stream("libx264", rate=int(fps), options=coding)
    stream.width, stream.height, stream.pix_fmt = camera.width, camera.height, "yuv420p"
    grain = Grain(camera.height, camera.width, rng)

    def develop(i: int, clean: Image, depth: DepthArray) -> None:
        lit = clean if light is None else light.on(clean, depth, float(performance.time_s[i]))
        color = expose(lit, depth, camera.fx, grain)
        raw = sense_depth(depth, clean, camera.fx, grain)
        jpeg = (cv2.IMWRITE_JPEG_QUALITY, nuisance.jpeg)
        cv2.imwrite(str(out / "rgbd" / "color" / f"{i:05d}.jpg"), color[..., ::-1], jpeg)
        cv2.imwrite(str(out / "rgbd" / "depth" / f"{i:05d}.png"), raw, (cv2.IMWRITE_PNG_COMPRESSION, 1))
        planes = np.asarray(cv2.cvtColor(color, cv2.COLOR_RGB2YUV_I420), dtype=np.uint8)
        video_frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        video_frame.pts = i
        for packet in stream.encode(video_frame):
            container.mux(packet)

    # one worker develops frame i while frame i + 1 is drawn; a single one keeps the noise in order
    with ThreadPoolExecutor(max_workers=1) as worker:
        waiting: deque[Future[None]] = deque()
        for i, (clean, depth) in enumerate(frames):
            waiting.append(worker.submit(develop, i, clean, depth))
            if len(waiting) > 4:
                waiting.popleft().result()
            progress(0.1 + 0.9 * (i + 1) / count, f"frame {i + 1} of {count}")
        for job in waiting:
            job.result()
    for packet in stream.encode():
        container.mux(packet)
    container.close()
    about = {
        "width": camera.width, "height": camera.height, "fx": camera.fx, "fy": camera.fy, "cx": camera.cx,
        "cy": camera.cy, "depth_unit_m": DEPTH_UNIT, "fps": fps,
        "time_s": [round(float(t), 6) for t in performance.time_s],
    }  # fmt: skip
    (out / "rgbd" / "camera.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
