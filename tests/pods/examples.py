#!/usr/bin/python3
"""Checks what all manifests under examples/ must have in common, and prints what they lack.

usage: tests/pods/examples.py VERSION FOLDER

Every container of ours, wherever in a manifest it stands, keeps to the restricted Pod Security Standard (by itself or by its
pod), has small limits, and a tag that is VERSION.
"""

import pathlib
import sys

import yaml

OURS = "registry.example.com/initkit/"


def containers(node, context):
    """Yields each container of ours with the securityContext of the pod around it."""
    if isinstance(node, dict):
        if str(node.get("image", "")).startswith(OURS):
            yield node, context
        inner = node.get("securityContext", {}) if "initContainers" in node or "containers" in node else context
        for value in node.values():
            yield from containers(value, inner)
    elif isinstance(node, list):
        for value in node:
            yield from containers(value, context)


def lacks(container, pod, version):
    """Names what a container lacks."""
    merged = {**pod, **container.get("securityContext", {})}
    wanted = {
        "runAsNonRoot": True,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    missing = [name for name, value in wanted.items() if merged.get(name) != value]
    if container.get("resources", {}).get("limits") != {"cpu": "100m", "memory": "32Mi"}:
        missing.append("limits of cpu 100m and memory 32Mi")
    if not container["image"].endswith(f":{version}"):
        missing.append(f"the tag {version}")
    return missing


def main(version, folder):
    seen = 0
    for path in sorted(pathlib.Path(folder).rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            for container, pod in containers(document, {}):
                seen += 1
                for lack in lacks(container, pod, version):
                    print(f"{path.relative_to(folder)}: {container['name']}: {lack}")
    if not seen:
        print("no container of ours was found")


if __name__ == "__main__":
    main(*sys.argv[1:])
