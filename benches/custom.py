#!/usr/bin/env python3
"""What an organisation's own rules cost: custom.py BINARY [RULES]

200 rules (the default), each for about 100 of 3,000 manifests, against no rule at all and against as many for kinds that
do not occur: processor time, in turn, the best of seven.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

MANIFESTS, KINDS, ROUNDS = 3000, 30, 7

OBJECT = """apiVersion: example.org/v1
kind: Kind{kind}
metadata:
  name: object-{number}
  labels: {{app: a, owner: b, tier: c}}
spec:
  replicas: {number}
  template:
    spec:
      containers:
        - {{name: one, image: "example.org/one:1.0", env: [{{name: A, value: b}}, {{name: C, value: d}}]}}
        - {{name: two, image: "example.org/two:2.0", ports: [{{containerPort: 8080}}]}}
"""

RULE = """  - id: own-{number}
    match: {{kinds: [Kind{kind}]}}
    cel: >-
      has(object.metadata.labels.owner)
      && object.spec.template.spec.containers.all(it, it.image.matches('^example[.]org/'))
    message: own
"""


def seconds(binary, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([binary, "check", "--quiet", folder], capture_output=True)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def own_rules(rules, first_kind):
    own = (RULE.format(number=number, kind=first_kind + number % KINDS) for number in range(rules))
    return "version: 1\ncustom:\n" + "".join(own)


def main():
    binary = sys.argv[1]
    rules = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in range(MANIFESTS):
            path = root / f"apps/app-{number}/object.yaml"
            path.parent.mkdir(parents=True)
            path.write_text(OBJECT.format(number=number, kind=number % KINDS))
        policies = {"without": "version: 1\n", "with": own_rules(rules, 0), "absent": own_rules(rules, KINDS)}
        best = dict.fromkeys(policies, float("inf"))
        for _ in range(ROUNDS):
            for name, policy in policies.items():
                (root / "tightlip.yaml").write_text(policy)
                best[name] = min(best[name], seconds(binary, folder))
    milliseconds = {name: 1000 * seconds for name, seconds in best.items()}
    print(f"{milliseconds['without']:.0f} ms of processor time without rules")
    for name, what in {"with": "for kinds of the tree", "absent": "for kinds that do not occur"}.items():
        print(f"{rules} rules {what}: {milliseconds[name] - milliseconds['without']:+.0f} ms")


if __name__ == "__main__":
    main()
