"""Results as a person reads them."""


def number(value: float | int | None) -> str:
    """A result for reading: floats to six significant digits, nothing for nothing."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
