"""The package over asyncio. ``_sync`` is written from these files by ``generate.py``, but for ``flow.py``."""
