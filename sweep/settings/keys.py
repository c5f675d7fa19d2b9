"""The keys a user may turn: their meanings, their ranges, and the messages when a value is refused.

In come typed :class:`Settings`; they go out unchanged, or are refused.
"""

import math
import os
import re
from collections.abc import Mapping

from sweep.errors import BadInput, nearest
from sweep.redaction import remember, without_secrets
from sweep.settings import by_key
from sweep.settings.file_form import DECIMALS, MISSING, SEPARATORS, name_of
from sweep.settings.holdout import Holdout
from sweep.settings.key import Key
from sweep.settings.optimizer_keys import OPTIMIZER_KEYS
from sweep.settings.ranges import FINITE, POSITIVE, SEED, TEXT, are_columns, finite, is_seed, positive, text
from sweep.settings.schema import (
    DATA_KINDS,
    GROUPS,
    LOSSES,
    PERCEPTRON,
    DType,
    Gradient,
    ProblemKind,
    Settings,
    Start,
)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
STORE = re.compile(r"(?!sqlite)[a-z][a-z0-9+]*://.+|sqlite(\+\w+)?:///(?!:memory:|file:|.*%00)[^?].*", re.ASCII)
DEVICE = re.compile(r"cpu|cuda(:\d{1,2})?", re.ASCII)

COST = "cost"
"""``dry_run=cost``."""

OWN_TAGS = (
    *("kind", "key", "attempt", "sweep_id", "name", "heartbeat", "predicted", "versions", "git_dirty", "rerun"),
    *("outcome*", "curve*", "error*", "final*"),
)
"""Tags of our own, a * standing for any end; a user's may not take their place."""

TAG = re.compile(rf"(?!({'|'.join(OWN_TAGS).replace('*', '.*')})$)[A-Za-z0-9_-]{{1,250}}", re.ASCII)

