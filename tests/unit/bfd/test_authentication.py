"""bgpkit.bfd.authentication: what signs packets, and what is accepted."""

from dataclasses import replace

import pytest

from bgpkit.bfd import BfdState, ControlPacket, decode_packet
from bgpkit.bfd.authentication import Authenticator
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType
from bgpkit.transport import Secret

OF_OTHERS = {
    BfdAuthenticationType.SIMPLE: "20440321 00000001 00000000 000f4240 000f4240 00000000 010902 736563726574",
    BfdAuthenticationType.KEYED_MD5: "20440330 00000001 00000000 000f4240 000f4240 00000000"
    "02180200 000041db 66a8f9255a8bcb7e4bec25a62c23da0f",
    BfdAuthenticationType.KEYED_SHA1: "20440334 00000001 00000000 000f4240 000f4240 00000000"
    "041c0200 000041b1 4620108103d7f4de87614c24611f3cc16a006923",
}
"""Packets of another implementation, signed with key 2, "secret"."""
PACKET = ControlPacket(
    state=BfdState.UP,
    detect_multiplier=3,
    my_discriminator=1,
    your_discriminator=2,
    desired_min_tx_interval=100_000,
    required_min_rx_interval=100_000,
)


def authenticator(kind: BfdAuthenticationType, *, key: str = "secret", key_id: int = 2) -> Authenticator:
    """Return one that begins with sequence number 0."""
    return Authenticator(BfdAuthentication(type=kind, key=Secret(key), key_id=key_id), lambda: 0.0)


def said(own: Authenticator, octets: bytes) -> str:
    """Return why ``octets`` are not accepted."""
    return own.refusal(decode_packet(octets), octets, 3)


@pytest.mark.parametrize("kind", OF_OTHERS, ids=lambda kind: kind.name)
def test_packets_of_another_implementation_are_accepted(kind: BfdAuthenticationType) -> None:
    """And not with another key, another key ID or a changed octet."""
    octets = bytes.fromhex(OF_OTHERS[kind])
    assert said(authenticator(kind), octets) == ""
    assert said(authenticator(kind, key="terces"), octets) in {"the digest is wrong", "the password is wrong"}
    assert said(authenticator(kind, key_id=3), octets) == "key ID 2 is not 3"
    if kind is not BfdAuthenticationType.SIMPLE:
        assert said(authenticator(kind), octets[:8] + b"\1" + octets[9:]) == "the digest is wrong"


@pytest.mark.parametrize("kind", BfdAuthenticationType, ids=lambda kind: kind.name)
def test_what_is_signed_is_accepted(kind: BfdAuthenticationType) -> None:
    """By whoever has the same key; many packets, one after the other."""
    own, peer = authenticator(kind), authenticator(kind)
    for _ in range(20):
        assert said(peer, own.sign(PACKET, changed=False)) == ""


@pytest.mark.parametrize("kind", BfdAuthenticationType, ids=lambda kind: kind.name)
def test_another_kind_is_not_accepted(kind: BfdAuthenticationType) -> None:
    """The type is part of what both sides agree on."""
    other = next(each for each in BfdAuthenticationType if each is not kind)
    octets = authenticator(other).sign(PACKET, changed=False)
    assert said(authenticator(kind), octets) == f"authentication type {other.value} is not {kind.value}"


@pytest.mark.parametrize(
    ("kind", "behind"), [(BfdAuthenticationType.KEYED_MD5, 0), (BfdAuthenticationType.METICULOUS_KEYED_SHA1, 1)]
)
def test_sequence_numbers_lie_in_a_window(kind: BfdAuthenticationType, behind: int) -> None:
    """From the last one (a meticulous one: the next) to three times Detect Mult further."""
    own, peer = authenticator(kind), authenticator(kind)
    packets = [own.sign(PACKET, changed=True) for _ in range(30)]
    assert said(peer, packets[10]) == ""
    assert said(peer, packets[9]).endswith("is out of range")
    assert (said(peer, packets[10]) == "") is (behind == 0)
    assert said(peer, packets[20]).endswith("is out of range")
    assert said(peer, packets[19]) == ""
    peer.forget()
    assert said(peer, packets[0]) == ""


def test_a_forged_packet_does_not_move_the_window() -> None:
    """Else one packet of a stranger would shut the peer out."""
    own, peer = (authenticator(BfdAuthenticationType.KEYED_SHA1) for _ in range(2))
    octets = own.sign(PACKET, changed=True)
    forged = octets[:28] + b"\x70\0\0\0" + octets[32:]
    assert said(peer, forged) == "the digest is wrong"
    assert said(peer, octets) == ""


def test_a_section_of_another_length_is_refused() -> None:
    """Shorter or longer than its type has it."""
    kind = BfdAuthenticationType.KEYED_MD5
    octets = authenticator(kind).sign(PACKET, changed=False)
    for section in (octets[24:-1], octets[24:] + b"\0"):
        packet = replace(PACKET, authentication=section)
        refusal = authenticator(kind).refusal(packet, packet.encode(), 3)
        assert refusal == "the authentication section is not as long as it should be"
