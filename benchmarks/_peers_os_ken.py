"""os-ken as a route reflector: ``python _peers_os_ken.py ADDRESS PORT ASN CLUSTER FAMILY COUNT-FILE CLIENTS``.

Runs with the Python that has os-ken, not with the project's, and with OSKEN_HUB_TYPE=eventlet: with threads, which are
its default, os-ken's queues lose routes. os-ken knows no ranges: each client is a neighbour of its
own, passive; the last argument names their addresses. The number of prefixes is written once a second.
"""

import importlib
import sys
from pathlib import Path
from typing import Any


def main(address: str, port: str, asn: str, cluster: str, family: str, count_file: str, clients: str) -> None:
    """Reflect until the process is ended."""
    green: Any = importlib.import_module("eventlet")
    green.monkey_patch()
    logging: Any = importlib.import_module("logging")
    logging.disable(logging.CRITICAL)
    hub: Any = importlib.import_module("os_ken.lib.hub")
    speakers: Any = importlib.import_module("os_ken.services.protocols.bgp.bgpspeaker")
    managers: Any = importlib.import_module("os_ken.services.protocols.bgp.core_manager")
    speaker: Any = speakers.BGPSpeaker(
        int(asn),
        address,
        bgp_server_hosts=(address,),
        bgp_server_port=int(port),
        cluster_id=cluster,
    )
    for client in clients.split(","):
        speaker.neighbor_add(
            client,
            int(asn),
            enable_ipv4=family == "ipv4",
            enable_ipv6=family == "ipv6",
            is_route_reflector_client=True,
            connect_mode="passive",
        )
    file = Path(count_file)
    while True:
        tables: Any = managers.CORE_MANAGER.get_core_service().table_manager.global_tables
        file.write_text(str(sum(len(list(table.values())) for table in tables.values())), encoding="ascii")
        hub.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
