/// One of several ways to do the same work, timed in turns with the others.
public struct TimedTask {
  public let name: String
  /// Units of work (lookups, packets) of one repetition.
  public let unitCount: Int
  /// Does repetition `round` and returns a checksum of its results, so that the work is done and can be compared.
  public let run: (_ round: Int) throws -> UInt64
  /// Whether each repetition is run once before the clock starts, for work whose memory the other tasks of the round would
  /// otherwise have driven out of the cache.
  public let isWarm: Bool
  public private(set) var samples: Samples
  /// Sum of all repetitions' checksums.
  public private(set) var checksum: UInt64 = 0

  public init(
    _ name: String, unitCount: Int, isWarm: Bool = false, scope: Samples.Scope = .thread,
    run: @escaping (_ round: Int) throws -> UInt64
  ) {
    self.name = name
    self.unitCount = unitCount
    self.isWarm = isWarm
    samples = Samples(scope)
    self.run = run
  }

  /// Runs one repetition; `isTimed` is false for those that only fill caches.
  mutating func repeatOnce(round: Int, isTimed: Bool) throws {
    if isWarm { _ = try run(round) }
    let start = ClockReading.now()
    let result = try run(round)
    let duration = ClockReading.now() - start
    guard isTimed else { return }
    samples.append(duration)
    checksum &+= result
  }

  /// Nanoseconds of processor time per unit.
  public var minimumPerUnit: Double { Double(samples.minimumCPU) / Double(max(unitCount, 1)) }
  public var medianPerUnit: Double { Double(samples.medianCPU) / Double(max(unitCount, 1)) }
  public var minimumWallPerUnit: Double {
    Double(samples.minimumWall) / Double(max(unitCount, 1))
  }
  public var medianWallPerUnit: Double { Double(samples.medianWall) / Double(max(unitCount, 1)) }
}

extension [TimedTask] {
  /// Times all tasks in turns: every round runs each task once, so that a busy minute of the machine hits them alike.
  public mutating func runInterleaved(rounds: Int, warmUpRounds: Int = 1) throws {
    for round in -warmUpRounds..<rounds {
      for index in indices {
        try self[index].repeatOnce(round: Swift.max(round, 0), isTimed: round >= 0)
      }
    }
  }
}
