"""Into and out of MLflow: the only room that knows it.

``location`` reads tracking URIs, ``store`` opens an experiment, ``sweeps`` writes and finds sweeps in it, ``runs`` says
what stands on a run, ``parts`` keeps exact curves, ``artifacts`` moves files, ``record`` reads a sweep back.
"""

import os

# Before mlflow is first imported: no phoning home, no bars and no advertisement of a URL in our output.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
