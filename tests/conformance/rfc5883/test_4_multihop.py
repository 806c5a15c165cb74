"""RFC 5883: demultiplexing by both addresses (section 4.1), port 4784 (5), security without TTL 255 (6)."""

import pytest

from tests.support.scripted_peer import eventually
from tests.unit.bfd.loopback import ONE, OTHER, Listener, path, send_first_packet, service, state_of, way_back


@pytest.mark.rfc("5883", "5")
async def test_packets_go_to_port_4784() -> None:
    """So that those of one hop and of several never meet."""
    async with service() as one, service(OTHER) as two:
        one.watch(path(multihop=True), Listener())
        two.watch(way_back(), Listener())
        await eventually(lambda: one.packets_for_nobody > 0 and two.packets_for_nobody > 0, "packets for nobody")
        two.watch(way_back(multihop=True), Listener())
        await state_of(one, "Up")


@pytest.mark.rfc("5883", "4.1")
async def test_first_packets_are_told_apart_by_both_addresses() -> None:
    """Two paths from one system to two addresses of ours are two sessions."""
    third = ONE[: ONE.rindex(".")] + ".3"
    async with service() as one, service(OTHER) as two, service(third) as three:
        two.watch(path(ONE, OTHER, multihop=True), Listener())
        three.watch(path(ONE, third, multihop=True), Listener())
        one.watch(path(OTHER, ONE, multihop=True), Listener())
        one.watch(path(third, ONE, multihop=True), Listener())
        await state_of(one, "Up", 0)
        await state_of(one, "Up", 1)
        assert one.sessions()[0].remote_discriminator == two.sessions()[0].discriminator
        assert one.sessions()[1].remote_discriminator == three.sessions()[0].discriminator


@pytest.mark.rfc("5883", "6")
@pytest.mark.parametrize(("minimum", "taken"), [(None, True), (60, True), (65, False)])
async def test_the_ttl_is_checked_as_far_as_it_is_known(minimum: int | None, taken: bool) -> None:
    """Some peers send with 64: nothing is asked of it unless the options say so."""
    async with service() as one:
        one.watch(path(multihop=True, minimum_ttl=minimum), Listener())
        send_first_packet(64, multihop=True)
        if taken:
            await state_of(one, "Init")
        else:
            await eventually(lambda: one.sessions()[0].packets_discarded == 1, "a packet discarded")
            assert one.sessions()[0].state == "Down"
