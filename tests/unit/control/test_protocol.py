"""Lines of the local socket."""

import json

import pytest

from bgpkit.control import PROTOCOL, ControlError, Words
from bgpkit.control.protocol import end_line, error_line, greeting, item_lines, read_request, write_request


def test_a_request_is_read_as_it_was_written() -> None:
    """Words that say nothing are left out."""
    request = read_request(
        write_request(3, "routes", {"prefix": "10.0.0.0/8", "peer": "", "longer": True, "news": False})
    )
    assert (request.id, request.do, request.words.given) == (3, "routes", {"prefix": "10.0.0.0/8", "longer": True})


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"peers\n",
        b"[]\n",
        b"{}\n",
        b'{"id": "1", "do": "peers"}\n',
        b'{"id": 1, "do": 2}\n',
        b'{"id": 1, "do": "peers", "with": []}\n',
        b'{"id": 1, "do": "peers", "also": 1}\n',
        b"[" * 60_000 + b"\n",
        b"\xff\xfe\n",
    ],
)
def test_what_is_no_request_is_refused(line: bytes) -> None:
    """With ControlError and nothing else."""
    with pytest.raises(ControlError):
        read_request(line)


def test_words_have_kinds() -> None:
    """What is absent is empty; what is of another kind is refused, and so is a word that nobody knows."""
    words = Words({"text": "x", "texts": ["a", "b"], "flag": True})
    assert (words.text("text"), words.texts("texts"), words.flag("flag")) == ("x", ("a", "b"), True)
    assert (words.text("a"), words.texts("b"), words.flag("c")) == ("", (), False)
    assert words.only("text", "texts", "flag") is words
    for wrong in (
        lambda: words.only("text"),
        lambda: words.text("texts"),
        lambda: words.texts("text"),
        lambda: Words({"texts": [1]}).texts("texts"),
        lambda: words.flag("text"),
    ):
        with pytest.raises(ControlError):
            wrong()


def test_answers_are_lines_of_json() -> None:
    """Items as they are given, then an end or an error; a greeting before all."""
    lines = item_lines(7, ['{"a":1}', '{"a":2}']) + end_line(7) + error_line(None, "no\nway")
    assert [json.loads(line) for line in lines.splitlines()] == [
        {"id": 7, "item": {"a": 1}},
        {"id": 7, "item": {"a": 2}},
        {"id": 7, "end": True},
        {"id": None, "error": "no\nway"},
    ]
    assert json.loads(greeting("1.2", 9)) == {"speaker": "bgpkit", "protocol": PROTOCOL, "version": "1.2", "pid": 9}