KEYS: Mapping[str, Key] = {
    "lr": Key("learning rate: the step along the slope", POSITIVE, positive),
    "scale": Key("input scale: x = scale * input", POSITIVE, positive),
    "epochs": Key(
        "passes over all readings",
        "a whole number from 1 to 100,000,000",
        lambda value, _: 1 <= value <= 100_000_000,
    ),
    **OPTIMIZER_KEYS,
    "problem": Key("the model and its loss", f"one of the group: {', '.join(ProblemKind)}"),
    "problem.kind": Key("set by the group", ", ".join(ProblemKind)),
    "problem.model": Key(
        "arguments of a model",
        f"problem.model.NAME=VALUE; of problem=mlp {', '.join(PERCEPTRON)}; of problem=torch _target_=MODULE.CLASS"
        " and its own",
    ),
    "problem.loss": Key(
        "loss of a model",
        f"{', '.join(LOSSES)}; or a function, problem.loss._target_=MODULE.FUNCTION",
        lambda value, _: value in LOSSES if isinstance(value, str) else isinstance(value, dict) and "_target_" in value,
    ),
    "problem.function": Key(
        "problem=function: a training loop, with arguments of its own",
        "problem.function._target_=MODULE.FUNCTION, problem.function.NAME=VALUE",
    ),
    "problem.loss_delta": Key("problem.loss=huber: where it turns from squares to a line", POSITIVE, positive),
    "problem.spread": Key(
        "loss of the best constant prediction, of which outcome.tolerance is a part",
        "null: found from the data; or a finite number > 0",
        lambda value, _: value is None or 0 < value < math.inf,
    ),
    "start": Key("where descent starts: at what init gives, or drawn by seed", ", ".join(Start)),
    "seed": Key("draws a random start, and the batches", SEED, is_seed),
    "init.w": Key("weight that descent starts from", FINITE, finite),
    "init.b": Key("bias that descent starts from", FINITE, finite),
    "gradient": Key("how the slope of the loss is found", ", ".join(Gradient)),
    "delta": Key("half-width of the central difference", POSITIVE, positive),
    "dtype": Key("number format of the training", ", ".join(DType)),
    "device": Key("where tensors live", "cpu, cuda or cuda:N", lambda value, _: bool(DEVICE.fullmatch(value))),
    "data": Key("the readings", f"one of the group: {', '.join(DATA_KINDS)}"),
    "data.kind": Key("set by the group", ", ".join(DATA_KINDS), lambda value, _: value in DATA_KINDS),
    "data.path": Key(
        "data=csv: file to read",
        "a CSV file with a header line, a Parquet file or a .npz of NumPy; its path on one line, in UTF-8",
        text,
    ),
    "data.input": Key(
        "data=csv: columns of the inputs",
        "a column of that file, on one line; a list as [x1,x2]; all: every column but the target and an index",
        are_columns,
    ),
    "data.target": Key("data=csv: column of the target", "a column of that file, on one line", text),
    "data.input_unit": Key("unit of the input, for the report", "text on one line, or null", text),
    "data.target_unit": Key("unit of the target, for the report", "text on one line, or null", text),
    "data.separator": Key(
        "data=csv: what is between the cells of a text file, by name or the sign itself",
        ", ".join(SEPARATORS),
        lambda value, _: value is None or name_of(SEPARATORS, value) is not None,
    ),
    "data.decimal": Key(
        "data=csv: what is before the decimals in a text file",
        ", ".join(DECIMALS),
        lambda value, _: value is None or name_of(DECIMALS, value) is not None,
    ),
    "data.missing": Key(
        "data=csv: what to do about a row with a missing cell in a column that is used",
        ", ".join(MISSING),
        lambda value, _: value is None or value in MISSING,
    ),
    "data.samples": Key(
        "data=waves, moons: how many samples are made",
        "a whole number from 2 to 1,000,000",
        lambda value, _: value is None or 2 <= value <= 1_000_000,
    ),
    "data.noise": Key(
        "data=waves, moons: standard deviation of the noise",
        "a number from 0 to 1,000,000",
        lambda value, _: value is None or 0 <= value <= 1_000_000,
    ),
    "data.seed": Key("data=waves, moons: draws samples and noise", SEED, is_seed),
    "data.center": Key("take each input's mean off", "true, false"),
    "data.standardize": Key("take each input's mean off, and divide by its standard deviation", "true, false"),
    "data.holdout": Key(
        "part of the samples that is kept from training",
        "a number from 0 to below 1, as 0.2; or last:0.2 for the last ones",
        lambda value, _: Holdout.read(value) is not None,
    ),
    "data.holdout_seed": Key("draws the samples that are held out", SEED, is_seed),
    "data.store": Key(
        "data=csv: whether the store keeps the readings, or their fingerprint and the path to read them from",
        "true, false",
    ),
    "outcome.tolerance": Key(
        "converged: excess loss at most this part of the target's variance, of classes of the labels' entropy",
        "a finite number > 0",
        lambda value, _: 0 < value < math.inf,
    ),
    "outcome.curvature": Key("measure the curvature at the end of a model's runs", "true, false"),
    "outcome.stop_diverged": Key("problem=function: end a run at its first loss that is inf or nan", "true, false"),
    "training.timeout": Key(
        "where workers train: seconds after which a point is ended, and FAILED",
        "null: never; or a number from 0.1 to 1,000,000",
        lambda value, _: value is None or 0.1 <= value <= 1_000_000,
    ),
    "rerun": Key("train points again that are already done", "true, false"),
    "dry_run": Key(
        "true: list the plan and train nothing; cost: train two seconds, and tell what all of it takes",
        ", ".join(("true", "false", COST)),
        lambda value, _: value in (True, False, COST),
    ),
    "name": Key(
        "label of the sweep and of its folder",
        "null, or 1 to 64 letters, digits, '.', '_', '-', the first a letter or digit",
        lambda value, _: value is None or bool(NAME.fullmatch(value)),
    ),
    "tracking.uri": Key(
        "MLflow store",
        "sqlite:///FILE (not one in memory, which ends with the command), postgresql://…, http(s)://…",
        lambda value, settings: bool(STORE.fullmatch(value)) and text(value, settings),
    ),
    "tracking.experiment": Key(
        "MLflow experiment",
        "1 to 256 printable characters",
        lambda value, _: 1 <= len(value) <= 256 and value.isprintable() and bool(value.strip()),
    ),
    "tracking.curve_points": Key(
        "most epochs of a curve that MLflow shows; beyond, evenly spaced on a log axis",
        "a whole number from 10 to 1,000,000",
        lambda value, _: 10 <= value <= 1_000_000,
    ),
    "tracking.patience": Key(
        "seconds that a store which fails is tried again, before results are kept in outputs/spool",
        "a number from 0 to 86,400",
        lambda value, _: 0 <= value <= 86_400,
    ),
    "tracking.tags": Key("further tags for every run", "names with text: +tracking.tags.NAME=TEXT"),
    "grid": Key("named grid of conf/grid, or of --config-dir", "the name of a file there, without .yaml"),
}

