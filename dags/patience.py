"""How long Airflow waits for its own book (SQLite), which its components write side by side."""

from __future__ import annotations

CONNECT = {"timeout": 30}
"""Seconds; with sqlite3's own 5 tasks and web requests failed on two busy cores ("database is locked")."""
