"""Forms: reading what was sent, checking and saving it, and showing two people what both changed."""
