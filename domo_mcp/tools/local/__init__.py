"""Files of this machine that calls may touch."""
