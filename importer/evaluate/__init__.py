"""How well tags agree with the truth. Pure: no input, no output, nothing of detection."""
