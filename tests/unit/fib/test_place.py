"""Which table is meant; how the kernel answers in truth is in tests/integration/test_fib_vrf.py."""

from types import TracebackType
from typing import Any, Self

import pytest

from bgpkit.errors import ConfigError, FibError
from bgpkit.fib import place as module
from bgpkit.fib.place import Place

NO_SUCH_DEVICE = "240000000200000107000000b4020000edffffff2c000000120001000700000000000000"


class Answering:
    """A socket that answers the same to whatever it is asked."""

    def __init__(self, answer: str) -> None:
        """Answer in hexadecimal; nothing stands for a kernel that does not."""
        self._answer = answer

    def __enter__(self) -> Self:
        """Open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""

    def send(self, octets: bytes) -> int:
        """Take a request."""
        return len(octets)

    def recv(self, octets: int) -> bytes:
        """Answer."""
        if not self._answer:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return bytes.fromhex(self._answer)[:octets]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"table": 0}, "table 0 cannot be read; choose 1 to 4294967295"),
        ({"table": 1 << 32}, "table 4294967296 cannot be read; choose 1 to 4294967295"),
        ({"table": 10, "vrf": "red"}, "table 10 and vrf red: a VRF has a table of its own; name one of them"),
        ({"vrf": ""}, "vrf '' is not an interface name: 1 to 15 characters, no space, no slash"),
        ({"vrf": "a/b"}, "vrf 'a/b' is not an interface name: 1 to 15 characters, no space, no slash"),
        ({"vrf": "x" * 16}, f"vrf '{'x' * 16}' is not an interface name: 1 to 15 characters, no space, no slash"),
        ({"netns": ""}, "netns is empty; give a name of 'ip netns' or a path, or leave it out"),
    ],
)
def test_what_names_no_table_is_refused(options: dict[str, Any], sentence: str) -> None:
    """In one sentence, before any socket is opened."""
    with pytest.raises(ConfigError) as caught:
        Place(**options)
    assert str(caught.value) == sentence


def test_without_a_vrf_nobody_is_asked() -> None:
    """The main table unless another is named, in whatever namespace."""
    assert [Place(netns="nowhere").find_table(), Place(table=77).find_table()] == [254, 77]


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (NO_SUCH_DEVICE, ConfigError, "of netns blue: No such device; make it first"),
        ("", FibError, "cannot be looked up: Resource temporarily unavailable"),
        ("14000000020000000700000000000000 00000000", FibError, "cannot be looked up: the kernel does not answer"),
    ],
)
def test_a_vrf_that_cannot_be_found_is_told(
    monkeypatch: pytest.MonkeyPatch, answer: str, kind: type[Exception], sentence: str
) -> None:
    """With its namespace, and what to do."""

    def opened(netns: str | None) -> Answering:
        assert netns == "blue"
        return Answering(answer)

    monkeypatch.setattr(module, "open_socket", opened)
    with pytest.raises(kind, match=f"^vrf red.*{sentence}"):
        Place(vrf="red", netns="blue").find_table()
