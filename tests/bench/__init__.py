"""Benchmarks: figures beside a yardstick measured in the same run. Nothing here fails for an absolute time."""
