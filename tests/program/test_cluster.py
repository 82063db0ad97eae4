"""A sweep on a cluster: an array of 8 jobs under a real one-node Slurm, and 4 ranks under mpirun, give the bytes of one run."""
import os
import shutil
import socket
import subprocess
import time

import pytest
from program import PROGRAM, safeconduct
from test_sweep import bytes_of, clean, design, tmp_path  # noqa: F401 (clean and tmp_path are fixtures)


def needs(*tools):
    for tool in tools:
        if not shutil.which(tool):
            everything = os.environ.get("SAFECONDUCT_ALL") == "1"
            (pytest.fail if everything else pytest.skip)(f"{tool} is not here")


def test_mpirun_with_4_ranks(tmp_path, clean):  # noqa: F811
    needs("mpirun")
    out = tmp_path / "out"
    variables = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    ran = subprocess.run(["mpirun", "--oversubscribe", "-n", "4", str(PROGRAM), "sweep", str(design(tmp_path)), "--out", str(out),
                          "--threads", "1"], env=os.environ | variables, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr
    for rank in range(4):
        assert f"piece {rank} of 4" in ran.stderr + ran.stdout
    safeconduct("merge", out)
    assert bytes_of(out) == clean[0].read_bytes()


CONFIGURATION = """ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=0
ReturnToService=2
MpiDefault=none
SlurmctldPort={port}
SlurmdPort={other_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def slurm(tmp_path):
    """One node on the loopback, no systemd and no cgroups: variables for those who talk to it."""
    needs("slurmctld", "slurmd", "sbatch", "munge", "munged")
    if os.geteuid() != 0:
        (pytest.fail if os.environ.get("SAFECONDUCT_ALL") == "1" else pytest.skip)("Slurm's daemons want to be root here")
    folder = tmp_path / "slurm"
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    started = []
    if subprocess.run(["munge", "-n"], capture_output=True).returncode != 0:
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        socket_path = folder / "munge.socket"
        started.append(subprocess.Popen(["munged", "-F", "--force", f"--socket={socket_path}", f"--key-file={key}",
                                         f"--log-file={folder}/munged.log", f"--pid-file={folder}/munged.pid",
                                         f"--seed-file={folder}/munged.seed"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    else:
        socket_path = None
    host = socket.gethostname().split(".")[0]
    text = CONFIGURATION.format(host=host, port=free_port(), other_port=free_port(), folder=folder, cpus=os.cpu_count())
    if socket_path:
        text += f"AuthInfo=socket={socket_path}\n"
    (folder / "slurm.conf").write_text(text)
    variables = {"SLURM_CONF": str(folder / "slurm.conf")}
    environment = os.environ | variables
    try:
        for _ in range(50):
            check = ["munge", "-n"] + ([f"--socket={socket_path}"] if socket_path else [])
            if subprocess.run(check, capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
        for daemon in ("slurmctld", "slurmd"):
            started.append(subprocess.Popen([daemon, "-D", "-f", str(folder / "slurm.conf")], env=environment,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for _ in range(300):
            state = subprocess.run(["sinfo", "-h", "-o", "%t"], env=environment, capture_output=True, text=True).stdout
            if "idle" in state:
                break
            time.sleep(0.2)
        else:
            pytest.fail("Slurm does not come up: " + (folder / "slurmctld.log").read_text()[-1000:])
        yield environment
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def test_an_array_of_8_under_slurm(tmp_path, clean, slurm):  # noqa: F811
    out = tmp_path / "out"
    script = safeconduct("slurm", design(tmp_path), "--array", 8, "--cpus", 1, "--time", "10:00", "--out", out).stdout
    (tmp_path / "sweep.sh").write_text(script)
    ran = subprocess.run(["sh", str(tmp_path / "sweep.sh")], env=slurm | {"SAFECONDUCT": str(PROGRAM)}, capture_output=True,
                         text=True, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    for _ in range(1200):
        queue = subprocess.run(["squeue", "-h", "-o", "%t %r"], env=slurm, capture_output=True, text=True).stdout
        if not queue.strip():
            break
        assert "DependencyNeverSatisfied" not in queue, [p.read_text() for p in out.glob("*.txt")]
        time.sleep(0.25)
    said = "".join(p.read_text() for p in sorted(out.glob("*.txt")))
    for piece in range(8):
        assert f"piece {piece} of 8 (SLURM_ARRAY_TASK_ID)" in said, said
    assert bytes_of(out) == clean[0].read_bytes()
