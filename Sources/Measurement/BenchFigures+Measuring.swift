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
  ///   - rounds: repetitions of each stage, beside a first one for its memory alone.
  ///   - jobs: threads; from two on, stages that threads can share are timed with one and with so many.
  /// - Throws: ``CaptureRunError`` where a capture cannot be opened.
  /// - Returns: why not everything was read; `nil` where it was.
  public mutating func measureCaptures(
    _ paths: [String], byteCount: Int?, auditor: FlowAuditor, judge: VerdictJudge? = nil,
    knownServers: KnownServers,
    rounds: Int, jobs: Int = 1
  ) throws -> String? {
    var passes = try CapturePass.all(jobs: jobs > 1 ? [1, jobs] : [1]).map {
      try CapturePass.Timed($0, paths, auditor: auditor, judge: judge, knownServers: knownServers)
    }
    try passes.runInterleaved(rounds: max(1, rounds))
    for pass in passes {
      let wall = pass.task.medianWallPerUnit
      packets.append(
        Packets(
          stage: pass.pass.stage.rawValue, jobs: pass.pass.jobs, packets: pass.task.unitCount,
          flows: Int(pass.tally.flowCount), minimumNanoseconds: pass.task.minimumPerUnit,
          medianNanoseconds: pass.task.medianPerUnit, wallNanoseconds: wall,
          packetsPerSecond: 1e9 / wall,
          bytesPerSecond: byteCount.map {
            Double($0) * 1e9 / Double(pass.task.samples.medianWall)
          },
          peakBytes: pass.peakByteCount))
    }
    return passes.lazy.compactMap(\.tally.problem).first
  }
}
