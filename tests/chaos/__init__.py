"""A storm by command: sweeps are killed, and the servers that they write to, and what they leave is looked at."""
