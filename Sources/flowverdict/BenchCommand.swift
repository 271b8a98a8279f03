import ArgumentParser
import ClusterModel
import FlowAudit
import FlowTracking
import Foundation
import LookupTable
import Measurement
import NetworkTypes
import PolicyCompilation
import SyntheticCluster

/// `flowverdict bench`: how fast lookups and the packet path are on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "How fast are verdicts here, for these policies and captures?",
    discussion: """
      Looks flows up in the compiled policies, one thread. With captures, the
      flows are theirs, and every stage of the packet path is timed too; without,
      flows are made up: random pods, the ports of policies and containers.

        dependent   each lookup waits for the one before: what one flow costs
        loop        one lookup after the other; the processor overlaps them
        batch       staged batches with prefetch
        rule...     the deciding rules too, in the same three ways
        warm        1,024 flows over and over
        cold        all flows, each once

      Forms take turns, so that other work of the machine hits them alike; least
      and median are of the repetitions' processor time. Stages of the packet
      path each do what the one before does, and more; million/s and GB/s are by
      the wall clock.

      Examples:
        flowverdict bench --synthetic 10000,1000
        flowverdict bench --cluster dump.yaml
        flowverdict bench node.pcap --cluster dump.yaml -o json

      Exit codes: 0 ran; 2 wrong input, or a capture that was not read in full.
      """)

  @Argument(help: ArgumentHelp("Captures (pcap, pcapng).", valueName: "capture"))
  var captures: [String] = []

  @OptionGroup(title: "Cluster and policies") var cluster: ClusterOptions

  @Option(
    help: ArgumentHelp(
      "A made-up cluster of so many pods and policies.", valueName: "pods,policies"),
    transform: Self.size)
  var synthetic: (pods: Int, policies: Int)?

  @Option(
    help: ArgumentHelp(
      """
      What the made-up cluster is like: \(ClusterShape.names.map(\.name).joined(separator: ", ")). (default: standard)
      """, valueName: "name"))
  var shape: String?

  @Option(
    help: "Flows that are made up where there are no captures, at least 1024. (default: 1048576)")
  var flows: Int?

  @Option(help: "Repetitions of each form of lookup.")
  var rounds = 32

  @Option(help: "Repetitions of each stage of the packet path. (default: 3)")
  var passes: Int?

  @Option(
    help: ArgumentHelp(
      "Threads of the packet path; from 2 on beside those of one thread.", valueName: "threads"))
  var jobs = 1

  @Option(name: .shortAndLong, help: "text or json.")
  var output: BenchFormat = .text

  @Flag(name: .shortAndLong, help: "No notes on standard error.")
  var quiet = false

  func validate() throws {
    if synthetic != nil, !cluster.isEmpty {
      throw ValidationError(
        "--synthetic stands alone: no option of cluster and policies is for a made-up cluster")
    }
    if synthetic == nil, cluster.cluster.isEmpty, cluster.table == nil {
      throw ValidationError("give one of --cluster, --table and --synthetic")
    }
    if let shape, ClusterShape(name: shape, pods: 1, policies: 1) == nil {
      throw ValidationError(
        "there is no shape '\(shape)'; there are "
          + ClusterShape.names.map(\.name).joined(separator: ", "))
    }
    if captures.contains("-") {
      throw ValidationError("captures are read several times; standard input can be read once")
    }
    if shape != nil, synthetic == nil {
      throw ValidationError("--shape is of made-up clusters: --synthetic")
    }
    if flows != nil, !captures.isEmpty {
      throw ValidationError("--flows are made up only where there are no captures")
    }
    if passes != nil || jobs > 1, captures.isEmpty {
      throw ValidationError("--passes and --jobs are of the packet path: name captures")
    }
    if !(1024...100_000_000).contains(flowCount) {
      throw ValidationError("--flows is 1024 to 100000000")
    }
    if !(1...1_000_000).contains(rounds) || !(1...1_000_000).contains(passCount) {
      throw ValidationError("--rounds and --passes are 1 to 1000000")
    }
    if !(1...256).contains(jobs) { throw ValidationError("--jobs is 1 to 256") }
  }

  fileprivate var flowCount: Int { flows ?? 1_048_576 }
  private var passCount: Int { passes ?? 3 }

  func run() throws {
    let input = try BenchInput(self)
    var figures = input.figures
    let auditor = FlowAuditor(input.snapshot, decide: { input.compiled.decision(for: $0) })
    let servers = KnownServers(input.snapshot, services: auditor.services)
    var problem: String?
    do {
      if captures.isEmpty {
        for family in [AddressFamily.ipv4, .ipv6] {
          guard let connections = input.makeFlows(flowCount, family) else { continue }
          try measure(LookupKeys(connections, family: family), input, &figures)
        }
      } else {
        problem = try figures.measureCaptures(
          captures, byteCount: byteCount, auditor: auditor,
          judge: VerdictJudge(auditor, input.compiled), knownServers: servers, rounds: passCount,
          jobs: jobs)
        try measureFlowsOfCaptures(auditor, servers, input, &figures)
      }
    } catch let error as CaptureRunError {
      throw CommandFailure("\(error)")
    }
    try write(figures)
    if let problem { throw CommandFailure("the result is incomplete: \(problem)") }
  }

  private func measure(
    _ keys: LookupKeys, _ input: BenchInput, _ figures: inout BenchFigures
  ) throws {
    try figures.measureLookups(keys, input.compiled.table, rounds: rounds)
  }

  /// Looks up the flows of the captures, over and over where they are few.
  private func measureFlowsOfCaptures(
    _ auditor: FlowAuditor, _ servers: KnownServers, _ input: BenchInput,
    _ figures: inout BenchFigures
  ) throws {
    var connections: [Connection] = []
    _ = try CaptureRun(paths: captures).run(
      services: auditor.services.translation, knownServers: servers,
      sink: { flow in
        connections.append(
          Connection(
            source: flow.tuple.source, destination: flow.tuple.destination,
            ipProtocol: flow.tuple.ipProtocol, destinationPort: flow.tuple.destinationPort))
      })
    figures.flows = "\(connections.count) of the captures"
    for family in [AddressFamily.ipv4, .ipv6] {
      let keys = LookupKeys(connections, family: family)
      guard keys.count > 0 else { continue }
      try measure(keys.count < 32_768 ? keys.repeated(to: 32_768) : keys, input, &figures)
    }
  }

  /// Bytes of all captures.
  private var byteCount: Int? {
    var total = 0
    for path in captures {
      guard
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      else { return nil }
      total += size
    }
    return total
  }

  private func write(_ figures: BenchFigures) throws {
    var bytes = Array(figures.text.utf8)
    if output == .json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      bytes = try Array(encoder.encode(figures)) + [UInt8(ascii: "\n")]
    }
    try OutputFile.standardOutput().write(bytes)
  }

  /// Reads `10000,1000`.
  private static func size(_ text: String) throws -> (pods: Int, policies: Int) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let pods = numbers[0], let policies = numbers[1],
      (1...7_000_000).contains(pods), (1...1_000_000).contains(policies)
    else {
      throw ValidationError(
        "'\(text)' is not pods,policies, as 10000,1000 (at most 7000000,1000000)")
    }
    return (pods, policies)
  }
}

