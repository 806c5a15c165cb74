"""Where keys stand; the law is in tests/properties/test_configuration_positions.py."""

from bgpkit.configuration.positions import positions_of

DOCUMENT = """\
a.b = 1
[t]  # [no]
x = [
  "]", 2,
  { y = '''
}''' },
]
[[list]]
[[list.inner]]
"q.r" = true
[[list]]
"""


def test_keys_items_and_tables_have_their_lines() -> None:
    """Also inside arrays and inline tables, behind strings that look like something else, and in lists of lists."""
    lines = positions_of(DOCUMENT).lines
    assert lines == {
        ("a",): 1,
        ("a", "b"): 1,
        ("t",): 2,
        ("t", "x"): 3,
        ("t", "x", 0): 4,
        ("t", "x", 1): 4,
        ("t", "x", 2): 5,
        ("t", "x", 2, "y"): 5,
        ("list",): 8,
        ("list", 0): 8,
        ("list", 0, "inner"): 9,
        ("list", 0, "inner", 0): 9,
        ("list", 0, "inner", 0, "q.r"): 10,
        ("list", 1): 11,
    }


def test_what_has_no_line_has_that_of_what_it_would_be_in() -> None:
    """A key that is missing is told at its table."""
    positions = positions_of(DOCUMENT)
    assert positions.line(("list", 0, "gone", "inner")) == 8
    assert positions.line(("gone",)) == 1


def test_a_statement_has_all_its_lines() -> None:
    """From the key to the end of the value."""
    spans = {each.path: (each.first, each.last) for each in positions_of(DOCUMENT).statements}
    assert spans["t", "x"] == (3, 7)
    assert spans["list", 1] == (11, 11)
