"""What a user may type or write into files, as Hypothesis draws it: words, grid files, settings, CSV files."""

import yaml
from hypothesis import strategies as st

from sweep.settings.keys import KEYS
from sweep.settings.optimizers import OptimizerKind, Scheduled, ScheduleKind, Stepping
from sweep.settings.schema import (
    LOSSES,
    Data,
    DType,
    Gradient,
    Init,
    OutcomeRule,
    Posed,
    ProblemKind,
    Settings,
    Tracking,
    Training,
)

ANYTHING = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=12)
NUMBERS = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(["1e-2", "0", "-0.0", "1e999", "0x1", "1_0", "01", "+1"]),
)
WORDS = st.sampled_from(
    ["null", "true", "???", "", "''", "{}", "[]", "analytic", "autograd,analytic", "float64", "float32,float64", "csv",
     "thermometer", "thermometer,csv", "seed", "paired", "my.csv", "x", "y", "cpu", "cuda:9", "sqlite:///x.db",
     "sqlite:///:memory:", "sqlite://", "foo://x", "http://127.0.0.1:9", "postgresql://u:p@127.0.0.1:9/x", "glob(*)",
     "${lr}", "${nope}", "${oc.env:NOPE}", "${oc.env:HOME}", "${sweep.keys:}", "{w:1,b:2}", "{w:1},{b:2}", "{q:1}",
     "interval(0,1)", "..", "a" * 300, "'" + "a/" * 200 + "'", "local"]
)  # fmt: skip
AXES = st.one_of(
    st.lists(NUMBERS, min_size=1, max_size=3).map(",".join),
    st.lists(NUMBERS, max_size=3).map(lambda values: f"[{','.join(values)}]"),
    st.tuples(
        st.sampled_from(["range", "choice", "shuffle", "sort", "float", "int", "str", "tag", "no"]),
        st.lists(st.sampled_from(["0", "1", "3", "-2", "0.5", "1e-12", "inf", "nan", "a", "[1]"]), max_size=3),
    ).map(lambda call: f"{call[0]}({','.join(call[1])})"),
)
QUOTED = ANYTHING.map(lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'")
NAMES = st.one_of(
    st.sampled_from([*KEYS, "init", "outcome", "tracking", "tracking.tags.team", "grid.lr", "init.q", "_target_"]),
    st.sampled_from(["hydra.job.name", "hydra.verbose", "hydra/launcher", "hydra/sweeper", "hydra", "hydra.q"]),
    ANYTHING,
)
PLAUSIBLE = st.one_of(
    st.tuples(st.sampled_from(["lr=", "scale=", "delta=", "init.w="]), st.floats(1e-9, 1e9).map(repr)).map("".join),
    st.tuples(
        st.sampled_from(["lr=", "scale=", "delta=", "init.w=", "init.b=", "epochs=", "outcome.tolerance=", "++lr="]),
        st.one_of(AXES, NUMBERS),
    ).map("".join),
    st.tuples(
        st.sampled_from(["data.path=", "data.input=", "data.target=", "data.input_unit=", "+tracking.tags.a="]),
        st.one_of(QUOTED, st.sampled_from(["my.csv", "x", "y", "x,y"])),
    ).map("".join),
    st.sampled_from(
        ["data=csv", "data=thermometer,csv", "data=glob(*)", "grid=seed", "grid=paired", "init={w:1}",
         "init={w:1},{b:2}", "scale=${lr}", "lr=${scale},1", "gradient=autograd,analytic", "dtype=float64,float32",
         "tracking.uri=sqlite:///x.db", "rerun=true", "device=cpu", "epochs=1,2,2", "data.path=my.csv", "data.input=x",
         "data.target=y", "+grid.lr=[1,2]", "tracking=local", "~grid", "~name", "hydra/launcher=basic"]
    ),
    st.sampled_from(["problem=mlp", "problem=mlp", "problem=torch", "problem=mlp,line"]),
    st.sampled_from(
        ["problem.model.width=2", "problem.model.width=2,3", "problem.model._target_=torch.nn.Linear",
         "problem.model={_target_:torch.nn.Linear,in_features:1,out_features:1}", "problem.model.bias=false,true",
         "problem.model.x=[1,2],{a:1},null", "~problem.model.width", "problem.loss=huber,l1", "problem.loss_delta=2",
         "problem.loss={_target_:torch.nn.MSELoss}", "problem.loss._target_=os.path.join", "outcome.curvature=false"]
    ),
)  # fmt: skip
WILD = st.one_of(
    st.tuples(
        st.sampled_from(["", "", "", "", "+", "++", "~"]),
        NAMES,
        st.sampled_from(["", "", "", "", "@x", ".x", ".", "/x"]),
        st.sampled_from(["=", "=", "=", "=", "", "==", " = "]),
        st.one_of(WORDS, NUMBERS, AXES, QUOTED, ANYTHING),
    ).map("".join),
    ANYTHING.filter(lambda text: not text.startswith("-")),
)
OVERRIDES = st.lists(PLAUSIBLE, min_size=1, max_size=4) | st.lists(PLAUSIBLE | WILD, min_size=1, max_size=3)
FLAGS = st.sampled_from(
    ["--help", "--foo", "-x", "-m", "--cfg", "job", "--info", "--resolve", "--", "-p", "--multirun", "--version"]
)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), ANYTHING, st.dates(), st.binary(max_size=3),
    st.sampled_from([1, 0.1, 10, "analytic", "csv", "thermometer", "my.csv", "x", "y", "${lr}", "${nope}", "float64"]),
)  # fmt: skip
FIELDS = st.one_of(st.sampled_from([*KEYS, "init", "w", "b", "path", "from", "to", "points", "spacing"]), ANYTHING)
SPACED = st.fixed_dictionaries(
    {
        "from": st.one_of(st.floats(), st.sampled_from([1, 0.1, 1e-5])),
        "to": st.one_of(st.floats(), st.sampled_from([2, 100, 10**400])),
        "points": st.sampled_from([3, 2, 1, 0, -1, 2.0, True, 2_000_000, 10**30]),
        "spacing": st.sampled_from(["log", "linear", "even"]),
    }
)
SPECS = st.one_of(
    SCALARS,
    SPACED,
    st.lists(SCALARS, max_size=3),
    st.lists(st.dictionaries(FIELDS, SCALARS, max_size=3), max_size=3),
    st.dictionaries(FIELDS, st.one_of(SCALARS, st.lists(SCALARS, max_size=2), SPACED), max_size=3),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2), max_leaves=4),
)
FEW_SPACED = st.fixed_dictionaries(
    {
        "from": st.floats(0.1, 9),
        "to": st.floats(1, 1e6),
        "points": st.integers(2, 5),
        "spacing": st.sampled_from(["log", "linear"]),
    }
)
OWN = {"data": "csv", "data.path": "my.csv", "data.input": "x", "data.target": "y"}
GRIDS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.one_of(FEW_SPACED, st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=3)),
        "epochs": st.one_of(FEW_SPACED, st.lists(st.integers(1, 1000), min_size=1, max_size=3)),
        "problem.model": st.dictionaries(st.sampled_from(["width", "a", "of"]), SPECS, max_size=2),
        "any": st.lists(st.sampled_from([{"data": "thermometer"}, OWN, OWN | {"scale": 1}]), min_size=1, max_size=2),
        "init": st.one_of(
            st.lists(st.fixed_dictionaries({"w": st.one_of(st.floats(-9, 9), SCALARS)}), min_size=1, max_size=2),
            st.fixed_dictionaries({"w": st.lists(st.floats(-9, 9), max_size=2), "b": st.integers(-9, 9)}),
        ),
    },
)
FILES = st.one_of(
    st.dictionaries(FIELDS, SPECS, max_size=3).map(lambda grid: yaml.safe_dump(grid, allow_unicode=True)),
    GRIDS.map(yaml.safe_dump),
    GRIDS.map(yaml.safe_dump),
    st.text(max_size=40),
).map(lambda text: text.encode(errors="surrogatepass")) | st.binary(max_size=40)

