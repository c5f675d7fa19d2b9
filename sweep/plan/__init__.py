"""What a sweep is about to do: distinct points, each with a key that means the same for ever.

``point`` declares what a point is, once, in the words of ``declaration``: its key, columns, document, overrides, and
which rows share a tensor and a trajectory follow from there. ``plan`` folds what was asked for to distinct points,
``chunks`` cuts long lists within bounds, ``size`` says how large a store becomes.
"""
