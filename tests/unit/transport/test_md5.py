"""Keys of TCP MD5 signatures on sockets of the loopback interface: the kernel itself is asked, by connecting."""

import errno
import os
import socket

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport import Secret
from bgpkit.transport.md5 import set_md5_key, storage
from bgpkit.transport.socket_address import unmapped
from tests.support.skips import require_kernel

KEY, OTHER_KEY = Secret("correct horse"), Secret("battery staple")
OURS, THEIRS = "127.0.0.1", "127.0.0.2"


@pytest.fixture(autouse=True)
def _kernel_signs() -> None:
    require_kernel("tcp_md5")


def answered(listening: dict[str, Secret], key: Secret | None, *, remote: str = THEIRS, mapped: bool = False) -> bool:
    """Tell whether a listener with keys by remote answers a connection from ``remote`` that is signed with ``key``."""
    own = f"::ffff:{OURS}" if mapped else OURS
    family = socket.AF_INET6 if mapped else socket.AF_INET
    with socket.socket(family) as listener, socket.socket() as caller:
        listener.bind((own, 0))
        listener.listen()
        for place, given in listening.items():
            set_md5_key(listener, place, given)
        if key is not None:
            set_md5_key(caller, OURS, key)
        caller.bind((remote, 0))
        caller.settimeout(0.05)
        return caller.connect_ex((OURS, listener.getsockname()[1])) == 0


@pytest.mark.rfc("2385", "2")
@pytest.mark.parametrize("mapped", [False, True], ids=["ipv4 socket", "dual-stack socket"])
@pytest.mark.parametrize(
    ("listening", "key", "expected"),
    [
        ({}, None, True),
        ({THEIRS: KEY}, KEY, True),
        ({THEIRS: KEY}, OTHER_KEY, False),
        ({THEIRS: KEY}, None, False),
        ({}, KEY, False),
        ({"127.0.0.9": KEY}, None, True),
        ({"127.0.0.0/30": KEY}, KEY, True),
        ({"127.0.0.0/30": KEY}, OTHER_KEY, False),
        ({"127.0.0.4/30": KEY}, None, True),
        ({"127.0.0.0/8": OTHER_KEY, "127.0.0.0/30": KEY}, KEY, True),
        ({"127.0.0.0/8": OTHER_KEY, THEIRS: KEY}, KEY, True),
    ],
)
def test_a_listener_answers_whoever_has_the_key_of_its_address(
    listening: dict[str, Secret], key: Secret | None, mapped: bool, expected: bool
) -> None:
    """Of prefixes the longest counts; whoever has no key there is not asked for one."""
    assert answered(listening, key, mapped=mapped) is expected


def test_a_key_that_was_taken_back_is_not_asked_for() -> None:
    """Of an address, and of a prefix; taking back what is not there is nothing."""
    for place in (THEIRS, "127.0.0.0/30"):
        with socket.socket() as listener, socket.socket() as caller:
            listener.bind((OURS, 0))
            listener.listen()
            for key in (KEY, None, None):
                set_md5_key(listener, place, key)
            caller.bind((THEIRS, 0))
            caller.settimeout(1)
            assert caller.connect_ex(listener.getsockname()) == 0


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.ENOPROTOOPT, "this kernel has no TCP MD5 signatures (CONFIG_TCP_MD5SIG); leave md5_key out"),
        (errno.EPERM, "this kernel asks for CAP_NET_ADMIN to sign segments"),
        (errno.ENOMEM, "the socket has all the keys that net.core.optmem_max has room for; raise it"),
    ],
)
def test_a_refusal_says_what_to_do_and_not_the_key(number: int, cure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the peer and the kernel's reason."""

    def refuse(_socket: socket.socket, *_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket.socket, "setsockopt", refuse)
    with socket.socket() as made, pytest.raises(ConfigError) as raised:
        set_md5_key(made, THEIRS, KEY)
    assert str(raised.value) == f"transport: md5_key for {THEIRS}: {os.strerror(number)}; {cure}"


def test_an_address_in_the_kernels_storage() -> None:
    """The family in the machine's order, any port, then the address where the kernel looks for it."""
    four, six = storage(unmapped("192.0.2.1")), storage(unmapped("2001:db8::1"))
    assert (len(four), len(six)) == (128, 128)
    assert (four[4:8], six[8:24]) == (unmapped("192.0.2.1").packed, unmapped("2001:db8::1").packed)
