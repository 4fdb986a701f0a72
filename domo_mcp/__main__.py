"""`python -m domo_mcp`."""

from domo_mcp.cli import main

main()
