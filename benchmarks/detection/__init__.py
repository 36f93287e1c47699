"""The generative benchmark of the detector: ``python -m benchmarks.detection``."""
