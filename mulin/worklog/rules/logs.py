"""What an entry of the grid log may be: of a near day, of what was done, never of a resident."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput, NotPossible

TEXT_MOST: Final = 500
OLDEST: Final = timedelta(days=31)  # what happened longer ago is written down no more


class Act(StrEnum):
    """What may be done to the log; each is a permission."""

    WRITE = "write_log"
    CORRECT = "correct_log"
    SEE = "see_log"


class AlreadyCorrected(NotPossible):
    """An entry that another has taken the place of stays as it is."""

    def __init__(self) -> None:
        super().__init__("这条日志已经更正过，请更正新的那条")


def check_day(on: date, *, today: date) -> None:
    """Return if something of that day may be written down.

    :raises BadInput: it is still to come, or too long ago
    """
    if on > today:
        raise BadInput("不能记还没到的日子", where="on")
    if on < today - OLDEST:
        raise BadInput("只能记最近 %(days)s 天的事", where="on", days=OLDEST.days)
