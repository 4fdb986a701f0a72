"""Datasets asked: schema context, SQL, questions."""
