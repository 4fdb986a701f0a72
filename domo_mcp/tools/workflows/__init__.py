"""Workflows and their instances."""
