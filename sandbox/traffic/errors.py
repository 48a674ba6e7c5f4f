"""Why there is no real traffic."""


class TrafficError(Exception):
    """Envoy is not there, or cannot start. The message says what to do; the sandbox goes on with its model."""
