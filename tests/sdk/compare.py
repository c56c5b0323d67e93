"""Requests that Firma made, beside those that the Python SDK makes for the same parameters: field by field.

Both passed the same recorder on their way to the same cloud, which verified both signatures. The SDK signs by JDCLOUD3 and
Firma by JDCLOUD2; what differs without meaning anything is named in `query` and `body`.
"""

import json
import urllib.parse


def run(judge, recorder, lived):
    """Compares one request of each shape: an operation with a set of parameters."""
    client = judge.python_through(recorder.endpoint)
    seen, compared = set(), 0
    for where, calls in lived.items():
        for call in calls:
            shape = (call.name, tuple(sorted(call.parameters)))
            if call.exchange is None or shape in seen:
                continue
            seen.add(shape)
            recorder.take()
            answer = client.ask(call.service, call.operation, call.parameters)
            if "code" not in answer:
                told = answer.get("unknown") or answer.get("broken")
                judge.complain("compare, %s: the SDK does not make %s: %s" % (where, call.name, told))
                continue
            (theirs,) = recorder.take()
            for difference in differences(call.exchange, theirs):
                judge.complain("compare, %s: %s: %s" % (where, call.name, difference))
            compared += 1
    client.close()
    print("%d requests compared, of %d operations" % (compared, len({name for name, _ in seen})))


def differences(ours, theirs):
    found = []

    def same(what, a, b):
        if a != b:
            found.append("%s: Firma sends %s, the SDK %s" % (what, json.dumps(a), json.dumps(b)))

    same("method", ours.method, theirs.method)
    same("path", urllib.parse.unquote(ours.path), urllib.parse.unquote(theirs.path))
    a, b = query(ours.query), query(theirs.query)
    for name in sorted({*a, *b}):
        same("query `%s`" % name, a.get(name), b.get(name))
    a, b = body(ours.body), body(theirs.body)
    for name in sorted({*a, *b}):
        same("body `%s`" % name, a.get(name), b.get(name))
    same("content type", ours.headers.get("content-type"), theirs.headers.get("content-type"))
    for who, exchange in (("Firma", ours), ("the SDK", theirs)):
        if exchange.status == 401:
            found.append("the signature of %s is refused: %s" % (who, exchange.answer.decode()))
        scope = exchange.headers["authorization"].split("Credential=")[1].split(",")[0].split("/")[2:4]
        if who == "Firma":
            first = scope
    same("region and service in the signature", first, scope)
    return found


def query(text):
    """By name; truth values as JSON spells them, since Python's own spelling means the same to every gateway."""
    pairs = urllib.parse.parse_qsl(text, keep_blank_values=True)
    return {name: {"True": "true", "False": "false"}.get(value, value) for name, value in pairs}


def body(text):
    """Null is absent: the SDKs send it for whatever was not set."""
    return without_nulls(json.loads(text)) if text else {}


def without_nulls(value):
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value
