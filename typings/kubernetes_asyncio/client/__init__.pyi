from collections.abc import Mapping, Sequence

from aiohttp import ClientResponse, ClientTimeout

class Configuration:
    host: str
    def __init__(self) -> None: ...

class ApiClient:
    def __init__(self, configuration: Configuration) -> None: ...
    async def close(self) -> None: ...
    async def call_api(
        self,
        resource_path: str,
        method: str,
        *,
        query_params: Sequence[tuple[str, str]],
        header_params: Mapping[str, str],
        auth_settings: Sequence[str],
        _preload_content: bool,
        _request_timeout: ClientTimeout,
    ) -> ClientResponse: ...
