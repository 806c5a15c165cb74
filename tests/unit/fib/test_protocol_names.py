"""Names of routing protocols, and where they come from."""

from pathlib import Path

import pytest

from bgpkit.errors import ConfigError
from bgpkit.fib.protocol_names import LOWEST_OWN, protocol_names, protocol_number, read_protocol_names


@pytest.mark.parametrize(
    ("protocol", "number"),
    [("static", 4), ("connected", 2), ("kernel", 2), ("bgp", 186), ("188", 188), (0, 0), (255, 255)],
)
def test_a_name_or_a_number_is_a_number(protocol: str | int, number: int) -> None:
    """Those that all know."""
    assert protocol_number(protocol) == number


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        ("statc", "there is no routing protocol 'statc'; did you mean 'static'?"),
        ("!", "there is no routing protocol '!'; known: connected, "),
        (256, "protocol 256 is no protocol number of a route; choose 0 to 255"),
        (-1, "protocol -1 is no protocol number"),
        ("300", "protocol 300 is no protocol number"),
    ],
)
def test_what_is_none_is_refused(protocol: str | int, words: str) -> None:
    """With the cure."""
    with pytest.raises(ConfigError) as caught:
        protocol_number(protocol)
    assert str(caught.value).startswith(words)


def test_the_files_of_iproute2_add_names(tmp_path: Path) -> None:
    """Decimal and hexadecimal; comments and what cannot be are passed over; later folders go before."""
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "rt_protos.d").mkdir(parents=True)
    (two / "rt_protos.d").mkdir(parents=True)
    (one / "rt_protos").write_text("# names\n4\tstatic\n 0xc8 ours\n300 no\nx y\n201 moved # and so on\n")
    (one / "rt_protos.d" / "more.conf").write_text("202 more\n")
    (two / "rt_protos.d" / "a.conf").write_text("203 moved\n")
    (two / "rt_protos.d" / "README").write_text("204 nobody\n")
    names = read_protocol_names(one, two, tmp_path / "three")
    added = {name: number for name, number in names.items() if name not in read_protocol_names()}
    assert added == {"ours": 200, "moved": 203, "more": 202}


def test_the_names_of_this_machine_are_read_once() -> None:
    """Those that all know among them."""
    assert protocol_names() is protocol_names()
    assert protocol_names().items() >= {"static": 4, "connected": 2}.items()


def test_for_routes_of_our_own_only_what_can_be_owned_is_named() -> None:
    """Kernel, boot and static are none of ours: nobody is sent there."""
    with pytest.raises(ConfigError) as unknown:
        protocol_number("!", lowest=LOWEST_OWN)
    assert "known: gated, ra," in str(unknown.value)
    assert str(unknown.value).endswith(", and 5 to 255")
    with pytest.raises(ConfigError, match=r"known: .*zebra"):
        protocol_number("statc", lowest=LOWEST_OWN)
    with pytest.raises(ConfigError, match="choose 5 to 255"):
        protocol_number(300, lowest=LOWEST_OWN)
