"""Several recordings of one session: found when a file comes in, decided by the user, put right after a removal."""
