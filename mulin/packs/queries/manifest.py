"""The manifest of a pack: what it is called, which pack it stands on, its settings."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from mulin.packs.queries.folder import MANIFEST, Folder
from mulin.packs.rules.cells import BadCell, code
from mulin.packs.rules.pack import Pack

_PACK: Final[Mapping[str, type]] = {
    "name": str,
    "title": str,
    "version": str,
    "from_on": date,
    "is_example": bool,
}
_LIST_KEYS: Final[Mapping[str, type]] = {"code": str, "name": str, "edition": str}


_SECTIONS: Final = frozenset({"pack", "list", "settings"})


def manifest(folder: Folder) -> Pack:
    """Return the head of the pack, and give the folder its base."""
    data = _read(folder, folder.path)
    if data is None:
        return Pack()
    for key in sorted(data.keys() - _SECTIONS):
        folder.complain(MANIFEST, 0, key, "不认识这一节", "可用的节：[pack] [list] [settings]")
    below = _base(folder, data)
    head = _section(folder, data, "pack", _PACK)
    listed = _section(folder, {**below, **data}, "list", _LIST_KEYS)
    settings = data.get("settings", {})
    if not isinstance(settings, dict):
        folder.complain(MANIFEST, 0, "settings", "不是一节", "请写成 [settings]")
        settings = {}
    settings = {**below.get("settings", {}), **settings}
    return Pack(
        name=head.get("name", ""),
        title=head.get("title", ""),
        version=head.get("version", ""),
        from_on=head.get("from_on", date.min),
        is_example=head.get("is_example", False),
        list_code=listed.get("code", "matters"),
        list_name=listed.get("name", ""),
        edition=listed.get("edition", ""),
        settings={str(key): value for key, value in settings.items()},
    )


def _read(folder: Folder, path: Path) -> dict[str, Any] | None:
    file = path / MANIFEST
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        name = folder.called(file)
        folder.complain(name, 0, "", "不是有效的 TOML：%(fault)s", "请按示例资料包修改", fault=str(fault))
        return None


def _base(folder: Folder, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the manifest of the pack beside this one that it stands on; one storey, no more."""
    section = data.get("pack")
    if not isinstance(section, dict) or "base" not in section:
        return {}
    name = section.pop("base")
    path = folder.path.parent / _named(name)
    if path == folder.path.parent or path == folder.path or not (path / MANIFEST).is_file():
        how = "请填同一文件夹下另一个资料包的文件夹名，或去掉 base"
        folder.complain(MANIFEST, 0, "pack.base", "没有「%(base)s」这个资料包", how, base=str(name))
        return {}
    below = _read(folder, path) or {}
    if isinstance(below.get("pack"), dict) and "base" in below["pack"]:
        what, how = "「%(base)s」自己也有 base", "base 只能有一层：请指向最底下的资料包"
        folder.complain(MANIFEST, 0, "pack.base", what, how, base=str(name))
        return {}
    folder.base = path
    return {key: value for key, value in below.items() if key != "pack" and isinstance(value, dict)}


def _named(name: object) -> str:
    try:
        return code(name) if isinstance(name, str) else ""
    except BadCell:
        return ""


def _section(folder: Folder, data: Mapping[str, Any], name: str, keys: Mapping[str, type]) -> dict[str, Any]:
    """Return the section with its values of the right kind; complain about the others."""
    section = data.get(name)
    if not isinstance(section, dict):
        folder.complain(MANIFEST, 0, f"[{name}]", "缺少这一节", "请按示例资料包补上")
        return {}
    for key in sorted(section.keys() - keys.keys()):
        how = "可用的：%(keys)s"
        folder.complain(MANIFEST, 0, f"{name}.{key}", "不认识这一项", how, keys="、".join(keys))
    good = {key: value for key, value in section.items() if key in keys and type(value) is keys[key]}
    for key in keys.keys() - good.keys():
        how = "应为 %(kind)s"
        folder.complain(MANIFEST, 0, f"{name}.{key}", "缺少这一项，或类型不对", how, kind=keys[key].__name__)
    return good
