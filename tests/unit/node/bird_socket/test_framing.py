"""Numbered lines, as BIRD 1.6.8 and 2.0.12 send them."""

from bgpkit_node.bird_socket.framing import END, Framer, Line, refused


def _framed(*lines: Line) -> str:
    framer = Framer()
    return b"".join(framer.framed(line) for line in lines).decode()


def test_a_number_is_not_repeated() -> None:
    """As captured: heading, first row, further rows, end."""
    answer = _framed(Line(2002, "name"), Line(1002, "a"), Line(1002, "b"), Line(1006, "x"), Line(1006), Line(1002), END)
    assert answer == "2002-name\n1002-a\n b\n1006-x\n \n1002-\n0000 \n"


def test_a_refusal_is_an_answer_of_one_line() -> None:
    """Its number is followed by a space: nothing more comes."""
    assert _framed(refused(9001, "syntax error")) == "9001 syntax error\n"


def test_a_text_stays_on_its_line() -> None:
    """What a peer's operator writes cannot end an answer; surrogates do not break it."""
    assert _framed(Line(1006, "a\n0000 b"), Line(1006, "\udc80"), END) == "1006-a 0000 b\n ?\n0000 \n"
