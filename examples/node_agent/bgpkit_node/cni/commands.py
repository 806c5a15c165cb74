"""The commands of CNI, on the agent's side: address and kernel brought together, or neither."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.collection import Places, collect
from bgpkit_node.cni.conflists import conflist_before
from bgpkit_node.cni.endpoint import check_names, damages, endpoint_of, wired_endpoint
from bgpkit_node.cni.locks import NamedLocks, link_lock
from bgpkit_node.cni.pod_facts import PodFacts
from bgpkit_node.cni.ports import Addresses, Committed, Connected, Endpoints, Plumbing, PodMtu, Readiness, Told, Wiring
from bgpkit_node.cni.protocol import SUPPORTED_VERSIONS, Call, Command, read_call
from bgpkit_node.cni.result import pod_addresses, pod_side, render_result
from bgpkit_node.cni.wish import Wish, read_wish
from bgpkit_node.errors import CniError, NodeError
from bgpkit_node.ipam import IPAddress
from bgpkit_node.resources import WorkloadEndpoint
from bgpkit_node.resources.workload_endpoint import KUBERNETES
from bgpkit_node.side_by_side import side_by_side
from bgpkit_node.to_the_end import to_the_end

RULES_SECONDS: Final = 10
"""How long an ADD waits for the rules of its pod where the configuration does not say."""
_LONGEST_WAIT: Final = 50
"""The executable waits a minute for its answer."""
_log: FilteringBoundLogger = structlog.get_logger()


async def _always_ready(_versions: Collection[int]) -> str:
    return ""


async def _ethernet() -> int:
    return 1500


async def _no_rules(_endpoint: WorkloadEndpoint) -> None:
    return


async def _nobody_tells(_pod: str, _uid: str) -> PodFacts | None:
    return None


class CniService:
    """Answers ADD, DEL, CHECK, STATUS, GC and VERSION for the pods of one node.

    Calls for different pods run side by side, those for one pod one after the other.
    """

    def __init__(
        self,
        addresses: Addresses,
        network: Plumbing,
        endpoints: Endpoints,
        *,
        node: str,
        mtu: PodMtu = _ethernet,
        ready: Readiness = _always_ready,
        committed: Committed = _no_rules,
        told: Told = _nobody_tells,
    ) -> None:
        """Serve the pods of ``node``; ``mtu`` says it for configurations that name none.

        No ADD succeeds before ``committed`` has said that the rules of its pod are in force; ``told`` gives what they
        select the pod by.
        """
        self._addresses = addresses
        self._network = network
        self._endpoints = endpoints
        self._node = node
        self._mtu = mtu
        self._ready = ready
        self._committed = committed
        self._told = told
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
        labels = {label.key: label.value for label in call.config.args.cni.labels}
        check_names(attachment, self._node, labels)
        wish = read_wish(call)
        made = asyncio.Event()
        async with self._alone(attachment):
            try:
                wiring, connected = await self._prepare(attachment, call, wish, made)
                endpoint = wired_endpoint(attachment, self._node, wiring, connected, labels)
                await side_by_side(self._network.connect(attachment, wiring), self._tell(endpoint, call))
            except BaseException:
                if made.is_set():  # or all that is there is another one's
                    await to_the_end(self._undo(attachment))
                raise
        _log.info("cni.added", **_words(attachment), addresses=[str(address) for address in wiring.addresses])
        return render_result(attachment, wiring, connected, call.config, call.raw)

    async def _prepare(
        self, attachment: Attachment, call: Call, wish: Wish, made: asyncio.Event
    ) -> tuple[Wiring, Connected]:
        """Take the pod's addresses and make its interface; what fails once it is ``made`` is the caller's to undo.

        The addresses are looked for meanwhile, and taken when it is: an ADD of what exists takes none.
        """
        attributes = {"namespace": attachment.namespace, "pod": attachment.pod, "node": self._node}
        (blank, connected), addresses = await side_by_side(
            self._make(attachment, call, wish, made.set),
            self._addresses.assign(attachment.handle, attributes, wish, made.wait),
        )
        return replace(blank, addresses=addresses), connected

    async def _make(
        self, attachment: Attachment, call: Call, wish: Wish, made: Callable[[], None]
    ) -> tuple[Wiring, Connected]:
        blank = _wiring(call, (), mtu=call.config.mtu or await self._mtu(), mac=wish.mac)
        return blank, await self._network.prepare(attachment, blank, wish.versions, made)

    async def _tell(self, endpoint: WorkloadEndpoint, call: Call) -> None:
        """Store the endpoint, and wait until the rules that follow from it are in force."""
        is_pod, uid = endpoint.spec.orchestrator == KUBERNETES, call.arguments.get("K8S_POD_UID", "")
        facts = await self._told(f"{endpoint.namespace}/{endpoint.spec.pod}", uid) if is_pod else None
        stored = await self._endpoints.write(endpoint, facts)
        seconds = min(call.config.policy_setup_timeout_seconds or RULES_SECONDS, _LONGEST_WAIT)
        try:
            async with asyncio.timeout(seconds):
                await self._committed(stored)
        except TimeoutError as error:
            msg = "the rules of the pod are not in force"
            raise CniError(Code.TRY_AGAIN_LATER, msg, f"{seconds} s have passed") from error

    async def _undo(self, attachment: Attachment) -> None:
        for step in (self._network.disconnect, self._forget, self._release):
            try:
                await step(attachment)
            except NodeError as error:  # the first error is the one to report; the runtime's DEL tries again
                _log.warning("cni.rollback_failed", **_words(attachment), error=str(error))

    async def _forget(self, attachment: Attachment) -> None:
        await self._endpoints.remove(endpoint_of(attachment, self._node), attachment.network)

    async def _release(self, attachment: Attachment) -> None:
        await self._addresses.release(attachment.handle)

    async def _delete(self, call: Call) -> None:
        attachment = Attachment.of(call)
        async with self._alone(attachment):
            last = await self._network.disconnect(attachment)
            await self._forget(attachment)
            if not last:
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
            plain = endpoint_of(attachment, self._node)
            stored = await self._endpoints.stored(plain)
            if stored is not None and stored.spec.allow_spoofed_source_prefixes:
                wiring = replace(wiring, any_sender=True)
            found = await self._network.check(attachment, wiring)
        lost = (f"{address} is not assigned to {attachment.handle}" for address in addresses if address not in held)
        found = (*lost, *found, *damages(stored, plain, addresses))
        if found:
            msg = f"the network of the container is damaged in {len(found)} place{'s' if len(found) > 1 else ''}"
            raise CniError(Code.CHECK_FAILED, msg, "; ".join(found))

    @asynccontextmanager
    async def _alone(self, attachment: Attachment) -> AsyncGenerator[None, None]:
        """Let nothing else happen to this container, nor to another one of the same pod."""
        async with self._locks.hold(link_lock(attachment.host_interface)), self._locks.hold(attachment.handle):
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
        places = Places(addresses=self._addresses, network=self._network, endpoints=self._endpoints, locks=self._locks)
        await collect(places, call.config.name, valid)


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


def _words(attachment: Attachment) -> dict[str, str]:
    return {
        "pod": f"{attachment.namespace}/{attachment.pod}" if attachment.pod else attachment.container_id,
        "interface": attachment.host_interface,
        "handle": attachment.handle,
    }
