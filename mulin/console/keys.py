"""Which key does what in the console; off while typing, and switchable off."""

from typing import Final

from mulin.cases.rules.lifecycle import Act

KEYS: Final[dict[str, str]] = {
    Act.ACCEPT: "A",
    Act.RETURN: "R",
    Act.DISPATCH: "D",
    Act.ANSWER: "M",
    Act.NOTE: "N",
    Act.REGISTER: "T",
    Act.FINISH: "F",
    Act.APPROVE: "P",
    Act.FAIL: "G",
    Act.ASK: "Q",
    Act.HEAR: "H",
    Act.PUBLISH: "B",
    Act.CLOSE: "C",
    Act.DECLINE: "V",
    Act.UPHOLD: "Y",
    Act.ADMIT: "S",
    Act.REOPEN: "O",
    Act.MATCH: "I",
    Act.LOCATE: "L",
    Act.MERGE: "U",
    Act.WHISTLE: "W",
    Act.ASK_EXTENSION: "E",
}

# The page of a whistle has its own acts, so its letters are its own as well.
WHISTLE_KEYS: Final[dict[str, str]] = {
    Act.REPORT_IN: "A",
    Act.REFUSE: "R",
    Act.REPLY: "F",
    Act.URGE: "U",
    Act.CALL_MORE: "P",
    Act.CHANGE_LEAD: "L",
    Act.SUM_UP: "S",
    Act.END: "C",
    Act.RULE: "G",
    Act.EVALUATE: "V",
    Act.OBJECT: "O",
}
