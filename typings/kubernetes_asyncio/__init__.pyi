# What the node agent uses of kubernetes_asyncio 36, and nothing more.
