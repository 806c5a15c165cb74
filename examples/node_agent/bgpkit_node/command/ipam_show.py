"""``bgpkit-node ipam show``: how full the pools are, who has an address, what is borrowed, what is set."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import click

from bgpkit_node.command.boxed import boxed
from bgpkit_node.command.look import Look, compat_option
from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import UsageError
from bgpkit_node.ipam import Block, IPAddress, IpamConfig, IPNetwork, Owner, Snapshot, StoredPools, load_snapshot
from bgpkit_node.ipam.address import in_order, joined
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.ipam.utilisation import Use, utilisation

_NUMBERS: Final = ("IPS TOTAL", "IPS IN USE", "IPS RESERVED", "IPS FREE", "IPS COOLING")


@dataclass(frozen=True, slots=True)
class _Data:
    """All allocation data, and what is configured."""

    snapshot: Snapshot
    pools: tuple[IPNetwork, ...]
    reserved: tuple[IPNetwork, ...]
    config: IpamConfig


@click.command()
@click.option("--show-blocks", "what", flag_value="blocks", help="The blocks of the pools as well.")
@click.option(
    "--show-borrowed", "what", flag_value="borrowed", help="Addresses that another node uses than has the block."
)
@click.option("--show-configuration", "what", flag_value="configuration", help="The settings of address management.")
@click.option("--ip", metavar="ADDRESS", help="Whether this address is in use, and by whom.")
@click.option("--json", "as_json", is_flag=True, help="Print every block as JSON.")
@compat_option
@datastore_option
def show(what: str | None, ip: str | None, as_json: bool, compat: str, datastore: DatastoreSettings) -> None:
    """Print how many addresses of the pools are in use and free."""
    if what and ip:
        raise click.UsageError(f"--ip and --show-{what} exclude each other")
    address = None if ip is None else _address(ip)
    data, look = asyncio.run(_read(datastore)), Look(compat)
    if as_json:
        click.echo(json.dumps(_as_json(data.snapshot), indent=2))
    elif address is not None:
        click.echo(_of_address(data.snapshot, address, look))
    elif what == "borrowed":
        click.echo(_borrowed(data.snapshot, look))
    elif what == "configuration":
        click.echo(boxed(("PROPERTY", "VALUE"), _settings(data.config, look), look))
    else:
        click.echo(_use(data, look, blocks=what == "blocks"))


async def _read(datastore: DatastoreSettings) -> _Data:
    async with opened_store(datastore) as store:
        source = StoredPools(store)
        pools = tuple(pool.network for pool in await source.pools())
        reserved = joined(await source.reserved())
        config = await Draft(store.datastore).config()
        return _Data(await load_snapshot(store.datastore), pools, reserved, config)


def _address(text: str) -> IPAddress:
    try:
        return ip_address(text)
    except ValueError:
        raise UsageError(f"--ip: {text!r} is not an IP address") from None


def _use(data: _Data, look: Look, *, blocks: bool) -> str:
    rows: list[tuple[str, ...]] = []
    for use in utilisation(data.snapshot, data.pools, data.reserved):
        if use.pool is not None:
            rows.append(_row("IP Pool", use.pool, look))
        if blocks:
            rows += [_row("Block", block, look) for block in use.blocks]
    numbers = _NUMBERS if look is Look.PRESENT else ("IPS TOTAL", "IPS IN USE", "IPS FREE")
    return boxed(("GROUPING", "CIDR", *numbers), rows, look, right=frozenset(_NUMBERS))


def _row(grouping: str, use: Use, look: Look) -> tuple[str, ...]:
    def share(number: int) -> str:
        """Return a number with its share of all, as Go's ``%.5g (%.f%%)`` writes it."""
        return f"{number:.5g} ({100 * number / use.total:.0f}%)"

    start = (grouping, str(use.network), f"{use.total:.5g}")
    if look is Look.OLD:  # it knew of no reservations
        return (*start, share(use.in_use), share(use.total - use.in_use))
    return (*start, share(use.in_use), share(use.reserved), share(use.free), share(use.cooling))


def _of_address(snapshot: Snapshot, address: IPAddress, look: Look) -> str:
    owner = owner_of(snapshot, address)
    if owner is None:
        return f"{address} is not assigned"
    attributes = [f"  {key}: {value}" for key, value in sorted(owner.attributes)]
    if look is Look.OLD:
        return "\n".join([f"IP {address} is in use", *(["Attributes:", *attributes] if attributes else _NONE_OLD)])
    told = ["Active Owner Attributes:", *attributes] if attributes else ["No Active Owner attributes defined"]
    return "\n".join([f"IP {address} is in use", f"Handle ID: {owner.handle or '<none>'}", *told])


_NONE_OLD: Final = ["No attributes defined"]


def owner_of(snapshot: Snapshot, address: IPAddress) -> Owner | None:
    """Return who has ``address``; None when nobody has."""
    for network, block in snapshot.blocks.items():
        if address in network:
            allocation = block.allocation_of(address)
            return None if allocation is None else allocation.owner
    return None


def _borrowed(snapshot: Snapshot, look: Look) -> str:
    rows = [
        (str(address), owner.node or "", str(block.network), block.node or "", *_purpose(dict(owner.attributes)))
        for address, block, owner in _allocations(snapshot)
        if owner.node is not None and owner.node != block.node
    ]
    unknown = sum(owner.node is None for _, _, owner in _allocations(snapshot))
    table = boxed(("IP", "BORROWING-NODE", "BLOCK", "BLOCK OWNER", "TYPE", "ALLOCATED-TO"), rows, look)
    if not unknown:
        return table
    return (
        f"{table}\n\nNote: found {unknown} IP allocations without an explicit node association. "
        "Unable to determine if they are borrowed."
    )


def _allocations(snapshot: Snapshot) -> Iterator[tuple[IPAddress, Block, Owner]]:
    for block in sorted(snapshot.blocks.values(), key=lambda block: in_order(block.network)):
        for address, allocation in block.allocations():
            yield address, block, allocation.owner


def _purpose(attributes: Mapping[str, str]) -> tuple[str, str]:
    """Return what kind of thing has an address, and which."""
    if "pod" in attributes:
        return "pod", f"{attributes.get('namespace', '')}/{attributes['pod']}"
    return attributes.get("type", ""), ""


def _settings(config: IpamConfig, look: Look) -> list[tuple[str, str]]:
    def flag(value: bool) -> str:
        """Return a truth value as Go writes it."""
        return "true" if value else "false"

    settings = [
        ("StrictAffinity", flag(config.strict_affinity)),
        ("AutoAllocateBlocks", flag(config.auto_allocate_blocks)),
        ("MaxBlocksPerHost", str(config.max_blocks_per_host)),
    ]
    return settings if look is Look.OLD else [*settings, ("IPCooldownSeconds", str(config.cooldown))]


def _as_json(snapshot: Snapshot) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for network, block in sorted(snapshot.blocks.items(), key=lambda item: in_order(item[0])):
        used, total = len(tuple(block.allocations())), network.num_addresses
        free = total - used - len(block.cooling)
        found.append({"block": str(network), "node": block.node or "-", "inUse": used, "free": free, "total": total})
    return found
