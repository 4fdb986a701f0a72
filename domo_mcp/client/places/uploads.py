"""Where uploads of rows into datasets are."""
