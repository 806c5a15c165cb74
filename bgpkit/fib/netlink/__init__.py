"""The kernel's routing netlink: octets both ways, and the sockets they go through. netlink(7), rtnetlink(7).

::

    uapi                numbers, under the kernel's own names
    attributes          how values are strung together (pure)
    encap_octets        what next hops wrap packets in (pure)
    encode, decode      requests; answers, dumps and notices (pure)
    route_body          what is said of a route beside its prefix (pure)
    vrf                 which table a VRF's device stands for (pure)
    packet_filter       what the kernel need not tell (pure)
    opening             a socket, here or in another network namespace
    reader              asked and listened to: anybody may
    kernel_socket       told, too: the port of the synchronisation
"""
