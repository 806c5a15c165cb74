"""What goes through the local socket: lines of JSON, a request answered by items and an end.

::

    < {"speaker": "bgpkit", "protocol": 1, "version": "0.1.0", "pid": 4711}
    > {"id": 1, "do": "peers", "with": {"peer": "192.0.2.1"}}
    < {"id": 1, "item": {...}}
    < {"id": 1, "end": true}
    > {"id": 2, "do": "dance"}
    < {"id": 2, "error": "there is no request 'dance'; known: ..."}

The other side greets first. Requests of one connection are answered one after the other; who wants two answers at a
time opens two. An answer without an end goes on until the asker closes the connection.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from bgpkit.control.error import ControlError

PROTOCOL: Final = 1
"""The version; it changes when a client that knows only the former would be misled."""
LONGEST_REQUEST: Final = 65_536
"""Octets of a request with its line end, at most."""
_KEYS: Final = frozenset({"id", "do", "with"})


@dataclass(frozen=True, slots=True)
class Words:
    """What a request says beside its name; ControlError for a word of the wrong kind."""

    given: Mapping[str, object]

    def only(self, *known: str) -> "Words":
        """Return the same; ControlError when there is a word that is not ``known``."""
        for word in self.given:
            if word not in known:
                raise ControlError(f"there is no word {word!r} here; known: {', '.join(known) or 'none'}")
        return self

    def text(self, word: str) -> str:
        """Return a text, empty where there is none."""
        value = self.given.get(word) or ""
        if not isinstance(value, str):
            raise ControlError(f"{word} is no text")
        return value

    def texts(self, word: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        value = self.given.get(word) or ()
        texts = tuple(cast("list[object]", value)) if isinstance(value, list) else ()
        if (value and not texts) or not all(isinstance(each, str) for each in texts):
            raise ControlError(f"{word} is no list of texts")
        return tuple(map(str, texts))

    def flag(self, word: str) -> bool:
        """Return true or false; what is not there is false."""
        value = self.given.get(word) or False
        if not isinstance(value, bool):
            raise ControlError(f"{word} is neither true nor false")
        return value


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    id: int
    do: str
    words: Words


def read_request(line: bytes) -> Request:
    """Return the request that a line holds; ControlError for a line that holds none."""
    try:
        data: object = json.loads(line)
    except (ValueError, RecursionError):
        raise ControlError("this is no line of JSON") from None
    if not isinstance(data, dict):
        raise ControlError("a request is a JSON object")
    fields = cast("dict[str, object]", data)
    number, do, words = fields.get("id"), fields.get("do"), fields.get("with", {})
    if not isinstance(number, int) or not isinstance(do, str) or not isinstance(words, dict) or set(fields) - _KEYS:
        raise ControlError('a request is {"id": NUMBER, "do": NAME, "with": {...}}')
    return Request(number, do, Words(cast("dict[str, object]", words)))


def write_request(number: int, do: str, words: Mapping[str, object]) -> bytes:
    """Return the line of a request."""
    return _line({"id": number, "do": do, "with": {word: value for word, value in words.items() if value}})


def greeting(version: str, pid: int) -> bytes:
    """Return the first line of the other side."""
    return _line({"speaker": "bgpkit", "protocol": PROTOCOL, "version": version, "pid": pid})


def item_lines(number: int, items: list[str]) -> bytes:
    """Return the lines of items, which are JSON already."""
    head = f'{{"id":{number},"item":'
    return "".join([f"{head}{item}}}\n" for item in items]).encode()


def end_line(number: int) -> bytes:
    """Return the line that ends an answer."""
    return _line({"id": number, "end": True})


def error_line(number: int | None, text: str) -> bytes:
    """Return the line that says why there is no answer, or no more of it."""
    return _line({"id": number, "error": text})


def _line(data: Mapping[str, object]) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"
