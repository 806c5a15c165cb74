"""How long the table takes for a million routes: ``python benchmarks/table.py [prefixes]``.

Two peers announce the same distinct prefixes, 60 % of them /24, in blocks of 4.4 on average, each block with
attributes of its own; the second peer groups them otherwise. Only the table is measured: paths and keys are
made before the clock starts, as a decoder would hand them over.
"""

import gc
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator

from bgpkit_rib import Entry, Path, Source, SourceKind, Table

_AVERAGE_BLOCK = 4.4


def distinct_keys(count: int, rng: random.Random) -> list[bytes]:
    """Return ``count`` distinct canonical IPv4 keys in random order, about 60 % of them /24."""
    keys: set[bytes] = set()
    while len(keys) < count:
        length = 24 if rng.random() < 0.6 else rng.choice((16, 18, 19, 20, 21, 22, 22, 23, 23))
        number = rng.getrandbits(length) << (32 - length)
        keys.add(bytes((length,)) + number.to_bytes(4, "big")[: (length + 7) // 8])
    ordered = sorted(keys)
    rng.shuffle(ordered)
    return ordered


def blocks(keys: list[bytes], source: Source, rng: random.Random) -> Iterator[tuple[Path, list[bytes], bytes]]:
    """Cut ``keys`` into blocks of random size with a path each, and copy the keys, as a decoder would."""
    start = 0
    while start < len(keys):
        size = min(1 + int(rng.expovariate(1 / (_AVERAGE_BLOCK - 0.5))), len(keys) - start)
        cut = [bytes(bytearray(key)) for key in keys[start : start + size]]
        start += size
        path = Path(
            source,
            rng.randbytes(63),
            next_hop=source.address,
            as_path_length=rng.randint(2, 5),
            neighbor_as=rng.randint(1, 200),
            med=rng.choice((None, None, 10, 20)),
            local_pref=100,
        )
        yield path, cut, b"".join(cut)


class Tally:
    """A consumer that only counts, so that blocks are built and handed over."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.blocks = 0
        self.keys = 0
        self.whole = 0

    def __call__(self, *change: *tuple[list[bytes], Entry | None, Entry | None, bytes | None]) -> None:
        """Count one block: keys, old entry, new entry, octets."""
        self.blocks += 1
        self.keys += len(change[0])
        self.whole += change[3] is not None


def measured(name: str, work: Callable[[], None]) -> None:
    """Run ``work`` once and print its CPU seconds and the peak memory of the process so far."""
    started = time.process_time()
    work()
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{name:<42} {seconds:7.3f} s   peak {peak:6.0f} MiB\n")


def announce_all(table: Table, feed: list[tuple[Path, list[bytes], bytes]]) -> None:
    """Announce a whole feed, as one call for each UPDATE."""
    announce = table.announce
    for path, keys, nlri in feed:
        announce(path, keys, nlri)


def withdraw_all(table: Table, feed: list[tuple[Path, list[bytes], bytes]]) -> None:
    """Withdraw a whole feed, as one call for each UPDATE."""
    for path, keys, _ in feed:
        table.withdraw(path.source, keys)


def run(prefixes: int) -> None:
    """Measure the life of a table with two peers."""
    rng = random.Random(4271)
    first = Source("first", SourceKind.CLIENT, address=bytes((10, 0, 0, 1)), bgp_identifier=1)
    second = Source("second", SourceKind.CLIENT, address=bytes((10, 0, 0, 2)), bgp_identifier=2)
    keys = distinct_keys(prefixes, rng)
    feed = list(blocks(keys, first, rng))
    other = list(blocks(keys, second, rng))
    fresh = list(blocks(keys, first, rng))
    del keys
    table, tally = Table(32), Tally()
    table.subscribe(tally)
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
    sys.stdout.write(f"{prefixes} prefixes in {len(feed)} and {len(other)} announcements\n")
    measured("first load", lambda: announce_all(table, feed))
    measured("identical re-announcement", lambda: announce_all(table, feed))
    measured("second peer", lambda: announce_all(table, other))
    measured("identical re-announcement of the second", lambda: announce_all(table, other))
    measured("replacement of the first, grouped anew", lambda: announce_all(table, fresh))
    measured("withdraw of the second", lambda: withdraw_all(table, other))
    measured("sweep of the first", lambda: list(table.sweep(first)).clear())
    assert len(table) == table.count(first) == table.count(second) == 0
    sys.stdout.write(f"{tally.blocks} blocks, {tally.keys} keys, {tally.whole} with the octets as received\n")


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
