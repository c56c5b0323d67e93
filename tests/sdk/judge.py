"""JD Cloud's own clients against the local cloud: the Python SDK, the Node SDK and the command line, each unmodified.

Each walks what Firma sent in the lives of every kind (lives.py), the stories of stories/*.toml, and every other operation of
the services that have behaviour; each operation that a kind uses must have succeeded by each client that has it, and each
class of error must have been met. Requests of Firma are compared with those of the Python SDK (compare.py).

    judge.py [--client NAME]... [--only PART]      PART: lives, stories, others, compare
"""

import argparse
import collections
import json
import select
import subprocess
import sys
import tempfile
import time
import tomllib

import compare
import lives
import synthetic
from cloud import HERE, REGION, TARGET, Cloud, ask_firma, is_regional, operations
from recorder import Recorder

# Together the clients drive at least this many distinct operations.
LEAST = 200
# A call takes milliseconds; whoever takes this long is stuck.
PATIENCE_SECONDS = 60
# Every class of error, and the words of 400 each, that a client must have been told of by a story.
ERRORS = [
    "400 FAILED_PRECONDITION",
    "400 INVALID_ARGUMENT",
    "400 OUT_OF_RANGE",
    "401 ACCESS_ERROR",
    "403 HTTP_FORBIDDEN",
    "404 NOT_FOUND",
    "409 ALREADY_EXISTS",
    "429 QUOTA_EXCEEDED",
    "429 RATE_LIMIT",
    "500 INTERNAL",
    "501 NOT_IMPLEMENTED",
    "503 UNAVAILABLE",
]


