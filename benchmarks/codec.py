"""Microseconds per UPDATE and per prefix: framing, decoding, rewriting for reflection, encoding.

The stream is made up, with the proportions of an Internet table: 4.4 prefixes an UPDATE, attributes of 63
octets, every block distinct. Run ``python benchmarks/codec.py [UPDATES] [--ipv6]``; each figure is the best
of three passes, garbage collection off.
"""

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

from bgpkit.wire.attribute_inputs import AttributeInputs
from bgpkit.wire.attributes import encode_attributes
from bgpkit.wire.encode import encode_announcements
from bgpkit.wire.framing import MAXIMUM_LENGTH, next_message
from bgpkit.wire.rewrite import Rewrite, rewrite
from bgpkit.wire.update import UpdateDecoder
from bgpkit.wire.update_context import UpdateContext
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Aggregator, AsPath, Community, LargeCommunity, Origin, PathAttributes


def make_attributes(rng: random.Random, family: Family) -> PathAttributes:
    """Return attributes as a full table has them."""
    address = IPv4Address(0x0A000000 + rng.randrange(1 << 16))
    return PathAttributes(
        origin=Origin(0 if rng.random() < 0.9 else 2),
        as_path=AsPath.of(*(rng.randrange(1, 400_000) for _ in range(rng.randrange(2, 7)))),
        next_hop=address if family == IPV4_UNICAST else IPv6Address(0x20010DB8 << 96 | int(address)),
        med=rng.randrange(1000) if rng.random() < 0.3 else None,
        local_pref=100,
        communities=tuple(Community(rng.randrange(1 << 32)) for _ in range(rng.randrange(1, 6)))
        if rng.random() < 0.75
        else (),
        large_communities=(LargeCommunity(rng.randrange(1 << 32), 1, 2),) if rng.random() < 0.1 else (),
        aggregator=Aggregator(rng.randrange(1, 1 << 32), address) if rng.random() < 0.08 else None,
    )


def make_keys(rng: random.Random, family: Family) -> list[bytes]:
    """Return 1 to 8 distinct prefixes, most of the usual length."""
    usual, lengths = (24, range(12, 25)) if family == IPV4_UNICAST else (48, range(29, 49))
    keys: dict[bytes, None] = {}
    for _ in range(rng.choice((1, 2, 3, 4, 5, 6, 7, 7))):
        length = usual if rng.random() < 0.6 else rng.choice(lengths)
        octets = (length + 7) // 8
        number = rng.getrandbits(length) << (8 * octets - length)
        keys[bytes((length,)) + number.to_bytes(octets, "big")] = None
    return list(keys)


def make_stream(updates: int, family: Family) -> tuple[bytes, int]:
    """Return ``updates`` messages back to back, and how many prefixes they announce."""
    rng = random.Random(4271)
    messages: list[bytes] = []
    prefixes = 0
    for _ in range(updates):
        keys = make_keys(rng, family)
        prefixes += len(keys)
        messages += encode_announcements(encode_attributes(make_attributes(rng, family), family), family, keys)
    return b"".join(messages), prefixes


def frame(stream: bytes) -> list[tuple[int, int]]:
    """Return start and end of every body."""
    bodies: list[tuple[int, int]] = []
    offset, end = 0, len(stream)
    while offset < end:
        stop = next_message(stream, offset, end, MAXIMUM_LENGTH)
        bodies.append((offset + 19, stop))
        offset = stop
    return bodies


def best_of(action: Callable[[], object], passes: int = 3) -> float:
    """Return the processor seconds of the quickest pass."""
    best = float("inf")
    for _ in range(passes):
        began = time.process_time()
        action()
        best = min(best, time.process_time() - began)
    return best


def keep(inputs: AttributeInputs) -> AttributeInputs:
    """Make nothing of the attributes: the codec alone is measured."""
    return inputs


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="measure the codec")
    parser.add_argument("updates", nargs="?", type=int, default=50_000)
    parser.add_argument("--ipv6", action="store_true")
    options = parser.parse_args(arguments)
    family = IPV6_UNICAST if options.ipv6 else IPV4_UNICAST
    stream, prefixes = make_stream(options.updates, family)
    bodies = frame(stream)
    context = UpdateContext(families=frozenset({family}), four_octet_as=True, internal=True)
    decoder = UpdateDecoder(context, keep)

    def decode(*, forget: bool) -> None:
        if forget:
            decoder.clear()
        decode_one = decoder.decode
        for start, end in bodies:
            decode_one(stream, start, end)

    gc.disable()
    routes = [decoder.decode(stream, start, end).announced[0] for start, end in bodies]
    blocks = [inputs.raw for _, inputs, _, _ in routes]
    change = Rewrite(originator_id=1, cluster_id=2)
    encoded = [(rewrite(inputs.raw, change), keys, nlri) for _, inputs, keys, nlri in routes]
    figures = {
        "framing": best_of(lambda: frame(stream)),
        "decode, blocks distinct": best_of(lambda: decode(forget=True)),
        "decode, blocks known": best_of(lambda: decode(forget=False)),
        "rewrite for reflection": best_of(lambda: [rewrite(raw, change) for raw in blocks]),
        "encode, NLRI from keys": best_of(
            lambda: [encode_announcements(raw, family, keys) for raw, keys, _ in encoded]
        ),
        "encode, NLRI as received": best_of(
            lambda: [encode_announcements(raw, family, keys, nlri=nlri) for raw, keys, nlri in encoded]
        ),
    }
    average = sum(map(len, blocks)) / len(blocks)
    print(f"{len(bodies)} UPDATEs of {family}, {prefixes} prefixes, {average:.0f} octets of attributes on average")
    for name, seconds in figures.items():
        print(f"{name:26} {seconds / len(bodies) * 1e6:7.2f} us/UPDATE {seconds / prefixes * 1e6:7.3f} us/prefix")


if __name__ == "__main__":
    main(sys.argv[1:])
