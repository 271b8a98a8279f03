"""Random clusters on fixed addresses, and their dumps.

The addresses and network namespaces of a run stay the same (`Station`); which pod lives in a namespace, its labels, its
node and its container ports are drawn anew for every policy set (`World`).
"""

import ipaddress
from dataclasses import dataclass, field

TCP_PORTS = (80, 443, 3306, 5000, 8080)
UDP_PORTS = (53, 123, 5000)

POD_COUNT, NODE_COUNT, OUTSIDE_COUNT, SERVICE_COUNT = 10, 3, 3, 3

NAMESPACES = {
    "shop": {"team": "red", "stage": "prod"},
    "data": {"team": "blue", "stage": "prod"},
    "lab": {"team": "red"},
    "kube-system": {},
}
NODE_LABELS = ({"zone": "a"}, {"zone": "b"}, {"zone": "a", "gpu": "yes"})

# Names of container ports, with the numbers that they may have; a pod picks one number for each name that it declares.
PORT_NAMES = {
    "web": (("TCP", 80), ("TCP", 8080)),
    "rest": (("TCP", 5000), ("TCP", 443), ("UDP", 5000)),
    "dns": (("UDP", 53), ("UDP", 123), ("TCP", 3306)),
}


@dataclass(frozen=True)
class Station:
    """One network namespace with one address of each family."""

    index: int
    name: str
    ipv4: str
    ipv6: str

    def address(self, family):
        return self.ipv4 if family == 4 else self.ipv6


def stations():
    """Pods first, then nodes, then hosts outside the cluster."""
    # Pods are spread over 10.244.0.0/22 so that random blocks cut between them.
    places = [(f"pod{n}", f"10.244.{n % 4}.{16 + 13 * n}", f"fd00:10:244:{n % 4}::{16 + 13 * n:x}")
              for n in range(POD_COUNT)]
    places += [(f"node{n}", f"172.18.0.{11 + n}", f"fd00:172:18::{11 + n:x}") for n in range(NODE_COUNT)]
    places += [(f"out{n}", f"203.0.113.{10 + 100 * n}", f"2001:db8:113::{10 + 100 * n:x}")
               for n in range(OUTSIDE_COUNT)]
    return [Station(index, name, ipv4, str(ipaddress.ip_address(ipv6)))
            for index, (name, ipv4, ipv6) in enumerate(places)]


@dataclass
class Pod:
    """A pod as policies see it. `station` is None for those that own no address: finished, or without one yet."""

    namespace: str
    name: str
    labels: dict
    node: int
    ports: list
    addresses: tuple = ()
    station: Station = None
    phase: str = "Running"
    is_host_network: bool = False

    @property
    def full_name(self):
        return f"{self.namespace}/{self.name}"

    def numbers(self, port_name, protocol=None):
        """The numbers, with their protocols, of the container ports with that name (N35, N37)."""
        return [(p, n) for name, p, n in self.ports if name == port_name and protocol in (None, p)]


@dataclass(frozen=True)
class Service:
    """A Service with one port and one pod behind it, whose port may be another one."""

    index: int
    namespace: str
    protocol: str
    port: int
    backend: Station
    target_port: int

    @property
    def name(self):
        return f"service{self.index}"

    def address(self, family):
        return f"10.96.0.{10 + self.index}" if family == 4 else f"fd00:10:96::{10 + self.index:x}"


@dataclass
class World:
    stations: list
    nodes: list = field(default_factory=list)
    pods: list = field(default_factory=list)
    services: list = field(default_factory=list)

    def pod_at(self, station):
        return next((pod for pod in self.pods if pod.station is station), None)

    @property
    def endpoints(self):
        """The pods that policies select and match: they run and have addresses of their own."""
        return [pod for pod in self.pods if pod.station is not None]

    def name(self, station):
        """The station, or the Service, as the command line knows it; None where only its address is known."""
        if isinstance(station, Service):
            return f"service/{station.namespace}/{station.name}"
        pod = self.pod_at(station)
        if pod is not None:
            return pod.full_name
        if station in self.nodes:
            return f"node/node-{self.nodes.index(station)}"
        return None


def random_labels(random):
    labels = {}
    if random.random() < 0.9:
        labels["app"] = random.choice(("web", "api", "db"))
    if random.random() < 0.7:
        labels["tier"] = random.choice(("front", "back"))
    return labels


def random_ports(random):
    ports = []
    for name, choices in PORT_NAMES.items():
        if random.random() < 0.6:
            ports.append((name, *random.choice(choices)))
    if random.random() < 0.15:  # the same name in a second container
        name = random.choice(list(PORT_NAMES))
        port = (name, *random.choice(PORT_NAMES[name]))
        if port not in ports:
            ports.append(port)
    return ports


