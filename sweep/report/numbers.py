"""Results as a person reads them."""

BRIEF = 4
"""Significant digits in sentences, and in a terminal."""


def number(value: float | int | None, digits: int = 6) -> str:
    """A result for reading: floats to ``digits`` significant digits, nothing for nothing."""
    if value is None:
        return ""
    # Once more, so that what is shorter without an exponent has none: 95960 and not 9.596e+04.
    return f"{float(f'{value:.{digits}g}'):.6g}" if isinstance(value, float) else str(value)
