"""Random policies, as the API's objects: valid, and biased to what implementations get wrong."""

import ipaddress

from world import NAMESPACES, PORT_NAMES, TCP_PORTS, UDP_PORTS

GROUP = "policy.networking.k8s.io"
ACTION_WEIGHTS = (4, 4, 3)
# A peer's field of some later version of the API (A23).
UNKNOWN_PEER = "teams"


def random_policies(random, world):
    """Objects of one policy set: NetworkPolicies, and most of the time an Admin and a Baseline tier."""
    policies = [network_policy(random, world, f"np-{index}") for index in range(random.choice((0, 2, 4, 7)))]
    admin_version = random.choice((None, "v1alpha1", "v1alpha1", "v1alpha2", "v1alpha2", "both"))
    priorities = random.sample(range(1001), 8)
    if admin_version in ("v1alpha1", "both"):
        for index in range(random.choice((1, 2, 3))):
            policies.append(admin_network_policy(random, world, f"anp-{index}", priorities.pop()))
    if admin_version in ("v1alpha2", "both"):
        for index in range(random.choice((1, 2, 3))):
            policies.append(cluster_network_policy(random, world, f"cnp-{index}", "Admin", priorities.pop()))
    if admin_version == "v1alpha2" or random.random() < 0.2:
        for index in range(random.choice((0, 1, 2))):
            policies.append(cluster_network_policy(random, world, f"base-{index}", "Baseline", priorities.pop()))
    if admin_version in ("v1alpha1", "both") and random.random() < 0.9:
        policies.append(admin_network_policy(random, world, "default", None))
    random.shuffle(policies)
    return policies


# Selectors

def selector(random, keys, allow_empty=True):
    """A label selector over `keys` (key -> values)."""
    kind = random.random()
    if kind < 0.2 and allow_empty:
        return {}
    chosen = random.sample(sorted(keys), 1 if random.random() < 0.75 else min(2, len(keys)))
    if kind < 0.65:
        return {"matchLabels": {key: random.choice(keys[key]) for key in chosen}}
    expressions = []
    for key in chosen:
        operator = random.choice(("In", "NotIn", "NotIn", "Exists", "DoesNotExist"))
        expression = {"key": key, "operator": operator}
        if operator in ("In", "NotIn"):
            expression["values"] = random.sample(keys[key], random.choice((1, min(2, len(keys[key])))))
        expressions.append(expression)
    if random.random() < 0.2:
        key = random.choice(sorted(keys))
        return {"matchLabels": {key: random.choice(keys[key])}, "matchExpressions": expressions}
    return {"matchExpressions": expressions}


def pod_selector(random):
    return selector(random, {"app": ["web", "api", "db"], "tier": ["front", "back"]})


def namespace_selector(random):
    return selector(random, {"team": ["red", "blue"], "stage": ["prod", "test"],
                             "kubernetes.io/metadata.name": sorted(NAMESPACES)})


def node_selector(random):
    return selector(random, {"zone": ["a", "b"], "gpu": ["yes"]})


# Addresses

def block(random, world):
    """A random prefix around the address of a random station."""
    if random.random() < 0.2:
        return ipaddress.ip_network(random.choice(("0.0.0.0/0", "::/0")))
    station = random.choice(world.stations)
    if random.random() < 0.55:
        return ipaddress.ip_network(f"{station.ipv4}/{random.choice((8, 16, 22, 24, 26, 28, 32))}", strict=False)
    return ipaddress.ip_network(f"{station.ipv6}/{random.choice((32, 48, 62, 64, 120, 124, 128))}", strict=False)


def ip_block(random, world):
    cidr = block(random, world)
    result = {"cidr": str(cidr)}
    if random.random() < 0.55 and cidr.prefixlen < cidr.max_prefixlen:
        inside = [station.address(cidr.version) for station in world.stations
                  if ipaddress.ip_address(station.address(cidr.version)) in cidr]
        exceptions = set()
        for _ in range(random.choice((1, 1, 2))):
            length = random.randint(cidr.prefixlen + 1, cidr.max_prefixlen)
            exceptions.add(str(ipaddress.ip_network(f"{random.choice(inside)}/{length}", strict=False)))
        result["except"] = sorted(exceptions)
    return result


# NetworkPolicy

def network_policy(random, world, name):
    spec = {"podSelector": pod_selector(random)}
    has_ingress, has_egress = random.choice(((True, False), (True, False), (False, True), (True, True)))
    if random.random() < 0.75:
        spec["policyTypes"] = [kind for kind, used in (("Ingress", has_ingress), ("Egress", has_egress)) if used]
    if has_ingress or random.random() < 0.1:
        rules(random, world, spec, "ingress", "from")
    if has_egress or random.random() < 0.2:
        rules(random, world, spec, "egress", "to")
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"namespace": random.choice(sorted(NAMESPACES)), "name": name}, "spec": spec}


def rules(random, world, spec, direction, peers):
    count = random.choice((0, 1, 1, 2, 3))
    if count == 0 and random.random() < 0.5:
        return  # absent and empty mean the same (N5), but not for the default of policyTypes (N3)
    spec[direction] = [network_rule(random, world, peers) for _ in range(count)]


