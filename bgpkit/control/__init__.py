"""The local socket of a speaker: who may, asks it on the same machine what it does.

::

    answers = SpeakerAnswers(speaker)
    async with ControlServer(answers.answerers(), Path("/run/router/bgpkit.sock")):
        ...                                          # bgpkit peers --socket /run/router/bgpkit.sock

Beside the speaker, and on its public face only: any program that embeds one can have it. `protocol` tells what goes
through the socket; ``ControlClient`` is the asking side.
"""

from bgpkit.control.answers import SpeakerAnswers
from bgpkit.control.client import ControlClient
from bgpkit.control.connection import Answer, Answerer
from bgpkit.control.error import ControlError
from bgpkit.control.listening import ListeningSocket
from bgpkit.control.place import own_socket, socket_to_ask
from bgpkit.control.protocol import PROTOCOL, Words
from bgpkit.control.server import ControlServer

__all__ = [
    "PROTOCOL",
    "Answer",
    "Answerer",
    "ControlClient",
    "ControlError",
    "ControlServer",
    "ListeningSocket",
    "SpeakerAnswers",
    "Words",
    "own_socket",
    "socket_to_ask",
]
