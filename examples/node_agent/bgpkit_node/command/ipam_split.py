"""``bgpkit-node ipam split``: make several smaller pools of one."""

import asyncio
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import Final

import click
import msgspec

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.port import Delete, Put
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NodeError, NotFoundError, UsageError
from bgpkit_node.resources import Document, IPPool, Metadata, Resource, ResourceStore, draft, kind_of
from bgpkit_node.resources.output import encode, unknown_in

_LONGEST_NAME: Final = 245
_MOST: Final = 1024
"""So many pools are still looked through quickly, for every address that is given out."""


@click.command()
@click.argument("number", type=int)
@click.option("--cidr", metavar="CIDR", help="Range of the pool.")
@click.option("--name", metavar="NAME", help="Name of the pool.")
@datastore_option
def split(number: int, cidr: str | None, name: str | None, datastore: DatastoreSettings) -> None:
    """Make NUMBER pools of equal size, a power of two, out of one; addresses that are in use stay as they are.

    It is one change: at no time is there no pool, and no agent sees half of it.
    """
    if not cidr and not name:
        raise UsageError("no name or CIDR provided. Provide a name or CIDR to denote the IP pool to split")

    async def change() -> tuple[IPPool, list[IPPool]]:
        """Write the new pools in the place of the old one."""
        async with opened_store(datastore) as store:
            present = await store.present(IPPool)
            old = _chosen([pool for pool in present.resources.values() if isinstance(pool, IPPool)], cidr, name)
            new = _parts(old, number)
            await _write(store, old, new, unknown_in(present.kind, present.stored[old.name]))
            return old, new

    old, new = asyncio.run(change())
    click.echo(f"IP Pool {old.name} was successfully split into {number} smaller pools.")
    for pool in new:
        click.echo(f"Created {pool.name} with CIDR {pool.spec.cidr}.")


def _chosen(pools: Sequence[IPPool], cidr: str | None, name: str | None) -> IPPool:
    try:
        network = ip_network(cidr) if cidr else None
    except ValueError as error:
        raise UsageError(f"--cidr: {error}") from None
    for pool in pools:
        if (name is None or pool.name == name) and (network is None or pool.network == network):
            return pool
    there = ", ".join(f"{pool.name} ({pool.network})" for pool in pools)
    raise NodeError(f"unable to find IP pool {' '.join(filter(None, (name, cidr)))}; there is {there or 'none'}")


def _parts(old: IPPool, number: int) -> list[IPPool]:
    """Return the pools that ``old`` becomes; NodeError when it cannot be split like that."""
    if number < 2 or number & (number - 1):
        raise UsageError(f"number to split CIDR into is not a valid power of 2: {number}")
    if number > _MOST:
        raise UsageError(f"number to split CIDR into is too large: {number}; split it into {_MOST} at most")
    length = old.network.prefixlen + number.bit_length() - 1
    if length > old.spec.block_size:
        why = f"is not large enough to be split into {number} parts: a block is a /{old.spec.block_size}"
        raise NodeError(f"the CIDR {old.network} {why}")
    return [
        IPPool(
            metadata=Metadata(
                name=f"split-{old.name[:_LONGEST_NAME]}-{index}",
                labels=old.metadata.labels,
                annotations=old.metadata.annotations,
            ),
            spec=msgspec.structs.replace(old.spec, cidr=str(part)),
        )
        for index, part in enumerate(old.network.subnets(new_prefix=length))
    ]


async def _write(
    store: ResourceStore, old: IPPool, new: Sequence[IPPool], unknown: Mapping[str, object] | None
) -> None:
    kind = kind_of(old)
    stamped = [_stamped(pool) for pool in new]
    try:
        await store.datastore.transact(
            [
                Delete(kind.key(old.name), old.revision),
                *(Put(kind.key(pool.name), encode(pool, unknown=unknown), 0) for pool in stamped),
            ]
        )
    except AlreadyExistsError as error:
        raise NodeError(f"nothing split: {error}") from error
    except (ConflictError, NotFoundError) as error:
        raise NodeError(f"nothing split: {old} is being changed by others; try again") from error


def _stamped(pool: IPPool) -> Resource:
    """Return ``pool`` with what a store adds to a new resource."""
    nothing = draft.Present(kind_of(pool), 0, {}, {})
    return draft.prepare(Document(pool), nothing, draft.WriteMode.CREATE).resource
