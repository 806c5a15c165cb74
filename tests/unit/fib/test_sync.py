"""The public face, as far as it goes without a kernel; the rest is tests/integration/test_fib_*.py."""

import pytest

import bgpkit
import bgpkit.fib
from bgpkit import ConfigError, FibError
from bgpkit.fib import Fib, KernelRoute, RouteKind
from bgpkit_rib import Prefix

PREFIX = Prefix.parse("10.0.0.0/8")


@pytest.mark.parametrize("protocol", [-1, 0, 2, 3, 4, 256])
def test_protocols_of_the_kernel_and_the_administrator_cannot_be_owned(protocol: int) -> None:
    """Owning kernel (2), boot (3) or static (4) would remove routes that others made."""
    with pytest.raises(ConfigError, match=f"protocol {protocol} cannot be owned"):
        Fib(protocol=protocol)


@pytest.mark.parametrize("table", [0, 255, 1 << 32])
def test_tables_that_cannot_be_kept(table: int) -> None:
    """0 is no table, 255 is the kernel's own."""
    with pytest.raises(ConfigError, match=f"table {table} cannot be kept"):
        Fib(protocol=12, table=table)


def test_the_check_interval_is_a_time() -> None:
    """Nothing is checked every 0 seconds."""
    with pytest.raises(ConfigError, match="check_interval 0"):
        Fib(protocol=12, check_interval=0)


async def test_nothing_works_before_the_start() -> None:
    """One clear sentence, whichever call comes too early."""
    fib = Fib(protocol=12)
    with pytest.raises(FibError, match="not started"):
        fib.replace(KernelRoute(prefix=PREFIX, kind=RouteKind.BLACKHOLE))
    with pytest.raises(FibError, match="not started"):
        fib.remove(PREFIX)
    with pytest.raises(FibError, match="not started"):
        await fib.settled()
    with pytest.raises(FibError, match="not started"):
        fib.diff()
    with pytest.raises(FibError, match="not started"):
        fib.state(PREFIX)


async def test_closing_what_was_never_started_does_nothing() -> None:
    """A program may close in any state."""
    await Fib(protocol=12).close(remove=True)


def test_the_face_hides_no_other_name_of_the_library() -> None:
    """``from bgpkit import *`` and the same of bgpkit.fib, in any order: each name stands for one thing."""
    both = set(bgpkit.__all__).intersection(bgpkit.fib.__all__)
    assert {name for name in both if getattr(bgpkit, name) is not getattr(bgpkit.fib, name)} == set()
