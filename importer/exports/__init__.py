"""What is stored, for other programs: one session as a file, or all of them as a dataset."""
