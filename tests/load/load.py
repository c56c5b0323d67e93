"""How fast and how large the served local cloud is.

Requests are signed beforehand, so that what is measured is the cloud and not this program, and are sent over several
connections that stay open, some at a time on each. A missed budget ends it with 1.
"""

import argparse
import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid

KEY = SECRET = "emulator"
REGION = "cn-north-1"
# Requests that a connection has under way at once.
DEPTH = 16
# Most that one call makes.
BATCH = 100

RATE = 5000
MEMORY_MIB = 500
# A page among a hundred times as many objects may cost this many times as much: it is found, not counted off.
PAGE_RATIO = 5


def signed(host, service, method, path, query="", body=None):
    """The bytes of a request, signed by JDCLOUD2."""
    body = json.dumps(body) if body is not None else ""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    day = now[:8]
    headers = {"content-type": "application/json", "host": host, "x-jdcloud-date": now, "x-jdcloud-nonce": str(uuid.uuid4())}
    names = ";".join(sorted(headers))
    canonical = "\n".join([
        method, path.replace(":", "%3A"), query, "".join("%s:%s\n" % item for item in sorted(headers.items())), names,
        hashlib.sha256(body.encode()).hexdigest(),
    ])
    scope = "%s/%s/%s/jdcloud2_request" % (day, REGION, service)
    text = "\n".join(["JDCLOUD2-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("JDCLOUD2" + SECRET).encode()
    for part in (day, REGION, service, "jdcloud2_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    headers["authorization"] = "JDCLOUD2-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        KEY, scope, names, key.hex())
    headers["content-length"] = str(len(body))
    head = "".join("%s: %s\r\n" % item for item in headers.items())
    target = path + ("?" + query if query else "")
    return ("%s %s HTTP/1.1\r\n%s\r\n%s" % (method, target, head, body)).encode()


class Connection:
    def __init__(self, endpoint):
        host, port = endpoint.split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def answer(self):
        """The body of the next answer."""
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError((head + rest[:500]).decode("utf-8", "replace"))
        length = int(re.search(rb"(?i)content-length: *(\d+)", head).group(1))
        self.buffer = rest
        while len(self.buffer) < length:
            self.fill()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return body

    def fill(self):
        got = self.socket.recv(1 << 20)
        if not got:
            raise RuntimeError("the cloud closed the connection")
        self.buffer += got

    def ask(self, request):
        self.socket.sendall(request)
        return self.answer()

    def pour(self, requests):
        """Sends all, DEPTH at a time, and waits for every answer."""
        for start in range(0, len(requests), DEPTH):
            some = requests[start:start + DEPTH]
            self.socket.sendall(b"".join(some))
            for _ in some:
                self.answer()


class Served:
    def __init__(self):
        command = [os.environ["FIRMA_BIN"], "emulator", "serve", "--listen", "127.0.0.1:0", "--speed", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.endpoint = re.search(r"127\.0\.0\.1:\d+", self.process.stdout.readline()).group(0)
        self.outside("settings", {"ratePerMinute": None})
        self.outside("quota", {"limits": {"*": 10_000_000}})

    def outside(self, operation, body):
        url = "http://%s/__emulator/%s" % (self.endpoint, operation)
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), method="POST")) as answer:
            return json.load(answer)["result"]

    def cpu(self):
        """Seconds of processor time so far."""
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """MiB in memory now, and at most so far."""
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+)", file.read(), re.MULTILINE))
        return int(found["VmRSS"]) / 1024, int(found["VmHWM"]) / 1024

    def request(self, *rest, **more):
        return signed(self.endpoint, *rest, **more)


