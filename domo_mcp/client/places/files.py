"""Where Domo's files are."""
