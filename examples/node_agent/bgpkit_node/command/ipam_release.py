"""``bgpkit-node ipam release``: take addresses back that nobody uses any more."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import click

from bgpkit_node.command.ipam_report import Report, read_report
from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import IpamError, NodeError, UsageError
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import ClusterInformation, Metadata, ResourceStore


@click.command()
@click.option("--ip", metavar="ADDRESS", help="The address.")
@click.option(
    "--from-report",
    "reports",
    multiple=True,
    metavar="FILE",
    help="All that 'ipam check -o FILE' found to be unused; of several reports what all of them found.",
)
@click.option("--force", is_flag=True, help="Release though the datastore is in use, or the report is old.")
@datastore_option
def release(ip: str | None, reports: tuple[str, ...], force: bool, datastore: DatastoreSettings) -> None:
    """Take back an address, or the unused addresses of a report.

    It is not taken away from whoever still has it on an interface.
    """
    if (ip is None) == (not reports):
        raise click.UsageError("give --ip ADDRESS, or --from-report FILE, and not both")
    if reports:
        read = [read_report(name) for name in reports]
        for line in asyncio.run(_release_reported(read, reports, datastore, force=force)):
            click.echo(line)
        return
    try:
        address = ip_address(ip or "")
    except ValueError:
        raise UsageError(f"--ip: {ip!r} is not an IP address") from None

    async def released() -> bool:
        """Take the address back and say whether it was taken."""
        async with opened_store(datastore) as store:
            return await Ipam(store.datastore, StoredPools(store)).release_address(address)

    if not asyncio.run(released()):
        raise NodeError(f"IP address {address} is not assigned")
    click.echo(f"Successfully released IP address {address}")


async def _release_reported(
    reports: Sequence[Report], names: Sequence[str], datastore: DatastoreSettings, *, force: bool
) -> list[str]:
    """Release what all ``reports`` found unused, and return what there is to say."""
    async with opened_store(datastore) as store:
        told = await _check(store, reports, names, force=force)
        ipam = Ipam(store.datastore, StoredPools(store))
        first, *others = (set(report.unused()) for report in reports)
        unused = first.intersection(*others)
        released, gone = 0, 0
        for one in sorted(unused):
            sequence = None if one.sequence < 0 else one.sequence
            try:
                done = await ipam.release_address(ip_address(one.ip), handle=one.handle or None, sequence=sequence)
            except IpamError:  # it was given to someone else since
                done = False
            released, gone = released + done, gone + (not done)
        if not unused:
            return [*told, "Report didn't contain any leaked IPs to clean up."]
        told += [f"Releasing {len(unused)} old IPs...", f"Released {released} IPs successfully"]
        if gone:
            told.append(f"{gone} addresses marked as leaked in the report had already been cleaned up.")
        return told


async def _check(store: ResourceStore, reports: Sequence[Report], names: Sequence[str], *, force: bool) -> list[str]:
    """Return warnings; NodeError when the reports are of another cluster, or, unless ``force``, may not be true now."""
    cluster = await store.get(ClusterInformation, "default") or ClusterInformation(metadata=Metadata(name="default"))
    for report, name in zip(reports, names, strict=True):
        if report.cluster_guid != cluster.spec.cluster_guid:
            raise NodeError(f"cluster does not match the provided report ({name}): mismatched cluster GUID")
    if not any(report.revision == cluster.metadata.resource_version for report in reports):
        raise NodeError(
            "the provided reports are all stale - at least one should be up-to-date. "
            "Please generate a new report while the data store is locked and try again"
        )
    if cluster.spec.datastore_ready is False:
        return []
    if not force:
        raise NodeError("data store is not locked. Either lock the data store, or re-run with --force")
    return ["WARNING: Data store is not locked. Ignoring due to --force option"]
