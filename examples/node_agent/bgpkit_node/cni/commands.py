"""The commands of CNI, on the agent's side: address and kernel brought together, or neither."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from ipaddress import IPv4Address

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni.attachment import Attachment, handle_of
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.locks import NamedLocks
from bgpkit_node.cni.ports import Addresses, Connected, Plumbing, Readiness
from bgpkit_node.cni.protocol import SUPPORTED_VERSIONS, Call, Command, read_call
from bgpkit_node.cni.result import pod_address, pod_side, render_result
from bgpkit_node.cni.to_the_end import to_the_end
from bgpkit_node.errors import CniError, NodeError

_log: FilteringBoundLogger = structlog.get_logger()


async def _always_ready() -> str:
    return ""


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
        mtu: int = 1500,
        ready: Readiness = _always_ready,
    ) -> None:
        """Serve the pods of ``node``; ``mtu`` is for configurations that name none."""
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
                await self._status()
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
        if call.config.previous is not None:
            raise CniError(Code.INVALID_NETWORK_CONFIG, "bgpkit must be the first plugin of its list")
        if "IP" in call.arguments:
            raise CniError(Code.INVALID_ENVIRONMENT, "a requested address is not supported", "CNI_ARGS has IP=")
        attachment = Attachment.of(call)
        mtu = call.config.mtu or self._mtu
        async with self._alone(attachment):
            await self._network.inspect(attachment)
            address, connected = await self._attach(attachment, mtu)
        return render_result(attachment, address, connected, mtu, call.config)

    async def _attach(self, attachment: Attachment, mtu: int) -> tuple[IPv4Address, Connected]:
        """Give the pod its address and its interface, or leave nothing behind."""
        attributes = {"namespace": attachment.namespace, "pod": attachment.pod, "node": self._node}
        try:
            if await self._addresses.assigned(attachment.handle):  # an agent was killed before it had made the rest
                await self._addresses.release(attachment.handle)
            address = await self._addresses.assign(attachment.handle, attributes)
            connected = await self._network.connect(attachment, address, mtu)
        except BaseException:
            await to_the_end(self._undo(attachment))
            raise
        _log.info("cni.added", **_words(attachment), address=str(address))
        return address, connected

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
        address = pod_address(previous, attachment.interface)
        side = pod_side(previous, attachment.interface)
        async with self._alone(attachment):
            held = await self._addresses.assigned(attachment.handle)
            mtu = call.config.mtu or side.mtu
            damages = await self._network.check(attachment, address, mtu, side.mac)
        if address not in held:
            damages = (f"{address} is not assigned to {attachment.handle}", *damages)
        if damages:
            msg = f"the network of the container is damaged in {len(damages)} place{'s' if len(damages) > 1 else ''}"
            raise CniError(Code.CHECK_FAILED, msg, "; ".join(damages))

    @asynccontextmanager
    async def _alone(self, attachment: Attachment) -> AsyncGenerator[None, None]:
        """Let nothing else happen to this container, nor to another one of the same pod."""
        async with self._locks.hold(f"link {attachment.host_interface}"), self._locks.hold(attachment.handle):
            yield

    async def _status(self) -> None:
        reason = await self._ready()
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
        for handle in await self._addresses.handles(f"{network}."):
            of_this_network = "." not in handle.removeprefix(f"{network}.")
            if of_this_network and handle not in used and not self._locks.held(handle):
                await self._addresses.release(handle)


def _words(attachment: Attachment) -> dict[str, str]:
    return {
        "pod": f"{attachment.namespace}/{attachment.pod}" if attachment.pod else attachment.container_id,
        "interface": attachment.host_interface,
        "handle": attachment.handle,
    }
