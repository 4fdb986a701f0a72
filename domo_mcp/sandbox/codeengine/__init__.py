"""Code Engine: packages of functions that really compute, in versions, with permissions and executions.

Source of what is said here: domo-developer-portal, Product-APIs, Code-Engine. What it does not say is marked `assumed`.
"""
