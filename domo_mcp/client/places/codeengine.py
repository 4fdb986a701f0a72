"""Where Code Engine are."""
