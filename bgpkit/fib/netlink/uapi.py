"""Numbers of the kernel's netlink interface, under the kernel's own names.

linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h, linux/if_link.h, linux/filter.h.
"""

from typing import Final

NLMSG_ERROR: Final = 2
NLMSG_DONE: Final = 3

NLM_F_REQUEST: Final = 0x1
NLM_F_ACK: Final = 0x4
NLM_F_DUMP_INTR: Final = 0x10
NLM_F_DUMP: Final = 0x300
NLM_F_REPLACE: Final = 0x100
NLM_F_EXCL: Final = 0x200
NLM_F_CREATE: Final = 0x400
NLM_F_CAPPED: Final = 0x100
"""In an answer: the request is not repeated after its header."""
NLM_F_ACK_TLVS: Final = 0x200
"""In an answer: attributes follow, the kernel's sentence among them."""
NLMSGERR_ATTR_MSG: Final = 1

SOL_NETLINK: Final = 270
NETLINK_ADD_MEMBERSHIP: Final = 1
NETLINK_CAP_ACK: Final = 10
NETLINK_EXT_ACK: Final = 11
NETLINK_GET_STRICT_CHK: Final = 12
SO_ATTACH_FILTER: Final = 26
SO_SNDBUFFORCE: Final = 32
SO_RCVBUFFORCE: Final = 33
SIOCGIFINDEX: Final = 0x8933

RTNLGRP_LINK: Final = 1
RTNLGRP_IPV4_IFADDR: Final = 5
RTNLGRP_IPV4_ROUTE: Final = 7
RTNLGRP_IPV6_IFADDR: Final = 9
RTNLGRP_IPV6_ROUTE: Final = 11
RTNLGRP_NEXTHOP: Final = 32

RTM_NEWLINK: Final = 16
RTM_DELLINK: Final = 17
RTM_GETLINK: Final = 18
RTM_NEWADDR: Final = 20
RTM_DELADDR: Final = 21
RTM_GETADDR: Final = 22
RTM_NEWROUTE: Final = 24
RTM_DELROUTE: Final = 25
RTM_GETROUTE: Final = 26
RTM_NEWNEXTHOP: Final = 104
RTM_DELNEXTHOP: Final = 105
RTM_GETNEXTHOP: Final = 106

RTN_UNSPEC: Final = 0
RTN_UNICAST: Final = 1
RTN_LOCAL: Final = 2
RTN_BLACKHOLE: Final = 6
RTN_UNREACHABLE: Final = 7
RTN_PROHIBIT: Final = 8

RTPROT_KERNEL: Final = 2
"""Routes that come with an address of an interface."""

RT_SCOPE_UNIVERSE: Final = 0
RT_SCOPE_LINK: Final = 253
RT_SCOPE_NOWHERE: Final = 255

RT_TABLE_UNSPEC: Final = 0
RT_TABLE_COMPAT: Final = 252
"""What the one-octet table field holds when the number is too large for it."""
RT_TABLE_MAIN: Final = 254
RT_TABLE_LOCAL: Final = 255

RTM_F_CLONED: Final = 0x200
RTM_F_FIB_MATCH: Final = 0x2000
"""In a question: tell of the route that decides, and take nothing for granted where there is none."""
RTNH_F_ONLINK: Final = 4

RTA_DST: Final = 1
RTA_OIF: Final = 4
RTA_GATEWAY: Final = 5
RTA_PRIORITY: Final = 6
RTA_PREFSRC: Final = 7
RTA_METRICS: Final = 8
RTA_MULTIPATH: Final = 9
RTA_CACHEINFO: Final = 12
"""Of IPv6 routes: the third number of 4 octets is the time left in hundredths of a second, 0 for ever, below 0 over."""
RTA_TABLE: Final = 15
RTA_VIA: Final = 18
RTA_PREF: Final = 20
RTA_ENCAP_TYPE: Final = 21
RTA_ENCAP: Final = 22
RTA_PAD: Final = 24
RTA_NH_ID: Final = 30
RTAX_MTU: Final = 2

NHA_ID: Final = 1
NHA_GROUP: Final = 2
NHA_GROUP_TYPE: Final = 3
NHA_OIF: Final = 5
NHA_GATEWAY: Final = 6
NHA_ENCAP_TYPE: Final = 7
NHA_ENCAP: Final = 8
NHA_OP_FLAGS: Final = 14
"""In an answer since Linux 6.12: which fields of a group are meant; none that is read here."""
NEXTHOP_GRP_TYPE_MPATH: Final = 0
NLA_F_NESTED: Final = 0x8000

LWTUNNEL_ENCAP_MPLS: Final = 1
LWTUNNEL_ENCAP_IP: Final = 2
LWTUNNEL_ENCAP_IP6: Final = 4
LWTUNNEL_ENCAP_SEG6: Final = 5
LWTUNNEL_IP_ID: Final = 1
LWTUNNEL_IP_DST: Final = 2
LWTUNNEL_IP_SRC: Final = 3
LWTUNNEL_IP_TTL: Final = 4
LWTUNNEL_IP_TOS: Final = 5
LWTUNNEL_IP_FLAGS: Final = 6
LWTUNNEL_IP_PAD: Final = 7
TUNNEL_CSUM: Final = 0x1
TUNNEL_KEY: Final = 0x4
TUNNEL_SEQ: Final = 0x8
MPLS_IPTUNNEL_DST: Final = 1
MPLS_IPTUNNEL_TTL: Final = 2
SEG6_IPTUNNEL_SRH: Final = 1

IFA_ADDRESS: Final = 1
IFA_LOCAL: Final = 2
IFLA_IFNAME: Final = 3
IFLA_MASTER: Final = 10
IFLA_LINKINFO: Final = 18
IFLA_INFO_KIND: Final = 1
IFLA_INFO_DATA: Final = 2
IFLA_VRF_TABLE: Final = 1
IFF_UP: Final = 0x1
IFF_RUNNING: Final = 0x40
IFF_LOWER_UP: Final = 0x10000
