"""What all peers of a speaker share: its identity, its tables, its update groups."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.restart import SelectionDeferral
from bgpkit_fsm import Family
from bgpkit_rib import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The common ground of a speaker's peers."""

    asn: int
    bgp_identifier: IPv4Address
    cluster_id: IPv4Address
    tables: Mapping[Family, Table]
    outputs: Outputs
    deferral: SelectionDeferral
    restarted: bool
    """The speaker began as a restart that kept its forwarding state."""

    def run(self, steps: Iterator[None]) -> None:
        """Run ``steps`` to the end, letting others have their turn between them; the first step runs at once."""
        try:
            next(steps)
        except StopIteration:
            return
        asyncio.get_running_loop().call_soon(self.run, steps)
