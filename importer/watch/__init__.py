"""A folder in, settled files out: the resident watcher, and one round of it for timers.

Scanning is the truth: no event of an operating system is needed, so that none can be lost. A file is taken when it has rested, read
once, and imported through `pipeline.import_files`; the database decides what happened. Files are never moved, changed or deleted,
except by ``--archive``.
"""
