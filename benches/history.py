"""The history of a repository against its peers and against git itself, on the same cores, in turn.

    python3 benches/history.py REPOSITORY [--threads N] [--rounds N] [--peer kingfisher …] [--limit SECONDS]

Wall time, CPU time and peak memory of each, and what each is of tightlip's CPU time. `git cat-file` only decodes every
object and finds nothing. A peer that is not installed, or takes longer than the limit, is said to be so.
It does not know whether the findings agree: numbers of findings are the tools' own.
"""

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time

TIGHTLIP = os.path.join(os.path.dirname(__file__), "..", "target", "release", "tightlip")


def commands(repository, threads, report):
    return {
        "tightlip": [TIGHTLIP, "history", repository, "--threads", str(threads), "--exit-zero", "--output", f"json={report}"],
        "git cat-file": ["git", "-C", repository, "cat-file", "--batch-all-objects", "--batch", "--unordered"],
        "kingfisher": ["kingfisher", "scan", repository, "--git-history", "full", "--no-validate", "--jobs", str(threads),
                       "--format", "json", "--output", report],
        "betterleaks": ["betterleaks", "git", repository, "-o", report],
        "gitleaks": ["gitleaks", "git", repository, "--no-banner", "-f", "json", "-r", report],
    }


def run(command, limit):
    """Seconds on the clock, seconds of CPU, peak MiB; None where the limit was reached."""
    def bounded():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=bounded)
    while True:
        pid, _, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.monotonic() - start
        if pid:
            process.returncode = 0
            return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        if wall > limit:
            process.kill()
            process.wait()
            return None
        time.sleep(0.005)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=300)
    parser.add_argument("--peer", action="append", help="only these beside tightlip")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        all_commands = commands(arguments.repository, arguments.threads, os.path.join(folder, "report.json"))
        wanted = ["tightlip"] + [name for name in all_commands if name != "tightlip" and (not arguments.peer or name in arguments.peer)]
        best = {}
        for _ in range(arguments.rounds):
            for name in wanted:
                if shutil.which(all_commands[name][0]) is None or best.get(name, ()) is None:
                    best.setdefault(name, None)
                    continue
                measured = run(all_commands[name], arguments.limit)
                known = best.get(name)
                best[name] = measured if measured is None or known is None else min(known, measured, key=lambda one: one[1])
    own = best["tightlip"]
    for name in wanted:
        match best[name]:
            case None:
                print(f"{name:14} not installed, or more than {arguments.limit:.0f} s")
            case wall, cpu, memory:
                print(f"{name:14} {wall:8.2f} s {cpu:8.2f} CPU-s {memory:7.0f} MiB {cpu / own[1]:8.1f} x")


if __name__ == "__main__":
    main()
