"""gRPC's channels to etcd: what they are told, and when one can be used."""

from typing import Final
from urllib.parse import urlsplit

import grpc
from grpc.aio import Channel

from bgpkit_node.datastore.etcd.credentials import Credentials

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.keepalive_time_ms", 10_000),  # etcd takes offence at anything below 5 seconds
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


def open_channel(endpoint: str, credentials: Credentials) -> Channel:
    """Return a channel to an endpoint (a URL); it connects when it is first used."""
    url = urlsplit(endpoint)
    if url.scheme == "http":
        return grpc.aio.insecure_channel(url.netloc, _OPTIONS)
    shown = grpc.ssl_channel_credentials(
        root_certificates=credentials.authority or None,
        private_key=credentials.key or None,
        certificate_chain=credentials.certificate or None,
    )
    return grpc.aio.secure_channel(url.netloc, shown, _OPTIONS)


async def settled(channel: Channel) -> bool:
    """Connect, and return whether that has succeeded once it has or has not."""
    while True:
        state = channel.get_state(try_to_connect=True)
        if state is grpc.ChannelConnectivity.READY:
            return True
        if state in {grpc.ChannelConnectivity.TRANSIENT_FAILURE, grpc.ChannelConnectivity.SHUTDOWN}:
            return False
        await channel.wait_for_state_change(state)
