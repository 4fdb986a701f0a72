"""Code Engine: packages and their functions."""
