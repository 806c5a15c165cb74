"""What happens to peers, a line for each event."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, cast

from bgpkit.command.asking import Item
from bgpkit.command.wrapping import printable

_BESIDE: Final = frozenset({"type", "peer", "at"})


def event_line(event: Item) -> str:
    """Return an event as one line: the time, what happened, to whom, and the facts."""
    moment = datetime.fromisoformat(str(event["at"])).astimezone() if "at" in event else None
    parts = [f"{moment:%H:%M:%S}" if moment else "", str(event["type"]), str(event.get("peer") or "")]
    return printable("  ".join([part for part in parts if part] + list(_facts(event))))


def _facts(event: Mapping[str, object]) -> Iterator[str]:
    for name, value in event.items():
        if name in _BESIDE or value in (None, "", [], False):
            continue
        match value:
            case {"text": str(text)}:
                yield text
            case {"families": list()}:
                yield _terms(cast("Mapping[str, object]", value))
            case list():
                yield f"{name} {', '.join(map(str, cast('list[object]', value)))}"
            case float():
                yield f"{name} {value:.0f}"
            case _:
                yield f"{name.replace('_', ' ')} {value}"


def _terms(terms: Mapping[str, object]) -> str:
    """Return what there is to say of the terms of a session."""
    families = ", ".join(map(str, cast("list[object]", terms["families"])))
    return f"AS {terms.get('peer_asn')}, hold time {terms.get('hold_time')} s, {families}"