def rate(served, name, make, count, connections):
    """Requests a second, and a second of processor time."""
    batches = [[make() for _ in range(count // connections)] for _ in range(connections)]
    callers = [Connection(served.endpoint) for _ in batches]
    threads = [threading.Thread(target=caller.pour, args=(batch,)) for caller, batch in zip(callers, batches)]
    began, before = time.perf_counter(), served.cpu()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, spent = time.perf_counter() - began, served.cpu() - before
    sent = sum(len(batch) for batch in batches)
    print("%-28s %8.0f a second   %6.0f µs of processor time each" % (name, sent / seconds, 1e6 * spent / sent), flush=True)
    return sent / seconds


def page_seconds(served, number):
    """The processor time of a page of a hundred: who else is busy does not count."""
    path = "/v1/regions/%s/elasticIps/" % REGION
    requests = [served.request("vpc", "GET", path, "pageNumber=%d&pageSize=100" % number) for _ in range(300)]
    caller = Connection(served.endpoint)
    before = served.cpu()
    caller.pour(requests)
    return (served.cpu() - before) / len(requests)


def fill(served, wanted, present):
    """Makes elastic IPs until there are as many."""
    spec = {"bandwidthMbps": 5, "provider": "bgp", "chargeSpec": {"chargeMode": "postpaid_by_duration"}}
    body = {"regionId": REGION, "maxCount": BATCH, "elasticIpSpec": spec}
    path = "/v1/regions/%s/elasticIps/" % REGION
    Connection(served.endpoint).pour([served.request("vpc", "POST", path, body=body) for _ in range((wanted - present) // BATCH)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=20_000, help="requests of each sort")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--judge-nothing", action="store_true", help="print, whatever comes out")
    options = parser.parse_args()
    served = Served()
    missed = []
    try:
        regional = "/v1/regions/%s/" % REGION
        caller = Connection(served.endpoint)
        body = {"regionId": REGION, "vpcName": "load", "addressPrefix": "10.0.0.0/16"}
        vpc = json.loads(caller.ask(served.request("vpc", "POST", regional + "vpcs/", body=body)))["result"]["vpcId"]
        size = (options.requests, options.connections)
        read = rate(served, "reads of one", lambda: served.request("vpc", "GET", regional + "vpcs/" + vpc), *size)
        query = "filters.1.name=vpcIds&filters.1.values.1=" + vpc
        listed = rate(served, "lists by id", lambda: served.request("vpc", "GET", regional + "vpcs/", query), *size)
        change = {"regionId": REGION, "vpcId": vpc, "description": "changed"}
        changed = rate(served, "changes", lambda: served.request("vpc", "PATCH", regional + "vpcs/" + vpc, body=change), *size)
        made = rate(served, "creations of a VPC", lambda: served.request("vpc", "POST", regional + "vpcs/", body=body), size[0] // 10, size[1])
        for name, found in (("reads", read), ("lists", listed), ("changes", changed), ("creations", made)):
            if found < RATE:
                missed.append("%s: %.0f a second, not %d" % (name, found, RATE))
        served.outside("reset", {})
        served.outside("settings", {"ratePerMinute": None})
        served.outside("quota", {"limits": {"*": 10_000_000}})
        few = min(1000, options.objects)
        fill(served, few, 0)
        little = page_seconds(served, 1)
        fill(served, options.objects, few)
        first, last = page_seconds(served, 1), page_seconds(served, options.objects // 100)
        print("a page among %d objects: %.2f ms; among %d: the first %.2f ms, the last %.2f ms" % (
            few, 1e3 * little, options.objects, 1e3 * first, 1e3 * last), flush=True)
        if max(first, last) > PAGE_RATIO * little:
            missed.append("a page costs more than %d times as much among more objects" % PAGE_RATIO)
        now, most = served.memory()
        print("%d objects: %.0f MiB, at most %.0f MiB" % (options.objects, now, most))
        if most > MEMORY_MIB:
            missed.append("%.0f MiB, more than %d" % (most, MEMORY_MIB))
    finally:
        served.process.terminate()
        served.process.wait(timeout=10)
    for text in missed:
        print("missed:", text)
    sys.exit(1 if missed and not options.judge_nothing else 0)


main()
