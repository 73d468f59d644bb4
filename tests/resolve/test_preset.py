import pytest

from skillc.compiler.resolve import preset
from skillc.compiler.resolve.preset import bases, chain, find_preset, preset_names
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes


def shipped(monkeypatch: pytest.MonkeyPatch, texts: dict[str, str]) -> None:
    def find(kind: str, name: str) -> preset.Preset | None:
        if name not in texts:
            return None
        return preset.Preset(kind="method", name=name, tree=load_bytes(texts[name].encode(), f"{name}.yaml"))

    monkeypatch.setattr(preset, "find_preset", find)


def test_bases_come_before_what_extends_them_and_none_twice(monkeypatch) -> None:
    shipped(monkeypatch, {"a": "x: 1", "b": "extends: a", "c": "extends: a", "d": "extends: [b, c]"})
    assert [p.name for p in chain("method", "d")] == ["a", "b", "c", "d"]


def test_a_circle_is_told_with_its_way(monkeypatch) -> None:
    shipped(monkeypatch, {"a": "extends: b", "b": "extends: a"})
    with pytest.raises(SourceError) as error:
        chain("method", "a")
    (finding,) = error.value.diagnostics
    assert finding.code == "SK311" and "a -> b -> a" in finding.summary


def test_a_missing_base_is_told_where_it_is_named(monkeypatch) -> None:
    shipped(monkeypatch, {"a": "x: 1\nextends: nowhere"})
    with pytest.raises(SourceError) as error:
        chain("method", "a")
    (finding,) = error.value.diagnostics
    assert (finding.code, finding.spans[0].line) == ("SK310", 2)


def test_a_name_never_leaves_the_folder() -> None:
    assert find_preset("method", "../skills/apple") is None
    assert find_preset("method", "/etc/passwd") is None


def test_parts_are_no_methods_of_their_own() -> None:
    assert find_preset("method", "parts/auxiliary_rewards") is not None
    assert not any(name.startswith("parts") for name in preset_names("method"))


@pytest.mark.parametrize("name", preset_names("method"))
def test_every_method_names_itself_and_its_paper(name: str) -> None:
    found = find_preset("method", name)
    assert found is not None
    keys = {key: getattr(entry.value, "text", "") for key, entry in found.tree.root.entries.items()}
    assert keys["method"] == name and keys["paper"] and keys["summary"]
    assert all(find_preset("method", base.text) for base in bases(found.tree.root))
