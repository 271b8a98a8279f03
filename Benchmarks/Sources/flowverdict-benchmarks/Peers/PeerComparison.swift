import ClusterModel
import LookupTable
import Measurement
import NetworkTypes
import PolicyCompilation
import PolicyReference
import SyntheticCluster

/// One cluster's comparison of the table with peers.
struct PeerComparison {
  let table: DecisionTable
  private let cluster: MadeUpCluster
  private let rounds: Int
  private let keys: [IPv4FlowKey]
  private let buffer: AnswerBuffer
  private let expected: [TableDecision]
  private let compileMilliseconds: Double
  private var lines: [Line] = []

  /// A task, and what is known of what it times.
  private struct Line {
    var task: TimedTask
    var mode: FlowTrace.Mode
    /// The form of the table's own task.
    var form: LookupForm?
    /// The form of the table that a peer's ratio is taken to.
    var ratioForm: LookupForm?
    /// Group whose ``isBase`` line is subtracted.
    var peer: String?
    var isBase = false
    var buildMilliseconds: Double?
    var byteCount: Int?
    var entryCount: Int?
    var differenceCount: Int?
  }

  init(
    _ cluster: MadeUpCluster, flowCount: Int, rounds: Int, forcedLayout: PairLayout?
  ) throws {
    let start = ClockReading.now()
    let compiled = try CompiledPolicies.compile(
      cluster.snapshot, cluster.policies, forcedLayout: forcedLayout)
    compileMilliseconds = Double((ClockReading.now() - start).threadCPU) / 1e6
    table = compiled.table
    self.cluster = cluster
    self.rounds = rounds
    // Peers know nothing of a pod's right to talk to itself (N24); such a flow is replaced by the first one.
    let connections = cluster.makeFlows(flowCount)
    keys = connections.map {
      IPv4FlowKey($0.source == $0.destination ? connections[0] : $0)
    }
    buffer = AnswerBuffer(count: keys.count)
    let table = table
    expected = keys.map { table.lookUp($0) }
    addTable()
  }

  // MARK: - The table and what people write by hand

  private mutating func addTable() {
    for task in LookupTask.all(.ipv4(keys), table) {
      lines.append(
        Line(
          task: task.task, mode: task.trace.mode, form: task.form,
          buildMilliseconds: compileMilliseconds, byteCount: table.shape.hotByteCount,
          entryCount: table.shape.ruleCount))
    }
  }

  private mutating func addReference() {
    let reference = ReferenceEvaluator(cluster.snapshot, cluster.policies)
    let connections = cluster.makeFlows(64)
    add("reference evaluator", connections.count) { _ in
      connections.reduce(0) { $0 + (reference.evaluate($1).isAllowed ? 1 : 0) }
    }
  }

  private mutating func addLinearScan(_ policies: FlattenedPolicies) {
    let scan = LinearScan(policies)
    let count = max(16, min(1024, 20_000_000 / max(1, scan.ruleCount)))
    let sample = Array(keys.prefix(count))
    add("linear scan", sample.count) { _ in
      sample.reduce(0) { $0 + (scan.lookUp($1).isAllowed ? 1 : 0) }
    }
    lines[lines.count - 1].entryCount = scan.ruleCount
    lines[lines.count - 1].differenceCount = zip(sample, expected).count {
      scan.lookUp($0) != $1
    }
  }

  private mutating func add(_ name: String, _ count: Int, _ run: @escaping (Int) -> UInt64) {
    lines.append(
      Line(
        task: TimedTask(name, unitCount: count, isWarm: true, run: run), mode: .warm,
        ratioForm: .dependent))
  }

  // MARK: - Peers

  mutating func addPeers(_ libraries: [PeerLibrary], maximumRules: Int?) throws {
    addReference()
    let policies: FlattenedPolicies
    do {
      policies = try FlattenedPolicies(cluster.snapshot, cluster.policies)
    } catch let error as BenchmarkError {
      leaveOut(libraries, "\(error)")
      return
    }
    StandardOutput.line("  flattened to \(policies.ruleCount) five-tuple rules")
    addLinearScan(policies)
    let input = PeerInput(policies, keys)
    for library in libraries {
      let limit = maximumRules ?? Self.usualLimit(of: library)
      do {
        guard policies.ruleCount <= limit else {
          throw BenchmarkError(
            "more than \(limit) rules take minutes to build; --maximum-rules allows it")
        }
        try add(library, input)
      } catch let error as BenchmarkError {
        leaveOut([library], "\(error)")
      }
    }
  }

  /// Rules that a peer takes less than a minute to build from.
  private static func usualLimit(of library: PeerLibrary) -> Int {
    library.name == "eBPF" ? 2_000_000 : 600_000
  }

  private func leaveOut(_ libraries: [PeerLibrary], _ reason: String) {
    for library in libraries { StandardOutput.line("  \(library.name) left out: \(reason)") }
  }

