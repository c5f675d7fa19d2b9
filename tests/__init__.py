"""What is so before any library is imported that asks for it."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # Two threads of torch wait for each other at full speed, for nothing.
