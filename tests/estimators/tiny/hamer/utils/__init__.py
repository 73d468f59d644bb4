from typing import Any


def recursive_to(batch: Any, device: Any) -> Any:
    return {key: value.to(device) for key, value in batch.items()}
