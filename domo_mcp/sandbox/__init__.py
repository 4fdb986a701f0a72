"""A local Domo on real engines: an invented company in a SQL warehouse, behind Domo's own HTTP paths.

It stands alone: it imports nothing else of this package, and is a second, independent reading of Domo's API.
"""
