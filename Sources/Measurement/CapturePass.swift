import FlowAudit
import FlowTracking

/// A stage of the packet path with a number of threads.
public struct CapturePass: Sendable, Hashable {
  public var stage: CaptureStage
  /// Threads.
  public var jobs: Int

  public init(_ stage: CaptureStage, jobs: Int = 1) {
    self.stage = stage
    self.jobs = jobs
  }

  /// Every stage with each number of threads; those that threads cannot share once.
  public static func all(
    of stages: [CaptureStage] = CaptureStage.allCases, jobs: [Int]
  ) -> [CapturePass] {
    stages.flatMap { stage in
      stage.hasJobs ? jobs.map { CapturePass(stage, jobs: $0) } : [CapturePass(stage)]
    }
  }

  /// A pass over certain captures, to be timed.
  public struct Timed {
    public let pass: CapturePass
    /// What the pass came to, each time.
    public let tally: CaptureTally
    /// Growth of the process's memory in the first pass; `nil` where the kernel does not say.
    public let peakByteCount: Int?
    public internal(set) var task: TimedTask

    /// Passes over the captures once, for the tally and the memory.
    ///
    /// - Throws: ``CaptureRunError`` where a capture cannot be opened.
    public init(
      _ pass: CapturePass, _ paths: [String], auditor: FlowAuditor, judge: VerdictJudge? = nil,
      knownServers: KnownServers
    ) throws {
      let hasPeak = ProcessMemory.resetPeak()
      let before = ProcessMemory.residentByteCount ?? 0
      let tally = try pass.stage.run(
        paths, auditor: auditor, judge: judge, knownServers: knownServers, jobs: pass.jobs)
      peakByteCount = hasPeak ? ProcessMemory.peakByteCount.map { max(0, $0 - before) } : nil
      self.pass = pass
      self.tally = tally
      task = TimedTask(
        pass.description, unitCount: Int(tally.packetCount), scope: .process
      ) { _ in
        let again = try pass.stage.run(
          paths, auditor: auditor, judge: judge, knownServers: knownServers, jobs: pass.jobs)
        return again == tally ? 0 : 1
      }
    }

    /// Whether every pass came to the same.
    public var isSteady: Bool { task.checksum == 0 }
  }
}

extension CapturePass: CustomStringConvertible {
  public var description: String { jobs > 1 ? "\(stage), \(jobs) jobs" : "\(stage)" }
}

extension [CapturePass.Timed] {
  /// Times all passes in turns.
  public mutating func runInterleaved(rounds: Int) throws {
    var tasks = map(\.task)
    try tasks.runInterleaved(rounds: rounds, warmUpRounds: 0)
    for index in indices { self[index].task = tasks[index] }
  }
}
