"""The 3D viewer serves a build on loopback: its page, its connection, its time lines, a run, clicks on things."""

import base64
import http.client
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.view import command
from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.machine.execute import execute
from skillc.runtime.machine.log_file import LogFile
from skillc.runtime.machine.log_reader import LoggedRun, read_log

pytest.importorskip("viser")

from skillc.runtime.view.drawn_world import DrawnWorld
from skillc.runtime.view.run_track import WrongLog
from skillc.runtime.view.spec_line import line_of
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


@pytest.fixture(scope="module")
def run(build: Path, tmp_path_factory: pytest.TempPathFactory) -> LoggedRun:
    """A run of the build in simulation, as its log has it."""
    skill, folder = Skill.load(build), tmp_path_factory.mktemp("run")
    robot = simulated_robot(skill, built_scene(skill), Trial())
    with LogFile(folder, skill.machine, skill.contract, skill.reference) as log:
        execute(machine=skill.machine, contract=skill.contract, reference=skill.reference, robot=robot, log=log)
    return read_log(folder)


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


def place_of(drawn: DrawnWorld, name: str) -> np.ndarray:
    return np.asarray(drawn._frames[drawn._world.object_body[name]].position)


def test_the_robot_s_time_line_moves_robot_object_and_human(viewer: tuple[Viewer, int], build: Path) -> None:
    shown, _ = viewer
    reference = Skill.load(build).reference
    for sample in (0, 30):
        shown._robot.value = float(reference.time_s[sample])
        assert np.allclose(place_of(shown._planned, "box"), reference.T_table_manip[sample][:3, 3], atol=1e-6)
        assert np.allclose(shown._planned._data.qpos[shown._world.joint_qpos], reference.qpos[sample])
        assert shown._human.value == sample


def test_the_human_s_time_line_moves_hand_and_object_alone_and_hides_an_unseen_hand(
    viewer: tuple[Viewer, int],
) -> None:
    shown, _ = viewer
    before = shown._robot.value
    for frame in (0, 30):
        shown._human.value = frame
        assert np.allclose(shown._demonstrated.position, shown._motion.T_table_object[frame][:3, 3])
    shown._human.value = FRAMES - 1
    assert shown._robot.value == before


def test_playing_moves_the_time_line_until_it_is_paused(viewer: tuple[Viewer, int]) -> None:
    shown, _ = viewer
    shown._robot.value = 0.0
    shown._player.seek(0.0)
    shown._player.press()
    deadline = time.monotonic() + 10
    while shown._robot.value == 0.0 and time.monotonic() < deadline:
        time.sleep(0.02)
    shown._player.press()
    paused = shown._player.head.at_s
    assert paused > 0 and not shown._player.head.playing
    time.sleep(0.2)
    assert shown._player.head.at_s == paused


def test_a_moved_time_line_is_where_playing_goes_on(viewer: tuple[Viewer, int]) -> None:
    shown, _ = viewer
    by_a_person = SimpleNamespace(client=object(), target=SimpleNamespace(value=0.4))
    shown._moved(by_a_person, True, shown._show_robot)
    assert shown._player.head.at_s == 0.4
    by_the_human_s_line = SimpleNamespace(client=object(), target=SimpleNamespace(value=3.0))
    shown._moved(by_the_human_s_line, False, lambda frame: None)
    assert shown._player.head.at_s == 0.4


def test_a_keyframe_shows_its_frame_and_the_sample_that_replays_it(viewer: tuple[Viewer, int]) -> None:
    shown, _ = viewer
    shown._go_to_frame(22)
    assert shown._human.value == 22 and shown._robot.value == pytest.approx(22 / 60, abs=0.01)


def test_a_click_tells_the_line_that_names_a_thing(
    viewer: tuple[Viewer, int], capsys: pytest.CaptureFixture[str]
) -> None:
    shown, _ = viewer
    box = Skill.load(shown._skill.contents.source).twin.manipulated
    shown._name(line_of(box, shown._calibration))
    told = capsys.readouterr().out
    assert told.startswith("box: {role: manipulated, at: {x: ") and told.strip() in shown._named.content


def test_every_thing_of_the_twin_can_be_clicked_on(viewer: tuple[Viewer, int]) -> None:
    meshes = viewer[0]._planned.meshes
    assert set(meshes) == {"box", "tub"}
    assert all(mesh._impl.click_cb for thing in meshes.values() for mesh in thing)


def test_a_run_is_shown_beside_the_reference_it_followed(build: Path, run: LoggedRun) -> None:
    shown = Viewer(Skill.load(build), "127.0.0.1", free_port(), run=run)
    try:
        assert shown._ran is not None and shown._track is not None
        tick = len(run.rows) // 2
        shown._ticks.value = float(shown._track.time_s[tick])
        row = run.rows[tick]
        assert np.allclose(shown._ran._data.qpos[shown._world.joint_qpos], row.measured.qpos)
        assert np.allclose(place_of(shown._ran, "box"), row.measured.T_table_objects["box"][:3, 3], atol=1e-6)
        assert np.allclose(shown._planned._data.qpos[shown._world.joint_qpos], run.reference.qpos[row.sample])
        assert shown._told.content == shown._track.told(tick).replace("_", "\\_")
        assert shown._player.head.end_s == pytest.approx(shown._track.time_s[-1], abs=0.011)
    finally:
        shown.close()


def test_a_log_of_another_skill_is_refused(build: Path, run: LoggedRun) -> None:
    other = replace(run, contract=replace(run.contract, skill="pour-tea"))
    with pytest.raises(WrongLog, match="another skill: pour-tea"):
        Viewer(Skill.load(build), "127.0.0.1", free_port(), run=other)
    with pytest.raises(WrongLog, match="no tick"):
        Viewer(Skill.load(build), "127.0.0.1", free_port(), run=replace(run, rows=()))


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
