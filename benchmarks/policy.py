"""What policies cost on the way in: ``python benchmarks/policy.py [--prefixes 300000] [--rounds 5] [--json FILE]``.

The same UPDATEs are decoded, judged and put into a table under each policy, one after the other, round after round
in one process; processor time. A ratio is that to accept-all in the same run. Policies that look at prefixes only
are to stay below 4/3, which is a quarter of the throughput; with ``--limit`` the status is 1 when one does not.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks._codec_streams import Stream, bodies_of
from benchmarks._policy_rows import CONTEXT, ROWS, Row, keys_of, make_feed
from bgpkit.policy import Policy
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops
from bgpkit.wire import UpdateDecoder
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Path as RibPath
from bgpkit_rib import Source, SourceKind, Table

LIMIT: Final = 4 / 3
"""What takes less than this costs less than a quarter of the throughput."""
_RULES: Final = ImportRules(own_asns=frozenset({64512}), bgp_identifier=1, cluster_ids=frozenset({1}))


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    options = _options(arguments)
    stream = make_feed(options.prefixes)
    keys = keys_of(stream)
    policies = [(row, row.make(keys)) for row in ROWS]
    del keys
    seconds: dict[str, list[float]] = {row.name: [] for row in ROWS}
    eligible: dict[str, int] = {}
    for _ in range(options.rounds):
        for row, policy in policies:
            took, eligible[row.name] = _measured(stream, policy)
            seconds[row.name].append(took)
    print(f"{stream}; {options.rounds} rounds, processor time, medians")
    ratios = {row.name: _ratio(row, seconds) for row in ROWS}
    print(f"{'':40} {'us/prefix':>10} {'ratio':>7} {'accepted':>10}")
    for row in ROWS:
        each = median(seconds[row.name]) / sum(stream.counts) * 1e6
        print(f"{row.name:40} {each:10.3f} {ratios[row.name]:7.2f} {eligible[row.name]:10,}")
    if options.json is not None:
        options.json.write_text(json.dumps({"seconds": seconds, "ratios": ratios}, indent=1) + "\n", encoding="utf-8")
    slow = [row.name for row in ROWS if row.asks_prefixes and ratios[row.name] >= LIMIT]
    if options.limit and slow:
        print(f"not below {LIMIT:.2f}: {', '.join(slow)}", file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="measure what policies cost on the way in")
    parser.add_argument("--prefixes", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument(
        "--limit", action="store_true", help=f"status 1 when a prefix policy costs {LIMIT:.2f} times or more"
    )
    return parser.parse_args(arguments)


def _measured(stream: Stream, policy: Policy) -> tuple[float, int]:
    """Put the whole stream into a new table; return the processor seconds and how many routes are eligible."""
    source = Source("192.0.2.1", SourceKind.NON_CLIENT, address=bytes((192, 0, 2, 1)), bgp_identifier=2)
    table = Table(32)
    ingest = Ingest(source, {IPV4_UNICAST: table}, _RULES, NextHops())
    ingest.use(_RULES, policy)
    decoder: UpdateDecoder[RibPath] = UpdateDecoder(CONTEXT, ingest.make)
    bodies = bodies_of(stream.octets)
    octets, update, decode = stream.octets, ingest.update, decoder.decode
    gc.collect()
    gc.disable()
    started = time.process_time()
    for start, stop in bodies:
        update(decode(octets, start, stop))
    took = time.process_time() - started
    gc.enable()
    return took, table.count_eligible(source)


def _ratio(row: Row, seconds: dict[str, list[float]]) -> float:
    """Return how long a policy takes beside accept-all: the median of the rounds' ratios."""
    pairs = zip(seconds[row.name], seconds[ROWS[0].name], strict=True)
    return median(took / plain for took, plain in pairs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
