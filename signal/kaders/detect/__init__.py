"""Thinking room: from counted talk to signals."""
