import FlowAudit
import FlowTracking
import LookupTable

extension BenchFigures {
  /// Times every form of lookup on `keys`, and then single lookups.
  ///
  /// - Parameter rounds: repetitions of each form.
  public mutating func measureLookups(
    _ keys: LookupKeys, _ table: DecisionTable, rounds: Int
  ) throws {
    let family = keys.family == .ipv4 ? "ipv4" : "ipv6"
    var tasks = LookupTask.all(keys, table)
    try tasks.runInterleaved(rounds: rounds)
    for task in tasks {
      let lookups = Double(task.task.unitCount * rounds)
      self.lookups.append(
        Lookups(
          family: family, trace: task.trace.mode.rawValue, form: task.form.rawValue,
          minimumNanoseconds: task.task.minimumPerUnit, medianNanoseconds: task.task.medianPerUnit,
          perSecond: 1e9 / task.task.medianPerUnit,
          allowedShare: task.form.isAttribution ? nil : Double(task.task.checksum) / lookups))
    }
    let single = LookupLatency(keys, table)
    latency.append(
      Latency(
        family: family, lookups: keys.count, clockNanoseconds: Int(single.clockNanoseconds),
        percentiles: [50, 90, 99, 99.9, 99.99, 100].map { percent in
          Percentile(
            percent: percent, nanoseconds: Int(single.nanoseconds(percentile: percent)))
        }))
  }

  /// Times every stage of the packet path, in turns.
  ///
  /// - Parameters:
  ///   - byteCount: bytes of all captures; `nil` where that is not known.
  ///   - rounds: repetitions of each stage, the first of them for its memory alone.
  /// - Throws: ``CaptureRunError`` where a capture cannot be opened.
  /// - Returns: why not everything was read; `nil` where it was.
  public mutating func measureCaptures(
    _ paths: [String], byteCount: Int?, auditor: FlowAuditor, knownServers: KnownServers,
    rounds: Int
  ) throws -> String? {
    var problem: String?
    var tasks: [TimedTask] = []
    var first: [(tally: CaptureTally, peakByteCount: Int?)] = []
    for stage in CaptureStage.allCases {
      let hasPeak = ProcessMemory.resetPeak()
      let before = ProcessMemory.residentByteCount ?? 0
      let tally = try stage.run(paths, auditor: auditor, knownServers: knownServers)
      first.append((tally, hasPeak ? ProcessMemory.peakByteCount.map { $0 - before } : nil))
      problem = problem ?? tally.problem
      tasks.append(
        TimedTask(stage.rawValue, unitCount: Int(tally.packetCount), scope: .process) { _ in
          try stage.run(paths, auditor: auditor, knownServers: knownServers).flowCount
        })
    }
    try tasks.runInterleaved(rounds: max(1, rounds), warmUpRounds: 0)
    for (task, first) in zip(tasks, first) {
      packets.append(
        Packets(
          stage: task.name, packets: task.unitCount, flows: Int(first.tally.flowCount),
          minimumNanoseconds: task.minimumPerUnit, medianNanoseconds: task.medianPerUnit,
          wallNanoseconds: task.minimumWallPerUnit, packetsPerSecond: 1e9 / task.medianPerUnit,
          bytesPerSecond: byteCount.map { Double($0) * 1e9 / Double(task.samples.medianCPU) },
          peakBytes: first.peakByteCount))
    }
    return problem
  }
}