TEXTS = st.one_of(st.none(), st.text(max_size=20))
URIS = st.sampled_from(["sqlite:///x.db", "http://h:1", "postgresql://u@h/x"]) | st.text(max_size=20)
POSITIVE = st.floats(1e-9, 1e9) | st.floats()
HUGE = st.floats(1e-9, 1e9) | st.floats(1e-9, 1e9) | st.floats(1e-300, 1e300)
"""Most of them in the range of every dtype: of settings whose every key may be out of range nearly none is accepted."""
SEEDS = st.integers(0, 9) | st.integers()
DATA = st.builds(
    Data,
    st.just("thermometer"),
    *[TEXTS] * 5,
    separator=st.sampled_from([None, ",", "tab", "\\t", "", "x"]),
    decimal=st.sampled_from([None, ".", "comma", "x"]),
    missing=st.sampled_from([None, "drop", "x"]),
    samples=st.none() | st.integers(),
    noise=st.none() | POSITIVE,
    seed=st.none() | SEEDS,
    holdout=st.sampled_from(["0", ".2", "0.20", "last:0.5", "last:0", "1", "-0.1", "20%", ""]),
    holdout_seed=SEEDS,
)
HELD_OUT = {"holdout": st.sampled_from(["0", ".2", "last:0.5"]), "holdout_seed": st.integers(0, 9)}
PLAIN_DATA = st.builds(Data, st.just("thermometer"), *[st.none()] * 11, **HELD_OUT)
POSED = st.builds(
    Posed,
    st.sampled_from([each for each in ProblemKind if each is not ProblemKind.torch]),
    st.fixed_dictionaries(
        {"depth": st.sampled_from([0, 1, 1.0]), "activation": st.just("tanh"), "width": st.integers(0, 3) | ANYTHING}
    ),
    loss=st.sampled_from([*LOSSES, "", "x", {"a": 1}, None]),
    loss_delta=POSITIVE,
    spread=st.none() | POSITIVE,
    function=st.just({}),
)
SCHEDULES = st.builds(Scheduled, milestones=st.none() | st.lists(st.integers(), max_size=3))

