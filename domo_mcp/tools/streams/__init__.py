"""Streams and their runs."""
