"""Parts: a curve reads back with every bit, inf and nan included, or is refused."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sweep.outputs import write_atomically
from sweep.plan.plan import Plan
from sweep.tracking import parts
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, point

ANY = st.floats(width=32, allow_nan=True, allow_infinity=True)
LOSSES = st.one_of(
    arrays.arrays(np.float32, st.integers(1, 30), elements=ANY), arrays.arrays(np.float64, st.integers(1, 30))
)
CURVES = st.lists(st.builds(Curve, LOSSES, st.tuples(st.floats(), st.floats()), st.floats(), st.booleans()), min_size=1)


@given(curves=CURVES)
def test_curves_read_back_with_every_bit(curves: list[Curve]) -> None:
    path, content = parts.encode([str(place) for place in range(len(curves))], curves)
    for place, (written, (key, read)) in enumerate(zip(curves, parts.decode(path, content, 30), strict=True)):
        assert key == str(place)
        assert read.losses.astype(written.losses.dtype).tobytes() == written.losses.tobytes()
        assert np.array(read.parameters).tobytes() == np.array(written.parameters).tobytes()
        assert np.array(read.final_loss).tobytes() == np.array(written.final_loss).tobytes()
        assert read.stalled == written.stalled


def test_final_parameters_are_read_in_8_bytes_a_number() -> None:
    """Of a thousand models with 67,000 parameters each, Python's own floats would be 2 GB in a report."""
    curve = Curve(np.ones(3, np.float32), tuple(map(float, range(1000))), 3.0, False)
    path, content = parts.encode(["a"], [curve])
    (_, read), *_ = parts.decode(path, content, 3)
    assert memoryview(read.parameters).nbytes == 8000  # type: ignore[arg-type]
    assert [*read.parameters] == [*curve.parameters]


def test_a_model_may_have_more_parameters_than_a_chunk_has_losses() -> None:
    many = parts.MOST_LOSSES + 1
    path, content = parts.encode(["a"], [Curve(np.ones(3, np.float32), np.zeros(many), 3.0, False)])  # type: ignore[arg-type]
    (_, read), *_ = parts.decode(path, content, many + 3)
    assert len(read.parameters) == many
    asked = Plan((point(epochs=3),), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    assert asked.longest == 3 + len(asked.parameters_of[asked.points[0].task])
    with pytest.raises(parts.DamagedPart, match="more than a chunk has"):
        parts.decode(path, content, 3)


def test_a_part_is_named_by_its_content_so_it_can_never_be_changed() -> None:
    curve = Curve(np.ones(3, np.float32), (1.0, 2.0), 3.0, False)
    path, content = parts.encode(["a"], [curve])
    assert parts.encode(["a"], [curve]) == (path, content)
    assert parts.encode(["b"], [curve])[0] != path


def test_a_damaged_part_is_refused_by_name() -> None:
    path, content = parts.encode(["a"], [Curve(np.ones(3, np.float32), (1.0, 2.0), 3.0, False)])
    with pytest.raises(parts.DamagedPart, match=path):
        parts.decode(path, content[:-1] + b"?", 3)


def test_what_a_killed_process_left_beside_a_file_goes_with_a_later_write(tmp_path: Path) -> None:
    left, others, fresh = (tmp_path / name for name in (".x.old.part", ".y.old.part", ".x.new.part"))
    for each in (left, others, fresh):
        each.write_bytes(b"half")
    for each in (left, others):
        os.utime(each, (0, 0))
    write_atomically(tmp_path / "x", b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "x", others, fresh])


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted where Linux lists them")
def test_reading_a_part_leaves_no_thread_alive() -> None:
    program = (
        "import os, numpy as np, pyarrow.parquet, pyarrow.dataset\n"
        "from sweep.tracking import parts\n"
        "from sweep.training.curve import Curve\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "curve = Curve(np.ones(3, np.float32), (1.0, 2.0), 1.0, False)\n"
        "parts.decode(*parts.encode(['k'], [curve]), 3)\n"
        "print(len(os.listdir('/proc/self/task')) - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize("column", ["key", "losses", "parameters", "final_loss", "stalled"])
def test_a_part_that_lacks_a_value_is_refused(column: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    curve = Curve(np.ones(3, np.float32), (1.0, 2.0), 3.0, False)
    table = pq.read_table(io.BytesIO(parts.encode(["a"], [curve])[1]))
    holes = [[None]] if column == "parameters" else [None]
    place = table.column_names.index(column)
    for values in ([None], holes):
        sink = io.BytesIO()
        pq.write_table(table.set_column(place, column, pa.array(values, table.schema.field(column).type)), sink)
        content = sink.getvalue()
        path = f"curves/{hashlib.sha256(content).hexdigest()}.parquet"
        with pytest.raises(parts.DamagedPart, match=path):
            parts.decode(path, content, 3)


def test_an_odd_footer_ends_no_process() -> None:
    """One that calls a column never missing, which it counts: pyarrow's metadata of columns ends the process."""
    program = (
        "import hashlib, numpy as np\n"
        "from sweep.tracking import parts\n"
        "from sweep.training.curve import Curve\n"
        "content = parts.encode(['k'], [Curve(np.ones(3, np.float32), (1.0, 2.0), 1.0, False)])[1]\n"
        "odd = content.replace(b'\\x02\\x18\\x0afinal_loss', b'\\x00\\x18\\x0afinal_loss')\n"
        "assert odd != content\n"
        "try:\n"
        "    parts.decode(f'curves/{hashlib.sha256(odd).hexdigest()}.parquet', odd, 3)\n"
        "except parts.DamagedPart:\n"
        "    pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("place", [b"\x28\xb5\x2f\xfd", b"final_loss", b"\x15\x06\x15\x00"])
def test_a_part_that_pyarrow_cannot_read_is_damaged_whatever_it_raises(place: bytes) -> None:
    content = parts.encode(["a"], [Curve(np.arange(3, dtype=np.float32), (1.0, 2.0), 3.0, False)])[1]
    for odd in {content.replace(place, bytes(len(place)), 1), content[:8] + content}:
        path = f"curves/{hashlib.sha256(odd).hexdigest()}.parquet"
        if odd != content:
            with pytest.raises(parts.DamagedPart, match=path):
                parts.decode(path, odd, 3)
