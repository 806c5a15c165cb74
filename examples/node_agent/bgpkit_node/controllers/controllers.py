"""The life of the controllers: one process of a cluster that copies what Kubernetes has into the datastore."""

import asyncio
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.asked_to_end import unless_stopped, when_asked_to_end
from bgpkit_node.controllers.copiers import make_copiers
from bgpkit_node.controllers.copying import Copying
from bgpkit_node.controllers.metrics import exposition
from bgpkit_node.controllers.pods_told import pods_told
from bgpkit_node.controllers.sole_writer import sole_writer
from bgpkit_node.controllers.tally import Tally
from bgpkit_node.datastore.opening import opened_datastore
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError, UnreachableError
from bgpkit_node.health.listener import open_health_listener
from bgpkit_node.health.probes import ProbeServer
from bgpkit_node.kubernetes import KubernetesApi
from bgpkit_node.kubernetes.access import KubernetesAccess
from bgpkit_node.resources import ResourceStore
from bgpkit_node.running.through_outages import pauses

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.controllers")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllersOptions:
    """How the controllers are started."""

    datastore: DatastoreSettings
    access: KubernetesAccess
    health_address: tuple[str, int] | None = None
    """Where probes and scrapers find them; None: nowhere."""


class Controllers:
    """The controllers of a cluster; :meth:`run` is their whole life."""

    def __init__(self, options: ControllersOptions) -> None:
        """Prepare; nothing happens before :meth:`run`."""
        self._options = options
        self._tally = Tally()
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Copy until asked to end. NodeError, one sentence, when it cannot begin, or another has taken over."""
        when_asked_to_end(self._stop.set)
        async with AsyncExitStack() as stack:
            if self._options.health_address is not None:
                listener = stack.enter_context(open_health_listener(self._options.health_address))
                await stack.enter_async_context(self._probes(listener))
            api = await stack.enter_async_context(KubernetesApi.opened(self._options.access))
            await unless_stopped(self._stop, self._live(api))
        _log.info("controllers.stopped")

    def _probes(self, listener: socket.socket) -> ProbeServer:
        tally = self._tally

        async def metrics() -> bytes:
            """Measure."""
            return exposition(tally)

        return ProbeServer(listener, liveness=lambda: "", readiness=lambda: tally.why_not_ready, metrics=metrics)

    async def _live(self, api: KubernetesApi) -> None:
        """Copy, and begin anew when the datastore cannot be reached."""
        waits = pauses()
        while True:
            try:
                await self._copy(api)
            except UnreachableError as error:
                self._tally.datastore.began("start", error)
                await asyncio.sleep(next(waits))

    async def _copy(self, api: KubernetesApi) -> None:
        options, tally = self._options, self._tally
        async with (
            opened_datastore(options.datastore) as datastore,
            sole_writer(datastore, options.datastore, self._wait) as lost,
            pods_told(datastore),
        ):
            tally.datastore.over("start")
            _log.info("controllers.started", datastore=str(options.datastore), kubernetes=str(options.access))
            copying = Copying(api, ResourceStore(datastore), make_copiers(), tally)
            await unless_stopped(lost, copying.run())
        raise NodeError("other controllers have taken over while the datastore could not be reached: start these anew")

    def _wait(self, reason: str) -> None:
        if self._tally.waits_for != reason:
            self._tally.waits_for = reason
            _log.info("controllers.waiting", reason=reason)
