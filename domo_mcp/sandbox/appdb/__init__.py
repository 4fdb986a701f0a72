"""AppDB: collections of JSON documents, who may see and change them, and their copies as datasets.

Source of what is said here: App Framework APIs, AppDB API. What that document does not say is marked `assumed`.
"""
