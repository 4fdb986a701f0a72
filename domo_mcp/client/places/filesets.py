"""Where FileSets are."""
