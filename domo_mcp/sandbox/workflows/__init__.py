"""Workflows that run: small state machines, written down as data, that go on by the sandbox's clock."""
