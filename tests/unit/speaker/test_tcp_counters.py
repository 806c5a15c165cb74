"""What the kernel counts of dropped segments."""

from pathlib import Path

import pytest

from bgpkit.speaker import TcpCounters, tcp_counters

NETSTAT = """\
TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure TCPMinTTLDrop TCPAORequired TCPAOBad
TcpExt: 9 1 2 3 4 5 6
IpExt: InNoRoutes
IpExt: 7
"""


def test_the_counters_are_found_by_their_names() -> None:
    """Two lines of the same first word, names and numbers."""
    found = TcpCounters.read(NETSTAT)
    assert found == TcpCounters(
        signature_missing=1, signature_unexpected=2, signature_wrong=3, authentication_failed=11, ttl_too_small=4
    )
    assert found.since(TcpCounters(signature_wrong=1, ttl_too_small=4)) == TcpCounters(
        signature_missing=1, signature_unexpected=2, signature_wrong=2, authentication_failed=11
    )


@pytest.mark.parametrize("text", ["", "TcpExt: SyncookiesSent\n", "TcpExt: SyncookiesSent\nTcpExt: 9\n"])
def test_what_the_kernel_does_not_count_is_zero(text: str) -> None:
    """An older kernel, or one without TCP-MD5."""
    assert TcpCounters.read(text) == TcpCounters()


def test_a_machine_without_the_file_counts_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another system than Linux."""
    monkeypatch.setattr(tcp_counters, "_FILE", tmp_path / "nothing")
    assert TcpCounters.now() == TcpCounters()


def test_this_kernel_is_read() -> None:
    """It never counts backwards."""
    before = TcpCounters.now()
    assert all(count >= 0 for count in vars_of(TcpCounters.now().since(before)))


def vars_of(counters: TcpCounters) -> tuple[int, ...]:
    """Return all counters."""
    return (
        counters.signature_missing,
        counters.signature_unexpected,
        counters.signature_wrong,
        counters.authentication_failed,
        counters.ttl_too_small,
    )
