"""A run of any number of speakers in one process, in virtual time: the same seed, the same run."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from bgpkit.testing.link_conditions import LinkConditions
from bgpkit.testing.network_event import NetworkEvent, NetworkEventKind
from bgpkit.testing.virtual_network import VirtualNetwork
from bgpkit.testing.virtual_time import VirtualTimeLoop

T = TypeVar("T")

_PERFECT: Final = LinkConditions()


class Simulation:
    """A virtual network, a virtual clock and a log of all that happened.

    Speakers get a host each as their network, and its dice as their randomness; then two runs of one seed have equal
    logs, whatever else the machine does. A simulation runs once.
    """

    def __init__(self, seed: int = 0, *, conditions: LinkConditions = _PERFECT, log: bool = True) -> None:
        """Prepare; links are as ``conditions`` say unless told otherwise. Without ``log`` nothing is kept."""
        self.log: list[NetworkEvent] = []
        """What happened on the network, with the notes between, in order."""
        self.network = VirtualNetwork(seed, conditions=conditions, record=self.log.append if log else None)
        self._keeps_log = log

    @property
    def now(self) -> float:
        """The virtual seconds since the start."""
        return asyncio.get_running_loop().time()

    def note(self, subject: str, text: str) -> None:
        """Put a note into the log."""
        if self._keeps_log:
            self.log.append(NetworkEvent(self.now, NetworkEventKind.NOTE, subject, text=text))

    def run(self, main: Callable[["Simulation"], Coroutine[Any, Any, T]]) -> T:
        """Run ``main`` with this simulation, from time 0 to its end, and return what it returns.

        `NothingLeftError` when it waits for what can never come.
        """
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            return runner.run(main(self))
