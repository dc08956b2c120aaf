"""A guard before any zip-based office file is opened: size, members, inflation, nesting."""

import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from mulin.kernel.errors import BadInput

MEMBERS: Final = 2_000
INFLATED_BYTES: Final = 400_000_000
INFLATE_RATIO: Final = 100
SMALL_MEMBER: Final = 1_000_000  # below this a high ratio harms nobody: styles and themes repeat themselves
_ENCRYPTED: Final = 0x1
_LONGEST_MARK: Final = 4
_NESTED: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0")


class UnsafeArchive(BadInput):
    """The file is no zip, or opening it could hurt; ``how`` says what its sender can do."""

    def __init__(self, what: str, how: str) -> None:
        super().__init__(what)
        self.how = how


def check_office_file(source: Path | bytes) -> None:
    """Look at an office file without unpacking it.

    :raises UnsafeArchive: broken, encrypted, with macros or files inside, or inflating beyond the limits
    """
    try:
        with zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source) as archive:
            members = archive.infolist()
            _check_sizes(members)
            for member in members:
                _check_head(member, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise UnsafeArchive(
            _("文件已损坏，打不开"), _("请在 WPS 或 Excel 中打开后另存为 .xlsx 再试")
        ) from None


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    # zipfile never inflates a member past the size its header states, so these sums are upper limits
    if len(members) > MEMBERS or sum(member.file_size for member in members) > INFLATED_BYTES:
        raise UnsafeArchive(_("文件解开后过大"), _("请分成几个文件，只保留需要的工作表"))
    for member in members:
        inflated, packed = member.file_size, max(member.compress_size, 1)
        if inflated > SMALL_MEMBER and inflated / packed > INFLATE_RATIO:
            raise UnsafeArchive(_("文件压缩比异常"), _("请在 WPS 或 Excel 中另存为新的 .xlsx 再试"))


def _check_head(member: zipfile.ZipInfo, archive: zipfile.ZipFile) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise UnsafeArchive(_("文件加了密码"), _("请去掉密码后再传"))
    if member.filename.lower().endswith("vbaproject.bin"):
        raise UnsafeArchive(_("文件带有宏"), _("请另存为不含宏的 .xlsx"))
    with archive.open(member) as inside:
        head = inside.read(_LONGEST_MARK)
    if head.startswith(_NESTED):
        raise UnsafeArchive(_("文件里嵌有别的文件"), _("请删去嵌入的对象后另存为 .xlsx"))
