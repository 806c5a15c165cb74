"""The kernel's routing netlink: octets both ways, and the sockets they go through. netlink(7), rtnetlink(7).

::

    uapi                numbers, under the kernel's own names
    encode, decode      requests; answers, dumps and notices (pure)
    packet_filter       what the kernel need not tell (pure)
    reader              asked and listened to: anybody may
    kernel_socket       told, too: the port of the synchronisation
"""
