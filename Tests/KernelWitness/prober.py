"""Real connections: TCP connects, UDP datagrams and ICMP echoes from every station to every other one.

A probe is allowed when the other end answers. The router refuses TCP with a reset and drops the rest, so almost all
answers come at once; what does not answer counts as denied, and `patiently` asks again with time.
"""

import errno
import resource
import select
import socket
import struct
import time
from collections import namedtuple

from world import TCP_PORTS, UDP_PORTS, Service

# `source` is a station, `destination` a station or a Service; `port` is 0 for ICMP.
Probe = namedtuple("Probe", "source destination family protocol port")

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
FIRST_PORT, LAST_PORT = 10000, 65000


def all_probes(stations, pod_count):
    """Every pair with a pod in it, the pod itself included, both families, all ports.

    ICMP goes one way only between two stations: without ports, both ways are one flow to the audit.
    """
    probes = []
    for source in stations:
        for destination in stations:
            if source.index >= pod_count and destination.index >= pod_count:
                continue
            for family in (4, 6):
                probes += [Probe(source, destination, family, "TCP", port) for port in TCP_PORTS]
                probes += [Probe(source, destination, family, "UDP", port) for port in UDP_PORTS]
                if (source.index < destination.index) == ((source.index + destination.index) % 2 == 0):
                    probes.append(Probe(source, destination, family, "ICMP" if family == 4 else "ICMPv6", 0))
    return probes


def service_probes(world):
    """Every pod and every node to every Service, but not to itself through one."""
    return [Probe(source, service, family, service.protocol, service.port)
            for service in world.services
            for source in [pod.station for pod in world.endpoints] + world.nodes if source is not service.backend
            for family in (4, 6)]