def network_rule(random, world, peers):
    rule = {}
    count = random.choice((0, 1, 1, 2, 3))
    if count or random.random() < 0.3:
        rule[peers] = [network_peer(random, world) for _ in range(count)]
    count = random.choice((0, 1, 1, 2))
    if count or random.random() < 0.3:
        rule["ports"] = [network_port(random) for _ in range(count)]
    return rule


def network_peer(random, world):
    kind = random.random()
    if kind < 0.3:
        return {"podSelector": pod_selector(random)}
    if kind < 0.45:
        return {"namespaceSelector": namespace_selector(random)}
    if kind < 0.65:
        return {"namespaceSelector": namespace_selector(random), "podSelector": pod_selector(random)}
    return {"ipBlock": ip_block(random, world)}


def network_port(random):
    kind = random.random()
    protocol = random.choice(("TCP", "TCP", "TCP", "UDP", "UDP", "SCTP"))
    port = {}
    if protocol != "TCP" or random.random() < 0.5:
        port["protocol"] = protocol
    if kind < 0.25:
        port["port"] = random.choice(sorted(PORT_NAMES))
    elif kind < 0.5:
        low, high = port_range(random)
        port["port"], port["endPort"] = low, high
    elif kind < 0.85:
        port["port"] = random.choice(UDP_PORTS if protocol == "UDP" else TCP_PORTS)
    else:
        port["protocol"] = protocol
    return port


def port_range(random):
    return random.choice(((80, 443), (443, 5000), (1, 53), (54, 442), (5000, 65535), (80, 80), (1, 65535)))


# Admin tiers

def subject(random):
    if random.random() < 0.4:
        return {"namespaces": namespace_selector(random)}
    return {"pods": {"namespaceSelector": namespace_selector(random), "podSelector": pod_selector(random)}}


def admin_rules(random, world, spec, actions, port_field, port):
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        if random.random() < 0.25:
            continue  # no effect in this direction (A4)
        spec[direction] = [admin_rule(random, world, f"{direction}-{index}", actions, peers, port_field, port)
                           for index in range(random.choice((1, 2, 3, 4)))]


def admin_rule(random, world, name, actions, peers, port_field, port):
    rule = {"name": name, "action": random.choices(actions, ACTION_WEIGHTS[:len(actions)])[0],
            peers: [admin_peer(random, world, peers) for _ in range(random.choice((1, 1, 2)))]}
    count = random.choice((0, 1, 1, 2))
    if count:
        names_allowed = all("networks" not in peer and "nodes" not in peer for peer in rule[peers])
        rule[port_field] = [port(random, names_allowed) for _ in range(count)]
    return rule


def admin_peer(random, world, peers):
    kind = random.random()
    if kind > 0.98:
        return {UNKNOWN_PEER: {"matchLabels": {"team": "red"}}}
    if peers == "to" and kind < 0.3:
        networks = {str(block(random, world)) for _ in range(random.choice((1, 2)))}
        return {"networks": sorted(networks)}
    if peers == "to" and kind < 0.42:
        return {"nodes": node_selector(random)}
    if kind < 0.65:
        return {"namespaces": namespace_selector(random)}
    return {"pods": {"namespaceSelector": namespace_selector(random), "podSelector": pod_selector(random)}}


def admin_network_policy(random, world, name, priority):
    """An AdminNetworkPolicy, or the BaselineAdminNetworkPolicy where `priority` is None."""
    spec = {"subject": subject(random)}
    if priority is not None:
        spec["priority"] = priority
    actions = ("Allow", "Deny") if priority is None else ("Allow", "Deny", "Pass")
    admin_rules(random, world, spec, actions, "ports", admin_port)
    kind = "BaselineAdminNetworkPolicy" if priority is None else "AdminNetworkPolicy"
    return {"apiVersion": f"{GROUP}/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def admin_port(random, names_allowed):
    kind = random.random()
    protocol = random.choice(("TCP", "TCP", "UDP", "SCTP"))
    number = {"port": random.choice(UDP_PORTS if protocol == "UDP" else TCP_PORTS)}
    if kind < 0.25 and names_allowed:
        return {"namedPort": random.choice(sorted(PORT_NAMES))}
    if kind < 0.55:
        low, high = (80, 443) if protocol == "TCP" else (53, 123)
        number = {"start": low, "end": high}
    key = "portRange" if "start" in number else "portNumber"
    if protocol != "TCP" or random.random() < 0.5:
        number["protocol"] = protocol
    return {key: number}


def cluster_network_policy(random, world, name, tier, priority):
    spec = {"tier": tier, "priority": priority, "subject": subject(random)}
    admin_rules(random, world, spec, ("Accept", "Deny", "Pass"), "protocols", cluster_protocol)
    return {"apiVersion": f"{GROUP}/v1alpha2", "kind": "ClusterNetworkPolicy", "metadata": {"name": name},
            "spec": spec}


def cluster_protocol(random, names_allowed):
    kind = random.random()
    if kind < 0.25 and names_allowed:
        return {"destinationNamedPort": random.choice(sorted(PORT_NAMES))}
    protocol = random.choice(("tcp", "tcp", "udp", "sctp"))
    if kind < 0.5:
        low, high = port_range(random)
        if low < high:
            return {protocol: {"destinationPort": {"range": {"start": low, "end": high}}}}
    return {protocol: {"destinationPort": {
        "number": random.choice(UDP_PORTS if protocol == "udp" else TCP_PORTS)}}}
