"""The types and subtypes of MRT records, as IANA numbers them."""

from enum import IntEnum


class RecordType(IntEnum):
    """The Type field of the MRT header. RFC 6396, section 4."""

    OSPFV2 = 11
    TABLE_DUMP = 12
    TABLE_DUMP_V2 = 13
    BGP4MP = 16
    BGP4MP_ET = 17
    ISIS = 32
    ISIS_ET = 33
    OSPFV3 = 48
    OSPFV3_ET = 49


class TableDumpSubtype(IntEnum):
    """The Subtype field of TABLE_DUMP. RFC 6396, section 4.2."""

    AFI_IPV4 = 1
    AFI_IPV6 = 2


class TableDumpV2Subtype(IntEnum):
    """The Subtype field of TABLE_DUMP_V2. RFC 6396, section 4.3; RFC 8050, section 5."""

    PEER_INDEX_TABLE = 1
    RIB_IPV4_UNICAST = 2
    RIB_IPV4_MULTICAST = 3
    RIB_IPV6_UNICAST = 4
    RIB_IPV6_MULTICAST = 5
    RIB_GENERIC = 6
    RIB_IPV4_UNICAST_ADDPATH = 8
    RIB_IPV4_MULTICAST_ADDPATH = 9
    RIB_IPV6_UNICAST_ADDPATH = 10
    RIB_IPV6_MULTICAST_ADDPATH = 11
    RIB_GENERIC_ADDPATH = 12


class Bgp4mpSubtype(IntEnum):
    """The Subtype field of BGP4MP and BGP4MP_ET. RFC 6396, section 4.4; RFC 8050, section 5."""

    STATE_CHANGE = 0
    MESSAGE = 1
    MESSAGE_AS4 = 4
    STATE_CHANGE_AS4 = 5
    MESSAGE_LOCAL = 6
    MESSAGE_AS4_LOCAL = 7
    MESSAGE_ADDPATH = 8
    MESSAGE_AS4_ADDPATH = 9
    MESSAGE_LOCAL_ADDPATH = 10
    MESSAGE_AS4_LOCAL_ADDPATH = 11
