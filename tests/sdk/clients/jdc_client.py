"""The official command line behind a pipe: a line of JSON in, a line of JSON out, as python_client.py says it.

Each call is a process that runs `jdc SERVICE OPERATION --PARAMETER VALUE ...`. What it reads is a profile that its own
`jdc configure add` wrote, in the home directory that this process was given.
The arguments are the endpoint, the access key and its secret.
"""

import importlib
import json
import os
import re
import sys
import tempfile

from jdcloud_cli import jdc
from jdcloud_cli.cement.ext.ext_argparse import ArgparseArgumentHandler


class Paused:
    """The program, stopped where it reads its arguments: it has built the parsers of all its commands by then, which takes it
    a second. Each call is a fork of it that goes on from there, by its own code alone, with arguments of its own."""

    def __init__(self, serve):
        self.serve = serve
        self.parse = ArgparseArgumentHandler.parse
        ArgparseArgumentHandler.parse = lambda handler, _: self.parse(handler, self.arguments(handler))
        sys.argv = ["jdc", "configure", "show-current"]
        jdc.main()

    def arguments(self, handler):
        """Serves all requests in the first process; in a fork, returns the arguments to go on with."""
        asked = self.serve(self.run)
        if asked is None:
            os._exit(0)
        handler.app.argv[:] = asked
        return asked

    def run(self, arguments):
        """Standard output and exit code of `jdc ARGUMENTS`; in the fork, unwinds to where it goes on."""
        out = tempfile.TemporaryFile()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            raise Fork(arguments)
        _, status = os.waitpid(child, 0)
        with out:
            out.seek(0)
            return out.read().decode("utf-8", "replace"), os.waitstatus_to_exitcode(status)


class Fork(BaseException):
    """Leaves the loop over requests in a fork."""


def words(name):
    """`createNatGateway` as the command line spells it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def flags(service, operation):
    """The command's name, and by parameter its flag and whether it must be given; None where it has no such command."""
    try:
        module = importlib.import_module("jdcloud_cli.controllers.services." + service)
    except ImportError:
        return None
    controller = getattr(module, service[0].upper() + service[1:] + "Controller")
    method = getattr(controller, words(operation).replace("-", "_"), None)
    if method is None:
        flat = operation.lower()
        near = [name for name in dir(controller) if name.replace("_", "") == flat]
        if not near:
            return None
        method = getattr(controller, near[0])
    # What its decorator keeps beside the function; the same as `jdc SERVICE OPERATION --help` lists.
    known = {}
    for names, options in method.__cement_meta__["arguments"]:
        name = options.get("dest") or names[0].lstrip("-").replace("-", "_")
        known[name] = (names[0], options.get("required", False))
    return method.__name__.replace("_", "-"), known


def written(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def call(run, asked):
    found = flags(asked["service"], asked["operation"])
    if found is None:
        return {"unknown": "operation"}
    command, known = found
    arguments = [asked["service"], command]
    rest = {}
    for name, value in asked["parameters"].items():
        if name not in known:
            return {"unknown": "parameter " + name}
        flag, required = known[name]
        # A flag makes text of a truth value, and YAML of a text that begins like a list or an object.
        if isinstance(value, str) and value.startswith(("[", "{")) or isinstance(value, bool) and not required:
            rest[name] = value
            if required:
                arguments.append("%s=x" % flag)
        else:
            arguments.append("%s=%s" % (flag, written(value)))
    if rest:
        arguments += ["--input-json", json.dumps(rest)]
    text, code = run(arguments)
    if code == 2 and "the following arguments are required: " in text:
        return {"unknown": "a call without " + text.split("are required: ")[1].strip()}
    try:
        answer = json.loads(text)
    except ValueError:
        # Its kubernetes commands ask for an argument that they never declared: nothing is sent.
        if "'Namespace' object has no attribute" in text:
            return {"unknown": "operation: its command fails by itself"}
        return {"broken": "jdc %s ended with %d and printed:\n%s" % (" ".join(arguments), code, text[-2000:])}
    if not isinstance(answer.get("error"), (dict, type(None))):
        return {"unknown": "operation"}
    error = answer.get("error")
    return {
        "code": error["code"] if error else 200,
        "status": error["status"] if error else "OK",
        "message": error["message"] if error else "",
        "result": answer.get("result"),
        "requestId": answer.get("request_id"),
    }


def profile(run, endpoint, access_key, secret):
    name = re.sub(r"[^a-z0-9]", "-", "%s-%s" % (access_key, secret))
    made = ["configure", "add", "--profile", name, "--access-key", access_key, "--secret-key", secret]
    text, _ = run(made + ["--region-id", "cn-north-1", "--endpoint", endpoint, "--scheme", "http"])
    if "has existed" in text:
        run(["configure", "use", "--profile", name])


def serve(run):
    endpoint, access_key, secret = ORDERS
    current = None
    try:
        for line in sys.stdin:
            asked = json.loads(line)
            wanted = (asked.get("accessKey", access_key), asked.get("secret", secret))
            if wanted != current:
                profile(run, endpoint, *wanted)
                current = wanted
            try:
                answer = call(run, asked)
            except Exception as error:  # Whatever happens is told, and judged by whoever asked.
                answer = {"broken": "%s: %s" % (type(error).__name__, error)}
            print(json.dumps(answer), flush=True)
    except Fork as fork:
        return fork.args[0]
    return None


ORDERS = sys.argv[1:]
Paused(serve)
