"""The dialogue of one who only listens: everything is compared, nothing is asked for. Pure."""

from collections.abc import Callable, Iterator

from bgpkit.fib.dialogue import BATCH, Dialogue


class WatchingDialogue(Dialogue):
    """A dialogue in which nothing is written; conflicts and what cannot be written are found all the same."""

    async def write(self, now: float) -> int:
        """Decide on a batch of prefixes as if it were to be written, and leave it at that."""
        for reconciler in self.reconcilers.values():
            self.listen()
            reconciler.take(BATCH, now, replace=False)
        return 0

    async def write_objects(self, now: Callable[[], float]) -> None:
        """Leave next-hop objects as they are."""

    def release(self) -> Iterator[None]:
        """Go on comparing with those that nobody needs."""
        return iter(())

    async def remove_unused(self, now: Callable[[], float]) -> bool:
        """Remove none."""
        return False

    @property
    def pending(self) -> int:
        """How many prefixes are still to be looked at, at most."""
        return sum(each.pending for each in self.reconcilers.values())

    def _foreign_matters(self) -> bool:
        """Look at the routes of others each time: no refusal ever tells of one that stands in the way."""
        return True
