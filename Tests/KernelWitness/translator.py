"""Policies -> one nftables table, written from the rules of the API (their ids are those of the semantics document).

Every pod gets two chains, `egress_<station>` and `ingress_<station>`, and each of these up to three: the tiers Admin,
NetworkPolicy and Baseline. Nothing is flattened: a policy's rules stand there one after the other, and the kernel takes
the first that matches. `return` ends a side with "allowed"; `goto deny` ends it with "denied".

`faults` names deliberate mistakes (see faults.py): each is one condition below, at the place where the rule is applied.
"""

import ipaddress

from world import NAMESPACES, NODE_LABELS

DENY = "goto deny"
ALLOW = "return"
# Characters after which a new part of the rules begins.
PART_SIZE = 6000
KNOWN_PEERS = {"namespaces", "pods", "nodes", "networks"}


def matches(selector, labels, faults=()):
    """Whether a label selector matches (N14): matchLabels and matchExpressions are ANDed; empty matches all."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions", []):
        key, operator = expression["key"], expression["operator"]
        if operator == "In" and labels.get(key) not in expression["values"]:
            return False
        if operator == "NotIn":
            if labels.get(key) in expression["values"]:
                return False
            if "NotIn needs the key" in faults and key not in labels:
                return False
        if operator == "Exists" and key not in labels:
            return False
        if operator == "DoesNotExist" and key in labels:
            return False
    return True


def namespace_labels(name):
    return {"kubernetes.io/metadata.name": name, **NAMESPACES[name]}


class Translator:
    def __init__(self, world, policies, faults=()):
        self.world = world
        self.faults = frozenset(faults)
        self.network_policies = [p for p in policies if p["kind"] == "NetworkPolicy"]
        admin = [p for p in policies if p["kind"] == "AdminNetworkPolicy"
                 or p["kind"] == "ClusterNetworkPolicy" and p["spec"]["tier"] == "Admin"]
        baseline = [p for p in policies if p["kind"] == "ClusterNetworkPolicy" and p["spec"]["tier"] == "Baseline"]
        # A2: lower number first. D4: the BaselineAdminNetworkPolicy comes after every other Baseline policy.
        reverse = "a higher priority number wins" in self.faults
        self.admin = sorted(admin, key=lambda p: p["spec"]["priority"], reverse=reverse)
        self.baseline = sorted(baseline, key=lambda p: p["spec"]["priority"], reverse=reverse)
        if "BaselineAdminNetworkPolicy is ignored" not in self.faults:
            self.baseline += [p for p in policies if p["kind"] == "BaselineAdminNetworkPolicy"]
        # The pods that own addresses: neither finished (N26) nor on the host's network (N25).
        self.peers = [(pod, (pod.station.ipv4, pod.station.ipv6)) for pod in world.endpoints]
        if "finished pods keep their address" in self.faults:
            self.peers += [(pod, pod.addresses) for pod in world.pods if pod.phase in ("Succeeded", "Failed")]
        if "selectors match hostNetwork pods" in self.faults:
            self.peers += [(pod, pod.addresses) for pod in world.pods if pod.is_host_network]

    # The table

    def rulesets(self):
        """The rules of the router between all stations, to be loaded one after the other.

        Interfaces are named after the stations. In parts, as in a user namespace a transaction has to be small.
        """
        parts = [["table inet policies {}", "delete table inet policies", "table inet policies {",
                  "chain deny { meta l4proto tcp reject with tcp reset; drop; }"]]
        for pod in self.world.endpoints:
            if sum(map(len, parts[-1])) > PART_SIZE:
                parts.append(["table inet policies {"])
            for direction in ("egress", "ingress"):
                parts[-1] += self.pod_chains(pod, direction)
        parts.append(["table inet policies {", *self.hooks()])
        return ["\n".join([*part, "}", ""]) for part in parts]

    def hooks(self):
        names = [pod.station.name for pod in self.world.endpoints]
        egress = ", ".join(f'"{name}" : jump egress_{name}' for name in names)
        ingress = ", ".join(f'"{name}" : jump ingress_{name}' for name in names)
        return [
            # Replies and related ICMP errors follow their connection (A21).
            "chain forward { type filter hook forward priority filter; policy accept;",
            "ct state established,related accept",
            f"iifname vmap {{ {egress} }}", f"oifname vmap {{ {ingress} }}", "}",
            # Service translation comes first: the chains see the pod's address and port (N34, N41).
            "chain services { type nat hook prerouting priority dstnat;", *self.service_lines(), "}"]

    def service_lines(self):
        lines = []
        for service in self.world.services:
            port = f"{service.protocol.lower()} dport {service.port}"
            lines += [f"ip daddr {service.address(4)} {port} "
                      f"dnat ip to {service.backend.ipv4}:{service.target_port}",
                      f"ip6 daddr {service.address(6)} {port} "
                      f"dnat ip6 to [{service.backend.ipv6}]:{service.target_port}"]
        return lines

    def pod_chains(self, pod, direction):
        name = f"{direction}_{pod.station.name}"
        baseline = [*self.admin_lines(self.baseline, pod, direction, passes_to=ALLOW), ALLOW]  # A7, A25
        isolating = [policy for policy in self.network_policies
                     if self.selects(policy, pod) and self.isolates(policy, direction)]
        network = [line for policy in isolating for line in self.network_lines(policy, pod, direction)]
        # A9: where a NetworkPolicy isolates the pod in this direction (N2, A10) it decides for good.
        isolated = bool(isolating)
        if "isolation is not per direction" in self.faults:
            isolated = any(self.selects(policy, pod) for policy in self.network_policies)
        if isolated and "a NetworkPolicy's deny falls to Baseline" not in self.faults:
            network.append(DENY)
        else:
            network.append(f"goto {name}_baseline")
        if "NetworkPolicy comes after Baseline" in self.faults and isolated:
            baseline = [f"goto {name}_late" if line == ALLOW else line for line in baseline]
            late, network = network, [f"goto {name}_baseline"]
        else:
            late = [ALLOW]
        admin = []
        if direction == "ingress" and "the own node is not exempt" not in self.faults:
            # N23, before every tier (D2).
            node = self.world.nodes[pod.node]
            admin += [f"ip saddr {node.ipv4} {ALLOW}", f"ip6 saddr {node.ipv6} {ALLOW}"]
        admin += self.admin_lines(self.admin, pod, direction, passes_to=f"goto {name}_network")
        admin.append(f"goto {name}_network")
        chains = []
        for chain, lines in ((f"{name}_late", late), (f"{name}_baseline", baseline),
                             (f"{name}_network", network), (name, admin)):
            chains += [f"chain {chain} {{", *lines, "}"]
        return chains

    # NetworkPolicy

    def selects(self, policy, pod):
        """N1."""
        return (policy["metadata"]["namespace"] == pod.namespace
                and matches(policy["spec"]["podSelector"], pod.labels, self.faults))

    def isolates(self, policy, direction):
        """N2 to N5; rules of a direction that is not among the policyTypes count for nothing (N4)."""
        spec = policy["spec"]
        types = spec.get("policyTypes")
        if not types:
            types = ["Ingress"] + (["Egress"] if spec.get("egress") else [])
            if "policyTypes default to Ingress alone" in self.faults:
                types = ["Ingress"]
        if "rules count without their policyType" in self.faults and spec.get(direction):
            return True
        return direction.capitalize() in types

    def network_lines(self, policy, pod, direction):
        lines = []
        for rule in policy["spec"].get(direction) or []:
            peers = self.peers_of(rule, direction)
            ports = rule.get("ports") or [None]  # N28
            for peer in peers or [None]:  # N9
                if peer is None and "no peers means nobody" in self.faults:
                    continue
                for port in ports:
                    lines += [f"{match} {ALLOW}" for match
                              in self.network_matches(policy, pod, direction, peer, port)]
        return lines

    def network_matches(self, policy, pod, direction, peer, port):
        """The nft matches of one peer and one port of a rule."""
        pods, blocks = self.network_peer(policy, peer)
        addresses = self.address_matches(direction, pods, blocks)
        if port is None:
            return addresses
        protocol = port.get("protocol", "TCP")  # N29
        if "protocol" not in port and "protocol defaults to all" in self.faults:
            return [f"{address} th dport {port['port']}" if isinstance(port.get("port"), int)
                    and "endPort" not in port else address for address in addresses]
        if isinstance(port.get("port"), str):
            return self.named_matches(pod, direction, pods, blocks, port["port"], protocol)
        expression = self.port_match(protocol, port.get("port"), port.get("endPort"))
        return [f"{address} {expression}" for address in addresses]

    def network_peer(self, policy, peer):
        """The pods of a selector peer and the blocks of an ipBlock; (None, None) for everybody (N9)."""
        if peer is None:
            return None, None
        if "ipBlock" in peer:
            excluded = peer["ipBlock"].get("except", [])
            if "except is ignored" in self.faults:
                excluded = []
            return [], [(peer["ipBlock"]["cidr"], excluded)]
        namespace_selector, pod_selector = peer.get("namespaceSelector"), peer.get("podSelector")
        result = []
        for pod, addresses in self.peers:
            if namespace_selector is None:  # N10
                in_namespace = pod.namespace == policy["metadata"]["namespace"]
                if "podSelector alone reaches all namespaces" in self.faults:
                    in_namespace = True
            else:  # N11, N12
                in_namespace = matches(namespace_selector, namespace_labels(pod.namespace), self.faults)
            selected = pod_selector is None or matches(pod_selector, pod.labels, self.faults)
            if "two selectors in one peer are ORed" in self.faults and None not in (namespace_selector, pod_selector):
                is_match = in_namespace or selected
            else:
                is_match = in_namespace and selected
            if is_match:
                result.append((pod, addresses))
        return result, []

    @staticmethod
    def peers_of(rule, direction):
        return rule.get("from" if direction == "ingress" else "to")

    # Admin and Baseline

    def admin_lines(self, policies, pod, direction, passes_to):
        """A3 to A7; an Allow ends this side only (A6)."""
        lines = []
        for policy in policies:
            spec = policy["spec"]
            if not self.is_subject(spec["subject"], pod):
                continue
            rules = spec.get(direction, [])
            if "the last admin rule that matches wins" in self.faults:
                rules = list(reversed(rules))
            for rule in rules:
                action = {"Allow": ALLOW, "Accept": ALLOW, "Deny": DENY, "Pass": passes_to}[rule["action"]]
                if rule["action"] == "Pass" and "Pass allows" in self.faults:
                    action = ALLOW
                if rule["action"] == "Pass" and "Pass goes to the next rule" in self.faults:
                    continue
                if action == ALLOW and direction == "egress" and "an egress Allow decides for both sides" in self.faults:
                    action = "accept"
                if any(not KNOWN_PEERS & set(peer) for peer in self.peers_of(rule, direction)):
                    # A23: what is not understood fails closed, for everybody and all ports.
                    if rule["action"] not in ("Allow", "Accept") and "unknown peers match nothing" not in self.faults:
                        lines.append(DENY)
                    continue
                for match in self.admin_matches(pod, direction, rule):
                    lines.append(f"{match} {action}")
        return lines

    def is_subject(self, subject, pod):
        """A5."""
        if "namespaces" in subject:
            return matches(subject["namespaces"], namespace_labels(pod.namespace), self.faults)
        return (matches(subject["pods"]["namespaceSelector"], namespace_labels(pod.namespace), self.faults)
                and matches(subject["pods"]["podSelector"], pod.labels, self.faults))

    def admin_matches(self, pod, direction, rule):
        result = []
        for peer in self.peers_of(rule, direction):
            pods, blocks = self.admin_peer(peer)
            addresses = self.address_matches(direction, pods, blocks)
            ports = rule.get("ports") or rule.get("protocols")
            if not ports:  # A16, A19: everything, ICMP too
                result += addresses
                continue
            for port in ports:
                name = port.get("namedPort") or port.get("destinationNamedPort")
                if name is not None:
                    result += self.named_matches(pod, direction, pods, blocks, name, None)
                else:
                    expression = self.admin_port(port)
                    result += [f"{address} {expression}" for address in addresses]
        return result

    def admin_peer(self, peer):
        if "networks" in peer:  # A13: pod addresses too
            return [], [(cidr, []) for cidr in peer["networks"]]
        if "nodes" in peer:  # A12
            nodes = [node for node, labels in zip(self.world.nodes, NODE_LABELS)
                     if matches(peer["nodes"], labels, self.faults)]
            return [(None, (node.ipv4, node.ipv6)) for node in nodes], []
        if "namespaces" in peer:  # A11
            return [(pod, addresses) for pod, addresses in self.peers
                    if matches(peer["namespaces"], namespace_labels(pod.namespace), self.faults)], []
        selectors = peer["pods"]
        return [(pod, addresses) for pod, addresses in self.peers
                if matches(selectors["namespaceSelector"], namespace_labels(pod.namespace), self.faults)
                and matches(selectors["podSelector"], pod.labels, self.faults)], []

    def admin_port(self, port):
        for key in ("portNumber", "portRange"):
            if key in port:
                value = port[key]
                return self.port_match(value.get("protocol", "TCP"), value.get("port", value.get("start")),
                                       value.get("end"))
        (protocol, value), = port.items()
        destination = value["destinationPort"]
        if "number" in destination:
            return self.port_match(protocol.upper(), destination["number"], None)
        return self.port_match(protocol.upper(), destination["range"]["start"], destination["range"]["end"])

    # nft expressions

    def address_matches(self, direction, pods, blocks):
        """One expression for each family and block; [""] for everybody."""
        if pods is None:
            return [""]
        side = "saddr" if direction == "ingress" else "daddr"
        result = []
        for family, keyword in ((4, "ip"), (6, "ip6")):
            addresses = sorted({a for _, both in pods for a in both if ipaddress.ip_address(a).version == family})
            if addresses:
                result.append(f"{keyword} {side} {{ {', '.join(addresses)} }}")
        for cidr, excluded in blocks:  # N17, N20
            network = ipaddress.ip_network(cidr)
            keyword = "ip" if network.version == 4 else "ip6"
            outside = "".join(f" {keyword} {side} != {e}" for e in excluded)
            if "0.0.0.0/0 covers IPv6" in self.faults and cidr == "0.0.0.0/0" and not excluded:
                result.append("")
            elif "networks and ipBlocks do not match pods" in self.faults:
                own = ", ".join(a for _, both in self.peers for a in both
                                if ipaddress.ip_address(a).version == network.version)
                result.append(f"{keyword} {side} {cidr}{outside} {keyword} {side} != {{ {own} }}")
            elif network.prefixlen == 0:  # nft knows no /0
                result.append(f"meta nfproto {'ipv4' if network.version == 4 else 'ipv6'}{outside}")
            else:
                result.append(f"{keyword} {side} {cidr}{outside}")
        return result

    def port_match(self, protocol, low, high):
        if low is None:  # N31
            return f"meta l4proto {protocol.lower()}"
        if high is not None and "endPort is ignored" in self.faults:
            high = None
        if "SCTP ports open TCP" in self.faults and protocol == "SCTP":
            protocol = "TCP"
        destination = f"{protocol.lower()} dport"
        if "ports are those before service translation" in self.faults:
            destination = f"meta l4proto {protocol.lower()} ct original proto-dst"
        return f"{destination} {low}" + (f"-{high}" if high is not None and high != low else "")

    def named_matches(self, pod, direction, pods, blocks, name, protocol):
        """A named port is looked up in the destination pod's containers (N34 to N37); what is no pod has none (N36)."""
        if direction == "ingress" or "named ports are looked up on the selected pod" in self.faults:
            return [f"{address} {self.port_match(p, number, None)}" for p, number in pod.numbers(name, protocol)
                    for address in self.address_matches(direction, pods, blocks)]
        result = []
        if pods is None:
            candidates = self.peers
        else:
            candidates = list(pods)
            for candidate, addresses in self.peers:
                for cidr, excluded in blocks:
                    inside = tuple(a for a in addresses if contains(cidr, a)
                                   and not any(contains(e, a) for e in excluded))
                    if inside:
                        candidates.append((candidate, inside))
        for candidate, addresses in candidates:
            if candidate is None:
                continue
            for p, number in candidate.numbers(name, protocol):
                result += [f"{address} {self.port_match(p, number, None)}"
                           for address in self.address_matches(direction, [(candidate, addresses)], [])]
        return result


def contains(cidr, address):
    network, address = ipaddress.ip_network(cidr), ipaddress.ip_address(address)
    return network.version == address.version and address in network
