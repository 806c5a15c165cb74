"""What the datastore says of an address: pool, block, owner, and the node that announces it."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Allocation, Block, IPAddress, IPNetwork, Snapshot, StoredPools, load_snapshot
from bgpkit_node.ipam.address import joined
from bgpkit_node.resources import IPPool, Node, ResourceStore, WorkloadEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the datastore holds of one address."""

    address: IPAddress
    snapshot: Snapshot
    pools: tuple[IPPool, ...]
    nodes: tuple[Node, ...]
    endpoints: tuple[WorkloadEndpoint, ...]
    reserved: tuple[IPNetwork, ...]


async def known_of(store: ResourceStore, what: str) -> list[Known]:
    """Read what there is of an address, or of all addresses of a pod; NodeError when it is neither."""
    snapshot = await load_snapshot(store.datastore)
    addresses = addresses_of(what, snapshot)
    pools, nodes = await store.list(IPPool), await store.list(Node)
    reserved = joined(await StoredPools(store).reserved())
    return [
        Known(
            address=address,
            snapshot=snapshot,
            pools=pools,
            nodes=nodes,
            endpoints=await _endpoints(store, address),
            reserved=reserved,
        )
        for address in addresses
    ]


async def _endpoints(store: ResourceStore, address: IPAddress) -> tuple[WorkloadEndpoint, ...]:
    wanted = f"{address}/{address.max_prefixlen}"
    return tuple(
        endpoint
        for endpoint in await store.list(WorkloadEndpoint)
        if {wanted, str(address)} & set(endpoint.spec.ip_networks)
    )


def addresses_of(what: str, snapshot: Snapshot) -> list[IPAddress]:
    """Return the address that ``what`` is, or those of the pod of that name; NodeError when it is neither."""
    try:
        return [ip_address(what)]
    except ValueError:
        pass
    namespace, _, name = what.rpartition("/")
    found = [
        address
        for block in snapshot.blocks.values()
        for address, allocation in block.allocations()
        if dict(allocation.owner.attributes).get("pod") == name
        and (not namespace or dict(allocation.owner.attributes).get("namespace") == namespace)
    ]
    if not found:
        raise NodeError(f"{what} is no IP address, and no pod of that name has one")
    return sorted(found, key=lambda address: (address.version, int(address)))


def facts_of(known: Known) -> Iterator[tuple[str, str]]:
    """Yield what the datastore says, as pairs of a title and a sentence."""
    address, snapshot = known.address, known.snapshot
    yield "address", str(address)
    for node in known.nodes:
        if address in {own.ip for own in (node.ipv4, node.ipv6) if own is not None}:
            yield "node", f"{node.name} has it itself"
    pool = next((pool for pool in known.pools if address in pool.network), None)
    yield "pool", "none: no IPPool holds it" if pool is None else _pool(pool)
    if any(address in network for network in known.reserved):
        yield "reserved", "an IPReservation keeps it from being given out"
    block = next((block for network, block in snapshot.blocks.items() if address in network), None)
    if block is None:
        yield "block", "none: nobody has claimed one around it"
        return
    yield "block", f"{block.network} of {block.node or 'no node'}{_affinity(snapshot, block)}"
    allocation = block.allocation_of(address)
    yield "owner", _owner(allocation, block, address)
    for endpoint in known.endpoints:
        yield "endpoint", f"{endpoint.qualified_name}, interface {endpoint.spec.interface_name or '-'}"
    yield "origin", _origin(snapshot, block, allocation, address)


def _pool(pool: IPPool) -> str:
    spec = pool.spec
    modes = [f"{title} {mode.value}" for title, mode in (("IPIP", spec.ipip_mode), ("VXLAN", spec.vxlan_mode))]
    flags = [text for text, on in (("disabled", spec.disabled), ("not exported by BGP", spec.disable_bgp_export)) if on]
    return ", ".join([f"{pool.name} {spec.cidr}", *modes, *flags])


def _affinity(snapshot: Snapshot, block: Block) -> str:
    state = snapshot.affinities.get((block.node or "", block.network))
    others = [node for node, network in snapshot.affinities if network == block.network and node != block.node]
    claims = f", also claimed by {', '.join(others)}" if others else ""
    return f", affinity {state.value if state is not None else 'missing'}{claims}"


def _owner(allocation: Allocation | None, block: Block, address: IPAddress) -> str:
    if allocation is None:
        cooling = dict(block.cooling).get(int(address) - int(block.network.network_address))
        return "nobody" if cooling is None else f"nobody: released at {cooling.isoformat()}, and not given again yet"
    attributes = dict(allocation.owner.attributes)
    pod = "/".join(attributes[name] for name in ("namespace", "pod") if name in attributes)
    parts = [f"pod {pod}"] if pod else [attributes[name] for name in ("type",) if name in attributes]
    parts += [f"on {allocation.owner.node or 'no known node'}", f"handle {allocation.owner.handle or 'none'}"]
    parts += [] if allocation.sequence is None else [f"sequence {allocation.sequence}"]
    return ", ".join(parts)


def _origin(snapshot: Snapshot, block: Block, allocation: Allocation | None, address: IPAddress) -> str:
    """Return which node announces what holds the address."""
    user = None if allocation is None else allocation.owner.node
    if user is not None and address in snapshot.borrowed_of(user):
        return f"{user} announces {address}/{address.max_prefixlen}: it borrows the address out of the block"
    if block.node is not None and block.network in snapshot.blocks_of(block.node):
        return f"{block.node} announces {block.network}"
    return "nobody announces it: the block is not confirmed as any node's"
