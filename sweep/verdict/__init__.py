"""From a curve to a verdict with its reason.

``outcome`` says what a verdict is, ``rule`` decides it, ``events`` finds the epochs at which things happened,
``theory`` what was to be expected, by ``stability`` of the optimizer, ``sentences`` puts it into words, and ``judge``
calls them in turn. All arithmetic is float64, whatever a run's dtype.
"""
