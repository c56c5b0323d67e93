"""A proxy that writes down what passes: one request at a time, so that what it has is the order in which they were handled."""

import http.client
import http.server
import threading


class Exchange:
    """A request and its answer."""

    def __init__(self, method, target, headers, body, status, answer):
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body
        self.status = status
        self.answer = answer


class Recorder:
    """Listens on a port of its own and passes everything to `upstream`, host and signature as they are."""

    def __init__(self, upstream):
        self.exchanges = []
        recorder = self
        turn = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                with turn:
                    onward = http.client.HTTPConnection(upstream, timeout=60)
                    onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                    for name, value in self.headers.items():
                        onward.putheader(name, value)
                    onward.endheaders(body or None)
                    got = onward.getresponse()
                    answer = got.read()
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    exchange = Exchange(self.command, self.path, headers, body, got.status, answer)
                    recorder.exchanges.append(exchange)
                    onward.close()
                self.send_response(got.status)
                for name, value in got.getheaders():
                    if name.lower() not in ("content-length", "connection", "date"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self):
        """What passed since this was asked last."""
        taken, self.exchanges = self.exchanges, []
        return taken

    def close(self):
        self.server.shutdown()
        self.server.server_close()
