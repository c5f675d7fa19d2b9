"""What a sweep tells with ``--quiet``."""

from sweep.console.terminal import announce, conclude, progress, say, show_plan, warn

__all__ = ["announce", "conclude", "progress", "say", "show_plan", "warn"]
