#!/usr/bin/env python3
"""Compares tightlip with its peers on what is staged: 1, 20 and 400 files, in turns, medians and ratios.

    benches/staged.py REPOSITORY [--runs N] [--tightlip PROGRAM]

REPOSITORY is cloned into a temporary folder; a line is appended to files that are no manifests, and staged. With
`--manifests` the files are YAML. The peers come as `compare.py --install` gets them; one that is not there is left out
and said. Nothing is validated live. A first round is not counted.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile

from compare import HERE, gitleaks, once

SIZES = [1, 20, 400]


def commands(tightlip, report):
    return {
        "tightlip": [tightlip, "check", "--staged", "--policy", "none", "--format", "json"],
        "git diff": ["git", "diff", "--cached", "--unified=0"],
        "kingfisher": ["kingfisher", "scan", ".", "--staged", "--no-validate", "--format", "json", "--no-update-check"],
        "betterleaks": ["betterleaks", "git", "--staged", "-o", report],
        "gitleaks": [gitleaks(), "git", "--staged", "--no-banner", "-f", "json", "-r", report],
    }


def stage(folder, number, manifests):
    """Appends a line to `number` files, spread over the repository, and stages them."""
    git(folder, "reset", "--quiet", "--hard")
    names = git(folder, "ls-files", "-z").split("\0")
    is_manifest = lambda name: name.endswith((".yaml", ".yml", ".json"))
    names = [name for name in names if name and os.path.isfile(os.path.join(folder, name)) and is_manifest(name) == manifests]
    chosen = names[:: max(1, len(names) // number)][:number]
    for name in chosen:
        with open(os.path.join(folder, name), "a") as file:
            file.write("# one more line\n")
    git(folder, "add", "--all")
    return len(chosen)


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repository")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--tightlip", default=os.path.join(HERE, "target", "release", "tightlip"))
    parser.add_argument("--manifests", action="store_true")
    arguments = parser.parse_args()
    scratch = tempfile.mkdtemp()
    folder = os.path.join(scratch, "repository")
    subprocess.run(["git", "clone", "--quiet", arguments.repository, folder], check=True)
    contenders = {}
    for name, command in commands(arguments.tightlip, os.path.join(scratch, "report.json")).items():
        if shutil.which(command[0]):
            contenders[name] = command
        else:
            print(f"{name} is not here and is left out")
    os.chdir(folder)
    for size in SIZES:
        staged = stage(folder, size, arguments.manifests)
        runs = {name: [] for name in contenders}
        for turn in range(arguments.runs + 1):
            for name, command in contenders.items():
                measured = once(command, os.environ)
                if turn:
                    runs[name].append(measured)
        print(f"{staged} files staged {'wall ms':>10} {'CPU ms':>8} {'MiB':>7} {'wall ratio to tightlip':>24}")
        for name, measured in runs.items():
            wall, cpu, memory = (statistics.median(column) for column in zip(*measured))
            ratio = statistics.median(theirs[0] / own[0] for theirs, own in zip(measured, runs["tightlip"]))
            print(f"{name:16} {1000 * wall:10.1f} {1000 * cpu:8.1f} {memory:7.1f} {ratio:24.2f}")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
