"""The kernel as witness: real connections under random policies, against what flowverdict says of them.

usage: python3 Tests/KernelWitness FLOWVERDICT [--seed SEED] [--sets COUNT]

For each of COUNT random clusters and policy sets the policies are written as nftables rules by a translator of this test
(translator.py), every pair of stations connects over TCP, UDP and ICMP, IPv4 and IPv6, and three answers are compared for
each connection: what the kernel did, the table's verdict (`flowverdict check`), and what `flowverdict audit` says of the
captured packets. Then faults are planted in the translator (faults.py), and the comparison must notice each.

Needs root or user namespaces, nft, ip and unshare. Everything happens in namespaces of its own.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter

sys.dont_write_bytecode = True

from capture import Capture
from comparison import Attempt, FlowVerdict, audit_differences
from faults import FAULTS
from generator import random_policies
from network import Network, enter_namespaces
from prober import Prober, all_probes, service_probes
from translator import Translator
from world import POD_COUNT, random_world, stations

MOST_SHOWN = 10
# Policy sets tried at most until a planted fault shows; most show in the first few.
SETS_FOR_FAULTS = 60
SECONDS_AT_MOST = 900


class Failure(Exception):
    pass


class Case:
    """One random cluster with its policies, and the verdicts of the table."""

    def __init__(self, seed, all_stations, probes, flow_verdict):
        generator = random.Random(seed)
        self.seed = seed
        self.world = random_world(generator, all_stations)
        self.policies = random_policies(generator, self.world)
        self.probes = probes + service_probes(self.world)
        flow_verdict.write_inputs(self.world, self.policies)
        self.verdicts = flow_verdict.check(self.world, self.probes)

    def rules(self, *faults):
        return Translator(self.world, self.policies, faults).rulesets()


class Witness:
    def __init__(self, program, folder, seed):
        self.stations = stations()
        self.network = Network(self.stations)
        self.prober = Prober(self.network, self.stations)
        self.capture = Capture()
        self.flow_verdict = FlowVerdict(program, folder)
        self.folder = folder
        self.seed = seed
        self.cases = []
        self.probes = all_probes(self.stations, POD_COUNT)

    def case(self, index):
        """The run's policy set with that index; drawn at its first use."""
        if index == len(self.cases):
            self.cases.append(Case(f"{self.seed}-{index}", self.stations, self.probes, self.flow_verdict))
        return self.cases[index]

    def ask_kernel(self, case, rules):
        """The kernel's answer to every probe, and all attempts; what is late gets a second, patient attempt."""
        self.network.load(rules)
        self.capture.discard()
        answers = self.prober.probe(case.probes, self.capture.drain)
        late = [probe for probe, (allowed, _) in answers.items()
                if not allowed and case.verdicts[probe] == "allowed"]
        attempts = [Attempt(probe, port, allowed, True) for probe, (allowed, port) in answers.items()]
        if late:
            again = self.prober.patiently(late[:200])
            changed = {probe for probe, (allowed, _) in again.items() if allowed}
            attempts = [attempt if attempt.probe not in changed else attempt._replace(allowed=True, is_plain=False)
                        for attempt in attempts]
            # Both attempts of an ICMP probe are one in what the audit is asked (FlowVerdict.audit).
            attempts += [Attempt(probe, port, allowed, True) for probe, (allowed, port) in again.items() if probe.port]
        return {attempt.probe: attempt.allowed for attempt in attempts}, attempts

    def differences(self, case, answers):
        """Where the kernel did not do what the table says."""
        return [(probe, allowed, case.verdicts[probe]) for probe, allowed in answers.items()
                if case.verdicts[probe] != ("allowed" if allowed else "denied")]

    def audit_differences(self, case, attempts):
        """Where the audit of what was just captured says something else than what the kernel did."""
        path = f"{self.folder}/capture.pcap"
        self.capture.write(path)
        self.flow_verdict.write_inputs(case.world, case.policies)
        return audit_differences(self.flow_verdict.audit(path), attempts, self.stations)

    def compare(self, case):
        """All three answers; raises Failure at the first set that differs. Returns the kernel's answers."""
        answers, attempts = self.ask_kernel(case, case.rules())
        problems = [f"{describe(case.world, probe)}: kernel {'allowed' if allowed else 'denied'}, table {verdict}"
                    for probe, allowed, verdict in self.differences(case, answers)]
        problems += self.audit_differences(case, attempts)
        if problems:
            with open(f"{self.folder}/rules.nft", "w") as file:
                file.writelines(case.rules())
            raise Failure(f"policy set {case.seed}: {len(problems)} differences\n  "
                          + "\n  ".join(problems[:MOST_SHOWN]) + f"\n  its files: {self.folder}")
        return answers

    def notices(self, fault):
        """The seed of the first policy set in which the table and the audit contradict the fault, or None."""
        for case in map(self.case, range(SETS_FOR_FAULTS)):
            rules = case.rules(fault)
            if rules == case.rules():
                continue
            answers, attempts = self.ask_kernel(case, rules)
            if self.differences(case, answers):
                return case.seed if self.audit_differences(case, attempts) else None
        return None


