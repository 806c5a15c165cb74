"""Translations are kept as they are wanted: at once when that changes, and again when other hands were at them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from bgpkit_node.errors import NodeError
from bgpkit_node.nat.outgoing import OutgoingNat
from bgpkit_node.nat.table import NatTable

AGAIN: Final = 10.0
"""Seconds until what could not be done is tried anew."""


class NatKeeper:
    """Keeps the translations of one node."""

    def __init__(self, node: str, settle: Callable[[OutgoingNat], bool] | None = None) -> None:
        """Keep those of ``node``; ``settle`` brings them into force, and blocks."""
        self._settle = settle or NatTable().settle
        self._wanted: OutgoingNat | None = None
        self._refresh: float | None = None
        self._changed = asyncio.Event()
        self._told = ""
        """Why it cannot be done, as logged last."""
        self._log = structlog.get_logger("bgpkit_node.nat").bind(node=node)

    def want(self, nat: OutgoingNat, refresh: float = 0) -> None:
        """Keep these translations from now on, and look at them every ``refresh`` seconds; 0 is never."""
        before = self._wanted, self._refresh
        self._wanted, self._refresh = nat, refresh or None
        if before != (self._wanted, self._refresh):
            self._changed.set()

    async def run(self) -> None:
        """Keep them until cancelled; what cannot be done is logged once, and tried again after a while."""
        while True:
            self._changed.clear()
            pause = self._refresh
            if self._wanted is not None and not await self._settled(self._wanted):
                pause = AGAIN
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)

    async def _settled(self, nat: OutgoingNat) -> bool:
        try:
            changed = await asyncio.to_thread(self._settle, nat)
        except NodeError as error:
            if str(error) != self._told:
                self._log.warning("nat.not_kept", reason=str(error))
            self._told = str(error)
            return False
        except Exception:
            self._log.exception("nat.not_kept")
            return False
        self._told = ""
        if changed:
            self._log.info("nat.changed", sources=sorted(map(str, nat.sources)), untouched=len(nat.untouched))
        return True
