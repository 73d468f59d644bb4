import pickle

from skillc.runtime.bundle.fault import BundleFault


def test_a_refusal_comes_back_whole_from_a_worker() -> None:
    fault = BundleFault("SK763", "contract.json", "policy_rate_hz: does not divide", "build it again")
    again = pickle.loads(pickle.dumps(fault))
    assert (str(again), again.hint) == (str(fault), fault.hint)
    assert (again.code, again.file) == ("SK763", "contract.json")