def describe(world, probe):
    names = [world.name(end) or "outside" for end in (probe.source, probe.destination)]
    return (f"{names[0]} ({probe.source.address(probe.family)}) -> {names[1]} "
            f"({probe.destination.address(probe.family)}) {probe.protocol} {probe.port or ''}".rstrip())


def run(arguments, folder):
    started = time.monotonic()
    witness = Witness(os.path.abspath(arguments.program), folder, arguments.seed)
    counts = Counter()
    for index in range(arguments.sets):
        for probe, allowed in witness.compare(witness.case(index)).items():
            counts["probes"] += 1
            counts["allowed" if allowed else "denied"] += 1
            counts[f"IPv{probe.family}"] += 1
            counts[probe.protocol.removesuffix("v6")] += 1
    print(f"kernel witness: {counts['probes']:,} probes over {arguments.sets} policy sets ("
          + ", ".join(f"{counts[key]:,} {key}" for key in ("TCP", "UDP", "ICMP", "IPv4", "IPv6", "allowed", "denied"))
          + f"): kernel, table and audit agree; {time.monotonic() - started:.0f} s", flush=True)
    if min(counts["allowed"], counts["denied"]) * 10 < counts["probes"]:
        raise Failure("less than a tenth of the probes is allowed, or denied: the policies say too little")
    missed = []
    for fault, rule in FAULTS.items():
        seed = witness.notices(fault)
        print(f"  planted: {fault} ({rule}): " + (f"noticed in {seed}" if seed else "NOT NOTICED"), flush=True)
        if seed is None:
            missed.append(fault)
    if missed:
        raise Failure(f"{len(missed)} planted faults were not noticed")
    print(f"kernel witness: all {len(FAULTS)} planted faults were noticed; {time.monotonic() - started:.0f} s in all",
          flush=True)


def main():
    parser = argparse.ArgumentParser(prog="KernelWitness", description=__doc__.partition("\n")[0])
    parser.add_argument("program", help="the flowverdict program")
    parser.add_argument("--seed", type=int, default=None, help="repeats a run (default: drawn, and printed)")
    parser.add_argument("--sets", type=int, default=24, help="number of policy sets (default: 24)")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1_000_000)
        sys.argv += ["--seed", str(arguments.seed)]
    for program in ("nft", "ip", "unshare"):
        if shutil.which(program) is None:
            sys.exit(f"missing: {program} (Debian packages nftables, iproute2, util-linux)")
    enter_namespaces(os.path.dirname(os.path.abspath(__file__)), sys.argv[1:])
    # The first process of a namespace ignores signals that it does not handle.
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"kernel witness FAILED: not done in {SECONDS_AT_MOST} s"))
    signal.alarm(SECONDS_AT_MOST)
    print(f"kernel witness: seed {arguments.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="kernel-witness-")
    try:
        run(arguments, folder)
    except (Failure, RuntimeError) as failure:
        sys.exit(f"kernel witness FAILED: {failure}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
