"""One colour for one meaning, on every panel. The hues are those of Trueup's page, at a lightness for dark and light.

Neighbours differ in lightness too, so that they are told apart by eyes that see no red or no green; and no colour
stands without a word beside it.
"""

GOOD = "#4fc58c"
NEWS = "#2f6fe4"
DRIFT = "#c39bf5"
WARNING = "#eab54e"
BAD = "#d2372e"
QUIET = "#707b8b"

SYNC = {
    "in-sync": ("In sync", GOOD),
    "outdated": ("Outdated", NEWS),
    "drifted": ("Drifted", DRIFT),
    "held": ("Held", BAD),
    "unknown": ("Unknown", QUIET),
}
"""How Git and AWS stand to each other: the metric's word, what it is called on a panel, its colour."""

RESULTS = {
    "succeeded": ("Succeeded", GOOD),
    "rolled-back": ("Rolled back", BAD),
    "failed": ("Failed", WARNING),
    "stopped": ("Stopped", DRIFT),
    "superseded": ("Superseded", QUIET),
}
"""How a rollout ended."""
