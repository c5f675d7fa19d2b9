"""sweep from Python: what scripts and notebooks call.

Whatever is called leaves the caller's process as it was: Hydra, MLflow, logging, signals and torch's switches.
"""
