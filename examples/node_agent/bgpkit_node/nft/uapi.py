"""Numbers of nf_tables. linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink.h, linux/netlink.h."""

from enum import IntEnum
from typing import Final

NETLINK_NETFILTER: Final = 12
SUBSYSTEM: Final = 10
"""nf_tables among the subsystems of nfnetlink."""
INET: Final = 1
"""The family of tables for both IP versions."""
UNSPECIFIED: Final = 0

NLMSG_ERROR: Final = 2
NLMSG_DONE: Final = 3
BATCH_BEGIN: Final = 16
BATCH_END: Final = 17

REQUEST: Final = 0x001
ACK: Final = 0x004
INTERRUPTED: Final = 0x010
DUMP: Final = 0x300
CREATE: Final = 0x400
APPEND: Final = 0x800

NESTED: Final = 0x8000
KIND: Final = 0x3FFF
"""An attribute's kind without the bits for nesting and byte order."""

DROP: Final = 0
ACCEPT: Final = 1
JUMP: Final = -3
GOTO: Final = -4
INTERVAL_END: Final = 1
ANONYMOUS: Final = 1


class Message(IntEnum):
    """What is asked for: NFT_MSG_*."""

    NEW_TABLE = 0
    GET_TABLE = 1
    DELETE_TABLE = 2
    NEW_CHAIN = 3
    GET_CHAIN = 4
    DELETE_CHAIN = 5
    NEW_RULE = 6
    GET_RULE = 7
    DELETE_RULES = 8
    GET_SET = 10
    DELETE_SET = 11
    NEW_ELEMENTS = 12
    GET_ELEMENTS = 13
    DELETE_ELEMENTS = 14
    TRACE = 17


class Attribute(IntEnum):
    """Attributes; those of different objects share numbers."""

    TABLE = 1
    """Of chains, rules, sets and elements: NFTA_CHAIN_TABLE and so on; also NFTA_TABLE_NAME."""
    CHAIN_NAME = 3
    CHAIN_USERDATA = 12
    RULE_CHAIN = 2
    RULE_HANDLE = 3
    RULE_EXPRESSIONS = 4
    RULE_USERDATA = 7
    EXPRESSION_NAME = 1
    EXPRESSION_DATA = 2
    COUNTER_BYTES = 1
    COUNTER_PACKETS = 2
    IMMEDIATE_REGISTER = 1
    IMMEDIATE_DATA = 2
    SET_NAME = 2
    SET_FLAGS = 3
    ELEMENTS_SET = 2
    ELEMENTS = 3
    TABLE_USERDATA = 6
    LIST_ITEM = 1
    KEY = 1
    DATA = 2
    FLAGS = 3
    ELEMENT_USERDATA = 6
    KEY_END = 10
    VALUE = 1
    VERDICT = 2
    VERDICT_CODE = 1
    VERDICT_CHAIN = 2
