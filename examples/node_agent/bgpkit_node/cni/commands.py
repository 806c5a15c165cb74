"""The commands of CNI, on the agent's side: address and kernel brought together, or neither."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni.attachment import Attachment, handle_of
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.conflists import conflist_before
from bgpkit_node.cni.locks import NamedLocks
from bgpkit_node.cni.ports import Addresses, Connected, Plumbing, PodMtu, Readiness, Wiring
from bgpkit_node.cni.protocol import SUPPORTED_VERSIONS, Call, Command, read_call
from bgpkit_node.cni.result import pod_addresses, pod_side, render_result
from bgpkit_node.cni.to_the_end import to_the_end
from bgpkit_node.cni.wish import Wish, read_wish
from bgpkit_node.errors import CniError, NodeError
from bgpkit_node.ipam import IPAddress

_log: FilteringBoundLogger = structlog.get_logger()


async def _always_ready(_versions: Collection[int]) -> str:
    return ""


async def _ethernet() -> int:
    return 1500


class CniService:
    """Answers ADD, DEL, CHECK, STATUS, GC and VERSION for the pods of one node.

    Calls for different pods run side by side, those for one pod one after the other.
    """

    def __init__(
        self,
        addresses: Addresses,
        network: Plumbing,
        *,
        node: str,
        mtu: PodMtu = _ethernet,
        ready: Readiness = _always_ready,
    ) -> None:
        """Serve the pods of ``node``; ``mtu`` says it for configurations that name none."""
        self._addresses = addresses
        self._network = network
        self._node = node
        self._mtu = mtu
        self._ready = ready
        self._locks = NamedLocks()

    async def handle(self, request: Mapping[str, object]) -> dict[str, object]:
        """Answer the request ``{"command", "env", "config"}`` with the CNI result; CniError when it fails."""
        call = read_call(request)
        try:
            return await self._dispatch(call)
        except NodeError as error:
            _log.warning("cni.failed", command=call.command.value, container=call.container_id, error=str(error))
            if isinstance(error, CniError):
                raise
            raise CniError(Code.TRY_AGAIN_LATER, str(error)) from error

    async def _dispatch(self, call: Call) -> dict[str, object]:
        match call.command:
            case Command.VERSION:
                return {"cniVersion": SUPPORTED_VERSIONS[-1], "supportedVersions": list(SUPPORTED_VERSIONS)}
            case Command.STATUS:
                await self._status(call)
            case Command.GC:
                await self._collect(call)
            case Command.ADD:
                return await self._add(call)
            case Command.DEL:
                await self._delete(call)
            case Command.CHECK:
                await self._check(call)
        return {}

    async def _add(self, call: Call) -> dict[str, object]:
        attachment = Attachment.of(call)
        _check_place(call, self._node)
        wish = read_wish(call)
        mtu = call.config.mtu or await self._mtu()
        async with self._alone(attachment):
            await self._network.inspect(attachment)
            wiring, connected = await self._attach(attachment, wish, _wiring(call, (), mtu=mtu, mac=wish.mac))
        return render_result(attachment, wiring, connected, call.config, call.raw)

    async def _attach(self, attachment: Attachment, wish: Wish, blank: Wiring) -> tuple[Wiring, Connected]:
        """Give the pod its addresses and its interface, or leave nothing behind."""
        attributes = {"namespace": attachment.namespace, "pod": attachment.pod, "node": self._node}
        try:
            if await self._addresses.assigned(attachment.handle):  # an agent was killed before it had made the rest
                await self._addresses.release(attachment.handle)
            addresses = await self._addresses.assign(attachment.handle, attributes, wish)
            wiring = replace(blank, addresses=addresses)
            connected = await self._network.connect(attachment, wiring)
        except BaseException:
            await to_the_end(self._undo(attachment))
            raise
        _log.info("cni.added", **_words(attachment), addresses=[str(address) for address in addresses])
        return wiring, connected

    async def _undo(self, attachment: Attachment) -> None:
        for step in (self._network.disconnect, self._release):
            try:
                await step(attachment)
            except NodeError as error:  # the first error is the one to report; the runtime's DEL tries again
                _log.warning("cni.rollback_failed", **_words(attachment), error=str(error))

    async def _release(self, attachment: Attachment) -> None:
        await self._addresses.release(attachment.handle)

    async def _delete(self, call: Call) -> None:
        attachment = Attachment.of(call)
        async with self._alone(attachment):
            if not await self._network.disconnect(attachment):
                return
            released = await self._addresses.release(attachment.handle)
        _log.info("cni.deleted", **_words(attachment), addresses=[str(address) for address in released])

    async def _check(self, call: Call) -> None:
        previous = call.config.previous
        if previous is None:
            raise CniError(Code.INVALID_NETWORK_CONFIG, "CHECK needs the prevResult of ADD")
        attachment = Attachment.of(call)
        addresses = pod_addresses(previous, attachment.interface)
        side = pod_side(previous, attachment.interface)
        wiring = _wiring(call, addresses, mtu=call.config.mtu or side.mtu, mac=side.mac)
        async with self._alone(attachment):
            held = await self._addresses.assigned(attachment.handle)
            damages = await self._network.check(attachment, wiring)
        lost = tuple(
            f"{address} is not assigned to {attachment.handle}" for address in addresses if address not in held
        )
        damages = lost + damages
        if damages:
            msg = f"the network of the container is damaged in {len(damages)} place{'s' if len(damages) > 1 else ''}"
            raise CniError(Code.CHECK_FAILED, msg, "; ".join(damages))

    @asynccontextmanager
    async def _alone(self, attachment: Attachment) -> AsyncGenerator[None, None]:
        """Let nothing else happen to this container, nor to another one of the same pod."""
        async with self._locks.hold(_link_lock(attachment.host_interface)), self._locks.hold(attachment.handle):
            yield

    async def _status(self, call: Call) -> None:
        conflist = call.config.conflist
        reason = await asyncio.to_thread(conflist_before, Path(conflist)) if conflist else ""
        reason = reason or await self._ready(read_wish(call).versions)
        if reason:
            raise CniError(Code.NOT_AVAILABLE, "no pod can be added now", reason)

    async def _collect(self, call: Call) -> None:
        valid = call.config.valid_attachments
        if valid is None:  # an empty list says that nothing is left; an absent one says nothing
            raise CniError(Code.INVALID_NETWORK_CONFIG, "GC needs the key cni.dev/valid-attachments")
        network = call.config.name
        kept = {(item.container_id, item.ifname) for item in valid}
        used = {handle_of(network, item.container_id) for item in valid}
        for attachment in await self._network.attachments(network):
            stale = (attachment.container_id, attachment.interface) not in kept
            if stale and not self._locks.held(attachment.handle):
                await self._network.disconnect(attachment)
                _log.info("cni.collected", **_words(attachment))
        for interface in await self._network.half_made():
            if not self._locks.held(_link_lock(interface)):
                await self._network.discard(interface)
        for handle in await self._addresses.handles(f"{network}."):
            of_this_network = "." not in handle.removeprefix(f"{network}.")
            if of_this_network and handle not in used and not self._locks.held(handle):
                await self._addresses.release(handle)


def _check_place(call: Call, node: str) -> None:
    """Raise CniError when the configuration is another node's, or an earlier plugin has made our interface."""
    named = call.config.nodename
    if named and named.lower() != node:
        msg = f"the configuration is for node {named}"
        raise CniError(Code.INVALID_NETWORK_CONFIG, msg, f"this agent is that of {node}: leave nodename out")
    earlier = call.config.previous.interfaces if call.config.previous is not None else ()
    if any(side.name == call.interface and side.sandbox for side in earlier):
        msg = f"an earlier plugin of the list has made {call.interface}"
        raise CniError(Code.INVALID_NETWORK_CONFIG, msg, "bgpkit makes the pod's interface itself")


def _wiring(call: Call, addresses: tuple[IPAddress, ...], *, mtu: int, mac: str) -> Wiring:
    config = call.config
    return Wiring(
        addresses=addresses,
        mtu=mtu,
        mac=mac,
        forwarding=config.container_settings.allow_ip_forwarding,
        queues=config.num_queues,
    )


def _link_lock(interface: str) -> str:
    return f"link {interface}"


def _words(attachment: Attachment) -> dict[str, str]:
    return {
        "pod": f"{attachment.namespace}/{attachment.pod}" if attachment.pod else attachment.container_id,
        "interface": attachment.host_interface,
        "handle": attachment.handle,
    }