ANY_SETTINGS = st.builds(
    Settings,
    schedule=SCHEDULES,
    problem=POSED,
    lr=POSITIVE,
    scale=POSITIVE,
    epochs=st.integers(1, 1000) | st.integers(),
    seed=SEEDS,
    init=st.builds(Init, POSITIVE, POSITIVE),
    gradient=st.sampled_from(Gradient),
    delta=POSITIVE,
    dtype=st.sampled_from(DType),
    device=st.sampled_from(["cpu", "cuda", "cuda:1", "gpu", ""]),
    data=DATA,
    outcome=st.builds(OutcomeRule, POSITIVE),
    rerun=st.booleans(),
    dry_run=st.booleans(),
    name=TEXTS,
    tracking=st.builds(
        Tracking,
        URIS,
        st.just("sweep") | st.text(max_size=20),
        st.integers(10, 1000) | st.integers(),
        st.just({}) | st.dictionaries(st.text(max_size=5), st.text(max_size=5)),
        st.just(60.0) | st.floats(),
    ),
    grid=st.just({}),
)
SOME_EPOCHS = st.lists(st.integers(-1, 9), min_size=1, max_size=3, unique=True).map(sorted)
PARTS = st.none() | st.floats(0, 0.99)
WARMUPS = st.just(0) | st.integers(-1, 9)
WIDTHS = st.sampled_from([{}, *({"width": width, "depth": 1, "activation": "tanh"} for width in (1, 2, 3))])
NUMBERED_SETTINGS = st.builds(
    Settings,
    schedule=st.builds(Scheduled, st.sampled_from(ScheduleKind), WARMUPS, st.none() | SOME_EPOCHS, PARTS),
    optimizer=st.builds(
        Stepping,
        st.sampled_from(OptimizerKind),
        **dict.fromkeys(("momentum", "weight_decay", "beta1", "beta2", "eps", "alpha"), PARTS),
        **dict.fromkeys(("lr_decay", "initial_accumulator_value"), PARTS),
    ),
    batch_size=st.none() | st.none() | st.integers(-1, 9),
    training=st.builds(Training, st.none() | st.floats(0, 1000)),
    problem=st.builds(
        Posed, st.just(ProblemKind.mlp), WIDTHS, st.sampled_from(LOSSES), st.just(1.0), st.none(), st.just({})
    ),
    lr=HUGE,
    scale=HUGE,
    epochs=st.integers(1, 1000) | st.integers(-2, 10**9),
    seed=SEEDS,
    init=st.builds(Init, st.floats(-9, 9) | st.floats(-1e300, 1e300), st.floats(-9, 9)),
    gradient=st.sampled_from(Gradient),
    delta=HUGE,
    dtype=st.sampled_from(DType),
    device=st.just("cpu"),
    data=PLAIN_DATA | DATA,
    outcome=st.builds(OutcomeRule, st.floats(0, 10)),
    rerun=st.booleans(),
    dry_run=st.booleans(),
    name=st.from_regex(r"[a-z.]{1,9}", fullmatch=True),
    tracking=st.just(Tracking("sqlite:///x.db", "sweep", 100, {}, 60.0)),
    grid=st.just({}),
)
SETTINGS = ANY_SETTINGS | NUMBERED_SETTINGS

CELLS = st.one_of(
    st.sampled_from(
        ["x", "y", "1", "2", "-3.5", "1e-4", "nan", "inf", "1e101", "1e-320", "", " ", '"', '"1"', "1_0", "."]
    ),
    st.floats().map(repr),
    ANYTHING,
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=3).map(",".join), max_size=5).map("\n".join)
READABLE = st.lists(st.tuples(st.floats(-1e101, 1e101), st.floats(-1e101, 1e101)), max_size=5).map(
    lambda rows: "x,y\n" + "\n".join(f"{x},{y}" for x, y in rows)
)
CONTENTS = st.one_of(READABLE, TABLES, TABLES.map(lambda rows: f"x,y\n{rows}")).map(
    lambda text: text.encode(errors="surrogatepass")
) | st.binary(max_size=60)
