"""Domo over HTTP: typed services over one session per instance."""
