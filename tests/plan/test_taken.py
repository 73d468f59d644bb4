from skillc.compiler.plan.taken import taken


def test_fields_are_filled_from_their_keys_and_what_is_not_there_is_left_out() -> None:
    section = {"frames": 12, "moved": 1.0, "other": 3}
    assert taken(section, "frames", "depth", moved_px="moved", size_m="size") == {"frames": 12, "moved_px": 1.0}
