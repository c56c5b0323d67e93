"""The official Python SDK behind a pipe: a line of JSON in, a line of JSON out.

In: {"service", "operation", "parameters"}. Out: {"code", "status", "message", "result", "requestId"}, with code 200 where
the answer is no error, or {"unknown": WHAT} where this SDK has no such operation or parameter.
The arguments are the endpoint, the access key and its secret.
"""

import importlib
import inspect
import json
import sys

from jdcloud_sdk.core.config import Config
from jdcloud_sdk.core.credential import Credential
from jdcloud_sdk.core.logger import Logger


def parameters_of(module, name, given):
    """As an application makes them: what is required by position, the others through their setters."""
    kind = getattr(module, name + "Parameters")
    required = [p for p in inspect.signature(kind.__init__).parameters.values() if p.name != "self"]
    first = {p.name: given.get(p.name) for p in required if p.default is inspect.Parameter.empty}
    made = kind(**first)
    for key, value in given.items():
        if key in first:
            continue
        setter = getattr(made, "set" + key[0].upper() + key[1:], None)
        if setter is not None:
            setter(value)
        elif hasattr(made, key):
            setattr(made, key, value)
        else:
            raise KeyError(key)
    return made


def call(endpoint, credential, asked):
    service, operation = asked["service"], asked["operation"]
    name = operation[0].upper() + operation[1:]
    try:
        module = importlib.import_module("jdcloud_sdk.services.%s.apis.%sRequest" % (service, name))
        client = service[0].upper() + service[1:] + "Client"
        client = getattr(importlib.import_module("jdcloud_sdk.services.%s.client.%s" % (service, client)), client)
    except ImportError:
        return {"unknown": "operation"}
    try:
        parameters = parameters_of(module, name, asked["parameters"])
    except KeyError as missing:
        return {"unknown": "parameter " + missing.args[0]}
    answer = client(credential, Config(endpoint, "http"), Logger(0)).send(getattr(module, name + "Request")(parameters))
    error = answer.error
    return {
        "code": error.code if error else 200,
        "status": error.status if error else "OK",
        "message": error.message if error else "",
        "result": answer.result,
        "requestId": answer.request_id,
    }


def main():
    endpoint, access_key, secret = sys.argv[1:]
    for line in sys.stdin:
        asked = json.loads(line)
        credential = Credential(asked.get("accessKey", access_key), asked.get("secret", secret))
        try:
            answer = call(endpoint, credential, asked)
        except Exception as error:  # Whatever the SDK does is told, and judged by whoever asked.
            answer = {"broken": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


main()
