"""Room *engines*: where points are trained, in this process or in others.

In come points and problems, out go chunks of results, each whole, as they are done. Nothing of stores or verdicts is
known here: workers compute, the driver tracks.
"""