class Prober:
    def __init__(self, network, stations):
        self.network = network
        self.next_port = {station: FIRST_PORT for station in stations}
        self.identifier = 0
        self.tcp_servers, self.udp_servers = [], []
        for station in stations:
            network.inside(station)
            for family, kind in FAMILIES.items():
                for port in TCP_PORTS:
                    server = socket.socket(kind, socket.SOCK_STREAM)
                    server.bind((station.address(family), port))
                    server.listen(4096)
                    server.setblocking(False)
                    self.tcp_servers.append(server)
                for port in UDP_PORTS:
                    server = socket.socket(kind, socket.SOCK_DGRAM)
                    server.bind((station.address(family), port))
                    server.setblocking(False)
                    self.udp_servers.append(server)
        network.outside()
        _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = hard_limit if hard_limit != resource.RLIM_INFINITY else 1 << 16
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard_limit))
        self.chunk = max(100, min(4000, limit - 1000))

    def probe(self, probes, after_chunk=lambda: None, patience=0.03):
        """(allowed, source port) of each probe; `after_chunk` is called now and then while nothing is under way."""
        answers = {}
        for protocol, ask in (("TCP", self.ask_tcp), ("UDP", self.ask_udp), ("ICMP", self.ask_icmp),
                              ("ICMPv6", self.ask_icmp)):
            chosen = [probe for probe in probes if probe.protocol == protocol]
            for start in range(0, len(chosen), self.chunk):
                answers.update(ask(chosen[start:start + self.chunk], patience))
                after_chunk()
        return answers

    def patiently(self, probes):
        """Asks again, where a late answer would have counted as none."""
        return self.probe(probes, patience=1.5)

    def take_port(self, station):
        """A source port that the station has not used for long, so that no two flows of a run share a five-tuple."""
        port = self.next_port[station]
        self.next_port[station] = port + 1 if port < LAST_PORT else FIRST_PORT
        return port

    def ask_tcp(self, probes, patience):
        answers, waiting, poll = {}, {}, select.epoll()
        for probe in probes:
            self.enter(probe.source)
            port = self.take_port(probe.source)
            client = socket.socket(FAMILIES[probe.family], socket.SOCK_STREAM)
            client.setblocking(False)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            client.bind((probe.source.address(probe.family), port))
            code = client.connect_ex((probe.destination.address(probe.family), probe.port))
            answers[probe] = (code == 0, port)
            if code == errno.EINPROGRESS:
                waiting[client.fileno()] = (client, probe, port)
                poll.register(client.fileno(), select.EPOLLOUT)
            else:
                client.close()
        self.leave()
        while waiting:
            events = poll.poll(patience, 4096)
            if not events:
                break
            for descriptor, _ in events:
                client, probe, port = waiting.pop(descriptor)
                poll.unregister(descriptor)
                answers[probe] = (client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0, port)
                client.close()
        for client, _, _ in waiting.values():
            client.close()
        poll.close()
        for server in self.tcp_servers:
            for connection, _ in received(server.accept):
                connection.close()
        return answers

    def ask_udp(self, probes, patience):
        answers, clients = {}, {}
        for index, probe in enumerate(probes):
            # A Service gets a source port of its own: translated, its flow must not be one to the pod itself.
            service = probe.destination if isinstance(probe.destination, Service) else None
            key = (probe.source, probe.family, service)
            if key not in clients:
                self.enter(probe.source)
                client = socket.socket(FAMILIES[probe.family], socket.SOCK_DGRAM)
                client.setblocking(False)
                port = self.take_port(probe.source)
                client.bind((probe.source.address(probe.family), port))
                clients[key] = (client, port)
            client, port = clients[key]
            answers[probe] = (False, port)
            client.sendto(struct.pack("=I", index), (probe.destination.address(probe.family), probe.port))
            if index % 64 == 63:
                self.answer_datagrams()
        self.leave()
        deadline = time.monotonic() + patience
        heard = True
        while heard or time.monotonic() < deadline:
            self.answer_datagrams()
            heard = False
            for client, port in clients.values():
                for data, _ in received(lambda: client.recvfrom(64)):
                    answers[probes[struct.unpack("=I", data)[0]]] = (True, port)
                    heard = True
        for client, _ in clients.values():
            client.close()
        return answers

    def answer_datagrams(self):
        """Servers send every datagram back."""
        for server in self.udp_servers:
            for data, sender in received(lambda: server.recvfrom(64)):
                server.sendto(data, sender)

    def ask_icmp(self, probes, patience):
        answers = {probe: (False, 0) for probe in probes}
        clients = {}
        # To the kernel's connection tracking an identifier is what a port is: a new one for every round.
        self.identifier = (self.identifier + 1) & 0xFFFF
        for index, probe in enumerate(probes):
            key = (probe.source, probe.family)
            if key not in clients:
                self.enter(probe.source)
                protocol = socket.IPPROTO_ICMP if probe.family == 4 else socket.IPPROTO_ICMPV6
                clients[key] = socket.socket(FAMILIES[probe.family], socket.SOCK_RAW, protocol)
                clients[key].setblocking(False)
            client = clients[key]
            client.sendto(echo_request(probe.family, self.identifier, index), (probe.destination.address(probe.family), 0))
        self.leave()
        deadline = time.monotonic() + patience
        heard = True
        while heard or time.monotonic() < deadline:
            heard = False
            for (_, family), client in clients.items():
                for data, _ in received(lambda: client.recvfrom(256)):
                    header = data[20:28] if family == 4 else data[:8]
                    kind, _, _, identifier, index = struct.unpack("!BBHHH", header)
                    if kind == (0 if family == 4 else 129) and identifier == self.identifier:
                        answers[probes[index]] = (True, 0)
                        heard = True
        for client in clients.values():
            client.close()
        return answers

    current = None

    def enter(self, station):
        if self.current is not station:
            self.network.inside(station)
            self.current = station

    def leave(self):
        self.network.outside()
        self.current = None


def received(receive):
    """All that a non-blocking socket has to give."""
    while True:
        try:
            yield receive()
        except (BlockingIOError, ConnectionError):
            return


def echo_request(family, identifier, sequence):
    """An ICMP or ICMPv6 echo request."""
    body = struct.pack("!BBHHH", 8 if family == 4 else 128, 0, 0, identifier, sequence)
    if family == 6:
        return body  # the kernel fills in the checksum
    total = sum(struct.unpack("!4H", body))
    total = (total & 0xFFFF) + (total >> 16)
    return body[:2] + struct.pack("!H", ~total & 0xFFFF) + body[4:]
