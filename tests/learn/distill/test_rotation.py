import torch
from scipy.spatial.transform import Rotation

from skillc.runtime.learn.distill.rotation import as_six, from_six


def test_a_rotation_comes_back_from_its_first_two_columns() -> None:
    R = torch.from_numpy(Rotation.random(20, random_state=0).as_matrix())
    torch.testing.assert_close(from_six(as_six(R)), R)


def test_the_columns_stand_one_after_the_other() -> None:
    R = torch.arange(9.0).reshape(3, 3)
    assert as_six(R).tolist() == [0, 3, 6, 1, 4, 7]


def test_columns_that_are_too_long_and_not_square_are_squared_the_first_kept() -> None:
    R = from_six(torch.tensor([2.0, 0, 0, 5.0, 3.0, 0]))
    torch.testing.assert_close(R, torch.eye(3))
