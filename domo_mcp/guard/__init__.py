"""Whether a call may happen, how much of its answer fits, and the record that it happened."""
