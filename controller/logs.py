"""One structured line per outcome: JSON for machines, coloured text on a terminal."""

import logging
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TextIO

import structlog

Say = Callable[..., None]  # say(event, **fields)


class LogFormat(StrEnum):
    """How a line is written. ``AUTO``: as text where a person looks on, else as JSON."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


def configure(form: LogFormat, level: str, stream: TextIO = sys.stderr) -> None:
    """Set up logging for the process; libraries' warnings take the same way. ``level``: debug, info, warning, error."""
    text = form is LogFormat.TEXT or (form is LogFormat.AUTO and stream.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty()) if text else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if text else "iso", utc=not text),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.dict_tracebacks, renderer] if not text else [*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def logger() -> Any:
    """The process's logger: ``logger().info(event, **fields)``."""
    return structlog.get_logger()
