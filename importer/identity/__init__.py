"""Are two recordings one session? Pure: recordings in, verdicts, groups and combined recordings out."""
