"""Corridor: each job reads, lets a room think, and writes."""
