"""The 3D viewer serves a build on loopback: its page, its connection, and both sliders over time."""

import base64
import http.client
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.view import command
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.hands import HandMotion

pytest.importorskip("viser")

from skillc.runtime.view.viewer import Viewer

FRAMES = 60


@pytest.fixture(scope="module")
def build(small_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small build with a hand that moves to the right and is unseen at the end."""
    out = tmp_path_factory.mktemp("view") / "build"
    shutil.copytree(small_build, out)
    joints = np.zeros((FRAMES, 21, 3)) + np.linspace(0, 0.1, 21)[None, :, None]
    joints[:, :, 0] += np.linspace(0, 0.3, FRAMES)[:, None]
    joints[-1] = np.nan
    HandMotion(
        frame=np.arange(FRAMES), joints_table_m=joints, joints_px=joints[..., :2], confidence=np.ones(FRAMES),
        position_sigma_m=np.zeros(FRAMES), handedness="right", scale_m=0.09,
    ).save(out / "motion" / "hand.npz")  # fmt: skip
    return out


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def viewer(build: Path) -> Iterator[tuple[Viewer, int]]:
    port = free_port()
    shown = Viewer(Skill.load(build), "127.0.0.1", port)
    yield shown, port
    shown.close()


def test_the_page_comes_over_loopback(viewer: tuple[Viewer, int]) -> None:
    shown, port = viewer
    assert shown.address == f"http://127.0.0.1:{port}/"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.status == 200 and b"<!doctype html>" in answer.read()[:200].lower()


@pytest.mark.parametrize(("origin", "status"), [("http://127.0.0.1", b"101"), ("http://evil.example", b"403")])
def test_its_websocket_opens_for_this_origin_only(viewer: tuple[Viewer, int], origin: str, status: bytes) -> None:
    _, port = viewer
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}:{port}\r\n"
        f"Sec-WebSocket-Protocol: viser-v{viser_version()}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(request.encode())
        assert client.recv(1000).split(b" ")[1] == status


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1"])
@pytest.mark.parametrize("key", ["", "X-Skillc-Key: guessed\r\n"])
def test_its_inner_port_answers_nobody_but_the_door(viewer: tuple[Viewer, int], origin: str, key: str) -> None:
    inner = viewer[0]._server.get_port()
    upgrade = (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
        f"Sec-WebSocket-Protocol: viser-v{viser_version()}\r\n"
    )
    for extra in (upgrade, ""):
        request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{inner}\r\nOrigin: {origin}\r\n{key}{extra}\r\n"
        with socket.create_connection(("127.0.0.1", inner), timeout=10) as client:
            client.sendall(request.encode())
            assert client.recv(1000).split(b" ")[1] == b"403"


def viser_version() -> str:
    import viser

    return viser.__version__


def test_the_robot_s_slider_moves_robot_and_object(viewer: tuple[Viewer, int], build: Path) -> None:
    shown, _ = viewer
    reference = Skill.load(build).reference
    model = shown._robot.world.model
    for sample in (0, 30):
        shown._show_robot(float(reference.time_s[sample]))
        frame = shown._bodies[model.body("object/box").id]
        assert np.allclose(frame.position, reference.T_table_manip[sample][:3, 3], atol=1e-6)
        assert np.allclose(shown._robot.data.qpos[shown._robot.world.joint_qpos], reference.qpos[sample])


def test_the_human_s_slider_moves_hand_and_object_and_hides_an_unseen_hand(viewer: tuple[Viewer, int]) -> None:
    shown, _ = viewer
    for frame in (0, 30):
        shown._show_human(frame)
        assert np.allclose(shown._demonstrated.position, shown._motion.T_table_object[frame][:3, 3])
    shown._show_human(FRAMES - 1)


def test_what_the_viewer_prints_names_no_other_port(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Viewer(Skill.load(build), "127.0.0.1", free_port()).close()
    assert "127.0.0.1" not in capsys.readouterr().out


def test_a_busy_port_is_the_user_s_to_change(build: Path, viewer: tuple[Viewer, int]) -> None:
    with pytest.raises(InputError, match="in use"):
        command(build, port=viewer[1])


def test_all_networks_at_once_are_refused(build: Path) -> None:
    with pytest.raises(InputError, match="every network"):
        command(build, host="0.0.0.0")


def test_a_build_that_was_edited_is_shown_as_such(viewer: tuple[Viewer, int]) -> None:
    assert viewer[0].warning == "edited since it was built: motion/hand.npz"
    assert viewer[0]._note.visible and viewer[0]._note.content == viewer[0].warning
