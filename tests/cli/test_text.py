import time

from skillc.runtime.cli.text import nearest, printable, short_path


def test_the_nearest_name_is_found_or_none() -> None:
    assert nearest("aple", ["plate", "apple", "bowl"]) == "apple"
    assert nearest("APPLE", ["plate", "apple"]) == "apple"
    assert nearest("xyz", ["plate", "apple"]) is None


def test_thousands_of_names_are_compared_in_milliseconds() -> None:
    known = [f"object_number_{i}" for i in range(9000)] + ["apple_on_the_tree"]
    started = time.process_time()
    assert nearest("aple_on_the_tree", known) == "apple_on_the_tree"
    assert nearest("object_numbr_8123", known) is not None
    assert time.process_time() - started < 0.5


def test_what_moves_the_cursor_is_escaped() -> None:
    assert printable("a\x1b[2Jb\u202e") == "a\\x1b[2Jb\\u202e"


def test_paths_below_the_present_folder_are_shown_from_it(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(short_path(tmp_path / "build" / "apple")) == "build/apple"
    assert short_path(tmp_path.parent) == tmp_path.parent
