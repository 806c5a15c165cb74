"""The parser of pyroute2, written by others, finds in our requests what was to be in them."""

import importlib
from ipaddress import ip_address
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.fib import IpEncap, MplsEncap, Seg6Encap, Seg6Mode
from bgpkit.fib.form import Form, Hop
from bgpkit.fib.netlink.encap_octets import encode_encap
from bgpkit.fib.netlink.encode import Encoder
from bgpkit.fib.operation import Operation, Verb
from tests.properties.fib_forms import forms, keys, tables
from tests.unit.fib.model_kernel import batch_of

_RTMSG: Any = importlib.import_module("pyroute2.netlink.rtnl.rtmsg").rtmsg
"""The class has no types."""


@given(st.data(), st.sampled_from((32, 128)), tables)
def test_another_parser_reads_the_same(data: st.DataObject, width: int, table: int) -> None:
    """Prefix, table, protocol, kind, metric, source, MTU and each next hop."""
    key, form = data.draw(keys(width)), data.draw(forms(width))
    message = _RTMSG(Encoder(width, 12, table).encode(batch_of(Operation(Verb.ADD, width, key, (form,))), 1))
    message.decode()
    assert (message["family"], message["dst_len"]) == (2 if width == 32 else 10, key[0])
    assert packed(message.get_attr("RTA_DST")) == key[1:].ljust(width // 8, b"\0")
    assert (message.get_attr("RTA_TABLE") or message["table"], message["proto"]) == (table, 12)
    check(message, form)


def check(message: Any, form: Form) -> None:
    """Compare all but what tells whose route it is."""
    metrics = message.get_attr("RTA_METRICS")
    found = (
        message["type"],
        message.get_attr("RTA_PRIORITY") or 0,
        packed(message.get_attr("RTA_PREFSRC")),
        metrics.get_attr("RTAX_MTU") if metrics else 0,
    )
    assert found == (form.kind, form.metric, form.source, form.mtu)
    several = message.get_attr("RTA_MULTIPATH")
    if several is not None:
        assert [facts(hop, hop["oif"], hop["flags"], hop["hops"] + 1) for hop in several] == [*map(expected, form.hops)]
    elif form.hops:
        assert facts(message, message.get_attr("RTA_OIF") or 0, message["flags"], 1) == expected(form.hops[0])


def packed(text: str | None) -> bytes:
    """Return an address in octets; nothing for none."""
    return ip_address(text).packed if text is not None else b""


def facts(part: Any, index: int, flags: int, weight: int) -> tuple[object, ...]:
    """Return what pyroute2 found of a next hop."""
    via = part.get_attr("RTA_VIA")
    gateway = packed(via["addr"] if via else part.get_attr("RTA_GATEWAY"))
    return gateway, index, flags, weight, part.get_attr("RTA_ENCAP_TYPE"), encapsulation(part.get_attr("RTA_ENCAP"))


def encapsulation(found: Any) -> object:
    """Return what pyroute2 found of an encapsulation; those of IP it leaves in octets."""
    if found is None or isinstance(found, str):
        return found
    stack = found.get_attr("MPLS_IPTUNNEL_DST")
    if stack:
        entries = [tuple(entry[name] for name in ("label", "tc", "bos", "ttl")) for entry in stack]
        return entries, found.get_attr("MPLS_IPTUNNEL_TTL")
    header = found.get_attr("SEG6_IPTUNNEL_SRH")
    fields = [header[name] for name in ("encapmode", "hdrlen", "type", "segments_left", "first_segment", "tlvs")]
    return fields, [packed(segment) for segment in header["segs"]]


def expected(hop: Hop) -> tuple[object, ...]:
    """Return what pyroute2 should find of a next hop."""
    kind = encode_encap(hop.encap)[0] if hop.encap is not None else None
    encap: object = None
    match hop.encap:
        case IpEncap():
            encap = encode_encap(hop.encap)[1].hex(":")
        case MplsEncap(labels, ttl):
            encap = [(label, 0, int(place == len(labels)), 0) for place, label in enumerate(labels, 1)], ttl
        case Seg6Encap(segments, mode):
            listed = [bytes(16)] if mode is Seg6Mode.INLINE else []
            listed += [segment.packed for segment in reversed(segments)]
            last = len(listed) - 1
            encap = [int(mode), 2 * len(listed), 4, last, last, ""], listed
        case None:
            pass
    return hop.gateway, hop.ifindex, 4 if hop.onlink else 0, hop.weight, kind, encap
