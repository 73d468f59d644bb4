import json
from pathlib import Path

import pytest

from skillc.compiler.check.check import check_file
from skillc.compiler.stages.twin.robot import STAGE
from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.profile import load_profile


def test_where_a_number_comes_from_is_no_reason_to_run_again(project: Path) -> None:
    spec = check_file(project / "specs" / "skills" / "apple.yaml").resolved
    assert spec is not None
    cited = {o.source for path, origins in spec.origins.items() if path.startswith("hardware") for o in origins}
    read = json.dumps(STAGE.parameters(spec)["profile"])
    assert len(cited) > 5 and not [source for source in cited if source and source in read]


def test_a_profile_of_an_earlier_version_is_refused_naming_both(project: Path, tmp_path: Path) -> None:
    profile = load_profile(project / "specs" / "hardware" / "kinova_gen3_leap")
    profile.save(tmp_path / "profile.json")
    body = json.loads((tmp_path / "profile.json").read_text())
    assert RobotProfile.load(tmp_path / "profile.json") == profile
    (tmp_path / "profile.json").write_text(json.dumps(body | {"version": 2}))
    with pytest.raises(FormatError, match="version 2 found, this release reads version 4"):
        RobotProfile.load(tmp_path / "profile.json")
