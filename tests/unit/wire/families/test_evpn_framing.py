"""EVPN routes are cut into key and rest, and put together again."""

import pytest

from bgpkit.wire.families.evpn_framing import frame_evpn, join_evpn

RD = "0001c00002010064"
ESI = "00112233445566778899"
TAG = "00000007"
MAC = "0242ac110002"

ROUTES = {
    "type 1": (f"01 19 {RD} {ESI} {TAG} 000101", f"01 {RD} {ESI} {TAG}", "000101"),
    "type 2": (f"02 21 {RD} {ESI} {TAG} 30 {MAC} 00 000101", f"02 {RD} {TAG} 30 {MAC} 00", f"{ESI} 000101"),
    "type 2 with IPv4": (
        f"02 25 {RD} {ESI} {TAG} 30 {MAC} 20 0a000001 000101",
        f"02 {RD} {TAG} 30 {MAC} 20 0a000001",
        f"{ESI} 000101",
    ),
    "type 2 with IPv6 and two labels": (
        f"02 34 {RD} {ESI} {TAG} 30 {MAC} 80 20010db8{'00' * 11}01 000101 000201",
        f"02 {RD} {TAG} 30 {MAC} 80 20010db8{'00' * 11}01",
        f"{ESI} 000101 000201",
    ),
    "type 3": (f"03 11 {RD} {TAG} 20 c0000201", f"03 {RD} {TAG} 20 c0000201", ""),
    "type 3 with IPv6": (f"03 1d {RD} {TAG} 80 {'20' * 16}", f"03 {RD} {TAG} 80 {'20' * 16}", ""),
    "type 4": (f"04 17 {RD} {ESI} 20 c0000201", f"04 {RD} {ESI} 20 c0000201", ""),
    "type 4 with IPv6": (f"04 23 {RD} {ESI} 80 {'20' * 16}", f"04 {RD} {ESI} 80 {'20' * 16}", ""),
    "type 5": (
        f"05 22 {RD} {ESI} {TAG} 18 0a000000 0a000001 000101",
        f"05 {RD} {TAG} 18 0a000000",
        f"{ESI} 0a000001 000101",
    ),
    "type 5 with IPv6": (
        f"05 3a {RD} {ESI} {TAG} 80 {'20' * 16} {'21' * 16} 000101",
        f"05 {RD} {TAG} 80 {'20' * 16}",
        f"{ESI} {'21' * 16} 000101",
    ),
    "type 6": (f"06 14 {RD} {TAG} 00 00 20 c0000201 06", f"06 14 {RD} {TAG} 00 00 20 c0000201", "06"),
    "type 7": (f"07 1e {RD} {ESI} {TAG} 00 00 20 c0000201 06", f"07 1e {RD} {ESI} {TAG} 00 00 20 c0000201", "06"),
    "type 8": (
        f"08 23 {RD} {ESI} {TAG} 00 00 20 c0000201 00000000 0a 06",
        f"08 23 {RD} {ESI} {TAG} 00 00 20 c0000201",
        "000000000a06",
    ),
    "type 9": (f"09 14 {RD} {TAG} 0000000000000001", f"09 14 {RD} {TAG} 0000000000000001", ""),
    "type 10": ("0a 02 0102", "0a 02 0102", ""),
    "type 11": ("0b 00", "0b 00", ""),
}


@pytest.mark.parametrize("name", ROUTES)
def test_key_and_rest(name: str) -> None:
    """The fields that tell routes apart are the key, behind the type; the others are the rest."""
    octets, key, rest = map(bytes.fromhex, ROUTES[name])
    assert frame_evpn(b"\xee" + octets + b"\xee", 1, False) == (1 + len(octets), key, rest)
    assert frame_evpn(octets, 0, True) == (len(octets), key, rest)
    assert join_evpn(key, rest) == octets


