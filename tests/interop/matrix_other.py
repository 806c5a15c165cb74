"""What the matrix asks of a daemon, in the same words of each; its own words are in the modules ``matrix_<daemon>``."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from tests.interop.matrix_neighbors import Neighbor
from tests.support.netns import Namespace


class Other(ABC):
    """The other side: a daemon with all the neighbors of the matrix."""

    name: str
    title: str
    passes_on: ClassVar[bool] = True
    """Whether it tells one neighbor what another one has told it."""

    def __init__(self, namespace: Namespace, folder: Path) -> None:
        """Take the namespace to run in and a folder for files."""
        self.namespace = namespace
        self.folder = folder

    @abstractmethod
    def start(self, routes: Iterable[str]) -> None:
        """Start the daemon, which originates ``routes``, and wait until it answers."""

    @abstractmethod
    def kill(self) -> None:
        """End it as a crash does."""

    @abstractmethod
    def stop(self) -> None:
        """End it as its operator would."""

    @abstractmethod
    def log(self) -> str:
        """Return what it has logged."""

    @abstractmethod
    def is_established(self, neighbor: Neighbor) -> bool:
        """Tell whether it says that the session is up."""

    @abstractmethod
    def held(self, neighbor: Neighbor) -> dict[str, int]:
        """Return what it holds from us: prefix to the number of paths."""

    @abstractmethod
    def words_on(self, neighbor: Neighbor, prefix: str) -> str:
        """Return all that it says of a route of ours."""

    @abstractmethod
    def end(self, neighbor: Neighbor) -> str:
        """Return what it says of the last end of the session."""

    @abstractmethod
    def connect(self, neighbor: Neighbor) -> None:
        """Let it connect to us now, if it does not by itself."""

    @abstractmethod
    def shut_down(self, neighbor: Neighbor, words: str) -> None:
        """Let its operator shut the session down, for a reason."""

    @abstractmethod
    def reset(self, neighbor: Neighbor) -> None:
        """Let its operator reset the session."""

    @abstractmethod
    def ask_refresh(self, neighbor: Neighbor) -> None:
        """Let it ask us for our routes again."""

    @abstractmethod
    def refreshes(self, neighbor: Neighbor) -> int:
        """Return how many requests for its routes it says that it got from us."""

    def announce(self, neighbor: Neighbor, prefix: str, as_path: str, path_id: int) -> None:
        """Let it announce a route to us: only of one that passes nothing on."""
        raise NotImplementedError

    def withdraw(self, neighbor: Neighbor, prefix: str, path_id: int) -> None:
        """Let it withdraw that route."""
        raise NotImplementedError
