"""Looking at what this machine can filter packets with, and changing nothing by that."""

from collections.abc import Callable
from typing import Any, Self

import pytest

from bgpkit_node.doctor import packet_filter
from bgpkit_node.doctor.packet_filter import PacketFilter, read_packet_filter
from bgpkit_node.nft import NftError
from bgpkit_node.nft.netfilter_socket import NOT_ALLOWED


class Nft:
    """nft, and the kernel's table: each as the test wants it."""

    def __init__(self, *, refused: str | None = None, kernel: str = "") -> None:
        """Refuse scripts, or fail to read the table."""
        self.refused = refused
        self.why_not = kernel
        self.closed = False

    def __enter__(self) -> Self:
        """Be the table."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def opened(self, *_: object) -> Self:
        """Open it, as the library or the table."""
        return self

    def comment(self) -> None:
        """Say that there is no table, or that there cannot be one."""
        if self.why_not:
            raise NftError(self.why_not)

    def check(self, script: str) -> str | None:
        """Judge a script, which is that of a whole table."""
        assert script.startswith("add table inet bgpkit\n")
        return self.refused

    def close(self) -> None:
        """Note it."""
        self.closed = True


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Nft]:
    """Give what has the look find an nft and a kernel that are played."""

    def play(**wanted: Any) -> Nft:
        """Play them."""
        nft = Nft(**wanted)
        monkeypatch.setattr(packet_filter, "NftLibrary", nft.opened)
        monkeypatch.setattr(packet_filter, "KernelTable", nft.opened)
        return nft

    return play


def test_without_nft_that_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel is not asked then."""

    def missing() -> None:
        """Find no library."""
        raise NftError("there is no library libnftables.so.1")

    monkeypatch.setattr(packet_filter, "NftLibrary", missing)
    assert read_packet_filter() == PacketFilter(nft="there is no library libnftables.so.1")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, PacketFilter()),
        ({"refused": "syntax error"}, PacketFilter(nft="nft does not understand what policies need: syntax error")),
        ({"kernel": "this kernel has none"}, PacketFilter(kernel="this kernel has none")),
        ({"kernel": NOT_ALLOWED}, PacketFilter(allowed=False)),
    ],
)
def test_what_refuses_is_told_apart(played: Callable[..., Nft], wanted: dict[str, str], found: PacketFilter) -> None:
    """An old nft, a kernel without nf_tables, and one who may not ask; the library is let go of."""
    nft = played(**wanted)
    assert read_packet_filter() == found
    assert nft.closed
