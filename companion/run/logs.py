"""One form of log line for every process, with nothing of a patient in it.

Our own lines hold the kind of an error and a correlation id. Other libraries' lines may quote what a patient wrote (an
exception's text often does), so once patients can write, only where such a line came from is shown.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["LineFormatter", "configure", "patients_may_write"]

_OURS = ("companion", "actions")
_FIELD = re.compile(r"(\w+)=(\S+)")


class LineFormatter(logging.Formatter):
    """`<UTC time> <LEVEL> <logger> <words and name=value fields>`, or the same as one JSON object.

    `withhold`: leave out what other libraries say, and the text of every exception.
    """

    def __init__(self, process: str, *, as_json: bool = False, withhold: bool = False) -> None:
        super().__init__()
        self._process = process
        self._as_json = as_json
        self.withhold = withhold

    def format(self, record: logging.LogRecord) -> str:
        """The line, without a line break in it."""
        message = self._message(record)
        if record.exc_info and record.exc_info[0] is not None:
            message += " " + self._error(*record.exc_info)
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"
        message = message.replace("\r", " ").replace("\n", " | ")
        if not self._as_json:
            return f"{at} {record.levelname} {record.name} {message}"
        line: dict[str, Any] = {
            "at": at,
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": message,
        }
        line.update((name, value) for name, value in _FIELD.findall(message) if name not in line)
        return json.dumps(line)

    def _message(self, record: logging.LogRecord) -> str:
        ours = record.name.split(".", 1)[0] in _OURS
        if ours or not self.withhold:
            return record.getMessage()
        return f"withheld at={Path(record.pathname).name}:{record.lineno}"

    def _error(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> str:
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        at = f" at={Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
        text = "" if self.withhold else f": {error}"
        return f"error={kind.__name__}{at}{text}"


def configure(
    process: str, *, level: int = logging.WARNING, environment: Mapping[str, str] = os.environ
) -> LineFormatter:
    """Every line of this process goes to standard error in one form; call before anything logs.

    COMPANION_LOG_FORMAT=json gives JSON lines.
    """
    formatter = LineFormatter(process, as_json=environment.get("COMPANION_LOG_FORMAT") == "json")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    return formatter


def patients_may_write(formatter: LineFormatter, environment: Mapping[str, str] = os.environ) -> None:
    """From now on other libraries' words are withheld; not with COMPANION_LOG=everything, for finding a fault where no
    patient writes."""
    formatter.withhold = environment.get("COMPANION_LOG") != "everything"
