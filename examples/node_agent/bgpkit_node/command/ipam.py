"""``bgpkit-node ipam``: what address management holds."""

import asyncio
import json
import sys
from pathlib import Path

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.tables import aligned
from bgpkit_node.ipam import Finding, Ipam, Snapshot, StoredPools, load_snapshot


@click.group()
def ipam() -> None:
    """Look at addresses."""


@ipam.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@datastore_option
def show(datastore: Path, as_json: bool) -> None:
    """Print every block: which node has it, how many addresses are in use and free."""

    async def read() -> Snapshot:
        """Read all allocation data."""
        async with opened_store(datastore) as store:
            return await load_snapshot(store.datastore)

    snapshot = asyncio.run(read())
    rows = [
        (str(network), block.node or "-", len(tuple(block.allocations())), network.num_addresses)
        for network, block in sorted(snapshot.blocks.items(), key=lambda item: int(item[0].network_address))
    ]
    if as_json:
        click.echo(
            json.dumps(
                [
                    {"block": network, "node": node, "inUse": used, "free": size - used, "total": size}
                    for network, node, used, size in rows
                ],
                indent=2,
            )
        )
        return
    click.echo(
        aligned(
            ("BLOCK", "NODE", "IN USE", "FREE", "TOTAL"),
            [(network, node, str(used), str(size - used), str(size)) for network, node, used, size in rows],
        )
    )


@ipam.command()
@datastore_option
def check(datastore: Path) -> None:
    """Look for contradictions in the allocation data; exit code 1 when there are any."""

    async def find() -> tuple[Finding, ...]:
        """Look for contradictions."""
        async with opened_store(datastore) as store:
            return await Ipam(store.datastore, StoredPools(store)).check()

    findings = asyncio.run(find())
    for finding in findings:
        click.echo(f"{finding.subject}: {finding.verdict.value}: {finding.text}")
    click.echo(f"{len(findings)} problem{'' if len(findings) == 1 else 's'} found")
    sys.exit(1 if findings else 0)
