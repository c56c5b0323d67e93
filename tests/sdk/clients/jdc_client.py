"""The official command line behind a pipe: a line of JSON in, a line of JSON out, as python_client.py says it.

Each call is a process that runs `jdc SERVICE OPERATION --PARAMETER VALUE ...` from its entry point; it is forked from this
one, which has the program loaded already, because that takes most of its time. What it reads is a profile that its own
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


def run(arguments):
    """Standard output and exit code of `jdc ARGUMENTS`."""
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.dup2(out.fileno(), 1)
                nothing = os.open(os.devnull, os.O_RDWR)
                os.dup2(nothing, 0)
                os.dup2(out.fileno(), 2)
                sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
                sys.argv = ["jdc"] + arguments
                jdc.main()
                code = 0
            except SystemExit as left:
                code = left.code if isinstance(left.code, int) else 0
            except BaseException as error:
                print(repr(error))
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        return out.read().decode("utf-8", "replace"), os.waitstatus_to_exitcode(status)


def words(name):
    """`createNatGateway` as the command line spells it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def flags(service, operation):
    """The command's name, and its flags by parameter; None where it has no such command."""
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
        known[options.get("dest") or names[0].lstrip("-").replace("-", "_")] = names[0]
    return method.__name__.replace("_", "-"), known


def written(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def call(asked):
    found = flags(asked["service"], asked["operation"])
    if found is None:
        return {"unknown": "operation"}
    command, known = found
    arguments = [asked["service"], command]
    rest = {}
    for name, value in asked["parameters"].items():
        # A text that looks like JSON or YAML would be read as such, and a flag makes text of a truth value.
        if name in known and not isinstance(value, bool):
            arguments.append("%s=%s" % (known[name], written(value)))
        elif name in known:
            rest[name] = value
        else:
            return {"unknown": "parameter " + name}
    if rest:
        arguments += ["--input-json", json.dumps(rest)]
    text, code = run(arguments)
    try:
        answer = json.loads(text)
    except ValueError:
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


def profile(endpoint, access_key, secret):
    name = re.sub(r"[^a-z0-9]", "-", "%s-%s" % (access_key, secret))
    made = ["configure", "add", "--profile", name, "--access-key", access_key, "--secret-key", secret]
    text, _ = run(made + ["--region-id", "cn-north-1", "--endpoint", endpoint, "--scheme", "http"])
    if "has existed" in text:
        run(["configure", "use", "--profile", name])


def main():
    endpoint, access_key, secret = sys.argv[1:]
    current = None
    for line in sys.stdin:
        asked = json.loads(line)
        wanted = (asked.get("accessKey", access_key), asked.get("secret", secret))
        if wanted != current:
            profile(endpoint, *wanted)
            current = wanted
        try:
            answer = call(asked)
        except Exception as error:
            answer = {"broken": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


main()
