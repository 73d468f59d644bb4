"""The report of a run tells its states, its faults and its margins as they were."""

from dataclasses import replace
from pathlib import Path

from skillc.runtime.machine.execute import execute
from skillc.runtime.machine.log_file import LogFile
from skillc.runtime.machine.log_reader import read_log
from skillc.runtime.machine.run_report import run_report
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract, with_contacts


def test_a_report_tells_states_faults_and_margins(tmp_path: Path) -> None:
    def change(tick: int, measured):  # type: ignore[no-untyped-def]
        measured = with_contacts(measured, scene_force=7.5 if tick == 80 else 0.0)
        return replace(measured, age_s=0.04) if 100 <= tick < 103 else measured

    parts = (machine(), skill_contract(), reference())
    with LogFile(tmp_path, *parts) as log:
        robot = KinematicRobot(parts[2].qpos[0], change)
        execute(machine=parts[0], contract=parts[1], reference=parts[2], robot=robot, log=log)
    page = run_report(read_log(tmp_path))
    assert page.startswith("test on four_joints: ") and "ended in done" in page
    assert "  hold: fault arm_feedback" in page and "  done: phase_remaining <= 0.0" in page
    assert "R16 arm_feedback (hold): arm feedback is 40 ms old, 33 ms allowed" in page and "     100        3" in page
    assert "force on what must not be pressed 7.5 N of 20.0 allowed" in page and "feedback 40.0 ms of 100" in page
    assert "largest tracking error 0.0000 rad" in page
