"""What a sweep shows while it works leaves nothing behind."""

import threading

from sweep.console.terminal import progress


def test_the_progress_bar_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with progress(2) as tick:
        tick()
    assert set(threading.enumerate()) == before
