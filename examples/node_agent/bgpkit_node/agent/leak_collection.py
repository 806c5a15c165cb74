"""Looking for leaked addresses, again and again, for as long as the agent lives."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.agent.address_adoption import adopt_addresses
from bgpkit_node.agent.pod_adoption import adopt_pods
from bgpkit_node.beside import beside
from bgpkit_node.cni.pod_network import PodNetwork
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Ipam
from bgpkit_node.ipam.leak_collector import LeakCollector
from bgpkit_node.ipam.leaks import GRACE
from bgpkit_node.resources import ResourceStore
from bgpkit_node.running import RunningNode

INTERVAL: Final = GRACE / 2
"""Seconds between two looks: a leak is taken back after one and a half times the grace at the latest."""
_AFTER_OUTAGE: Final = 60.0
_RANDOM: Final = random.SystemRandom()
_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.leaks")


@asynccontextmanager
async def leak_collection(running: RunningNode, store: ResourceStore, ipam: Ipam) -> AsyncGenerator[None, None]:
    """Look again and again while the context lasts; what goes wrong is logged and stops nothing.

    To be entered before CNI calls are answered: first the pods that live and have no endpoint get one, and keep what
    addresses they have.
    """
    network = PodNetwork()
    await adopt_addresses(running.name, store.datastore, ipam, network)
    await adopt_pods(running.name, store, network)
    collector = LeakCollector(running.name, store, ipam, network, tally=running.leaks)
    async with beside(_look_for_ever(collector)):
        yield


async def _look_for_ever(collector: LeakCollector) -> None:
    while True:
        pause = INTERVAL
        try:
            await collector.collect()
        except NodeError as error:
            _log.warning("ipam.leaks_not_collected", reason=str(error))
            pause = _AFTER_OUTAGE
        except Exception:
            _log.exception("ipam.leaks_not_collected")
        await asyncio.sleep(pause * _RANDOM.uniform(0.9, 1.1))  # agents that start together do not stay together
