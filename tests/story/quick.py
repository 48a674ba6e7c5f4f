"""The shipped configuration, as much faster as the story is: nothing but durations and addresses is another.

Durations (``for: 10m``, ``scrape_interval: 15s``) and thresholds that are marked as seconds (``> 900  # seconds``) are
divided; so are windows such as ``[5m]``, though never to less than what a rate needs.
"""

import re
from pathlib import Path

OBSERVABILITY = Path(__file__).parents[2] / "charts" / "observability"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_KEYS = "scrape_interval|evaluation_interval|refresh_interval|for|keep_firing_for|group_wait|group_interval|interval"
# Seconds. A scrape may not take longer than the interval is, and a busy machine takes its time.
_LEAST = 1.0
_WINDOW = 5.0


def _duration(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms"


def quickened(text: str, factor: float) -> str:
    """``text`` with every duration divided by ``factor``."""

    def key(match: re.Match[str]) -> str:
        seconds = int(match[2]) * _SECONDS[match[3]] / factor
        return f"{match[1]}: {_duration(max(_LEAST, seconds))}"

    def window(match: re.Match[str]) -> str:
        return f"[{_duration(max(_WINDOW, int(match[1]) * _SECONDS[match[2]] / factor))}]"

    text = re.sub(rf"(?m)\b({_KEYS}): (\d+)([smhd])\b", key, text)
    text = re.sub(r"\[(\d+)([smhd])\]", window, text)
    return re.sub(r"> (\d+)  # seconds", lambda match: f"> {int(match[1]) / factor:g}", text)


def rules(folder: Path, factor: float) -> list[Path]:
    """The rule files, quickened, in ``folder``."""
    written = []
    for file in sorted((OBSERVABILITY / "rules").glob("*.yml")):
        target = folder / file.name
        target.write_text(quickened(file.read_text("utf-8"), factor), "utf-8")
        written.append(target)
    return written


def prometheus(folder: Path, factor: float, trueup: str, alertmanager: str) -> Path:
    """Prometheus' configuration: it scrapes ``trueup`` and tells ``alertmanager`` (each host and port)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules").mkdir(exist_ok=True)
    rules(folder / "rules", factor)
    text = quickened((OBSERVABILITY / "prometheus.yml").read_text("utf-8"), factor)
    text = text.replace("alertmanager.internal:9093", alertmanager)
    discovered = re.search(r"(?ms)^    dns_sd_configs:.*?(?=^\S)", text)
    if discovered is None:
        raise ValueError("prometheus.yml does not find Trueup by DNS any more: teach this transformation.")
    static = f"    static_configs:\n      - targets: ['{trueup}']\n        labels: {{instance: trueup}}\n\n"
    text = text.replace(discovered[0], static)
    file = folder / "prometheus.yml"
    file.write_text(text, "utf-8")
    return file


def alertmanager(folder: Path, factor: float, webhook: str) -> Path:
    """Alertmanager's configuration: it tells the Slack at ``webhook``."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "slack-webhook-url"
    secret.write_text(webhook, "utf-8")
    text = quickened((OBSERVABILITY / "alertmanager.yml").read_text("utf-8"), factor)
    (folder / "alertmanager.yml").write_text(text.replace("/run/secrets/slack-webhook-url", str(secret)), "utf-8")
    (folder / "slack.tmpl").write_text((OBSERVABILITY / "slack.tmpl").read_text("utf-8"), "utf-8")
    return folder / "alertmanager.yml"
