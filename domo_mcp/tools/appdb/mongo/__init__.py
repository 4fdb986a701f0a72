"""MongoDB's language as AppDB takes it: names, queries and operations, checked and understood before Domo sees them.

Everything here is pure. Source: App-Framework document, AppDB API, Query Documents and Partially Update Documents Using
Queries; MongoDB manual, Query and Projection Operators, Update Operators.
"""
