"""AS_PATH as it goes out, and the prefixes over a prefix, against slow models that say the same in plain words."""

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.adj_rib_out.covering import Covering
from bgpkit.wire.as_path_octets import AS_CONFED_SEQUENCE, AS_SEQUENCE, Segment, read_segments, write_segments
from bgpkit.wire.as_path_rewrite import AsPathRewrite, PrivateAs
from bgpkit_rib import Prefix

NUMBERS = st.sampled_from([1, 2, 64511, 64512, 65534, 65535, 4_200_000_000, 4_294_967_295])
SEGMENTS = st.lists(st.tuples(st.integers(1, 4), st.lists(NUMBERS, min_size=1, max_size=4).map(tuple)), max_size=4)
CHANGES = st.builds(
    AsPathRewrite,
    leave_confederation=st.booleans(),
    overridden=st.none() | NUMBERS,
    private_as=st.sampled_from(PrivateAs),
    substitute=NUMBERS,
    spared=st.none() | NUMBERS,
    prepend=st.lists(NUMBERS, max_size=3).map(tuple),
    into_confederation=st.booleans(),
)


def private(asn: int) -> bool:
    """Tell whether a number is for private use. RFC 6996, section 5."""
    return 64512 <= asn <= 65534 or 4_200_000_000 <= asn <= 4_294_967_294


def removal(path: list[Segment], change: AsPathRewrite) -> list[Segment]:
    """Return the path with what is to become of private numbers done, one number after the other."""
    if change.private_as is PrivateAs.KEEP:
        return path
    if change.private_as is PrivateAs.REMOVE and any(not private(asn) for _, asns in path for asn in asns):
        return path
    left: list[Segment] = []
    for kind, asns in path:
        numbers: list[int] = []
        for asn in asns:
            if not private(asn) or asn == change.spared:
                numbers.append(asn)
            elif change.private_as is PrivateAs.REPLACE_ALL:
                numbers.append(change.substitute)
        if numbers:
            left.append((kind, tuple(numbers)))
    return left


def changed(path: list[Segment], change: AsPathRewrite) -> list[Segment]:
    """Return what becomes of a path: step by step, each a sentence of `AsPathRewrite`."""
    if change.leave_confederation:
        path = [(kind, asns) for kind, asns in path if kind <= AS_SEQUENCE]
    if change.overridden is not None:
        path = [
            (kind, tuple(change.substitute if asn == change.overridden else asn for asn in asns)) for kind, asns in path
        ]
    path = removal(path, change)
    kind = AS_CONFED_SEQUENCE if change.into_confederation else AS_SEQUENCE
    for asn in reversed(change.prepend):
        path = [(kind, (asn, *path[0][1])), *path[1:]] if path and path[0][0] == kind else [(kind, (asn,)), *path]
    return path


@given(SEGMENTS, CHANGES)
def test_octets_change_as_the_model_says(path: list[Segment], change: AsPathRewrite) -> None:
    """Whatever is asked for together."""
    assert read_segments(change.apply(write_segments(path, 4)), 4) == changed(path, change)


@given(SEGMENTS, NUMBERS, st.sampled_from(PrivateAs))
def test_nothing_of_a_confederation_goes_out_of_it(path: list[Segment], own: int, mode: PrivateAs) -> None:
    """RFC 5065, section 5: such segments are never sent to peers that are not members; our number is the first."""
    change = AsPathRewrite(leave_confederation=True, private_as=mode, substitute=own, prepend=(own,))
    sent = read_segments(change.apply(write_segments(path, 4)), 4)
    assert all(kind <= AS_SEQUENCE for kind, _ in sent)
    assert (sent[0][0], sent[0][1][0]) == (AS_SEQUENCE, own)


PREFIXES = st.tuples(st.integers(0, 0xFFF), st.integers(0, 32)).map(
    lambda pair: IPv4Network((pair[0] << 20, pair[1]), strict=False)
)


@given(st.lists(PREFIXES, max_size=6), PREFIXES)
def test_what_is_over_a_prefix_holds_it(aggregates: list[IPv4Network], prefix: IPv4Network) -> None:
    """As the standard library says of networks."""
    covering = Covering(Prefix.parse(str(each)).key for each in aggregates)
    over = [str(each) for each in aggregates if prefix != each and prefix.subnet_of(each)]
    found = [str(Prefix.from_key(key, 32)) for key in covering.over([Prefix.parse(str(prefix)).key])]
    assert sorted(found) == sorted(set(over))
