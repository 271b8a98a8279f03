import ArgumentParser
import ClusterModel
import LookupTable
import Measurement
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
    name: .customLong("family"), parsing: .upToNextOption, help: "ipv4, ipv6, or both.")
  var families: [String] = ["ipv4", "ipv6"]

  @Option(help: "Flows that are compared with the reference evaluator.")
  var check = 2000

  func validate() throws {
    guard rounds > 0, flows >= 32_768, flows.nonzeroBitCount == 1, check >= 0 else {
      throw ValidationError(
        "--rounds must be positive, --flows a power of two from 32768 on, --check not negative")
    }
    for family in families where family != "ipv4" && family != "ipv6" {
      throw ValidationError("unknown family '\(family)'; known: ipv4, ipv6")
    }
  }

  func run() throws {
    var report = Report(columns: ["min ns", "median ns", "wall min", "M/s", "allowed", "checksum"])
    try clusters.forEachCluster { title, cluster in
      let compiled = try CompiledPolicies.compile(
        cluster.snapshot, cluster.policies, forcedLayout: clusters.layout)
      report.heading(title, TableShapeText.describe(compiled.table.shape))
      if check > 0 { try compare(compiled, cluster, title) }
      if families.contains("ipv4") {
        let keys = cluster.makeFlows(flows, family: .ipv4).map { IPv4FlowKey($0) }
        try time(keys, compiled.table, title, &report)
      }
      if families.contains("ipv6"), cluster.shape.isDualStack {
        let keys = cluster.makeFlows(flows, family: .ipv6).map { IPv6FlowKey($0) }
        try time(keys, compiled.table, title, &report)
      }
    }
    try report.finish(json: clusters.json)
  }

  /// All forms, warm and cold, in turns.
  private func time<Key: TimedFlowKey>(
    _ keys: [Key], _ table: DecisionTable, _ title: String, _ report: inout Report
  ) throws {
    var tasks: [TimedTask] = []
    let buffer = DecisionBuffer(count: keys.count)
    for mode in FlowTrace<Key>.Mode.allCases {
      let trace = FlowTrace(keys, mode)
      for form in LookupForm.allCases {
        let number = tasks.count
        tasks.append(
          TimedTask(
            "\(Key.familyName) \(mode) \(form)", unitCount: trace.lookupCount, isWarm: mode == .warm
          ) { round in
            let window = trace.window(round: round, task: number)
            return form.run(
              trace.keys.span.extracting(window), trace.repeatCount, table, buffer)
          })
      }
    }
    try tasks.runInterleaved(rounds: rounds)
    let forms = FlowTrace<Key>.Mode.allCases.flatMap { _ in LookupForm.allCases }
    for (task, form) in zip(tasks, forms) {
      let lookups = Double(task.unitCount * rounds)
      report.row(
        title, task.name,
        [
          .nanoseconds(task.minimumPerUnit), .nanoseconds(task.medianPerUnit),
          .nanoseconds(task.minimumWallPerUnit), .number(1000 / task.medianPerUnit),
          form.isAttribution ? .none : .percent(Double(task.checksum) / lookups),
          .checksum(task.checksum),
        ])
    }
    try requireEqualChecksums(tasks)
  }

  /// Different forms must give the same answers.
  private func requireEqualChecksums(_ tasks: [TimedTask]) throws {
    // Only then has every form seen the same flows.
    guard rounds % FlowTrace<IPv4FlowKey>.windowCount == 0 else { return }
    let forms = LookupForm.allCases
    for start in stride(from: 0, to: tasks.count, by: forms.count) {
      for isAttribution in [false, true] {
        let group = zip(tasks[start...], forms).filter { $1.isAttribution == isAttribution }
        guard Set(group.map(\.0.checksum)).count == 1 else {
          throw BenchmarkError("forms disagree: \(group.map { "\($0.0.name) \($0.0.checksum)" })")
        }
      }
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
