"""Words that somebody wrote, as they may be kept."""

from mulin.kernel.errors import BadInput


def written(text: str, *, where: str, most: int) -> str:
    """Return ``text`` trimmed.

    :raises BadInput: it is empty, too long, or holds U+0000
    """
    text = text.strip()
    if not text:
        raise BadInput("请写明", where=where)
    if len(text) > most:
        raise BadInput("最多 %(most)d 个字，现在 %(now)d 个", where=where, most=most, now=len(text))
    if "\x00" in text:
        raise BadInput("含有无法保存的字符（U+0000）", where=where)
    return text
