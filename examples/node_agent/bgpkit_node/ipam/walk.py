"""The order in which a node looks for a block to claim: once round the pool, from a place of its own."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from bgpkit_node.ipam.address import IPNetwork

_OFFSET_BASIS: Final = 0x811C9DC5
_PRIME: Final = 0x01000193
_MASK: Final = 0xFFFFFFFF


def fnv32(octets: bytes) -> int:
    """Return the 32-bit FNV-1 hash of ``octets``."""
    value = _OFFSET_BASIS
    for octet in octets:
        value = (value * _PRIME & _MASK) ^ octet
    return value


def start_of(node: str, blocks: int) -> int:
    """Return the place, 0 to ``blocks`` - 1, where ``node`` begins.

    The same at each try, so that a claim is repeated and not doubled; and far from that of other nodes, so that they
    seldom meet: the hash alone would put node1 and node2 next to each other, its bits are spread first.
    """
    value = fnv32(node.encode())
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    return (value ^ value >> 16) % blocks


def walk(pool: IPNetwork, block_length: int, node: str) -> Iterator[IPNetwork]:
    """Yield each block of ``pool`` once, as ``node`` looks for one; none when the pool is smaller than a block."""
    if block_length < pool.prefixlen:
        return
    blocks = 1 << (block_length - pool.prefixlen)
    size = 1 << (pool.max_prefixlen - block_length)
    base, start = int(pool.network_address), start_of(node, blocks)
    for step in range(blocks):
        address = base + (start + step) % blocks * size
        yield IPv4Network((address, block_length)) if pool.version == 4 else IPv6Network((address, block_length))
