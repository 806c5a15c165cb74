from kubernetes_asyncio.client import Configuration
from kubernetes_asyncio.config.config_exception import ConfigException as ConfigException

async def load_kube_config(
    config_file: str, *, context: str, client_configuration: Configuration, persist_config: bool
) -> object: ...
def load_incluster_config(*, client_configuration: Configuration) -> None: ...
