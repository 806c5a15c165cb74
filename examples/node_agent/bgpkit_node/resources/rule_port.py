"""Ports as the rules of policies write them: a number, a range or a name."""

import re
from typing import Final

_RANGE: Final = re.compile(r"(\d{1,5})(?::(\d{1,5}))?")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")


def parse_rule_port(port: int | str) -> range | str:
    """Read a port of a rule of Calico: 80, ``80:90`` or the name of a port; numbers are from 1 to 65535."""
    text = str(port)
    found = _RANGE.fullmatch(text)
    if found:
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= 65535:
            raise ValueError(f"{text} is not a port from 1 to 65535, nor a range of them as 80:90")
        return range(first, last + 1)
    if isinstance(port, int) or text.isdecimal() or not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not a port: write 80, 80:90 or the name of a port")
    return text
