"""Rows on their way into datasets: sessions with parts, commits, and versions that wait for their index."""