def random_world(random, all_stations):
    world = World(all_stations, nodes=all_stations[POD_COUNT:POD_COUNT + NODE_COUNT])
    namespaces = list(NAMESPACES)
    for station in all_stations[:POD_COUNT]:
        world.pods.append(Pod(random.choice(namespaces), station.name, random_labels(random),
                              random.randrange(NODE_COUNT), random_ports(random),
                              (station.ipv4, station.ipv6), station))
    # What owns no address: pods that have ended but still list one that another pod has now (N26), one on the host's
    # network (N25), and one that waits for its address (N27).
    for number in range(2):
        former = random.choice(all_stations[:POD_COUNT])
        world.pods.append(Pod(random.choice(namespaces), f"ended{number}", random_labels(random),
                              random.randrange(NODE_COUNT), random_ports(random),
                              (former.ipv4, former.ipv6), phase=random.choice(("Succeeded", "Failed"))))
    node = random.randrange(NODE_COUNT)
    world.pods.append(Pod(random.choice(namespaces), "host", random_labels(random), node,
                          random_ports(random), (world.nodes[node].ipv4, world.nodes[node].ipv6),
                          is_host_network=True))
    world.pods.append(Pod(random.choice(namespaces), "waiting", random_labels(random),
                          random.randrange(NODE_COUNT), [], phase="Pending"))
    for index in range(SERVICE_COUNT):
        backend = random.choice(world.endpoints)
        protocol, ports = random.choice((("TCP", TCP_PORTS), ("TCP", TCP_PORTS), ("UDP", UDP_PORTS)))
        world.services.append(Service(index, backend.namespace, protocol, random.choice(ports), backend.station,
                                      random.choice(ports)))
    return world


def cluster_dump(world):
    """The cluster as `kubectl get namespaces,nodes,pods -A -o json` prints it, less what no verdict depends on."""
    items = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {
        "kubernetes.io/metadata.name": name, **labels}}} for name, labels in NAMESPACES.items()]
    for number, station in enumerate(world.nodes):
        items.append({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": f"node-{number}", "labels": NODE_LABELS[number]},
            "status": {"addresses": [{"type": "InternalIP", "address": station.ipv4},
                                     {"type": "InternalIP", "address": station.ipv6}]}})
    items += [pod_object(world, pod) for pod in world.pods]
    for service in world.services:
        items += service_objects(service)
    return {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items}


def pod_object(world, pod):
    """Ports of sidecars count like those of containers (N37); those of an init container that ends do not."""
    containers = [{"name": f"c{index}", "image": "sample", "ports": [
        {"name": name, "containerPort": number, "protocol": protocol}]}
        for index, (name, protocol, number) in enumerate(pod.ports)] or [{"name": "c", "image": "sample"}]
    setup = {"name": "setup", "image": "sample", "ports": [
        {"name": name, "containerPort": 8080, "protocol": "TCP"} for name in sorted(PORT_NAMES)]}
    sidecars = [{**containers.pop(), "restartPolicy": "Always"}] if len(containers) > 1 else []
    node = world.nodes[pod.node]
    status = {"phase": pod.phase, "hostIP": node.ipv4, "hostIPs": [{"ip": node.ipv4}, {"ip": node.ipv6}],
              "startTime": "2026-01-15T08:05:00Z"}
    if pod.addresses:
        status["podIP"] = pod.addresses[0]
        status["podIPs"] = [{"ip": address} for address in pod.addresses]
    spec = {"nodeName": f"node-{pod.node}", "initContainers": [setup, *sidecars], "containers": containers}
    if pod.is_host_network:
        spec["hostNetwork"] = True
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"namespace": pod.namespace, "name": pod.name, "labels": pod.labels},
            "spec": spec, "status": status}


def service_objects(service):
    """The Service, which keeps its endpoints by hand, and their slice for each family."""
    metadata = {"namespace": service.namespace, "name": service.name}
    addresses = [service.address(4), service.address(6)]
    port = {"protocol": service.protocol, "port": service.port, "targetPort": service.target_port}
    objects = [{"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {
        "type": "ClusterIP", "clusterIP": addresses[0], "clusterIPs": addresses, "ports": [port]}}]
    for family in (4, 6):
        objects.append({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": f"IPv{family}",
            "metadata": {**metadata, "name": f"{service.name}-{family}",
                         "labels": {"kubernetes.io/service-name": service.name}},
            "ports": [{"name": "", "protocol": service.protocol, "port": service.target_port}],
            "endpoints": [{"addresses": [service.backend.address(family)], "conditions": {"ready": True}}]})
    return objects
