"""The tables beside the peers."""

import inspect
from dataclasses import fields
from ipaddress import IPv4Address

import pytest

from bgpkit import ConfigError, Speaker
from bgpkit.configuration import Announcement, Endpoint, PeerRange, RpkiSettings, SpeakerSettings
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Prefix

OURS = IPv4Address("192.0.2.1")


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("192.0.2.1", "192.0.2.1", 179),
        ("192.0.2.1:1790", "192.0.2.1", 1790),
        ("2001:db8::1", "2001:db8::1", 179),
        ("[2001:db8::1]", "2001:db8::1", 179),
        ("[2001:db8::1]:0", "2001:db8::1", 0),
    ],
)
def test_an_endpoint_is_an_address_with_or_without_a_port(text: str, address: str, port: int) -> None:
    """Its own text reads back."""
    assert Endpoint.parse(text) == Endpoint(address, port)
    assert Endpoint.parse(str(Endpoint(address, port))) == Endpoint(address, port)


@pytest.mark.parametrize("text", ["", "host", "192.0.2.1:x", "192.0.2.1:65536", "192.0.2.1:-1", "[2001:db8::1]179"])
def test_what_is_no_endpoint_is_told(text: str) -> None:
    """ValueError."""
    with pytest.raises(ValueError, match="is not"):
        Endpoint.parse(text)


def test_whatever_a_speaker_can_be_told_has_a_key() -> None:
    """But for what a program gives, and what stands in other tables: a new word of `Speaker` is noticed here."""
    of_programs = {"self", "network", "next_hops", "restarting", "liveness", "hold_end_of_rib", "jitter"}
    of_programs |= {"own_routes_first"}
    words = set(inspect.signature(Speaker.__init__).parameters) - of_programs
    assert {field.name for field in fields(SpeakerSettings)} - {"stop"} == words


def test_a_speaker_is_made_of_settings() -> None:
    """With what a program adds."""
    made = SpeakerSettings(asn=64512, bgp_identifier=OURS, families=(IPV4_UNICAST,)).speaker()
    assert (made.asn, made.bgp_identifier, made.families) == (64512, OURS, (IPV4_UNICAST,))


def test_what_no_speaker_can_be_is_refused() -> None:
    """As the speaker itself says it."""
    with pytest.raises(ConfigError, match="asn 0 is not between"):
        SpeakerSettings(asn=0, bgp_identifier=OURS)
    with pytest.raises(ConfigError, match="family afi-99-safi-9 is not known"):
        SpeakerSettings(asn=1, bgp_identifier=OURS, families=(Family(99, 9),))


def test_other_tables_refuse_what_cannot_be() -> None:
    """Each names the field."""
    with pytest.raises(ConfigError, match="prefixes is empty"):
        Announcement(prefixes=())
    with pytest.raises(ConfigError, match="path_id -1"):
        Announcement(prefixes=(Prefix.parse("10.0.0.0/8"),), path_id=-1)
    with pytest.raises(ConfigError, match="limit 0 is less than 1 peer"):
        PeerRange(name="10.0.0.0/8", limit=0)
    with pytest.raises(ConfigError, match="give one of the two"):
        RpkiSettings()
    with pytest.raises(ConfigError, match="'a:b' is not HOST"):
        RpkiSettings(caches=("a:b",))
    with pytest.raises(ConfigError, match="port from 1"):
        RpkiSettings(caches=("a:0",))


def test_caches_have_a_host_and_a_port() -> None:
    """323 unless another is given."""
    texts = ("a", "a.example:3323", "[2001:db8::1]:3323", "2001:db8::1", "192.0.2.1")
    assert [(each.host, each.port) for each in RpkiSettings(caches=texts).rtr_caches()] == [
        ("a", 323),
        ("a.example", 3323),
        ("2001:db8::1", 3323),
        ("2001:db8::1", 323),
        ("192.0.2.1", 323),
    ]