class Client:
    """A client behind its pipe, and what it has shown."""

    def __init__(self, name, endpoint):
        self.name = name
        self.home = tempfile.TemporaryDirectory(prefix="firma-")
        place = TARGET / "clients" / name
        here = HERE / "clients"
        command = {
            "python": [place / "bin" / "python", "-B", "-W", "ignore", here / "python_client.py"],
            "node": [place / "node", here / "node_client.js", place],
            "jdc": [place / "bin" / "python", "-B", "-W", "ignore", here / "jdc_client.py"],
        }[name]
        command = [str(part) for part in command] + [endpoint, "emulator", "emulator"]
        env = {"HOME": self.home.name, "PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.done = set()
        self.reached = set()
        self.errors = set()
        self.unknown = collections.defaultdict(set)
        # Calls of a shape that a slow client has made are made by another, so that lives go on.
        self.sparing = name == "jdc"
        self.shapes = set()

    def ask(self, service, operation, parameters, **key):
        asked = {"service": service, "operation": operation, "parameters": parameters, **key}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        # Its answer is one line, written at once.
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            end = "ended" if ready else "gave no answer in %d s" % PATIENCE_SECONDS
            raise RuntimeError("the client `%s` %s at %s.%s" % (self.name, end, service, operation))
        answer = json.loads(line)
        if "unknown" in answer:
            self.unknown["%s.%s" % (service, operation)].add(answer["unknown"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()
        self.home.cleanup()


class Judge:
    def __init__(self, names):
        self.cloud = Cloud()
        self.clients = {name: Client(name, self.cloud.endpoint) for name in names}
        # The newest of them stands in where another does not know a call, so that its story goes on.
        self.python = self.clients.get("python") or Client("python", self.cloud.endpoint)
        self.problems = []

    def python_through(self, endpoint):
        """Another Python SDK, that calls through a recorder."""
        return Client("python", endpoint)

    def complain(self, text):
        self.problems.append(text)
        print("FAILED", text, flush=True)

    # Lives and stories: calls in order.

    def call(self, client, where, service, operation, parameters, expected, **key):
        """Makes a call and holds it against the code and status expected. Returns its result."""
        name = "%s.%s" % (service, operation)
        shape = (name, expected, *sorted(parameters))
        mine = not (client.sparing and shape in client.shapes)
        if mine:
            answer = client.ask(service, operation, parameters, **key)
            mine = "unknown" not in answer
        if not mine:
            answer = self.python.ask(service, operation, parameters, **key)
        if "code" not in answer:
            self.complain("%s, %s: %s: %s" % (client.name, where, name, answer.get("unknown") or answer.get("broken")))
            return None
        got = "%s %s" % (answer["code"], answer["status"])
        if got != expected:
            told = answer.get("message") or ""
            self.complain("%s, %s: %s answered %s, not %s: %s" % (client.name, where, name, got, expected, told))
            return None
        if mine:
            client.shapes.add(shape)
            client.reached.add(name)
            (client.done if expected == "200 OK" else client.errors).add(name if expected == "200 OK" else expected)
        return answer.get("result") or {}

    def live(self, client, name, calls):
        self.cloud.outside("reset", {})
        for call in calls:
            parameters = dict(call.parameters)
            expected = "%s %s" % (call.code, call.status)
            if self.call(client, name, call.service, call.operation, parameters, expected) is None:
                return

    def story(self, client, name, events):
        self.cloud.outside("reset", {})
        self.cloud.outside("fault", {"clear": True})
        kept = {}
        for event in events:
            if "outside" in event:
                self.cloud.outside(event["outside"], event.get("with", {}))
                continue
            service, operation = event["does"].split(".")
            parameters = filled(event.get("with", {}), kept)
            if is_regional(service, operation):
                parameters.setdefault("regionId", REGION)
            key = event.get("key", {})
            result = self.call(client, name, service, operation, parameters, event.get("fails", "200 OK"), **key)
            if result is None:
                return
            for path, value in event.get("gives", {}).items():
                if at(result, path) != filled(value, kept):
                    self.complain("%s, %s: %s gives %s = %r" % (client.name, name, event["does"], path, at(result, path)))
            for variable, path in event.get("keep", {}).items():
                kept[variable] = at(result, path)

    # All other operations of the services: is the operation that a client means the one that arrives?

    def others(self, client, services):
        self.cloud.outside("reset", {})
        asked = {}
        for service in services:
            for operation in sorted(operations(service)):
                parameters = synthetic.parameters(service, operation)
                answer = client.ask(service, operation, parameters)
                if "unknown" in answer:
                    continue
                name = "%s.%s" % (service, operation)
                if "requestId" not in answer:
                    self.complain("%s: %s: %s" % (client.name, name, answer.get("broken")))
                    continue
                asked[name] = answer
        log = self.cloud.log()
        for name, answer in asked.items():
            seen = log.get(answer["requestId"], {})
            arrived = "%s.%s" % (seen.get("service"), seen.get("operation"))
            if arrived != name or answer["code"] in (401, 405):
                told = answer.get("message")
                self.complain("%s: %s arrived as %s and was answered %s: %s" % (client.name, name, arrived, answer["code"], told))
            else:
                client.reached.add(name)

    # What must have come together.

    def account(self, needed):
        for client in self.clients.values():
            for name, kinds in sorted(needed.items()):
                if name in client.done or name in client.unknown:
                    continue
                service, operation = name.split(".")
                with_ = ", ".join("%s = ..." % p["name"] for p in operations(service)[operation]["params"]
                                  if p.get("required") and p["name"] != "regionId")
                self.complain(
                    "%s never drove %s, which %s uses. Make tests/kinds/%s or the [[change]]s of the crash sweep reach it, or "
                    "add to a story of tests/sdk/stories/%s.toml:\n    [[NAME.call]]\n    does = \"%s\"\n    with = { %s }"
                    % (client.name, name, ", ".join(kinds), kinds[0], service, name, with_)
                )
            for missing in sorted(set(ERRORS) - client.errors):
                self.complain("%s was never answered %s: add a story with fails = \"%s\"" % (client.name, missing, missing))
        together = set().union(*(client.reached for client in self.clients.values()))
        succeeded = set().union(*(client.done for client in self.clients.values()))
        for client in self.clients.values():
            lacks = sorted(name for name in needed if name in client.unknown and name not in client.done)
            print("%s: %d operations reached, %d of them carried out; not known to it: %s" % (
                client.name, len(client.reached), len(client.done), ", ".join(lacks) or "none of those that kinds use"))
        print("together: %d distinct operations, %d of them carried out; kinds use %d" % (
            len(together), len(succeeded), len(needed)))
        if len(together) < LEAST:
            self.complain("only %d distinct operations were driven, not %d" % (len(together), LEAST))

    def close(self):
        for client in {*self.clients.values(), self.python}:
            client.close()
        self.cloud.close()


def filled(value, kept):
    """`$name` replaced by what was kept under that name."""
    if isinstance(value, dict):
        return {name: filled(inner, kept) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, kept) for inner in value]
    if isinstance(value, str) and value.startswith("$"):
        return kept[value[1:]]
    return value


def at(result, path):
    for part in path.split("."):
        try:
            result = result[int(part)] if isinstance(result, list) else result[part]
        except (KeyError, IndexError, TypeError):
            return None
    return result


def stories():
    """Stories by name: the tables [[NAME.call]] of each file."""
    found = {}
    for path in sorted((HERE / "stories").glob("*.toml")):
        for name, story in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found["%s: %s" % (path.stem, name)] = story["call"]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--client", action="append", choices=["python", "node", "jdc"])
    parser.add_argument("--every", action="store_true", help="lives of every kind, not only of the quick ones")
    parser.add_argument("--only", choices=["lives", "stories", "others", "compare"])
    arguments = parser.parse_args()
    names = arguments.client or ["python", "node", "jdc"]
    parts = [arguments.only] if arguments.only else ["lives", "stories", "others", "compare"]
    coverage = ask_firma("emulator", "coverage")
    alive = None if arguments.every else lives.SHORT
    lived_kinds = set(lives.kinds(alive))
    needed = {}
    for row in coverage:
        of = [kind for kind in row["kinds"] if kind in lived_kinds]
        if of:
            needed["%s.%s" % (row["service"], row["operation"])] = of
    services = sorted({row["service"] for row in coverage})
    started = time.monotonic()
    judge = Judge(names)
    recorder = Recorder(judge.cloud.endpoint)

    def step(text):
        print("== %s (%d s)" % (text, time.monotonic() - started), flush=True)

    try:
        lived = {}
        if "lives" in parts or "compare" in parts:
            step("lives of %d kinds, recorded" % len(lived_kinds))
            lived, failed = lives.all_lives(judge.cloud, recorder, alive)
            for name, told in failed.items():
                judge.complain("firma, %s: %s" % (name, told))
            lives.look_at_each(lived, set(needed))
        for client in judge.clients.values():
            if "lives" in parts:
                step("%s: lives" % client.name)
                for name, calls in lived.items():
                    judge.live(client, name, calls)
            if "stories" in parts:
                step("%s: stories" % client.name)
                for name, events in stories().items():
                    judge.story(client, name, events)
            # Each call of jdc takes a while; the lives and the stories have driven it already.
            if "others" in parts and (client.name != "jdc" or arguments.every):
                step("%s: every operation of %d services" % (client.name, len(services)))
                judge.others(client, services)
        if "compare" in parts:
            step("requests of Firma beside those of the Python SDK")
            compare.run(judge, recorder, lived)
        if not arguments.only:
            judge.account(needed)
    finally:
        judge.close()
        recorder.close()
    print("%d problems" % len(judge.problems))
    sys.exit(1 if judge.problems else 0)


main()
