"""Datasets administered: made, filled, shaped, shared, indexed."""
