"""What no message of a device may hold: anything of a person, by its fields' names (S-229)."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from mulin.kernel.errors import BadInput

# Words of a field's name; "faceId", "face_id" and "FACE-ID" are all found.
DENIED: Final = frozenset(
    (
        "face", "faces", "facial", "person", "persons", "people", "pedestrian", "human", "identity", "idcard",
        "idno", "name", "fullname", "surname", "plate", "plates", "licence", "license", "template",
        "templates", "embedding", "embeddings", "feature", "features", "vector", "biometric", "biometrics",
        "fingerprint",
        "iris", "gait", "voiceprint", "track", "tracks", "trajectory", "trajectories", "trail", "age",
        "gender", "sex", "ethnicity", "nation", "emotion", "height", "clothes", "clothing", "phone",
        "mobile", "imei",        "imsi", "mac", "passport", "suspect", "watchlist", "blacklist",
    )
)  # fmt: skip
DENIED_CHINESE: Final = (
    "人脸", "面部", "人员", "行人", "身份", "姓名", "车牌", "号牌", "轨迹", "性别", "年龄", "民族", "手机",
    "电话",    "特征", "模板", "指纹", "虹膜", "步态", "声纹",
)  # fmt: skip
DEPTH_MOST: Final = 20
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class PersonData(BadInput):
    """A message holds something of a person: it is refused whole, counted, and nothing of it is kept."""

    def __init__(self, where: str) -> None:
        super().__init__("含有关于人的字段，整条拒收；这里只收物和场景的事件", where=where)


def is_denied(key: str) -> bool:
    """Return whether a field of this name says something of a person."""
    words = {part.lower() for part in _PARTS.findall(key)} | {re.sub(r"[^a-z]", "", key.lower())}
    return bool(words & DENIED) or any(word in key for word in DENIED_CHINESE)


def denied_field(value: object, place: str = "", depth: int = 0) -> str:
    """Return where a message names something of a person, or nothing; too deep to look is denied as well."""
    if depth > DEPTH_MOST:
        return place or "."
    if isinstance(value, Mapping):
        for key, inner in value.items():
            here = f"{place}.{key}" if place else str(key)
            if is_denied(str(key)):
                return here[:120]
            if found := denied_field(inner, here, depth + 1):
                return found
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for number, inner in enumerate(value):
            if found := denied_field(inner, f"{place}.{number}" if place else str(number), depth + 1):
                return found
    elif isinstance(value, str) and value and place.rpartition(".")[2] in ("type", "kind", "class", "label"):
        return place if is_denied(value) else ""
    return ""
