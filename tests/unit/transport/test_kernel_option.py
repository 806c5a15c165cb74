"""What the kernel refuses is told in one sentence."""

import errno
import socket

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport.kernel_option import refusal, set_option


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.EPERM, "it needs root or CAP_NET_ADMIN"),
        (errno.ENOPROTOOPT, "this kernel has no such option"),
        (errno.ENODEV, "the kernel refuses it"),
    ],
)
def test_every_refusal_has_its_cure(number: int, cure: str) -> None:
    """The kernel's words, and what to do; the caller's own words come first."""
    error = OSError(number, "whatever")
    assert str(refusal("transport: dscp", error)).endswith(f"; {cure}")
    assert str(refusal("transport: dscp", error, {number: "do this"})).endswith("; do this")


def test_an_option_that_is_refused_is_a_config_error() -> None:
    """The operating system's error is its cause."""
    with (
        socket.socket() as made,
        pytest.raises(ConfigError, match=r"^transport: key: .*; this kernel has no ") as raised,
    ):
        set_option(made, (socket.IPPROTO_TCP, 9999), 1, what="transport: key")
    assert isinstance(raised.value.__cause__, OSError)


def test_an_error_without_a_number_says_its_own_words() -> None:
    """Such as one of a function that is not the kernel's."""
    assert str(refusal("transport: dscp", OSError("it rains"))) == "transport: dscp: it rains; the kernel refuses it"
