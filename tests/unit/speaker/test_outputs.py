"""Update groups come with the first peer that needs them and go with the last."""

from bgpkit.adj_rib_out import ExportKey
from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.outputs import Outputs
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Path, PathAttributes, Prefix, Source, SourceKind, Table
from tests.support.octets import HeardUpdate, read_update
from tests.support.schedulers import ManualScheduler

LOCAL = Source("local", SourceKind.LOCAL)
ONE, TWO = Source("192.0.2.1", SourceKind.CLIENT), Source("192.0.2.2", SourceKind.CLIENT)


class Port:
    """Takes what is written, if it has room."""

    def __init__(self) -> None:
        """Start with room."""
        self.writable = True
        self.heard: list[HeardUpdate] = []

    def write(self, octets: bytes) -> None:
        """Read the messages."""
        while octets:
            length = int.from_bytes(octets[16:18], "big")
            self.heard.append(read_update(octets[19:length]))
            octets = octets[length:]


class Lab:
    """Outputs over one table, with a schedule that the test runs."""

    def __init__(self) -> None:
        """Start with an empty table."""
        self.table = Table(32)
        self.scheduler = ManualScheduler()
        self.outputs = Outputs({IPV4_UNICAST: self.table}, self.scheduler)

    def turn(self) -> None:
        """Do what is due, and what becomes due by it."""
        self.scheduler.settle()

    def announce(self, *prefixes: str) -> None:
        """Put routes of our own into the table."""
        path = Path(LOCAL, encode_attributes(PathAttributes()))
        self.table.announce(path, [Prefix.parse(text).key for text in prefixes])


def key(*, cluster_id: int = 1) -> ExportKey:
    """Return what a kind of peer is sent by."""
    return ExportKey(
        family=IPV4_UNICAST,
        kind=SourceKind.CLIENT,
        local_asn=64512,
        cluster_id=cluster_id,
        next_hop=bytes((10, 0, 0, 1)),
        policy=ACCEPT_ALL,
    )


def test_peers_of_one_kind_share_a_group_that_goes_with_the_last() -> None:
    """Two peers, one group, one subscription; none of either after both have left."""
    lab = Lab()
    for source in (ONE, TWO):
        lab.outputs.join(source, Port(), key())
    assert (len(lab.outputs), len(lab.table.consumers)) == (1, 1)
    assert lab.outputs.group(ONE, IPV4_UNICAST) is lab.outputs.group(TWO, IPV4_UNICAST)
    lab.outputs.leave(ONE)
    assert len(lab.outputs) == 1
    lab.outputs.leave(TWO)
    lab.outputs.leave(TWO)
    assert (len(lab.outputs), lab.table.consumers) == (0, ())


def test_joining_the_same_group_again_sends_nothing() -> None:
    """A second join with an equal key changes nothing."""
    lab, port = Lab(), Port()
    lab.announce("10.1.0.0/16")
    lab.outputs.join(ONE, port, key())
    lab.turn()
    assert [each.announced for each in port.heard] == [("10.1.0.0/16",), ()]
    lab.outputs.join(ONE, port, key())
    lab.turn()
    assert len(port.heard) == 2


def test_a_move_sends_differences_and_drops_the_group_left_empty() -> None:
    """Another cluster ID changes nothing of our own routes: no UPDATE, and one group remains."""
    lab, port = Lab(), Port()
    lab.announce("10.1.0.0/16")
    lab.outputs.join(ONE, port, key())
    lab.turn()
    lab.outputs.join(ONE, port, key(cluster_id=2))
    lab.turn()
    assert (len(port.heard), len(lab.outputs)) == (2, 1)
    lab.announce("10.2.0.0/16")
    lab.turn()
    assert port.heard[-1].announced == ("10.2.0.0/16",)


def test_a_refresh_is_for_one_peer_and_pumping_goes_on_where_it_stopped() -> None:
    """The routes are sent again to who asked; a full transport gets them when it has room."""
    lab, one, two = Lab(), Port(), Port()
    lab.announce("10.1.0.0/16")
    for source, port in ((ONE, one), (TWO, two)):
        lab.outputs.join(source, port, key())
    lab.turn()
    counts = len(one.heard), len(two.heard)
    one.writable = False
    lab.outputs.refresh(ONE, IPV4_UNICAST)
    lab.turn()
    assert (len(one.heard), len(two.heard)) == counts
    one.writable = True
    lab.outputs.pump(ONE)
    lab.turn()
    assert one.heard[-1].announced == ("10.1.0.0/16",)
    assert len(two.heard) == counts[1]
    lab.outputs.leave(ONE)
    lab.outputs.refresh(ONE, IPV4_UNICAST)
