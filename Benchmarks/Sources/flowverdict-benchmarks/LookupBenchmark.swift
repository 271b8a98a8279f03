import ArgumentParser
import ClusterModel
import LookupTable
import Measurement
import NetworkTypes
import PolicyCompilation
import PolicyReference
import SyntheticCluster

struct LookupBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Nanoseconds a flow, both directions decided, one thread.")

  @OptionGroup var clusters: ClusterOptions

  @Option(help: "Flows of the cold trace.")
  var flows = 1_048_576

  @Option(help: "Repetitions of each task; a multiple of 32 takes every flow equally often.")
  var rounds = 32

  @Option(
    name: .customLong("family"), parsing: .upToNextOption, help: "ipv4, ipv6, or both.",
    transform: Self.family)
  var families: [AddressFamily] = [.ipv4, .ipv6]

  @Option(help: "Flows that are compared with the reference evaluator.")
  var check = 2000

  func validate() throws {
    guard rounds > 0, flows >= 32_768, flows.nonzeroBitCount == 1, check >= 0 else {
      throw ValidationError(
        "--rounds must be positive, --flows a power of two from 32768 on, --check not negative")
    }
  }

  private static func family(_ text: String) throws -> AddressFamily {
    switch text {
    case "ipv4": .ipv4
    case "ipv6": .ipv6
    default: throw ValidationError("unknown family '\(text)'; known: ipv4, ipv6")
    }
  }

  func run() throws {
    var report = Report(columns: ["min ns", "median ns", "wall min", "M/s", "allowed", "checksum"])
    try clusters.forEachCluster { title, cluster in
      let compiled = try CompiledPolicies.compile(
        cluster.snapshot, cluster.policies, forcedLayout: clusters.layout)
      report.heading(title, TableShapeText.describe(compiled.table.shape))
      if check > 0 { try compare(compiled, cluster, title) }
      for family in families where family == .ipv4 || cluster.shape.isDualStack {
        let keys = LookupKeys(cluster.makeFlows(flows, family: family), family: family)
        try time(keys, compiled.table, title, &report)
      }
    }
    try report.finish(json: clusters.json)
  }

  /// All forms, warm and cold, in turns.
  private func time(
    _ keys: LookupKeys, _ table: DecisionTable, _ title: String, _ report: inout Report
  ) throws {
    var tasks = LookupTask.all(keys, table)
    try tasks.runInterleaved(rounds: rounds)
    for task in tasks {
      let share = Double(task.task.checksum) / Double(task.task.unitCount * rounds)
      report.row(
        title, task.task.name,
        [
          .nanoseconds(task.task.minimumPerUnit), .nanoseconds(task.task.medianPerUnit),
          .nanoseconds(task.task.minimumWallPerUnit), .number(1000 / task.task.medianPerUnit),
          task.form.isAttribution ? .none : .percent(share), .checksum(task.task.checksum),
        ])
    }
    let disagreeing = tasks.disagreeing(rounds: rounds)
    guard disagreeing.isEmpty else {
      throw BenchmarkError("\(title): other answers than other forms': \(disagreeing)")
    }
  }

  /// Compares the table with the reference evaluator on a sample of both families.
  private func compare(
    _ compiled: CompiledPolicies, _ cluster: MadeUpCluster, _ title: String
  ) throws {
    let reference = ReferenceEvaluator(cluster.snapshot, cluster.policies)
    let sample =
      cluster.makeFlows(check / 2, family: .ipv4, seed: 2)
      + (cluster.shape.isDualStack
        ? cluster.makeFlows(check / 2, family: .ipv6, seed: 3) : [])
    let start = ClockReading.now()
    let expected = sample.map { reference.evaluate($0) }
    let duration = ClockReading.now() - start
    for (connection, decision) in zip(sample, expected) {
      let answer = compiled.decision(for: connection)
      guard answer == decision, compiled.isAllowed(connection) == decision.isAllowed else {
        throw BenchmarkError("\(title): table and reference differ for \(connection)")
      }
    }
    let microseconds = duration.threadCPU / Int64(max(sample.count, 1)) / 1000
    StandardOutput.line(
      "  \(sample.count) flows equal the reference evaluator's, at \(microseconds) µs a flow")
  }
}
