"""Encapsulations as a caller states them: what cannot be is refused, what can be is worded as ip does."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.fib import Encap, IpEncap, MplsEncap, Seg6Encap, Seg6Mode

FAR, FAR6 = IPv4Address("10.9.9.9"), IPv6Address("2001:db8::9")
ZONED = IPv6Address("fe80::1%eth0")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: IpEncap(destination=IPv4Address(0)), "encap ip: destination 0.0.0.0 is no address of anyone"),
        (lambda: IpEncap(destination=FAR6, source=IPv6Address(0)), "encap ip: source :: is no address of anyone"),
        (lambda: IpEncap(destination=ZONED), "encap ip: destination fe80::1%eth0 names a zone"),
        (lambda: IpEncap(destination=FAR, source=FAR6), "source 2001:db8::9 is not of the family of destination"),
        (lambda: IpEncap(destination=FAR, tunnel_id=-1), "tunnel id -1 is not an unsigned 64-bit number"),
        (lambda: IpEncap(destination=FAR, tunnel_id=1 << 64), "tunnel id 18446744073709551616 is not"),
        (lambda: IpEncap(destination=FAR, ttl=256), "TTL 256 is not within 0 to 255"),
        (lambda: IpEncap(destination=FAR, tos=-1), "TOS -1 is not within 0 to 255"),
        (lambda: MplsEncap(()), "encap mpls: 0 labels are not within 1 to 30"),
        (lambda: MplsEncap((16,) * 31), "encap mpls: 31 labels are not within 1 to 30"),
        (lambda: MplsEncap((1 << 20,)), "label 1048576 is not an unsigned 20-bit number"),
        (lambda: MplsEncap((-1,)), "label -1 is not an unsigned 20-bit number"),
        (lambda: MplsEncap((100, 3)), "label 3, implicit null, is never sent"),
        (lambda: MplsEncap((100,), ttl=256), "encap mpls: TTL 256 is not within 0 to 255"),
        (lambda: Seg6Encap(()), "encap seg6: 0 segments are not within 1 to 126"),
        (lambda: Seg6Encap((FAR6,) * 127), "encap seg6: 127 segments are not within 1 to 126"),
        (lambda: Seg6Encap((FAR6, IPv6Address(0))), "encap seg6: segment :: is no address of anyone"),
        (lambda: Seg6Encap((ZONED,)), "encap seg6: segment fe80::1%eth0 names a zone"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], words: str) -> None:
    """ValueError says which value is wrong."""
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("encap", "words"),
    [
        (IpEncap(destination=FAR), "encap ip dst 10.9.9.9"),
        (IpEncap(destination=FAR, tunnel_id=77, ttl=64), "encap ip id 77 dst 10.9.9.9 ttl 64"),
        (
            IpEncap(destination=FAR, source=IPv4Address("10.0.0.1"), tunnel_id=1, tos=16, key=True, checksum=True),
            "encap ip id 1 src 10.0.0.1 dst 10.9.9.9 tos 0x10 key csum",
        ),
        (
            IpEncap(destination=FAR6, tunnel_id=5, ttl=3, tos=8, sequence=True),
            "encap ip6 id 5 dst 2001:db8::9 hoplimit 3 tc 0x8 seq",
        ),
        (MplsEncap((100, 200)), "encap mpls 100/200"),
        (MplsEncap((16,), ttl=0), "encap mpls 16 ttl 0"),
        (Seg6Encap((FAR6, IPv6Address("2001:db8::8"))), "encap seg6 mode encap segs 2001:db8::9,2001:db8::8"),
        (Seg6Encap((FAR6,), Seg6Mode.INLINE), "encap seg6 mode inline segs 2001:db8::9"),
        (Seg6Encap((FAR6,), Seg6Mode.ENCAP_RED), "encap seg6 mode encap.red segs 2001:db8::9"),
    ],
)
def test_the_words_are_those_of_ip(encap: Encap, words: str) -> None:
    """What is not asked for is not said; ``tests/integration/test_fib_words.py`` gives such words to ip."""
    assert str(encap) == words
