"""Thinking room: topics, policy areas and frames of a document."""
