"""What Firma sends while objects of each kind live: made, changed, shown, ended.

A life takes the manifests of tests/kinds/KIND, or those of the crash sweep, one after another, applies each through a recorder,
and destroys what it made.
Ids depend on the seed and on the order of calls alone, so the calls of a life can be made again by any client in a cloud that
was reset, and every answer has the same ids.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import changes
from cloud import FIRMA, ROOT, operations, parameters_of

PROJECT = '[cloud]\nendpoint = "http://%s"\n\n[defaults]\nregion = "cn-north-1"\n'


class Call:
    """One call of a life."""

    def __init__(self, service, operation, parameters, code, status, exchange):
        self.service = service
        self.operation = operation
        self.parameters = parameters
        self.code = code
        self.status = status
        self.exchange = exchange

    @property
    def name(self):
        return "%s.%s" % (self.service, self.operation)


# Lives of these services are short. Databases, clusters and load balancers take Firma minutes, for it looks when they are
# usually ready; they live with `--every`.
SHORT = ["ag", "disk", "iam", "privatezone", "ssl", "vm", "vpc"]


def kinds(services=None):
    """The kinds of these services, or all of them."""
    names = sorted(folder.name for folder in (ROOT / "tests" / "kinds").iterdir() if folder.is_dir())
    return [name for name in names if services is None or name.split(".")[0] in services]


def read(kind, name):
    path = ROOT / "tests" / "kinds" / kind / name
    return path.read_text(encoding="utf-8") if path.exists() else None


def ways(kind):
    """The lives of a kind by name: manifests, as files by name, that are applied one after another."""
    around = read(kind, "around.toml") or ""
    manifest = lambda name: {"around.toml": around, "it.toml": read(kind, name)}
    found = {"full and bare": [manifest(name) for name in ("full.toml", "bare.toml", "full.toml")]}
    names = {path.name for path in (ROOT / "tests" / "kinds" / kind).glob("*.toml")}
    for name in sorted(names - {"around.toml", "full.toml", "bare.toml", "left-out.toml"}):
        found[name.removesuffix(".toml")] = [manifest(name)]
    changed = changes.manifests(kind)
    if changed:
        found["changes"] = changed
    return found


def firma(folder, *arguments):
    env = {
        "HOME": str(folder / "home"),
        "PATH": os.environ.get("PATH", ""),
        "NO_COLOR": "1",
        "JDCLOUD_ACCESS_KEY": "emulator",
        "JDCLOUD_SECRET_KEY": "emulator",
    }
    command = [FIRMA, "-C", str(folder / "project"), *arguments]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError("firma %s ended with %d:\n%s" % (" ".join(arguments), done.returncode, done.stdout))


def live(cloud, recorder, worlds):
    """The calls of one life, in their order."""
    cloud.outside("reset", {})
    recorder.take()
    with tempfile.TemporaryDirectory(prefix="firma-") as place:
        folder = Path(place)
        (folder / "home").mkdir()
        project = folder / "project"
        project.mkdir()
        (project / "firma.toml").write_text(PROJECT % recorder.endpoint, encoding="utf-8")
        firma(folder, "init", "--new-state")
        for files in worlds:
            for name, text in files.items():
                (project / name).write_text(text, encoding="utf-8")
            firma(folder, "apply", "--auto-approve")
        # What is prepaid stays until it expires, which is no part of these lives.
        if not any("prepaid" in text for files in worlds for text in files.values()):
            try:
                firma(folder, "destroy", "--auto-approve")
            except RuntimeError:
                # What a manifest no longer mentions may still hang together in the cloud: what was refused goes with the next run.
                firma(folder, "destroy", "--auto-approve")
    log = cloud.log()
    return [told(exchange, log) for exchange in recorder.take()]


def told(exchange, log):
    seen = log[json.loads(exchange.answer)["requestId"]]
    service, operation = seen["service"], seen["operation"]
    parameters = parameters_of(service, operation, exchange.path, exchange.query, exchange.body)
    return Call(service, operation, parameters, seen["code"], seen["status"], exchange)


def all_lives(cloud, recorder, services=None):
    """Every life of these services, by its name, and those that fail: by name, what was said."""
    lives, failed = {}, {}
    for kind in kinds(services):
        for way, worlds in ways(kind).items():
            name = "%s, %s" % (kind, way)
            try:
                lives[name] = live(cloud, recorder, worlds)
            except (RuntimeError, ValueError, KeyError) as error:
                failed[name] = "%s: %s" % (type(error).__name__, error)
    return lives, failed


def look_at_each(lived, needed):
    """Adds reads of one object that Firma does without, since it lists: just before the object's last call.

    They are calls of operations that kinds name, whose parameters are those in the path of a call that is there.
    """
    driven = {call.name for calls in lived.values() for call in calls if call.code == 200}
    for calls in lived.values():
        for name in sorted(needed - driven):
            service, operation = name.split(".")
            facts = operations(service)[operation]
            wanted = {p["name"] for p in facts["params"] if p.get("required") or p.get("in") == "path"}
            if facts["method"] != "GET":
                continue
            for place in range(len(calls) - 1, -1, -1):
                last = calls[place]
                paths = {p["name"] for p in operations(last.service)[last.operation]["params"] if p.get("in") == "path"}
                if last.service == service and last.code == 200 and paths == wanted:
                    parameters = {parameter: last.parameters[parameter] for parameter in wanted}
                    calls.insert(place, Call(service, operation, parameters, 200, "OK", None))
                    driven.add(name)
                    break
