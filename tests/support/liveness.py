"""A liveness detector that says of paths what a test tells it to."""

from collections.abc import Callable

from bgpkit.speaker import BfdOptions, Liveness, LivenessState, MonitoredPath

UP = LivenessState.UP
DOWN = LivenessState.DOWN
DISABLED = LivenessState.DISABLED
UNKNOWN = LivenessState.UNKNOWN


class ScriptedWatch:
    """One path."""

    def __init__(self, path: MonitoredPath, changed: Callable[[Liveness], None], liveness: Liveness) -> None:
        """Begin with a ``liveness``."""
        self.path = path
        self.liveness = liveness
        self.changes: list[BfdOptions] = []
        self.released: bool | None = None
        """Whether it was to be kept; None while it is watched."""
        self._changed = changed

    def change(self, options: BfdOptions) -> None:
        """Take note of other options."""
        self.changes.append(options)

    def release(self, *, keep: bool) -> None:
        """Take note of the end."""
        assert self.released is None
        self.released = keep

    def say(self, state: LivenessState, reason: str = "a reason", *, independent: bool = False) -> None:
        """Tell what is known now."""
        assert self.released is None
        self.liveness = Liveness(state=state, reason=reason, independent=independent)
        self._changed(self.liveness)


class ScriptedDetector:
    """Keeps all watches."""

    def __init__(self, state: LivenessState = DOWN) -> None:
        """Say ``state`` of every path at first."""
        self.watches: list[ScriptedWatch] = []
        self._first = Liveness(state=state, reason="BFD has not come up yet")

    def watch(self, path: MonitoredPath, changed: Callable[[Liveness], None]) -> ScriptedWatch:
        """Watch a path."""
        made = ScriptedWatch(path, changed, self._first)
        self.watches.append(made)
        return made

    @property
    def last(self) -> ScriptedWatch:
        """The watch that was begun last."""
        return self.watches[-1]
