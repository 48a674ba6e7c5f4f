"""One structured line per outcome: JSON for machines, coloured text on a terminal.

What libraries warn of takes the same way. Of an exception a line says its kind and where it was raised, never its words
and never a variable: both may hold values of somebody's environment. Credentials inside addresses are masked wherever
they stand.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog

from controller.settings import LogFormat, LogLevel
from reconcilers.aws.sanitize import sanitized

_Line = MutableMapping[str, Any]
_FRAMES = 12  # of a traceback, the innermost


def configure(form: LogFormat, level: LogLevel, stream: TextIO = sys.stderr) -> None:
    """Set up logging for the process, libraries and what ends a thread included."""
    text = form is LogFormat.TEXT or (form is LogFormat.AUTO and stream.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty()) if text else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if text else "iso", utc=not text),
        _without_values,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_values,
                renderer,
            ],
            foreign_pre_chain=shared[:2],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_ended


def logger() -> Any:
    """The process's logger: ``logger().info(event, **fields)``."""
    return structlog.get_logger()


def _without_values(_logger: Any, _method: str, line: _Line) -> _Line:
    """The line with its exception as kind and place, and without credentials in addresses."""
    given = line.pop("exc_info", None)
    raised = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(raised, BaseException):
        line["error"] = type(raised).__name__
        line["at"] = _places(raised.__traceback__)
    first = [name for name in ("timestamp", "level", "event") if name in line]
    return {name: _masked(line[name]) for name in dict.fromkeys([*first, *line])}


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} in {frame.name}" for frame in frames]


def _masked(value: Any) -> Any:
    return sanitized(value) if isinstance(value, str) and "://" in value else value


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    name = ended.thread.name if ended.thread else ""
    logger().error("a thread ended", thread=name, exc_info=ended.exc_value)
