"""The names in a composite alarm's rule.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import re

# ALARM(name), OK("name with spaces, and (parentheses)"), INSUFFICIENT_DATA(arn:aws:cloudwatch:…:alarm:name)
_TERM = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"((?:[^"\\]|\\.)*)"|([^)\s"]+))\s*\)')


def children(rule: str) -> tuple[str, ...]:
    """The alarms that the rule asks about, by name, each once, in the order in which it names them."""
    named = (quoted.replace('\\"', '"') or plain for quoted, plain in _TERM.findall(rule))
    return tuple(dict.fromkeys(name.split(":alarm:", 1)[-1] for name in named))
