"""A table that is read and watched, and never written. Linux only."""

from collections.abc import AsyncIterator, Callable

from bgpkit.errors import FibError
from bgpkit.fib.form import Forms
from bgpkit.fib.kernel import Notices
from bgpkit.fib.netlink.decode import RouteNotice
from bgpkit.fib.netlink.kernel_socket import NetlinkKernel
from bgpkit.fib.netlink.page import Page
from bgpkit.fib.operation import Answers, Batch


class ReadOnlyKernel(NetlinkKernel):
    """One table of one network namespace, for those who have no right to change it, or no wish.

    Routes are as they forward: that some of them share next-hop objects is left out.
    """

    async def execute(self, batch: Batch, meanwhile: Callable[[], Batch | None]) -> Answers:
        """Refuse: FibError."""
        raise FibError(f"the table is only read; {len(batch)} changes are not written")

    def notices(self) -> Notices:
        """Return what has happened, without waiting."""
        told, lost = super().notices()
        plain = [each._replace(forms=_plain(each.forms)) if isinstance(each, RouteNotice) else each for each in told]
        return Notices(plain, lost)

    async def dump(self, width: int, *, own_only: bool) -> AsyncIterator[Page]:
        """Give the routes of the table page by page; the loop runs between pages."""
        async for page in super().dump(width, own_only=own_only):
            yield without_objects(page)

    def _probe(self) -> None:
        """Ask for no right: none is needed."""


def without_objects(page: Page) -> Page:
    """Return routes as they forward, whether by next-hop objects or by next hops of their own."""
    return Page(page.keys, page.protocols, [_plain(forms) for forms in page.forms])


def _plain(forms: Forms) -> Forms:
    """Return the one form of a route without the number of its object."""
    return tuple(form._replace(nhid=0) for form in forms) if forms[0].nhid else forms
