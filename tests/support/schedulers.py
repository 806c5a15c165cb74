"""An event loop's clock and calls for tests that turn it by hand."""

from collections.abc import Callable


class ManualScheduler:
    """Keeps calls until the test makes them; time stands still until the test lets it pass."""

    def __init__(self) -> None:
        """Start at time 0 with nothing to call."""
        self.now = 0.0
        self.soon: list[Callable[[], object]] = []
        self.later: list[tuple[float, Callable[[], object]]] = []

    def time(self) -> float:
        """Return the time in seconds."""
        return self.now

    def call_soon(self, callback: Callable[[], object], /) -> None:
        """Keep ``callback`` for the next turn."""
        self.soon.append(callback)

    def call_later(self, delay: float, callback: Callable[[], object], /) -> None:
        """Keep ``callback`` until ``delay`` seconds have passed."""
        self.later.append((self.now + delay, callback))

    def turn(self) -> None:
        """Make the calls that are due, and none that they ask for."""
        self.soon += [call for due, call in self.later if due <= self.now]
        self.later = [each for each in self.later if each[0] > self.now]
        work, self.soon[:] = list(self.soon), []
        for call in work:
            call()

    def settle(self, turns: int = 500) -> None:
        """Turn until nothing is due; AssertionError when that does not come."""
        for _ in range(turns):
            if not self.soon and all(due > self.now for due, _ in self.later):
                return
            self.turn()
        raise AssertionError(f"there is something to do after {turns} turns")

    def advance(self, seconds: float) -> None:
        """Let time pass, then turn until nothing is due."""
        self.now += seconds
        self.settle()
