"""Names and comments in the table: by what they stand for, and short enough for the kernel."""

import re
from hashlib import blake2s
from typing import Final

from bgpkit_node.policy.program import SetId

_COMMENT: Final = 120
"""Octets of a comment; nft takes 128."""
_TAIL: Final = 40
_FOREIGN: Final = re.compile(r"[^A-Za-z0-9._/-]+")
_UNSAYABLE: Final = re.compile(r'["\\\x00-\x1f\x7f]')


def digest(*texts: str) -> str:
    """Return twelve hexadecimal digits that stand for the texts."""
    return blake2s("\0".join(texts).encode(), digest_size=6).hexdigest()


def named_by_content(word: str, *content: str) -> str:
    """Return a name that begins with ``word``, as far as nft can say it, and is another for other content."""
    return f"{_FOREIGN.sub('-', word)[:80]}-{digest(word, *content)}"


def network_set(set_id: SetId, version: int) -> str:
    """Return the name of the set that holds the networks of one IP version."""
    return f"net{version}-{digest(set_id)}"


def port_set(set_id: SetId, version: int) -> str:
    """Return the name of the set that holds the addresses, protocols and ports of one IP version."""
    return f"port{version}-{digest(set_id)}"


def comment(text: str) -> str:
    """Return the text as nft takes it, without the quotes round it; of a long one, beginning and end."""
    return said_within(_COMMENT, text)


def said_within(most: int, text: str) -> str:
    """Return the same for a place of ``most`` octets."""
    said = _UNSAYABLE.sub("'", text)
    octets = said.encode()
    if len(octets) <= most:
        return said
    head = octets[: most - _TAIL - 3].decode(errors="ignore")
    return f"{head}...{octets[-_TAIL:].decode(errors='ignore')}"