@pytest.mark.parametrize(
    ("name", "withdrawal"),
    [
        ("type 1", f"01 19 {RD} {ESI} {TAG} 000000"),
        ("type 2 with IPv4", f"02 25 {RD} {'00' * 10} {TAG} 30 {MAC} 20 0a000001 000000"),
        ("type 2 with IPv6 and two labels", f"02 31 {RD} {'00' * 10} {TAG} 30 {MAC} 80 20010db8{'00' * 11}01 000000"),
        ("type 3", f"03 11 {RD} {TAG} 20 c0000201"),
        ("type 4", f"04 17 {RD} {ESI} 20 c0000201"),
        ("type 5", f"05 22 {RD} {'00' * 10} {TAG} 18 0a000000 00000000 000000"),
        ("type 5 with IPv6", f"05 3a {RD} {'00' * 10} {TAG} 80 {'20' * 16} {'00' * 16} 000000"),
        ("type 6", f"06 14 {RD} {TAG} 00 00 20 c0000201 00"),
        ("type 8", f"08 23 {RD} {ESI} {TAG} 00 00 20 c0000201 00000000 00 00"),
        ("type 9", f"09 14 {RD} {TAG} 0000000000000001"),
    ],
)
def test_a_key_alone_gives_a_whole_route(name: str, withdrawal: str) -> None:
    """In a withdrawal what is no part of the key is zero; it has the key of what it withdraws."""
    key = bytes.fromhex(ROUTES[name][1])
    octets = join_evpn(key, b"")
    assert octets == bytes.fromhex(withdrawal)
    assert frame_evpn(octets, 0, True)[:2] == (len(octets), key)


@pytest.mark.parametrize("octets", ["00 02 0102", "0c 00", "ff 03 010203"])
def test_types_that_are_not_assigned_have_no_key(octets: str) -> None:
    """They are told by an empty key, and where they stop."""
    whole = bytes.fromhex(octets)
    assert frame_evpn(whole + b"\1", 0, False) == (len(whole), b"", b"")


@pytest.mark.parametrize(
    "octets",
    [
        f"01 16 {RD} {ESI} {TAG}",
        f"01 1c {RD} {ESI} {TAG} 000100 000101",
        "01 00",
        f"02 1e {RD} {ESI} {TAG} 30 {MAC} 00",
        f"02 1d {RD} {ESI} {TAG} 30 {MAC}",
        f"02 20 {RD} {ESI} {TAG} 28 {MAC[2:]} 00 000101",
        f"02 21 {RD} {ESI} {TAG} 28 {MAC} 00 000101",
        f"02 24 {RD} {ESI} {TAG} 30 {MAC} 18 0a0000 000101",
        f"02 21 {RD} {ESI} {TAG} 30 {MAC} 20 000101",
        f"02 27 {RD} {ESI} {TAG} 30 {MAC} 00 000100 000100 000101",
        f"03 0c {RD} {TAG}",
        f"03 0d {RD} {TAG} 00",
        f"03 11 {RD} {TAG} 80 c0000201",
        f"03 12 {RD} {TAG} 20 c000020100",
        f"04 13 {RD} {ESI} 00",
        f"04 12 {RD} {ESI}",
        f"04 18 {RD} {ESI} 20 c000020100",
        f"05 22 {RD} {ESI} {TAG} 21 0a000000 0a000001 000101",
        f"05 3a {RD} {ESI} {TAG} 81 {'20' * 16} {'21' * 16} 000101",
        f"05 21 {RD} {ESI} {TAG} 18 0a0000 0a000001 000101",
        f"05 1f {RD} {ESI} {TAG} 18 0a000000 0a000001",
        "06 00",
        "08 05 0000000000",
    ],
)
def test_fields_that_do_not_fit_are_told(octets: str) -> None:
    """Too few octets, too many, lengths of addresses that are none."""
    whole = bytes.fromhex(octets)
    with pytest.raises(ValueError, match=f"type {whole[0]}, .* whose fields do not fit its {whole[1]} octets"):
        frame_evpn(whole, 0, False)


@pytest.mark.parametrize("octets", ["01 19 00", f"03 11 {RD} {TAG} 20 c00002", "0c 01", "06 01"])
def test_a_field_that_ends_early_is_told_by_the_stop(octets: str) -> None:
    """Whatever the type, the stop is beyond the end."""
    whole = bytes.fromhex(octets)
    assert frame_evpn(whole, 0, False) == (2 + whole[1], b"", b"")
