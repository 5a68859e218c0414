"""The package without asyncio. ``generate.py`` writes these files from ``_async``, but for ``flow.py``."""
