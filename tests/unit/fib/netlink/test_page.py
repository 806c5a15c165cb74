"""A page of a dump: rows in columns."""

from bgpkit.fib.form import make_form
from bgpkit.fib.netlink.page import Page, Route

ROWS: list[Route] = [(b"\x08\x0a", 12, (make_form(6, [], 0),)), (b"\x08\x0b", 4, (make_form(7, [], 9),))]


def test_rows_come_back_as_they_were_put_in() -> None:
    """Prefix, protocol and form, in their order."""
    page = Page.of(ROWS)
    assert (list(page), len(page)) == (ROWS, 2)
    assert page.keys == [b"\x08\x0a", b"\x08\x0b"]


def test_an_empty_page_is_false() -> None:
    """There may be nothing of our address width in it."""
    assert not Page.of(())
