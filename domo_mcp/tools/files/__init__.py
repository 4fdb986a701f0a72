"""Domo's files and their revisions."""
