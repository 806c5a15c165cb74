"""Real peers' UPDATEs in any interleaving: the table holds what the obvious decision process says."""

import random
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops
from bgpkit.wire import Update, UpdateContext, UpdateDecoder
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Path, Source, SourceKind, Table, paths_of
from tests.interop.real_table_streams import Stream, streams
from tests.properties.rib_model import facts, rfc_best, rfc_order

ASN: Final = 12654
FAMILIES: Final = {4: IPV4_UNICAST, 6: IPV6_UNICAST}
WIDTHS: Final = {IPV4_UNICAST: 32, IPV6_UNICAST: 128}


class Listener:
    """Takes one peer's messages into the tables, and notes its last word on each destination."""

    def __init__(self, peer: Stream, tables: dict[Family, Table], next_hops: NextHops) -> None:
        """Start with an empty table of the peer's own."""
        self.messages: Iterator[bytes] = iter(peer.messages)
        self.last: dict[tuple[Family, bytes], Path] = {}
        identifier = int(ip_address(peer.identifier))
        address = ip_address(peer.address).packed
        source = Source(peer.address, SourceKind.EBGP, address=address, bgp_identifier=identifier)
        rules = ImportRules(own_asns=frozenset({ASN}), bgp_identifier=1, cluster_ids=frozenset())
        self._ingest = Ingest(source, tables, rules, next_hops)
        family = FAMILIES[peer.version]
        context = UpdateContext(families=frozenset({family}), four_octet_as=peer.four_octet_as, internal=False)
        self._decoder: UpdateDecoder[Path] = UpdateDecoder(context, self._ingest.make)

    def hear(self, message: bytes) -> None:
        """Take one UPDATE."""
        update: Update[Path] = self._decoder.decode(message, 19, len(message))
        self._ingest.update(update)
        for family, keys, _ in update.withdrawn:
            for key in keys:
                self.last.pop((family, key), None)
        for family, path, keys, _ in update.announced:
            self.last.update(((family, key), path) for key in keys)


def told_in_turns(peers: list[Stream], seed: int) -> tuple[dict[Family, Table], list[Listener]]:
    """Let the peers speak in bursts, in an order that ``seed`` draws; each peer's own words stay in order."""
    rng = random.Random(seed)
    tables = {family: Table(width) for family, width in WIDTHS.items()}
    next_hops = NextHops()
    listeners = [Listener(peer, tables, next_hops) for peer in peers]
    speaking = list(listeners)
    while speaking:
        listener = rng.choice(speaking)
        for _ in range(rng.choice((1, 1, 10, 1000))):
            message = next(listener.messages, None)
            if message is None:
                speaking.remove(listener)
                break
            listener.hear(message)
    return tables, listeners


def plain(tables: dict[Family, Table]) -> dict[tuple[Family, bytes], list[tuple[str, bytes]]]:
    """Return the eligible paths to each destination, best first, in a form that compares."""
    return {
        (family, key): [(path.source.name, path.raw) for path in paths_of(entry) if path.eligible]
        for family, table in tables.items()
        for key, entry in table.items()
    }


def test_the_obvious_process_chooses_the_same_and_the_order_of_arrival_changes_nothing() -> None:
    """Of the last words of all peers on a destination the best stands first, however they came."""
    peers = streams(every=20, rivals_every=10)
    tables, listeners = told_in_turns(peers, seed=4271)
    candidates: dict[tuple[Family, bytes], list[Path]] = {}
    for listener in listeners:
        for place, path in listener.last.items():
            candidates.setdefault(place, []).append(path)
    assert sum(len(table.keys()) for table in tables.values()) == len(candidates)
    contested = 0
    for number, ((family, key), paths) in enumerate(candidates.items()):
        entry = paths_of(tables[family].get(key))
        assert {facts(path) for path in entry} == {facts(path) for path in paths}
        eligible = [path for path in paths if path.eligible]
        # The whole order of some, for it takes the obvious process long.
        ordered = rfc_order(eligible) if number % 32 == 0 else [rfc_best(eligible)] if eligible else []
        assert list(map(facts, entry[: len(ordered)])) == list(map(facts, ordered))
        contested += len(eligible) > 1
    assert contested > 1_500
    other, _ = told_in_turns(peers, seed=4456)
    assert plain(other) == plain(tables)
