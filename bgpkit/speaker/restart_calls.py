"""The calls of a speaker that concern restarts: its own, and what peers are told, or asked, of all routes at once."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from functools import partial

from bgpkit.speaker.completion import wait_complete
from bgpkit.speaker.running import Running
from bgpkit.speaker.selection_deferral import AwaitedPeer, Deferral
from bgpkit_fsm import Family


class RestartCalls(Running):
    """A part of `Speaker`."""

    @asynccontextmanager
    async def hold_end_of_rib(self) -> AsyncGenerator[None]:
        """Tell no peer inside ``async with`` that it has been sent all routes, whose session comes up meanwhile.

        After a restart a peer drops what it has not heard again by End-of-RIB, so that routes which are announced
        one by one have to be there before. Peers get routes as ever, and End-of-RIB when all who hold it have ended.
        RFC 4724, section 2.
        """
        outputs = self._open().outputs
        outputs.hold_end_of_rib()
        try:
            yield
        finally:
            outputs.release_end_of_rib()

    def release_end_of_rib(self) -> None:
        """Tell peers that they have been sent all routes: ends what ``hold_end_of_rib=True`` has begun, once."""
        shared = self._open()
        if shared.holds_end_of_rib:
            shared.holds_end_of_rib = False
            shared.outputs.release_end_of_rib()

    @property
    def deferral(self) -> Deferral:
        """Whether the choice of routes is held back after a restart, for whom, and for how long at most.

        RFC 4724, section 4.1.
        """
        deferral = self._open().deferral
        awaited = ((peer.config.address, deferral.waits_for(peer)) for peer in self._peers().peers)
        return Deferral(
            active=deferral.active,
            seconds_left=deferral.seconds_left,
            awaited=tuple(
                AwaitedPeer(address=address, families=tuple(sorted(families)))
                for address, families in awaited
                if families is not None
            ),
        )

    async def wait_converged(self) -> None:
        """Wait until the choice of routes is no longer held back after a restart; at once when it is not.

        SpeakerClosedError when the speaker stops meanwhile.
        """
        await self._open().deferral.over.wait()
        self._open()

    async def wait_complete(self, family: Family, /) -> None:
        """Wait until every peer that is configured for ``family`` has a session and has told all it knows of it.

        By End-of-RIB (RFC 4724, section 2), or, where it does not promise one, by sending no UPDATE for 10 seconds.
        While no peer has the family, or more of them may come from a range, that never is: set a deadline. A family
        that the speaker has no table for is complete. SpeakerClosedError when the speaker stops meanwhile.
        """
        shared = self._open()
        if family in shared.tables:
            await wait_complete(family, partial(self._peers().progress, family), shared.events)
        self._open()

    async def refresh_peer(self, address: str, families: Iterable[Family] | None = None) -> None:
        """Ask a peer to send its routes of ``families``, or of all, again. RFC 2918, section 4.

        Where both sides do enhanced route refresh, what it does not send again is gone (RFC 7313, section 4).
        ConfigError when there is no such peer, or it cannot be asked.
        """
        self._peers().known(address).request_refresh(families)
