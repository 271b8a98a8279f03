"""What flowverdict says: the table's verdict of every probe (`check`), and the audit of the captured traffic."""

import csv
import json
import subprocess
from collections import namedtuple

from generator import UNKNOWN_PEER
from world import Service, cluster_dump

# One attempt of a probe: its source port, what the kernel did, and whether that is certain from the packets (a probe
# that was repeated because its answer came late is not).
Attempt = namedtuple("Attempt", "probe port allowed is_plain")

COLUMNS = "source destination protocol port family verdict".split()


class FlowVerdict:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.options = []

    def write_inputs(self, world, policies):
        """The dump and the policies as files; what they hold is JSON, which is YAML too."""
        # An API server would reject a peer of a later version (A23); nothing else here is to be let through.
        self.options = ["--keep-going"] if any(has_unknown_peer(policy) for policy in policies) else []
        with open(f"{self.folder}/cluster.json", "w") as file:
            json.dump(cluster_dump(world), file, indent=1)
        with open(f"{self.folder}/policies.yaml", "w") as file:
            for policy in policies:
                file.write("---\n" + json.dumps(policy, indent=1) + "\n")

    def run(self, *arguments):
        command = [self.program, *arguments, "--cluster", f"{self.folder}/cluster.json",
                   "--policies", f"{self.folder}/policies.yaml", "-o", "csv", "--quiet", *self.options]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {result.returncode}:\n{result.stderr[:4000]}")
        return csv.DictReader(result.stdout.splitlines())

    def check(self, world, probes):
        """The verdict of each probe: allowed, denied or undecided."""
        path = f"{self.folder}/connections.tsv"
        with open(path, "w") as file:
            file.write("\t".join(COLUMNS) + "\n")
            for probe in probes:
                ends = [world.name(end) or end.address(probe.family) for end in (probe.source, probe.destination)]
                fields = [*ends, probe.protocol, probe.port or "-", probe.family, "-"]
                file.write("\t".join(map(str, fields)) + "\n")
        verdicts = {int(row["line"]): row["verdict"] for row in self.run("check", path)}
        return {probe: verdicts.get(line) for line, probe in enumerate(probes, start=2)}

    def audit(self, capture):
        """(verdict, observed) of each flow, by protocol, addresses and ports.

        Echoes are told apart by their identifier, a new one in each round: here all rounds between two ends are one, and
        established if one of them was answered.
        """
        flows = {}
        for row in self.run("audit", capture):
            key = (row["protocol"], row["source_ip"], row["source_port"], row["destination_ip"],
                   row["destination_port"])
            answer = (row["verdict"], row["observed"])
            if key in flows:
                if not key[0].startswith("ICMP") or flows[key][0] != answer[0]:
                    raise RuntimeError(f"two flows with the five-tuple {key}: {flows[key]} and {answer}")
                answer = min(flows[key], answer, key=lambda one: one[1] != "established")
            flows[key] = answer
        return flows


def has_unknown_peer(policy):
    rules = policy["spec"].get("ingress", []) + policy["spec"].get("egress", [])
    return any(UNKNOWN_PEER in peer for rule in rules for peer in rule.get("from", rule.get("to")) or [])


def audit_differences(flows, attempts, stations):
    """What the audit says of the capture, against what the kernel did: a list of texts.

    Every attempt that leaves its station is one flow; traffic between a pod and itself never reaches the router. A flow
    to a Service shows the endpoint once that has answered. Flows of link-local addresses (the stations' own neighbour
    discovery) are nobody's attempt.
    """
    differences = []
    for attempt in attempts:
        probe = attempt.probe
        if probe.source is probe.destination:
            continue
        end, port = probe.destination, probe.port
        if attempt.allowed and isinstance(end, Service):
            end, port = end.backend, end.target_port
        key = (probe.protocol, probe.source.address(probe.family), str(attempt.port) if port else "",
               end.address(probe.family), str(port or ""))
        flow = flows.pop(key, None)
        expected = ("allowed", "established") if attempt.allowed else ("denied", "unanswered")
        if flow is None:
            differences.append(f"the audit has no flow {key}")
        elif flow[0] != expected[0] or attempt.is_plain and flow[1] != expected[1]:
            differences.append(f"{key}: kernel {expected}, audit {flow}")
    addresses = {station.address(family) for station in stations for family in (4, 6)}
    differences += [f"a flow that nobody made: {key} {flow}" for key, flow in flows.items()
                    if key[1] in addresses and key[3] in addresses]
    return differences
