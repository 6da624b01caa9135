"""Use cases, one file each: the only place that knows all engines."""
