"""A speaker of ours and a daemon of others on one segment, one of which begins anew."""

from pathlib import Path
from typing import Any, Final

from tests.interop.remote_speaker import RemoteSpeaker
from tests.support.netns import Namespace, Namespaces

THEIRS, OURS = "10.9.0.1", "10.9.0.2"
ONE, TWO = "10.77.1.0/24", "10.77.2.0/24"
MINE, GONE = "10.88.1.0/24", "10.88.2.0/24"
LONG: Final[dict[str, Any]] = {"restart_time": 1, "long_lived_stale_time": 600, "long_lived_families": ["ipv4"]}


def cabled(namespaces: Namespaces, name: str) -> tuple[Namespace, Namespace]:
    """Return our node and the daemon's, called ``name``, on one segment."""
    switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node(name)
    switch.attach(ours, f"{OURS}/24")
    switch.attach(theirs, f"{THEIRS}/24")
    return ours, theirs


def speaker(node: Namespace, folder: Path, *own: str, restarting: bool = False, **fields: Any) -> RemoteSpeaker:
    """Return a speaker of ours with prefixes of its own and the daemon as its peer.

    The prefixes come before the peer: what a restarting speaker has not announced when it sends End-of-RIB is gone.
    """
    made = RemoteSpeaker(node, folder, asn=64512, bgp_identifier=OURS, listen=[("0.0.0.0", 179)], restarting=restarting)
    if own:
        made.announce(*own)
    made.add_peer(THEIRS, 64512, **fields)
    return made
