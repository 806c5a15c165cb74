"""How the state of a session, and the time since when, are written for people."""

from datetime import datetime, timedelta
from typing import Final

from bgpkit import State

_A_DATE_AFTER: Final = timedelta(hours=20)
_WORDS: Final = {
    State.IDLE: "Idle",
    State.CONNECT: "Connect",
    State.ACTIVE: "Active",
    State.OPEN_SENT: "OpenSent",
    State.OPEN_CONFIRM: "OpenConfirm",
    State.ESTABLISHED: "Established",
}


def state_word(state: State) -> str:
    """Return the name that RFC 4271, section 8.2.2, gives to ``state``."""
    return _WORDS[state]


def since_text(since: datetime, now: datetime, *, milliseconds: bool = False) -> str:
    """Return a time of day in the machine's time zone, or a date when it is more than 20 hours ago."""
    local = since.astimezone()
    if now - since >= _A_DATE_AFTER:
        return local.strftime("%Y-%m-%d")
    return local.strftime("%H:%M:%S") + (f".{local.microsecond // 1000:03d}" if milliseconds else "")
