"""A served local cloud, what the program says of itself, and the API facts."""

import atexit
import functools
import json
import os
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
FIRMA = os.environ.get("FIRMA_BIN", str(TARGET / "debug" / "firma"))
REGION = "cn-north-1"


class Cloud:
    """`firma emulator serve` on a port of its own. Latencies are none: what is accepted is done."""

    def __init__(self):
        command = [FIRMA, "emulator", "serve", "--listen", "127.0.0.1:0", "--speed", "0", "--seed", "1"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        # Whatever ends this program ends the cloud: it would hold the pipes of whoever reads.
        atexit.register(self.close)
        found = re.search(r"(127\.0\.0\.1:\d+)", self.process.stdout.readline())
        if not found:
            raise RuntimeError("%s ended without printing an address" % " ".join(command))
        self.endpoint = found.group(1)
        # The suites call faster than the documented thousand a minute; a story lowers it to see the limit.
        self.outside("settings", {"ratePerMinute": None})

    def outside(self, operation, body):
        """Something done to the emulated cloud from outside it."""
        url = "http://%s/__emulator/%s" % (self.endpoint, operation)
        request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer).get("result")
        except urllib.error.HTTPError as error:
            raise RuntimeError("%s %s: %s" % (operation, body, error.read().decode())) from error

    def log(self):
        """The calls since the last reset, by request id."""
        return {call["requestId"]: call for call in self.outside("log", {})["calls"]}

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)
        self.process.stdout.close()


def ask_firma(*arguments):
    """What a command of the program prints as JSON."""
    command = [FIRMA, *arguments, "--format", "json"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)


@functools.lru_cache(maxsize=None)
def operations(service):
    """The operations of a service as the facts have them, by name."""
    text = (ROOT / "crates" / "api" / "data" / (service + ".json")).read_text(encoding="utf-8")
    facts = json.loads(text)
    return {operation["name"]: operation for operation in facts["operations"]}


@functools.lru_cache(maxsize=None)
def models(service):
    text = (ROOT / "crates" / "api" / "data" / (service + ".json")).read_text(encoding="utf-8")
    return {model["name"]: model for model in json.loads(text)["models"]}


def is_regional(service, operation):
    return any(p["name"] == "regionId" for p in operations(service)[operation]["params"])


def parameters_of(service, operation, path, query, body):
    """The parameters that a request carries, as an application would hold them."""
    facts = operations(service)[operation]
    pattern = re.sub(r"\\\{([\w-]+)\\\}", r"(?P<\1>[^/]*?)", re.escape(facts["path"]))
    found = re.fullmatch(pattern, urllib.parse.unquote(path))
    if not found:
        raise ValueError("%s is not the path of %s.%s" % (path, service, operation))
    given = dict(found.groupdict())
    nested = nest(urllib.parse.parse_qsl(query, keep_blank_values=True))
    if body:
        nested.update(json.loads(body))
    types = {p["name"]: p["type"] for p in facts["params"]}
    for name, value in nested.items():
        if value is not None:
            given[name] = typed(types.get(name), value)
    return given


def nest(pairs):
    """`filters.1.values.2=x` as lists and objects."""
    tree = {}
    for name, value in pairs:
        at = tree
        parts = name.split(".")
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[parts[-1]] = value
    return listed(tree)


def listed(tree):
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdigit() for key in tree):
        return [listed(tree[key]) for key in sorted(tree, key=int)]
    return {key: listed(value) for key, value in tree.items()}


def typed(kind, value):
    if isinstance(value, str) and kind == "integer":
        return int(float(value))
    if isinstance(value, str) and kind == "boolean":
        return value.lower() == "true"
    return value
