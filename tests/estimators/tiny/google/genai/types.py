from typing import Any


class Part:
    @staticmethod
    def from_bytes(data: bytes, mime_type: str) -> tuple[str, int]:
        return mime_type, len(data)


def GenerateContentConfig(**settings: Any) -> dict[str, Any]:
    return settings
