"""What the kernel tells of its own accord, and what follows from it: heeded at once, or kept back for a while. Pure."""

from collections.abc import Callable, Mapping

from bgpkit.fib.kernel import Notices
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice, NextHopNotice, Notice, RouteNotice
from bgpkit.fib.objects_dialogue import ObjectDialogue
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import Resolver


class Hearing:
    """The notices of one table, in the order in which they are told."""

    def __init__(
        self,
        notices: Callable[[], Notices],
        reconcilers: Mapping[int, Reconciler],
        resolvers: Mapping[int, Resolver],
        objects: ObjectDialogue | None,
    ) -> None:
        """Ask ``notices`` for what has been told, and pass it on."""
        self.check_wanted = False
        """Something has happened that only a dump can explain."""
        self.lost = False
        """More has happened than the kernel could tell, and no dump has shown yet what it was."""
        self.keeping_back = False
        """Notices are not heeded yet: a dump is read, or a batch is being carried out."""
        self._notices = notices
        self._reconcilers = reconcilers
        self._resolvers = resolvers
        self._objects = objects
        self._kept_back: list[Notice] = []
        self._links: dict[int, tuple[str, int, int]] = {}
        self._unsure_links: set[int] = set()

    def know_links(self, links: list[LinkNotice]) -> None:
        """Note the interfaces that there are, so that a change can be told from a repetition."""
        self._links = {link.index: link.state for link in links if link.state is not None}

    def name_of(self, index: int) -> str:
        """Return the name of the interface ``index``, or the number itself when it is not known."""
        return self._links[index][0] if index in self._links else f"#{index}"

    def read(self) -> bool:
        """Read the notices that there are without heeding them; tell whether there are any, or some are lost."""
        told, lost = self._notices()
        if lost:
            self.lost = self.check_wanted = True
            self._unsure_links = set(self._links)
            self._heed_interface(lasting=False)
        self._kept_back += told
        return lost or bool(self._kept_back)

    def listen(self, width: int = 0, crossed: frozenset[bytes] = frozenset()) -> bool:
        """Read notices, heed them unless they are kept back, and tell whether there were any.

        Those of a prefix in ``crossed``, of ``width``, may be older or newer than our own change.
        """
        heard = self.read()
        if not self.keeping_back and self._kept_back:
            told, self._kept_back = self._kept_back, []
            self._heed(told, width, crossed)
        return heard

    def _heed(self, told: list[Notice], crossed_width: int, crossed: frozenset[bytes]) -> None:
        for notice in told:
            match notice:
                case RouteNotice(_, width, key):
                    reconciler = self._reconcilers[width]
                    reconciler.observe(notice)
                    if width == crossed_width and key in crossed:
                        reconciler.doubtful = True
                    self.check_wanted |= reconciler.doubtful
                case LinkNotice(index, state):
                    self._heed_link(index, state)
                case AddressNotice(present):
                    self._heed_interface(lasting=present)
                case NextHopNotice():
                    self.check_wanted |= self._objects is not None and self._objects.heed(notice)

    def _heed_link(self, index: int, state: tuple[str, int, int] | None) -> None:
        """Note an interface: one that goes, or changes its state, may take routes with it without a word."""
        before = self._links.get(index)
        if state == before and index not in self._unsure_links:
            return
        self._unsure_links.discard(index)
        if state is None:
            self._links.pop(index, None)
        else:
            self._links[index] = state
        self._heed_interface(lasting=before is None)

    def _heed_interface(self, *, lasting: bool) -> None:
        """Try again what failed; see what is left, unless all there was is ``lasting`` and nothing has to rejoin."""
        self.check_wanted |= not lasting or any(each.reduced for each in self._resolvers.values())
        for width, reconciler in self._reconcilers.items():
            self._resolvers[width].forget()
            reconciler.retry()
        if self._objects is not None:
            self._objects.wanted.retry()
