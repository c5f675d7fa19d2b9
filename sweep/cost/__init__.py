"""Room *cost*: what a sweep will take, told before it is launched.

In come a plan and what of it is not done; a few points train for two seconds at most, and some runs are tracked and
reported in a store that is thrown away. Out go figures for each engine. Nothing is kept.
"""
