"""Python reads this as it starts, where this folder is on its path: workers of that process are forked."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))

from tests.quick_start import fork_workers

fork_workers()
sys.path.pop()
