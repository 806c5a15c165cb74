"""Answers in lines with a number of four digits: ``1002-first``, `` next of the same number``, ``0000 end``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer."""

    code: int
    """0 to 9999; 8000 and more are refusals, 9000 and more errors of the command."""
    text: str = ""
    last: bool = False
    """It ends the answer."""


class Framer:
    """Turns the lines of one answer into octets; a number is not repeated on the lines that follow it."""

    def __init__(self) -> None:
        """Begin an answer."""
        self._code = -1

    def framed(self, line: Line) -> bytes:
        """Return the octets of ``line``; a line feed in its text would be a line of its own, and becomes a space."""
        text = line.text.replace("\n", " ")
        if line.last:
            head = f"{line.code:04} "
        elif line.code == self._code:
            head = " "
        else:
            head = f"{line.code:04}-"
        self._code = line.code
        return f"{head}{text}\n".encode(errors="replace")


END = Line(0, "", last=True)
"""The end of an answer that has said all."""


def refused(code: int, text: str) -> Line:
    """Return an answer that is nothing but a refusal."""
    return Line(code, text, last=True)
