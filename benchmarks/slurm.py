"""Debian's Slurm on loopback, a cluster of one node, for tests: its daemons in the foreground, without systemd."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.process import unused_port

SECONDS = 60
"""That a daemon may take to answer, or to end."""

CONFIGURATION = """
ClusterName=sweep
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
MpiDefault=none
SwitchType=switch/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SlurmdParameters=config_overrides
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd.pid
SlurmdLogFile={folder}/slurmd.log
SlurmdSpoolDir={folder}/node
StateSaveLocation={folder}/controller
ReturnToService=2
KillWait=2
MaxArraySize={array}
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=4096 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=60 State=UP
"""


def missing() -> list[str]:
    """Programs of Slurm that are not installed."""
    return [each for each in ("munged", "slurmctld", "slurmd", "sbatch", "srun") if _program(each) is None]


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def running_slurm(cores: int = 2, array: int = 5) -> Iterator[Mapping[str, str]]:
    """A cluster that takes jobs, for as long as the context lasts; what it yields belongs into the environment.

    Parameters
    ----------
    cores : that it gives away; it need not have them.
    array : its MaxArraySize.
    """
    assert not missing(), f"not installed: {missing()}: apt-get install slurmctld slurmd slurm-client munge"
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)  # munge's clients look for its socket.
    for each in ("node", "controller"):
        (folder / each).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    environment = {"SLURM_CONF": str(folder / "slurm.conf")}
    ports = {"controller": unused_port(), "node": unused_port()}
    user, host = pwd.getpwuid(os.getuid()).pw_name, socket.gethostname().partition(".")[0]
    text = CONFIGURATION.format(folder=folder, user=user, host=host, cores=cores, array=array, **ports)
    (folder / "slurm.conf").write_text(text)
    names = {"socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed", "key-file": "key"}
    munge = [f"--{option}={folder}/munge.{name}" for option, name in names.items()]
    try:
        with ExitStack() as stack:
            for command in (["munged", "--foreground", "--force", *munge], ["slurmctld", "-D"], ["slurmd", "-D"]):
                stack.enter_context(_daemon(command, environment, folder))
            _wait(["sinfo", "--noheader", "--format=%T"], environment, "idle")
            yield environment
            subprocess.run(["scancel", f"--user={user}"], env=os.environ | environment, check=True)
            _wait(["squeue", "--noheader"], environment, "")
    finally:
        shutil.rmtree(folder)


@contextmanager
def _daemon(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    program = _program(command[0])
    assert program
    with (folder / f"{command[0]}.said").open("wb") as said:
        process = subprocess.Popen(
            [program, *command[1:]],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


def _wait(command: Sequence[str], environment: Mapping[str, str], answer: str) -> None:
    """Until ``command`` says ``answer``."""
    end = time.monotonic() + SECONDS
    while True:
        done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip() == answer:
            return
        assert time.monotonic() < end, (command, done)
        time.sleep(0.1)
