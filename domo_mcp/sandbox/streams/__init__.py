"""Streams: how they are defined, and what a run of one does."""
