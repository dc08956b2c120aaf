"""Log lines as JSON, with nothing in them that somebody wrote or that names a person."""

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson


class JsonLines(logging.Formatter):
    """One JSON object a line: when, how grave, where, what; of an error its type and places, not its words.

    What libraries fill into their messages may be a resident's text, so only our own loggers keep theirs.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for ``record``."""
        ours = record.name.startswith("mulin.")
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "what": record.getMessage() if ours else str(record.msg),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
            line["where"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)[-12:]
            ]
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
