"""BFD sessions as a table for people."""

from collections.abc import Sequence
from typing import Final

from bgpkit.bfd import BfdSessionStatus

_HEADS: Final = ("PEER", "STATE", "INTERVAL", "DETECTION", "UP", "PEER SAYS", "WATCHERS", "REASON")


def session_table(sessions: Sequence[BfdSessionStatus]) -> str:
    """Return one line a session under a line of heads; a sentence when there is none."""
    if not sessions:
        return "No path is watched.\n"
    rows = [_HEADS, *map(_row, sessions)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _row(session: BfdSessionStatus) -> tuple[str, ...]:
    path = f"{session.remote} (multihop)" if session.multihop else session.remote
    return (
        path,
        session.state,
        _seconds(session.transmit_interval),
        _seconds(session.detection_time),
        f"{session.up_count} times" if session.up_count != 1 else "once",
        session.remote_state,
        str(session.watchers),
        session.diagnostic or "-",
    )


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:g} ms" if seconds else "-"
