import pytest

from skillc.runtime.cli.arrangement import _numbers
from skillc.runtime.cli.failures import InputError


@pytest.mark.parametrize(
    "text", ["", "0.3", "a,b", "nan,0", "inf,1", "0.3;0.2", "0.1,0.2,0.3,0.4", "1e3,0", "0.3,,0.2"]
)
def test_what_is_no_place_on_a_table_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        _numbers("--object", text, (2, 3), 3)


def test_what_is_left_out_is_zero_and_degrees_may_be_large() -> None:
    assert _numbers("--object", "0.3,-0.2", (2, 3), 3) == [0.3, -0.2, 0.0]
    assert _numbers("--object", "0.3,-0.2,90", (2, 3), 3) == [0.3, -0.2, 90.0]
