"""The tables of bgpkit/wire/JSON.md, printed from the classes that the codec can write.

``python -m tests.support.json_page --write`` puts the present ones into the page.
"""

import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from types import NoneType
from typing import Final

from bgpkit.wire.attributes import Attribute, MpReach, MpUnreach
from bgpkit.wire.families import PathNlri
from bgpkit.wire.plain import to_plain
from bgpkit.wire.plain.hints import fields_of, is_enum, is_text, items_of, key_of, members_of, type_name
from bgpkit.wire.plain.registry import known_classes
from bgpkit.wire.update_message import UpdateMessage
from tests.support.sources import PROJECT

PAGE: Final = PROJECT / "bgpkit" / "wire" / "JSON.md"
BEGIN: Final = "<!-- tables: printed by python -m tests.support.json_page --write -->"
END: Final = "<!-- end of tables -->"

_PLAIN: Final[dict[object, str]] = {
    NoneType: "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    float: "number",
    bytes: "hex",
    object: "any",
}
_BY_ROW: Final = {
    (Attribute, "value"): "what the row of `code` says, or `{hex}`",
    (MpReach, "nlri"): "[NLRI of `family`, ...]",
    (MpUnreach, "nlri"): "[NLRI of `family`, ...]",
    (PathNlri, "nlri"): "NLRI",
    (UpdateMessage, "nlri"): "[NLRI of ipv4-unicast, ...]",
    (UpdateMessage, "withdrawn"): "[NLRI of ipv4-unicast, ...]",
}
"""The fields whose content a row tells, and not their hint."""


def classes() -> Iterator[tuple[str, type]]:
    """Yield the types that JSON can name, in order, with their classes."""
    for name, found in sorted(known_classes().items()):
        for cls in found:
            yield name, cls


def has_text(cls: type) -> bool:
    """Tell whether the values of a class are texts."""
    return is_text(cls) or cls in {IPv4Address, IPv6Address}


def tables() -> str:
    """Return the tables of words and of types as Markdown."""
    words = [f"| `{name}` | {_words(cls)} |" for name, cls in classes() if is_enum(cls)]
    types = [f"| `{name}` | {_keys(cls)} |" for name, cls in classes() if not is_enum(cls) and not has_text(cls)]
    return "\n".join(
        [
            "## Words",
            "",
            "| type | words |",
            "|---|---|",
            *words,
            "",
            "## Types and their keys",
            "",
            "Behind a key stands an object of that type, its text or its word; `hex` is a string of hexadecimal",
            "digits.",
            "",
            "| type | keys |",
            "|---|---|",
            *types,
        ]
    )


def printed(text: str) -> str:
    """Return the tables that the page's text holds; raise ValueError when the marks are not there."""
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[start:end].strip()


def main(arguments: list[str]) -> int:
    """Print the tables, or write them into the page with ``--write``."""
    if arguments != ["--write"]:
        sys.stdout.write(tables() + "\n")
        return 0
    text = PAGE.read_text(encoding="utf-8")
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    PAGE.write_text(f"{text[:start]}\n{tables()}\n{text[end:]}", encoding="utf-8")
    return 0


def _words(cls: type) -> str:
    return ", ".join(f"`{to_plain(member)}`" for member in cls) if is_enum(cls) else ""


def _keys(cls: type) -> str:
    fields = fields_of(cls) or {}
    return "; ".join(f"`{key_of(name)}` {_BY_ROW.get((cls, name)) or _hint(hint)}" for name, hint in fields.items())


def _hint(hint: object) -> str:
    """Return what stands for a type hint."""
    found: list[str] = []
    for member in members_of(hint):
        items = items_of(member)
        if member in _PLAIN:
            found.append(_PLAIN[member])
        elif items is not None:
            found.append(f"[{', '.join(map(_hint, items[0]))}{', ...' if items[1] else ''}]")
        elif isinstance(member, type):
            found.append(type_name(member))
    return " or ".join(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