  private mutating func add(_ library: PeerLibrary, _ input: PeerInput) throws {
    let start = ClockReading.now()
    try library.build(input)
    let milliseconds = Double((ClockReading.now() - start).threadCPU) / 1e6
    var differences: [Int?] = []
    for (method, description) in library.methods.enumerated() {
      differences.append(try countDifferences(library, method, description.directionCount))
    }
    for mode in FlowTrace.Mode.allCases {
      let trace = FlowTrace(mode, flowCount: keys.count)
      for (method, description) in library.methods.enumerated() {
        let (buffer, number) = (buffer, lines.count)
        let task = TimedTask(
          "\(library.name) \(mode) \(description.name)", unitCount: trace.lookupCount,
          isWarm: mode == .warm
        ) { round in
          let window = trace.window(round: round, task: number)
          try library.run(
            method: method, window, repeats: trace.repeatCount, into: &buffer.decisions)
          return 0
        }
        lines.append(
          Line(
            task: task, mode: mode,
            ratioForm: description.name.contains("batch") ? .batch : .dependent,
            peer: library.name, isBase: description.directionCount == 0,
            buildMilliseconds: milliseconds,
            byteCount: library.byteCount > 0 ? library.byteCount : nil,
            entryCount: library.entryCount,
            differenceCount: differences[method]))
      }
    }
  }

  /// Flows for which a method's answer is not the table's, in the directions that the method knows.
  private func countDifferences(
    _ library: PeerLibrary, _ method: Int, _ directionCount: Int
  ) throws -> Int? {
    guard directionCount > 0 else { return nil }
    guard library.hasVerdicts else {
      return try countedDifferences(library, method, directionCount)
    }
    try library.run(method: method, 0..<keys.count, into: &buffer.decisions)
    let mask: UInt8 = directionCount == 2 ? 3 : 2
    return zip(buffer.decisions, expected).count { $0.rawValue & mask != $1.rawValue & mask }
  }

  /// As ``countDifferences(_:_:_:)`` for a peer that can only count: flows that are allowed in one of them only, as far
  /// as counts of the first flows one by one, and of sixteenths of all flows, show.
  private func countedDifferences(
    _ library: PeerLibrary, _ method: Int, _ directionCount: Int
  ) throws -> Int {
    let part = keys.count / 16
    let ranges =
      (0..<1024).map { $0..<$0 + 1 } + (0..<16).map { $0 * part..<($0 + 1) * part }
    var count = 0
    _ = library.allowedCount
    for range in ranges {
      try library.run(method: method, range, into: &buffer.decisions)
      let expectedCount = expected[range].count { isAllowed($0, directionCount) }
      count += abs(library.allowedCount - expectedCount)
    }
    return count
  }

  private func isAllowed(_ decision: TableDecision, _ directionCount: Int) -> Bool {
    directionCount == 2 ? decision.isAllowed : decision.ingressAllows
  }

  // MARK: - Running and reporting

  mutating func run() throws {
    var tasks = lines.map(\.task)
    try tasks.runInterleaved(rounds: rounds)
    for index in lines.indices { lines[index].task = tasks[index] }
  }

  func write(to report: inout Report, _ title: String) {
    for line in lines {
      let base = lines.first { $0.isBase && $0.peer == line.peer && $0.mode == line.mode }
      let isNet = base != nil && !line.isBase && line.peer != nil
      let minimum = line.task.minimumPerUnit - (isNet ? base?.task.minimumPerUnit ?? 0 : 0)
      let median = line.task.medianPerUnit - (isNet ? base?.task.medianPerUnit ?? 0 : 0)
      let ours = line.isBase ? nil : counterpart(of: line)
      report.row(
        title, (line.form == nil ? "" : "FlowVerdict ") + line.task.name + (isNet ? " (net)" : ""),
        [
          .nanoseconds(minimum), .nanoseconds(median),
          ours.map { .number(minimum / $0.minimumPerUnit) } ?? .none,
          ours.map { .number(median / $0.medianPerUnit) } ?? .none,
          line.buildMilliseconds.map { .milliseconds($0) } ?? .none,
          line.byteCount.map { .mebibytes(Double($0) / 1_048_576) } ?? .none,
          line.entryCount.map { .count($0) } ?? .none,
          line.differenceCount.map { .count($0) } ?? .none,
        ])
    }
  }

  /// The table's task that does what this line's task does; of loop and batch the faster one, as a user would choose.
  private func counterpart(of line: Line) -> TimedTask? {
    guard let form = line.ratioForm else { return nil }
    return lines.filter { line.mode == $0.mode && ($0.form == .dependent) == (form == .dependent) }
      .filter { $0.form?.isAttribution == false }.map(\.task).min {
        $0.medianPerUnit < $1.medianPerUnit
      }
  }
}
