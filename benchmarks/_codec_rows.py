"""What benchmarks/codec.py measures, row by row."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

_OURS: Final = "benchmarks._codec_bgpkit"
_OS_KEN: Final = "benchmarks._codec_os_ken"
_EXABGP: Final = "benchmarks._codec_exabgp"


class Kind(Enum):
    """What rows are compared with each other."""

    DECODE = "decode"
    VALIDATE = "validate"
    TEXT = "decode and write as text"
    ENCODE = "encode"
    HOT_PATH = "hot path"
    MEMORY = "keep in memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One way through a stream, taken by one program."""

    name: str
    way: str
    """Module and function, as the worker takes them."""
    kind: Kind
    sample: bool = False
    """Whether a part of the first stream suffices, as of all others: for what is slow, or keeps all it makes."""
    first_only: bool = False
    """Whether it is measured on the first stream only."""
    plain_only: bool = False
    """Whether it makes sense only where routes are in the body and AS numbers have four octets."""

    @property
    def peer(self) -> bool:
        """Whether the program is not ours."""
        return not self.way.startswith(_OURS)


OS_KEN: Final = {Kind.DECODE: "os-ken, messages", Kind.TEXT: "os-ken, as text", Kind.ENCODE: "os-ken, messages encoded"}
"""The rows that the others of their kind are compared with."""

ROWS: Final = (
    Row(name="bgpkit, blocks for a RIB", way=f"{_OURS}:hot_path", kind=Kind.DECODE),
    Row(name="bgpkit, messages judged", way=f"{_OURS}:messages_judged", kind=Kind.DECODE),
    Row(name="bgpkit, every field read", way=f"{_OURS}:messages_read", kind=Kind.DECODE),
    Row(name=OS_KEN[Kind.DECODE], way=f"{_OS_KEN}:parse", kind=Kind.DECODE, sample=True),
    Row(name="ExaBGP, messages", way=f"{_EXABGP}:unpack", kind=Kind.DECODE, sample=True),
    Row(name="bgpkit, validating pass", way=f"{_OURS}:validating_pass", kind=Kind.VALIDATE, plain_only=True),
    Row(name="bgpkit, validating any block", way=f"{_OURS}:any_block", kind=Kind.VALIDATE),
    Row(name="bgpkit, as text", way=f"{_OURS}:messages_written", kind=Kind.TEXT, sample=True),
    Row(name=OS_KEN[Kind.TEXT], way=f"{_OS_KEN}:written", kind=Kind.TEXT, sample=True),
    Row(name="ExaBGP, as text", way=f"{_EXABGP}:written", kind=Kind.TEXT, sample=True),
    Row(name="bgpkit, messages encoded", way=f"{_OURS}:messages_encoded", kind=Kind.ENCODE, sample=True),
    Row(name=OS_KEN[Kind.ENCODE], way=f"{_OS_KEN}:serialize", kind=Kind.ENCODE, sample=True),
    Row(name="ExaBGP, messages encoded", way=f"{_EXABGP}:pack", kind=Kind.ENCODE, sample=True),
    Row(name="framing", way=f"{_OURS}:framing", kind=Kind.HOT_PATH, sample=True, first_only=True),
    Row(name="decode, blocks known", way=f"{_OURS}:known_blocks", kind=Kind.HOT_PATH, sample=True, first_only=True),
    Row(name="rewrite for reflection", way=f"{_OURS}:reflection", kind=Kind.HOT_PATH, sample=True, first_only=True),
    Row(name="encode, NLRI from keys", way=f"{_OURS}:from_keys", kind=Kind.HOT_PATH, sample=True, first_only=True),
    Row(name="encode, NLRI as received", way=f"{_OURS}:as_received", kind=Kind.HOT_PATH, sample=True, first_only=True),
    Row(name="bgpkit, judged and kept", way=f"{_OURS}:messages_kept", kind=Kind.MEMORY, sample=True, first_only=True),
    Row(name="bgpkit, read and kept", way=f"{_OURS}:values_kept", kind=Kind.MEMORY, sample=True, first_only=True),
    Row(name="os-ken, kept", way=f"{_OS_KEN}:kept", kind=Kind.MEMORY, sample=True, first_only=True),
    Row(name="ExaBGP, kept", way=f"{_EXABGP}:kept", kind=Kind.MEMORY, sample=True, first_only=True),
)
"""In the order in which they are measured, round after round, and printed."""
