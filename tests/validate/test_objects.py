import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed


def found(text: str, *, draft: bool = False) -> list[tuple[str, str]]:
    checked = check_tree(load_bytes(completed(text).encode(), "spec.yaml"), None, draft=draft)
    return [(d.code, d.path) for d in checked.diagnostics if d.severity == "error"]


def codes(text: str, *, draft: bool = False) -> list[str]:
    return [code for code, _ in found(text, draft=draft)]


@pytest.mark.parametrize(
    ("says", "wrong"),
    [
        ("shape: box, symmetry: z", True),
        ("shape: cylinder, symmetry: sphere", True),
        ("shape: cylinder, symmetry: z", False),
        ("shape: sphere, symmetry: x", False),
        ("symmetry: sphere, size: [20 cm, 10 cm, 8 cm]", True),
        ("symmetry: z, size: [7 cm, 7.5 cm, 20 cm]", False),
        ("symmetry: x, size: [20 cm, 7 cm, 12 cm]", True),
        ("symmetry: none, shape: box, size: [20 cm, 7 cm, 12 cm]", False),
    ],
)
def test_a_symmetry_is_one_of_the_shape(says: str, wrong: bool) -> None:
    assert codes(f"scene: {{objects: {{apple: {{role: manipulated, {says}}}}}}}") == ["SK437"] * wrong


@pytest.mark.parametrize(("kept", "wrong"), [(9, False), (10, True), (20, True)])
def test_a_set_keeps_objects_to_train_on(kept: int, wrong: bool) -> None:
    asset = f"asset: {{set: ycb, count: 10, held_out: {kept}}}"
    scene = f"method: dex4d\nhardware: xarm6_leap\nscene: {{objects: {{apple: {{role: manipulated, {asset}}}}}}}"
    assert ("SK440" in codes(scene, draft=True)) == wrong


def test_a_test_on_the_training_files_is_refused() -> None:
    files = (
        "method: sugar\nhardware: unitree_g1\ntask: {{type: carry}}\ndemonstrations: {{train: a/*.mp4, test: {}/*.mp4}}"
    )
    assert "SK444" in codes(files.format("a"), draft=True)
    assert "SK444" not in codes(files.format("b"), draft=True)


@pytest.mark.parametrize("section", ["randomization: {{{}}}", "evaluation: {{test: {{{}}}}}"])
def test_each_axis_of_a_place_is_drawn_once(section: str) -> None:
    twice = section.format("apple.position.xy: ± 5 cm, apple.position.x: ± 1 cm")
    assert "SK209" in codes(twice, draft=True)
    once = section.format("apple.position.x: ± 5 cm, apple.position.y: ± 1 cm, apple.position.z: + 0 .. 1 cm")
    assert "SK209" not in codes(once, draft=True)


@pytest.mark.parametrize(
    ("near", "wrong"), [("left_hand", False), ("plate", False), ("left_foot", True), ("apple", True)]
)
def test_a_goal_is_near_a_hand_or_another_object(near: str, wrong: bool) -> None:
    scene = "scene: {objects: {apple: {role: manipulated}, plate: {role: target}}}\n"
    goals = f"goals: [{{object: {{object: apple, near: {near}}}}}]"
    assert (("SK301", "goals[0].object.near") in found(scene + goals, draft=True)) == wrong


@pytest.mark.parametrize(
    ("tracks", "code"), [("video: a.mp4, prompt: Go.", "SK208"), ("points: 3", "SK202"), ("prompt: Go.", "")]
)
def test_tracks_are_of_a_video_or_of_a_text(tracks: str, code: str) -> None:
    told = codes(f"goals: [{{tracks: {{object: apple, {tracks}}}}}]", draft=True)
    assert (code in told) if code else not {"SK208", "SK202"} & set(told)
