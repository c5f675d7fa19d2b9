"""From points to curves. It knows how parameters move, and nothing of what a model is, nor of where results go.

``curve`` is what comes back. ``optimizer`` says what an optimizer is; ``sgd``, ``adam``, ``rmsprop`` and ``adagrad``
are some, and ``choice`` chooses. ``by_row`` and ``corrections`` are what they compute with. ``schedule`` says how the
lr moves, ``batches`` which samples an update is over, and ``pace`` puts both together. ``gradients`` finds the slope,
``descent`` repeats updates: the one loop. ``in_process`` is the engine, which decides what trains as one tensor;
``devices`` says where that can be. ``execute`` walks a plan through an engine in chunks and finds the point that
raises. ``bitwise`` compares two curves.
"""
