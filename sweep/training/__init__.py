"""From points to curves. It knows how parameters move, and nothing of what a model is, nor of where results go.

``curve`` is what comes back. ``optimizer`` says what an optimizer is, ``plain_descent`` is the first, ``choice``
chooses. ``gradients`` finds the slope, ``descent`` repeats updates: the one loop. ``in_process`` is the engine, which
decides what trains as one tensor; ``devices`` says where that can be. ``execute`` walks a plan through an engine in
chunks and finds the point that raises. ``bitwise`` compares two curves.
"""
