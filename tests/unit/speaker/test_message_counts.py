"""Messages by type, as a session and the groups that send for it count them."""

from bgpkit.adj_rib_out import Sent
from bgpkit.session import Connection
from bgpkit.speaker import MessageCounts
from bgpkit.speaker.acceptor import Acceptor
from bgpkit.speaker.message_counts import NO_MESSAGES, messages_received, messages_sent
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import OURS, THEIRS, THIRD, connect, scripted, speaker_at, towards_scripted


async def test_what_groups_send_is_added_to_what_the_session_sends() -> None:
    """UPDATEs and the marks of refreshes come from groups, all else is sent one by one."""
    connection = Connection(Acceptor(print))
    connection.messages_sent[:] = [0, 1, 2, 3, 4, 5]
    connection.messages_received[:] = [0, 5, 4, 3, 2, 1]
    groups = Sent()
    groups.updates, groups.refreshes = 10, 20
    sent, received = messages_sent(connection, groups), messages_received(connection)
    assert sent == MessageCounts(opens=1, updates=12, notifications=3, keepalives=4, route_refreshes=25)
    assert received == MessageCounts(opens=5, updates=4, notifications=3, keepalives=2, route_refreshes=1)
    assert (sent.total, received.total) == (45, 15)


def test_without_a_session_there_are_none() -> None:
    """In neither direction."""
    assert messages_received(None) == messages_sent(None, Sent()) == NO_MESSAGES
    assert NO_MESSAGES.total == 0


async def test_two_speakers_count_the_same() -> None:
    """What one has sent the other has received, type by type, while routes of both and of a third go both ways."""
    async with speaker_at() as one, speaker_at(THEIRS) as two:
        await one.announce("10.1.0.0/16", "10.2.0.0/16")
        await connect(one, two, {"route_reflector_client": True})
        await one.add_peer(towards_scripted(THIRD, route_reflector_client=True))
        async with await scripted(one, address=THIRD) as third:
            await third.send(octets.update(octets.attributes(), "10.3.0.0/16"))
            await two.announce("10.4.0.0/16", "10.5.0.0/16")
            await one.withdraw("10.2.0.0/16")
            await two.refresh_peer(OURS)

            def agree() -> bool:
                ours = next(peer for peer in one.peers() if peer.address == THEIRS)
                (theirs,) = two.peers()
                return (
                    ours.messages_sent == theirs.messages_received
                    and ours.messages_received == theirs.messages_sent
                    and theirs.messages_sent.route_refreshes > 0
                    and theirs.messages_received.updates > 5
                )

            await eventually(agree, "equal counts")
