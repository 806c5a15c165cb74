"""RFC 5881: one session, both active (section 3), ports (4), TTL (5)."""

import asyncio
import socket

import pytest

from bgpkit.bfd import decode_packet
from bgpkit.bfd.sockets import Datagram, ReceivingSocket
from tests.support.scripted_peer import eventually
from tests.unit.bfd.loopback import ONE, OTHER, Listener, path, send_first_packet, service, state_of, way_back


@pytest.mark.rfc("5881", "3")
async def test_both_ends_take_the_active_role() -> None:
    """The first packet goes out unasked, with Your Discriminator 0."""
    got: list[Datagram] = []
    peer = ReceivingSocket(OTHER, multihop=False, received=got.append)
    async with service() as one:
        one.watch(path(), Listener())
        await eventually(lambda: bool(got), "a packet")
    peer.close()
    packet = decode_packet(got[0].octets)
    assert (packet.your_discriminator, packet.state.title) == (0, "Down")


@pytest.mark.rfc("5881", "3")
async def test_a_first_packet_of_nobody_configured_makes_no_session() -> None:
    """Only the system of the session is heard."""
    async with service() as one, service(OTHER) as two:
        one.watch(path(remote="127.0.0.9"), Listener())
        two.watch(way_back(), Listener())
        await eventually(lambda: one.packets_for_nobody > 0, "a packet for nobody")
        assert [session.state for session in one.sessions()] == ["Down"]


@pytest.mark.rfc("5881", "4")
async def test_packets_go_to_port_3784_from_one_port_of_the_range() -> None:
    """All of a session from the same, each session from its own."""
    ports: dict[str, set[int]] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.setblocking(False)
        listening.bind((OTHER, 3784))
        async with service() as one:
            one.watch(path(), Listener())
            loop = asyncio.get_running_loop()
            for number in range(3):
                octets, (address, port) = await asyncio.wait_for(loop.sock_recvfrom(listening, 512), 10)
                assert address == ONE
                ports.setdefault("first", set()).add(port)
                if number == 0:  # an answer, so that more packets come soon
                    listening.sendto(bytes.fromhex("20400318 00000009") + octets[4:8] + octets[12:], (ONE, 3784))
            one.watch(path(remote="127.0.0.9"), Listener())
            ports["second"] = {session.source_port for session in one.sessions()} - ports["first"]
    assert [len(each) for each in ports.values()] == [1, 1]
    assert all(49152 <= port <= 65535 for each in ports.values() for port in each)


@pytest.mark.rfc("5881", "5")
async def test_packets_go_out_with_ttl_255() -> None:
    """As the other end must see them."""
    got: list[Datagram] = []
    peer = ReceivingSocket(OTHER, multihop=False, received=got.append)
    async with service() as one:
        one.watch(path(), Listener())
        await eventually(lambda: bool(got), "a packet")
    peer.close()
    assert got[0].ttl == 255


@pytest.mark.rfc("5881", "5")
async def test_packets_with_another_ttl_are_discarded() -> None:
    """Whoever sends them is more than a hop away."""
    async with service() as one:
        one.watch(path(), Listener())
        send_first_packet(254)
        await eventually(lambda: one.sessions()[0].packets_discarded == 1, "a packet discarded")
        assert one.sessions()[0].state == "Down"
        send_first_packet(255)
        await state_of(one, "Init")
