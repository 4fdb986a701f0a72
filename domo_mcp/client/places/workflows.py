"""Where Workflows are."""
