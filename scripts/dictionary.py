"""Writes docs/data-dictionary.md from the schema (`make dictionary`)."""

from __future__ import annotations

from pathlib import Path

from kaders.store.dictionary import dictionary

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data-dictionary.md"

if __name__ == "__main__":
    PAGE.write_text(dictionary(), "utf-8")
