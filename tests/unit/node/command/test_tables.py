"""Plain tables: at least five wide, three spaces apart."""

from bgpkit_node.command.tables import aligned


def test_columns_are_as_wide_as_their_widest_cell_and_three_spaces() -> None:
    """Also the last one."""
    assert aligned(("NAME", "ASN"), [("k8s-node1", "64512")]) == "NAME        ASN     \nk8s-node1   64512   "


def test_a_column_is_at_least_five_wide() -> None:
    """Short headings and empty cells do not run together."""
    assert aligned(("A", "B"), [("", "x")]) == "A    B    \n     x    "


def test_without_rows_the_header_stands_alone() -> None:
    """It is as wide as itself."""
    assert aligned(("NAME",), []) == "NAME   "