enum BenchFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// The compiled policies that are measured, whatever they come from.
private struct BenchInput {
  let snapshot: ClusterSnapshot
  let compiled: CompiledPolicies
  let figures: BenchFigures
  private let madeUp: MadeUpCluster?

  init(_ command: BenchCommand) throws {
    let name: String
    if let size = command.synthetic,
      let shape = ClusterShape(
        name: command.shape ?? "standard", pods: size.pods, policies: size.policies)
    {
      let cluster = MadeUpCluster(shape)
      name = "made up, \(command.shape ?? "standard")"
      madeUp = cluster
      snapshot = cluster.snapshot
      let start = ClockReading.now()
      compiled = try CompiledPolicies.compile(cluster.snapshot, cluster.policies)
      figures = Self.figures(
        name, compiled, cluster.policies, ClockReading.now() - start, command)
      return
    }
    madeUp = nil
    let options = command.cluster
    name = options.table ?? options.cluster.joined(separator: ", ")
    let input = try ClusterInput(options, isQuiet: command.quiet)
    snapshot = input.snapshot
    let start = ClockReading.now()
    compiled = try input.compile()
    let duration = options.table == nil ? ClockReading.now() - start : nil
    figures = Self.figures(name, compiled, input.policies, duration, command)
  }

  private static func figures(
    _ name: String, _ compiled: CompiledPolicies, _ policies: PolicySet, _ duration: ClockReading?,
    _ command: BenchCommand
  ) -> BenchFigures {
    let shape = compiled.table.shape
    return BenchFigures(
      cluster: BenchFigures.Cluster(
        name: name, pods: compiled.snapshot.pods.count,
        networkPolicies: policies.networkPolicies.count,
        clusterPolicies: policies.clusterPolicies.count),
      table: BenchFigures.Table(
        compileMilliseconds: duration.map { Double($0.threadCPU) / 1e6 },
        hotBytes: shape.hotByteCount, bytes: shape.byteCount, rules: shape.ruleCount,
        addressClasses: shape.classCount),
      flows: "\(command.flowCount) made up of each family")
  }

  /// - Returns: `nil` where no pod has an address of the family.
  func makeFlows(_ count: Int, _ family: AddressFamily) -> [Connection]? {
    if let madeUp { return madeUp.makeFlows(count, family: family) }
    var flows = ClusterFlows(snapshot, compiled.policies, family: family)
    return flows?.makeFlows(count)
  }
}
