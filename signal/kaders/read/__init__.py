"""Thinking room: from what a source gave to documents; no clock, no network, no files."""
