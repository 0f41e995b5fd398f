#!/usr/bin/python3
"""What the forms of examples/ (Kustomize, Helm, Kyverno) make of a workload.

usage: tests/pods/forms.py containers MANIFEST     prints the init containers in their order, one a line: its name and its words
       tests/pods/forms.py kyverno POLICY POD      prints the pod as Kyverno lets it pass

Kyverno itself is in no package that these tests could use. A policy's variables are JMESPath, and its strategic merge is Kustomize's:
both are done here by what does them there.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import jmespath
import yaml

VARIABLE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.S)


def pod_spec(manifest):
    return manifest["spec"].get("template", manifest)["spec"]


def words(container):
    """The command, and the words that the variable INITKIT_RUN adds to it."""
    variables = {each["name"]: each["value"] for each in container.get("env", [])}
    return container.get("command", []) + container.get("args", []) + variables.get("INITKIT_RUN", "").splitlines()


def containers(manifest):
    for container in pod_spec(yaml.safe_load(pathlib.Path(manifest).read_text()))["initContainers"]:
        print(container["name"], *words(container))


def substitute(node, request):
    """A node of the policy with its variables replaced."""
    if isinstance(node, dict):
        return {key: substitute(value, request) for key, value in node.items()}
    if isinstance(node, list):
        return [substitute(value, request) for value in node]
    if not isinstance(node, str):
        return node
    return VARIABLE.sub(lambda match: jmespath.search(match[1], {"request": request}), node)


def applies(rule, pod, request):
    for condition in rule["preconditions"]["all"]:
        assert condition["operator"] == "NotEquals", condition
        if substitute(condition["key"], request) == condition["value"]:
            return False
    return any(pod["kind"] in each["resources"]["kinds"] for each in rule["match"]["any"])


def merge(pod, patch):
    """As `patchStrategicMerge` does it."""
    patch = {"apiVersion": pod["apiVersion"], "kind": pod["kind"], "metadata": {"name": pod["metadata"]["name"]}, **patch}
    with tempfile.TemporaryDirectory() as folder:
        plan = {"resources": ["pod.yaml"], "patches": [{"path": "patch.yaml"}]}
        for name, content in ("pod", pod), ("patch", patch), ("kustomization", plan):
            pathlib.Path(folder, f"{name}.yaml").write_text(yaml.safe_dump(content))
        return yaml.safe_load(subprocess.run(["kubectl", "kustomize", folder], stdout=subprocess.PIPE, check=True).stdout)


def kyverno(policy, manifest):
    pod = yaml.safe_load(pathlib.Path(manifest).read_text())
    for rule in yaml.safe_load(pathlib.Path(policy).read_text())["spec"]["rules"]:
        request = {"object": pod, "operation": "CREATE"}
        if applies(rule, pod, request):
            pod = merge(pod, substitute(rule["mutate"]["patchStrategicMerge"], request))
    print(yaml.safe_dump(pod), end="")


if __name__ == "__main__":
    {"containers": containers, "kyverno": kyverno}[sys.argv[1]](*sys.argv[2:])
