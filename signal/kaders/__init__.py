"""Kaders: where the public talk no longer fits the frames an organisation has stated."""

__version__ = "0.1.0"
