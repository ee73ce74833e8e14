"""Thinking room: from signals to pages, as data first and paint last."""
