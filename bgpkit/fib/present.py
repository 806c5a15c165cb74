"""A kernel table as it is, whosever its routes are; anybody may read it. Linux only."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bgpkit.fib.look import PresentRoute, read_present
from bgpkit.fib.netlink.table_reader import TableReader
from bgpkit.fib.place import Place


async def read_table(
    *, table: int | None = None, vrf: str | None = None, netns: str | None = None
) -> AsyncGenerator[PresentRoute, None]:
    """Yield the routes of a table, the main one unless told otherwise: those of IPv4, then those of IPv6.

    ``vrf`` names a VRF device instead, ``netns`` another network namespace. ConfigError for what cannot be, FibError
    when the table cannot be read.
    """
    place = Place(table=table, vrf=vrf, netns=netns)
    reader = TableReader(place.find_table(), netns=netns)
    try:
        names = {link.index: link.state[0] for link in await reader.links() if link.state is not None}
        async with aclosing(read_present(reader, lambda index: names.get(index, f"#{index}"))) as routes:
            async for route in routes:
                yield route
    finally:
        reader.close()
