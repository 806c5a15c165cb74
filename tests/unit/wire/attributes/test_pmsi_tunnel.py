"""PMSI_TUNNEL from and to octets, put together as in RFC 6514, section 5."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.attributes.pmsi_tunnel import (
    ROWS,
    IngressReplication,
    MldpFecType,
    MldpLsp,
    OpaqueTunnelIdentifier,
    PimTree,
    PmsiTunnel,
    PmsiTunnelIdentifier,
    PmsiTunnelType,
    RsvpTeP2mpLsp,
)
from tests.unit.wire.octets import context

(ROW,) = ROWS
ROOT = IPv4Address("192.0.2.1")
ROOT6 = IPv6Address("2001:db8::1")
GROUP = IPv4Address("232.0.0.1")
V6 = "20010db8000000000000000000000001"
P2MP = MldpLsp(fec_type=MldpFecType.P2MP, root=ROOT, opaque=bytes.fromhex("01000400000007"))
MP2MP = MldpLsp(fec_type=MldpFecType.MP2MP_DOWNSTREAM, root=ROOT6, opaque=b"")

TUNNELS: list[tuple[str, int, PmsiTunnelIdentifier | None, str]] = [
    ("", 0, None, "no-tunnel-information"),
    (
        "0a000004 0000 8173 0a000004",  # from the bgp-ub capture of tcpdump
        1,
        RsvpTeP2mpLsp(extended_tunnel_id=IPv4Address("10.0.0.4"), tunnel_id=33139, p2mp_id=167772164),
        "rsvp-te-p2mp-lsp 10.0.0.4 33139 167772164",
    ),
    (
        V6 + "0001 0002 00000003",
        1,
        RsvpTeP2mpLsp(extended_tunnel_id=ROOT6, reserved=1, tunnel_id=2, p2mp_id=3),
        "rsvp-te-p2mp-lsp 2001:db8::1 2 3",
    ),
    ("06 0001 04 c0000201 0007 01000400000007", 2, P2MP, "mldp-p2mp-lsp 192.0.2.1 0x01000400000007"),
    ("c0000201 e8000001", 3, PimTree(ROOT, GROUP), "pim-ssm-tree 192.0.2.1 232.0.0.1"),
    ("c0000201 e8000001", 4, PimTree(ROOT, GROUP), "pim-sm-tree 192.0.2.1 232.0.0.1"),
    (V6 + V6, 5, PimTree(ROOT6, ROOT6), "bidir-pim-tree 2001:db8::1 2001:db8::1"),
    ("c0000201", 6, IngressReplication(ROOT), "ingress-replication 192.0.2.1"),
    (V6, 6, IngressReplication(ROOT6), "ingress-replication 2001:db8::1"),
    (f"08 0002 10 {V6} 0000", 7, MP2MP, "mldp-mp2mp-lsp 2001:db8::1 0x"),
    ("0102", 11, OpaqueTunnelIdentifier(b"\1\2"), "type-11 0x0102"),
]


@pytest.mark.parametrize(("identifier", "kind", "value", "text"), TUNNELS)
def test_each_tunnel_type_has_its_identifier(
    identifier: str, kind: int, value: PmsiTunnelIdentifier | None, text: str
) -> None:
    """The identifier is read by the tunnel type, and written as it was."""
    octets = bytes((0, kind, 0, 0, 0)) + bytes.fromhex(identifier)
    tunnel = PmsiTunnel(tunnel_type=kind, identifier=value)
    assert ROW.decode(octets, context()) == tunnel
    assert ROW.encode(tunnel, context()) == octets
    assert str(tunnel) == text


def test_flags_and_label_stand_before_the_identifier() -> None:
    """The label is in the upper 20 bits; a VNI takes all 24 (RFC 8365, section 5.1.3)."""
    octets = bytes.fromhex("81 06 000641 c0000201")
    tunnel = ROW.decode(octets, context())
    assert isinstance(tunnel, PmsiTunnel)
    assert (tunnel.flags, tunnel.mpls_label, tunnel.label) == (0x81, 1601, 100)
    assert tunnel.leaf_information_required
    assert str(tunnel) == "ingress-replication 192.0.2.1 label 100 (vni 1601) leaf-information-required"
    assert ROW.encode(tunnel, context()) == octets


@pytest.mark.parametrize(
    ("kind", "identifier", "complaint"),
    [
        (0, "c0000201", "4 octets identify a tunnel"),
        (1, "0a000004 0000 8173", "are no IPv4 or IPv6 address"),
        (1, "", "are no IPv4 or IPv6 address"),
        (2, "", "0 octets are no FEC element"),
        (2, "06 0001", "3 octets are no FEC element"),
        (2, "06 0001 04 c0000201", "8 octets are no FEC element"),
        (2, "06 0001 10 c0000201 0000", "are no FEC element"),
        (2, "06 0003 04 c0000201 0000", "a root of family 3"),
        (2, "06 0001 04 c0000201 0002 00", "are no FEC element"),
        (2, "06 0001 04 c0000201 0000 00", "are no FEC element"),
        (2, "05 0001 04 c0000201 0000", "a FEC element of type 5"),
        (2, "08 0001 04 c0000201 0000", "does not identify a PMSI tunnel of type 2"),
        (7, "06 0001 04 c0000201 0000", "does not identify a PMSI tunnel of type 7"),
        (3, "c0000201", "are no IPv4 or IPv6 address"),
        (4, "c0000201 e8000001 00", "are no IPv4 or IPv6 address"),
        (5, "c0000201" + V6, "are no IPv4 or IPv6 address"),
        (6, "", "0 octets of a tunnel identifier"),
        (6, "c000020100", "5 octets of a tunnel identifier"),
        (0x50, "", "tunnel type 80 is not defined"),
        (0xFF, "c0000201", "tunnel type 255 is not defined"),
    ],
)
def test_what_identifies_no_tunnel_of_the_type_is_told(kind: int, identifier: str, complaint: str) -> None:
    """An identifier that cannot be read, and an undefined type, raise ValueError: RFC 6514, section 5."""
    with pytest.raises(ValueError, match=complaint):
        ROW.decode(bytes((0, kind, 0, 0, 0)) + bytes.fromhex(identifier), context())


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        (PmsiTunnelType.NO_TUNNEL_INFORMATION, IngressReplication(ROOT)),
        (PmsiTunnelType.RSVP_TE_P2MP_LSP, None),
        (PmsiTunnelType.MLDP_P2MP_LSP, MP2MP),
        (PmsiTunnelType.PIM_SM_TREE, IngressReplication(ROOT)),
        (PmsiTunnelType.INGRESS_REPLICATION, PimTree(ROOT, GROUP)),
        (11, None),
        (0x50, OpaqueTunnelIdentifier(b"")),
        (256, None),
    ],
)
def test_type_and_identifier_belong_together(kind: int, identifier: PmsiTunnelIdentifier | None) -> None:
    """A tunnel whose identifier is of another type is refused."""
    with pytest.raises(ValueError, match="does not identify a PMSI tunnel"):
        PmsiTunnel(tunnel_type=kind, identifier=identifier)


def test_fields_that_do_not_fit_are_refused() -> None:
    """A label of 25 bits, IDs beyond their fields, and addresses of two families raise ValueError."""
    with pytest.raises(ValueError, match="do not fit their fields"):
        PmsiTunnel(tunnel_type=6, mpls_label=1 << 24, identifier=IngressReplication(ROOT))
    with pytest.raises(ValueError, match="does not fit its field"):
        RsvpTeP2mpLsp(extended_tunnel_id=ROOT, tunnel_id=1 << 16, p2mp_id=0)
    with pytest.raises(ValueError, match="different families"):
        PimTree(ROOT, ROOT6)
    with pytest.raises(ValueError, match="does not fit a FEC element"):
        MldpLsp(fec_type=MldpFecType.P2MP, root=ROOT, opaque=bytes(1 << 16))
    with pytest.raises(ValueError, match="not a PmsiTunnel"):
        ROW.encode(None, context())
