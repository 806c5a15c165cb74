"""Where routes come from on their way to the kernel: a speaker, and whatever stands between it and the Fib."""

from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Entry, Family

Consumer: TypeAlias = Callable[[list[bytes], Entry | None, Entry | None], None]
"""Takes keys, the entry they had and the entry they have."""
VERSIONS: Final = {IPV4_UNICAST: 4, IPV6_UNICAST: 6}
"""The IP version of each family whose routes a kernel may have."""


class Telling(Protocol):
    """What is being told of a table; to call it is to end it."""

    def __call__(self) -> None:
        """Tell no more."""
        ...

    async def replayed(self) -> None:
        """Wait until all that the table held has been told."""
        ...


class Source(Protocol):
    """What has routes: a speaker, or what stands for one."""

    def subscribe(self, family: Family, consumer: Consumer, /) -> Telling:
        """Tell ``consumer`` of the present table, then of each block of changes."""
        ...
