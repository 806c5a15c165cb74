"""Boxed tables: both looks of calicoctl, to the letter."""

from bgpkit_node.command.boxed import boxed
from bgpkit_node.command.look import Look

STATUS = ("PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO")
REFUSED = ("192.168.63.4", "node-to-node mesh", "start", "17:19:38", "Active Socket: Connection refused")
UP = ("192.168.63.5", "global", "up", "17:19:38", "Established")
OLD = """\
+--------------+-------------------+-------+----------+--------------------------------+
| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |              INFO              |
+--------------+-------------------+-------+----------+--------------------------------+
| 192.168.63.4 | node-to-node mesh | start | 17:19:38 | Active Socket: Connection      |
|              |                   |       |          | refused                        |
| 192.168.63.5 | global            | up    | 17:19:38 | Established                    |
+--------------+-------------------+-------+----------+--------------------------------+"""
PRESENT = """\
+--------------+-------------------+-------+----------+-----------------------------------+
| PEER ADDRESS | PEER TYPE         | STATE | SINCE    | INFO                              |
+--------------+-------------------+-------+----------+-----------------------------------+
| 192.168.63.4 | node-to-node mesh | start | 17:19:38 | Active Socket: Connection refused |
| 192.168.63.5 | global            | up    | 17:19:38 | Established                       |
+--------------+-------------------+-------+----------+-----------------------------------+"""
OLD_NUMBERS = """\
+----------+---------------+-----------+------------+
| GROUPING |     CIDR      | IPS TOTAL | IPS IN USE |
+----------+---------------+-----------+------------+
| IP Pool  | 10.244.0.0/16 |     65536 | 41 (0%)    |
+----------+---------------+-----------+------------+"""
PRESENT_NUMBERS = """\
+----------+---------------+-----------+------------+
| GROUPING | CIDR          | IPS TOTAL | IPS IN USE |
+----------+---------------+-----------+------------+
| IP Pool  | 10.244.0.0/16 |     65536 |    41 (0%) |
+----------+---------------+-----------+------------+"""
POOL = (("GROUPING", "CIDR", "IPS TOTAL", "IPS IN USE"), [("IP Pool", "10.244.0.0/16", "65536", "41 (0%)")])


def test_the_old_look_centres_headings_and_breaks_long_cells_at_thirty_columns() -> None:
    """The column is then thirty wide; as printed in calicoctl's issue 1883."""
    assert boxed(STATUS, [REFUSED, UP], Look.OLD) == OLD


def test_the_present_look_sets_all_to_the_left_and_breaks_nothing() -> None:
    """However long a cell is."""
    assert boxed(STATUS, [REFUSED, UP], Look.PRESENT) == PRESENT


def test_the_old_look_sets_bare_numbers_to_the_right() -> None:
    """Those with a percentage behind them stay to the left."""
    assert boxed(*POOL, Look.OLD) == OLD_NUMBERS


def test_the_present_look_sets_the_named_columns_to_the_right() -> None:
    """Their headings stay to the left: they are as wide as they are."""
    assert boxed(*POOL, Look.PRESENT, right=frozenset({"IPS TOTAL", "IPS IN USE"})) == PRESENT_NUMBERS


def test_a_long_word_widens_its_column() -> None:
    """It is not broken."""
    word = "x" * 40
    lines = boxed(("A",), [(f"{word} tail",)], Look.OLD).splitlines()
    assert lines[3:5] == [f"| {word} |", f"| {'tail'.ljust(40)} |"]


def test_a_table_without_rows_has_its_headings() -> None:
    """And a frame below them, as ``ipam show --show-borrowed`` prints it."""
    assert boxed(("IP", "BLOCK OWNER"), [], Look.OLD).splitlines() == [
        "+----+-------------+",
        "| IP | BLOCK OWNER |",
        "+----+-------------+",
        "+----+-------------+",
    ]
