"""Lines for a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.command.wrapping import WIDTH, counted, hexed, listed, printable, wrapped

WORDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=WIDTH - 10)


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_wrapped_words_are_all_there_and_fit(words: list[str]) -> None:
    """Lines are no wider than they may be, later ones stand further in, no word is lost."""
    lines = wrapped(words, 2)
    assert " ".join(lines).split() == words
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0].startswith("  ")
    assert all(line.startswith("      ") for line in lines[1:])


def test_a_long_word_has_a_line_of_its_own() -> None:
    """It is not broken."""
    assert wrapped(["a", "b" * 200, "c"], 0) == ["a", "    " + "b" * 200, "    c"]


def test_items_are_listed_with_commas_and_not_broken() -> None:
    """A blank within an item is no place to break a line."""
    assert listed("NLRI", ["10.0.0.0/8 path-id 1", "192.0.2.0/24"], 2) == ["  NLRI 10.0.0.0/8 path-id 1, 192.0.2.0/24"]
    assert listed("NLRI", [], 0) == ["NLRI"]
    lines = listed("NLRI", [f"10.0.{number}.0/24 path-id {number}" for number in range(20)], 0)
    assert len(lines) > 1
    assert all(line.rstrip(",").count("path-id") == line.count("/24") for line in lines)


def test_octets_are_shown_up_to_a_bound() -> None:
    """32 octets a line, 256 in all, and how many there are beyond."""
    assert hexed(b"", 2) == []
    assert hexed(b"\x00\xff", 2) == ["  00 ff"]
    lines = hexed(bytes(300), 0)
    assert [len(line.split()) for line in lines[:-1]] == [32] * 8
    assert lines[-1] == "and 44 octets more (--json shows all)"


def test_numbers_have_their_noun() -> None:
    """One octet, several octets."""
    assert (counted(1, "octet"), counted(0, "octet"), counted(2, "octet")) == ("1 octet", "0 octets", "2 octets")


@given(st.text())
def test_no_control_character_reaches_the_terminal(line: str) -> None:
    """Whatever a peer has sent, lone surrogates too."""
    assert printable(line).isprintable()
    if line.isprintable():
        assert printable(line) == line


def test_escapes_show_what_was_there() -> None:
    """An escape sequence is seen, not obeyed."""
    assert printable("a\x1b[31m\udc80é") == "a\\x1b[31m\\udc80é"
