"""What travels between the stages: immutable values, no input and no output."""
