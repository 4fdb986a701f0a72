"""What the data means: which dataset a name stands for, what its columns are, which ones matter to a question."""
