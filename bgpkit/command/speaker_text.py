"""What a speaker answers about itself and its peers, for people."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, cast

from bgpkit.command.asking import Item

PEER_HEAD: Final = ("PEER", "AS", "STATE", "SINCE", "RECEIVED", "NOTE")
"""The columns of the table of peers."""
PEER_NUMBERS: Final = (1, 4)
_UP: Final = "established"


def status_facts(status: Item, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a speaker."""
    yield "speaker", f"AS {status['asn']}, BGP Identifier {status['bgp_identifier']}, bgpkit {status['version']}"
    yield "running", f"{since(str(status['started']), now)}{_process(status)}"
    yield "listening", ", ".join(_texts(status["listen"])) or "no"
    yield "configuration", _text(status, "configuration")
    yield "last reload", _text(status, "reload")
    yield "peers", f"{status['peers_established']} of {status['peers']} established"
    for family, count in _mapping(status["routes"]).items():
        yield f"{family}", f"{count} route{'' if count == 1 else 's'}"
    for cache in _items(status.get("rpki")):
        yield "rpki cache", cache_text(cache)
    yield "kernel", _text(status, "kernel")


def cache_text(cache: Item) -> str:
    """Return how the session with a cache of ROAs stands."""
    problem = f"; {cache['problem']}" if cache.get("problem") else ""
    serving = ", in use" if cache.get("serving") else ""
    return f"{cache['cache']}: {cache['state']}, {cache['roas']} ROAs{serving}{problem}"


def peer_row(peer: Item, now: datetime) -> Sequence[str]:
    """Return a peer's row of the table."""
    up = peer["state"] == _UP
    note = peer["description"] if up or not peer["last_error"] else peer["last_error"]
    received = str(peer["prefixes_received"]) if up or peer["prefixes_received"] else "-"
    return (
        str(peer["address"]),
        str(peer["asn"]),
        str(peer["state"]),
        since(str(peer["since"]), now),
        received,
        str(note),
    )


def peer_facts(peer: Item, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield all that is known of one peer."""
    yield "peer", f"{peer['address']}, AS {peer['asn']}"
    yield "description", _text(peer, "description")
    yield "state", f"{peer['state']}, for {since(str(peer['since']), now)}"
    yield "BGP Identifier", _text(peer, "bgp_identifier")
    yield "local address", _text(peer, "local_address")
    yield "families", ", ".join(_texts(peer["families"]))
    yield "hold time", f"{peer['hold_time']} s" if peer["state"] == _UP else ""
    yield "routes received", str(peer["prefixes_received"])
    yield "kept while it restarts", ", ".join(_texts(peer["stale"]))
    yield "octets", f"{peer['octets_received']} received, {peer['octets_sent']} sent" if peer["state"] == _UP else ""
    yield "sessions so far", str(peer["established_count"])
    yield "last end", _text(peer, "last_error")


def since(moment: str, now: datetime) -> str:
    """Return how long ago a moment was, in at most two units: ``42s``, ``3m07s``, ``5h12m``, ``9d04h``."""
    seconds = max(0, int((now - datetime.fromisoformat(moment)).total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days}d{hours % 24:02}h"
    if hours:
        return f"{hours}h{minutes % 60:02}m"
    return f"{minutes}m{seconds % 60:02}s" if minutes else f"{seconds}s"


def now() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)


def _process(status: Item) -> str:
    return f", process {status['pid']}" if status.get("pid") else ""


def _text(item: Item, name: str) -> str:
    value = item.get(name)
    return "" if value is None else str(value)


def _texts(value: object) -> list[str]:
    return [str(each) for each in cast("list[object]", value)] if isinstance(value, list) else []


def _items(value: object) -> list[Item]:
    return cast("list[Item]", value) if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
