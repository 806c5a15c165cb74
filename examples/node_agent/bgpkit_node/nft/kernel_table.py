"""Our table in the kernel: read, changed element by element, or by a script of nft. Linux only; blocks.

netlink(7), nft(8).
"""

from collections.abc import Sequence
from errno import ENOENT
from typing import Self

from bgpkit_node.nft import octets, uapi
from bgpkit_node.nft.answers import Attributes, comment_of
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.library import NftLibrary
from bgpkit_node.nft.netfilter_socket import NOT_ALLOWED, NetfilterSocket, refused
from bgpkit_node.nft.octets import Request
from bgpkit_node.nft.uapi import Attribute, Message


class KernelTable:
    """The table of one name in the network namespace of the thread that makes this object."""

    def __init__(self, name: str) -> None:
        """Open a socket; NftError when the kernel has no nf_tables."""
        self.name = name
        self._socket = NetfilterSocket()
        self._nft: NftLibrary | None = None

    def __enter__(self) -> Self:
        """Return the table itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the socket."""
        self.close()

    def close(self) -> None:
        """Close the socket; the table stays in force."""
        self._socket.close()
        if self._nft is not None:
            self._nft.close()

    def comment(self) -> str | None:
        """Return what is written at the table, None when there is no table."""
        number = self._socket.next()
        self._socket.send(octets.look_up(self.name, number))
        found: str | None = None
        for answer in self._socket.answers(number, number):
            if answer.kind == uapi.NLMSG_ERROR:
                if answer.errno not in {0, ENOENT}:
                    raise refused("the table cannot be read", answer.errno)
                break
            found = comment_of(answer.attributes.get(Attribute.TABLE_USERDATA, b""))
        return found

    def dump(self, kind: Message, set_name: str = "") -> list[Attributes]:
        """Return all objects of a kind that are in the table, or all elements of a set."""
        return self._socket.dump(lambda number: octets.dump(kind, number, self.name, set_name))

    def commit(self, requests: Sequence[Request]) -> None:
        """Carry requests out, all or none; NftError names the first that the kernel refuses."""
        first = self._socket.next(len(requests) + 2) + 1
        last = first + len(requests) - 1
        self._socket.send(octets.batch(requests, first))
        for answer in self._socket.answers(first - 1, last):
            if answer.kind == uapi.NLMSG_ERROR and answer.errno:
                place = answer.sequence - first
                self._socket.drain()
                raise refused(requests[place].what if place >= 0 else "the transaction", answer.errno)
            if answer.sequence == last:
                return

    def run(self, script: str) -> None:
        """Let nft carry a script out, all or nothing; NftError with nft's first sentence when it is refused.

        NftError, too, when nft is not installed.
        """
        if self._nft is None:
            self._nft = NftLibrary()
        said = self._nft.run(script)
        if said is not None:
            if "Operation not permitted" in said:
                raise NftError(NOT_ALLOWED)
            raise NftError(f"nft refused the rules, those of before are in force: {said.splitlines()[0]}")