SET_BY_GROUP = tuple(f"{group}.kind" for group in GROUPS)
"""Keys that the file of a group sets, and nobody else."""

LABELS = ("data.input_unit", "data.target_unit", "data.store")
"""Keys that change nothing of what is trained, and so are no axis of their own."""

VARIABLES = {"tracking.uri": "MLFLOW_TRACKING_URI", "tracking.experiment": "MLFLOW_EXPERIMENT_NAME"}
"""The environment variable that ``conf/`` reads for a key."""

WHOLE_SWEEP = ("outcome", "training", "rerun", "dry_run", "name", "tracking", "grid")
"""Keys that belong to the sweep as a whole and so cannot be an axis."""


def validate(settings: Settings) -> Settings:
    """Return ``settings`` unchanged if every key is in its range.

    Raises
    ------
    BadInput : naming the first key that is not, its value, what is allowed and what to do.
    """
    remember(settings.tracking.uri)
    for name, key in KEYS.items():
        value = by_key.get(settings, name)
        if not key.check(value, settings):
            raise refusal(name, value)
    for tag, said in settings.tracking.tags.items():
        if not TAG.fullmatch(tag) or len(said) > 5000 or not TEXT.fullmatch(said):
            raise BadInput(
                f"tracking.tags has the tag {tag!r}",
                f"names of 1 to 250 letters, digits, '_' and '-', none of {', '.join(OWN_TAGS)}; a line up to 5,000",
                "rename or shorten it",
            )
    return settings


def refusal(key: str, value: object) -> BadInput:
    """The message for a ``value`` that ``key`` cannot take."""
    shown = without_secrets(str(value))  # Whole: of a piece nobody knows what it was.
    shown = shown if len(shown) <= 80 else shown[:80] + "…"
    known, source = KEYS.get(key), source_of(key, value)
    allowed = known.allowed if known else "see python -m sweep --help"
    near = nearest(shown, known.options) if known else None
    another = f"did you mean {key}={near}?" if near else f"give another {key}=…"
    another = _meant(key, value) or another
    next_step = another if source == key else f"correct {source}, or give {key}=…"
    return BadInput(f"{source}={shown} is not allowed", allowed, next_step)


def _meant(key: str, value: object) -> str:
    """What whoever gave a model or a loss this ``value`` may have meant; nothing of other keys."""
    if key == "problem.function":
        return f"write {key}._target_=MODULE.FUNCTION, and {key}.NAME=VALUE for an argument of its own"
    if key == "problem.model":
        return f"write {key}.NAME=VALUE for an argument, {key}._target_=MODULE.CLASS for a class"
    if key == "problem.loss" and isinstance(value, dict):
        return f"add {key}._target_=MODULE.FUNCTION, which takes such arguments"
    if key == "problem.loss" and "." in str(value):
        return f"write {key}._target_={value}, beside others as {{_target_:{value}}}"
    return ""


def source_of(key: str, value: object) -> str:
    """What a message blames for ``value``: ``key``, or the environment variable that says the same."""
    variable = VARIABLES.get(key)
    return variable if variable and os.environ.get(variable) == value else key
