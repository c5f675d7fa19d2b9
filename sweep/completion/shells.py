"""The shells that complete, and the script of each."""

from pathlib import Path

SHELLS = ("bash", "zsh", "fish")


def script(shell: str) -> str:
    """What a start-up file of ``shell`` runs."""
    return (Path(__file__).parent / f"sweep.{shell}").read_text(encoding="utf-8")
