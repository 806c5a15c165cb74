"""Captures of packets: from files to the BGP messages in them.

::

    pcap, pcapng     files, a packet at a time
    segment          a packet to its TCP segment, whatever link it was captured on
    reassembly       segments of one direction to a stream, with gaps where the capture lacks something
    message_stream   a stream to messages, found again behind a gap
    connection       both directions of a connection, and the terms that its OPENs make
    reading          all of it together
"""

from bgpkit.command.capture.reading import read_capture

__all__ = ["read_capture"]
