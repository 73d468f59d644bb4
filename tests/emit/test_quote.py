import ast
import keyword
import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from skillc.compiler.emit.quote import identifier, python_quoted, yaml_quoted
from skillc.compiler.emit.render import comment_text, keywords, render_python

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def _as_lists(value):
    if isinstance(value, tuple):
        return [_as_lists(v) for v in value]
    if isinstance(value, dict):
        return {k: _as_lists(v) for k, v in value.items()}
    return value


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_a_python_literal_reads_back_the_same(value) -> None:
    assert _as_lists(ast.literal_eval(python_quoted(value))) == value


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_a_yaml_value_stays_on_its_line_and_reads_back_the_same(value) -> None:
    line = yaml_quoted(value)
    assert "\n" not in line
    assert yaml.safe_load(f"key: {line}\n") == {"key": value}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_text_cannot_leave_its_comment_or_docstring(text: str) -> None:
    shown = comment_text(text)
    tree = ast.parse(f'"""{shown}"""\nx = 1  # {shown}\n')
    assert len(tree.body) == 2 and len(shown) <= 200


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20))
def test_any_name_becomes_an_identifier(text: str) -> None:
    name = identifier(text)
    assert name.isidentifier() and not keyword.iskeyword(name)


def test_what_has_no_literal_is_refused() -> None:
    with pytest.raises(TypeError):
        python_quoted(object())
    assert python_quoted(math.inf) == 'float("inf")'
    with pytest.raises(ValueError, match="no parameter name"):
        keywords({"a b": 1})


def test_a_template_value_without_a_filter_or_without_a_value_is_refused(monkeypatch) -> None:
    from jinja2 import DictLoader, UndefinedError

    from skillc.compiler.emit import render

    environment = render._environment()
    monkeypatch.setattr(
        environment, "loader", DictLoader({"bare": "x = {{ v }}", "gone": "x = {{ w | python }}", "bad": "x = ("})
    )
    with pytest.raises(TypeError, match="without a quoting filter"):
        render_python("bare", {"v": "__import__('os')"})
    with pytest.raises((UndefinedError, TypeError)):
        render_python("gone", {})
    with pytest.raises(SyntaxError):
        render_python("bad", {})
