import pytest

from skillc.compiler.resolve.front_end import read_spec
from skillc.compiler.source.canonical import canonical
from skillc.compiler.source.load import load
from skillc.compiler.source.measured import is_measure

SEVEN = ("apple", "peach", "spice", "toy", "box", "book", "tray")
FOLDERS = {"humanoid_recipe": 3, "dex4d": 6, "sugar": 6, "point_tracks_hop": 1}


def drafts(project):
    return sorted((project / "specs" / "skills").glob("*/*.yaml"))


@pytest.mark.parametrize("name", SEVEN)
def test_an_example_is_short_formatted_and_resolves_without_a_finding(project, name: str) -> None:
    file = project / "specs" / "skills" / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert canonical(load(file), is_measure) == text
    spec, findings = read_spec(text.encode(), file.name)
    assert findings == [] and spec is not None


@pytest.mark.parametrize(
    ("name", "xy", "yaw_deg", "scale"),
    [
        ("apple", 5.0, 10.0, (0.8, 1.0)),
        ("peach", 5.0, 10.0, (0.8, 1.0)),
        ("spice", 2.0, 10.0, (0.9, 1.0)),
        ("toy", 0.5, None, (0.9, 1.0)),
        ("box", 5.0, None, (0.9, 1.0)),
        ("book", 5.0, None, (0.9, 1.0)),
        ("tray", 5.0, None, (0.9, 1.0)),
    ],
)
def test_the_test_box_is_that_of_tables_9_and_10(project, name, xy, yaw_deg, scale) -> None:
    spec, _ = read_spec((project / "specs" / "skills" / f"{name}.yaml").read_bytes(), name)
    assert spec is not None
    roles = {o["role"]: n for n, o in spec.section("scene.objects").items()}
    box, thing = spec.section("evaluation.test"), roles["manipulated"]
    assert box[f"{thing}.position.xy"]["high"] == pytest.approx(xy / 100)
    assert (box[f"{thing}.scale"]["low"], box[f"{thing}.scale"]["high"]) == scale
    if yaw_deg is None:
        assert f"{thing}.yaw" not in box
    else:
        assert box[f"{thing}.yaw"]["high"] == pytest.approx(yaw_deg * 3.141592653589793 / 180)
    if "target" in roles:
        assert box[f"{roles['target']}.position.xy"]["high"] == pytest.approx(0.05)
        assert box[f"{roles['target']}.yaw"]["high"] == pytest.approx(0.17453292519943295)


@pytest.mark.parametrize("name", SEVEN)
def test_nothing_is_tuned_to_a_picture(project, name: str) -> None:
    spec, _ = read_spec((project / "specs" / "skills" / f"{name}.yaml").read_bytes(), name)
    assert spec is not None
    for thing in spec.section("scene.objects").values():
        assert not {"at", "box", "mask", "size", "shape"} & thing.keys()


def test_every_task_of_the_other_papers_has_a_draft(project) -> None:
    assert {f.parent.name for f in drafts(project)} == FOLDERS.keys()
    for folder, count in FOLDERS.items():
        assert sum(f.parent.name == folder for f in drafts(project)) == count


def test_every_draft_is_formatted_and_checks_as_a_draft_only(project) -> None:
    for file in drafts(project):
        text = file.read_text(encoding="utf-8")
        assert canonical(load(file), is_measure) == text, file
        spec, findings = read_spec(text.encode(), file.name, draft=True)
        assert spec is not None and findings == [], (file, findings)
        spec, findings = read_spec(text.encode(), file.name)
        assert spec is None and {d.code for d in findings} <= {"SK321", "SK408", "SK411"}, (file, findings)
