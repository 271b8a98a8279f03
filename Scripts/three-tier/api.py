"""The shop's API server: answers /items (database over IPv4) and /items6 (over IPv6) with the table's rows.

The database is asked through its Service name, with MariaDB's own client, one connection a request.
"""

import http.server
import json
import socket
import subprocess

DATABASE = ("db.prod.svc.cluster.local", 3306)


def items(family):
    address = socket.getaddrinfo(*DATABASE, family, socket.SOCK_STREAM)[0][4][0]
    output = subprocess.run(
        ["mariadb", "--no-defaults", f"--host={address}", f"--port={DATABASE[1]}", "--user=api",
         "--password=api", "--batch", "--skip-column-names", "--connect-timeout=3",
         "--execute=SELECT id, name, price FROM shop.items ORDER BY id"],
        capture_output=True, check=True, text=True).stdout
    return [line.split("\t") for line in output.splitlines()]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        family = socket.AF_INET6 if self.path == "/items6" else socket.AF_INET
        try:
            status, body = 200, json.dumps(items(family))
        except (OSError, subprocess.CalledProcessError) as error:
            status, body = 502, f"{error}\n"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


Server(("::", 5000), Handler).serve_forever()
