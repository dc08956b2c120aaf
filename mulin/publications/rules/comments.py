"""A resident's comment on a promise: shown to everybody once somebody has read it over, or held back."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mulin.cases.rules.intake import Kind
from mulin.kernel.errors import BadInput, NotPossible
from mulin.kernel.wording import written
from mulin.ledger.rules.privacy import looks_personal
from mulin.publications.rules.promises import Act

WORDS_MOST: Final = 500
KINDS: Final = (Kind.OPINION, Kind.SUGGESTION)


class CommentState(StrEnum):
    """Whether everybody may read a comment; its writer is answered in any case."""

    WAITING = "comment_waiting"
    RELEASED = "released"
    WITHHELD = "withheld"


# A released one may be taken back: what was overlooked must not stay in sight.
MOVES: Final[Mapping[CommentState, Mapping[Act, CommentState]]] = {
    CommentState.WAITING: {Act.RELEASE: CommentState.RELEASED, Act.WITHHOLD: CommentState.WITHHELD},
    CommentState.RELEASED: {Act.WITHHOLD: CommentState.WITHHELD},
    CommentState.WITHHELD: {Act.RELEASE: CommentState.RELEASED},
}


class CommentSettled(NotPossible):
    """The comment is shown, or held back, already."""

    def __init__(self, state: CommentState) -> None:
        super().__init__("这条意见已经公开" if state is CommentState.RELEASED else "这条意见已经决定不公开")


class OwnPromise(NotPossible):
    """Who promised does not decide which comments others read."""

    def __init__(self) -> None:
        super().__init__("作出承诺的单位不能自己决定公开哪些意见")


def after(state: CommentState, act: Act) -> CommentState:
    """Return where a comment is once ``act`` is done.

    :raises CommentSettled: it is there already
    """
    try:
        return MOVES[state][act]
    except KeyError:
        raise CommentSettled(state) from None


def said(text: str, kind: Kind) -> str:
    """Return the words of a comment as they may be filed.

    :raises BadInput: there are none or too many, or it is neither an opinion nor a suggestion
    """
    if kind not in KINDS:
        raise BadInput("请选“意见”或“建议”", where="kind")
    return written(text, where="text", most=WORDS_MOST)


def shown(words: str) -> str:
    """Return words as everybody may read them.

    :raises BadInput: there are none or too many, or they hold what looks like personal data
    """
    words = written(words, where="words", most=WORDS_MOST)
    if looks_personal(unicodedata.normalize("NFKC", words)):
        raise BadInput("里面像有电话、证件号或邮箱，公开前请去掉", where="words")
    return words
