"""Opens one TCP connection, or sends one UDP datagram, and prints what came of it: open, refused or silent.

usage: connect.py tcp|udp SOURCE SOURCE-PORT DESTINATION PORT TIMEOUT     (SOURCE `-`: any address)
UDP sends a DNS question (db.prod.svc.cluster.local, A), which counts as open when anything answers.
"""

import socket
import sys

QUESTION = (b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
            b"\x02db\x04prod\x03svc\x07cluster\x05local\x00\x00\x01\x00\x01")


def outcome(protocol, source, source_port, destination, port, timeout):
    family = socket.AF_INET6 if ":" in destination else socket.AF_INET
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(family, kind) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.settimeout(timeout)
        any_address = "::" if family == socket.AF_INET6 else ""
        client.bind((any_address if source == "-" else source, source_port))
        try:
            client.connect((destination, port))
            if protocol == "udp":
                client.send(QUESTION)
                client.recv(2048)
            return "open"
        except ConnectionRefusedError:
            return "refused"
        except TimeoutError:
            return "silent"


if __name__ == "__main__":
    protocol, source, source_port, destination, port, timeout = sys.argv[1:]
    print(outcome(protocol, source, int(source_port), destination, int(port), float(timeout)))
