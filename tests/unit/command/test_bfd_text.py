"""bgpkit.command.bfd_text: sessions as a table."""

from bgpkit.bfd import BfdSessionStatus
from bgpkit.command.bfd_text import session_table

UP = BfdSessionStatus(
    remote="192.0.2.9",
    local=None,
    interface=None,
    multihop=False,
    state="Up",
    diagnostic="",
    remote_state="Up",
    remote_diagnostic="",
    discriminator=1,
    remote_discriminator=2,
    transmit_interval=0.1,
    detection_time=0.3,
    independent=True,
    authenticated=False,
    up_count=1,
    source_port=49152,
    packets_sent=1,
    packets_received=1,
    packets_discarded=0,
    watchers=1,
)
DOWN = BfdSessionStatus(
    remote="2001:db8::9",
    local="2001:db8::1",
    interface=None,
    multihop=True,
    state="Down",
    diagnostic="Control Detection Time Expired",
    remote_state="Down",
    remote_diagnostic="",
    discriminator=3,
    remote_discriminator=0,
    transmit_interval=1.0,
    detection_time=0.0,
    independent=False,
    authenticated=True,
    up_count=3,
    source_port=49152,
    packets_sent=1,
    packets_received=1,
    packets_discarded=0,
    watchers=0,
)


def test_a_session_is_a_line() -> None:
    """Under heads, columns aligned."""
    assert session_table((UP, DOWN)).splitlines() == [
        "PEER                    STATE  INTERVAL  DETECTION  UP       PEER SAYS  WATCHERS  REASON",
        "192.0.2.9               Up     100 ms    300 ms     once     Up         1         -",
        f"2001:db8::9 (multihop)  Down   1000 ms   -          3 times  Down       0         {DOWN.diagnostic}",
    ]


def test_no_session_is_a_sentence() -> None:
    """And no empty table."""
    assert session_table(()) == "No path is watched.\n"
