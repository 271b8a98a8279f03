/// Durations of one task's repetitions.
///
/// The minimum tells what the machine can do undisturbed, the median what it did beside its other work.
public struct Samples: Sendable {
  /// Whose processor time counts.
  public enum Scope: Sendable {
    case thread
    case process
  }

  private let scope: Scope
  /// Nanoseconds of processor time of each repetition, in the order of time.
  public private(set) var cpu: [Int64] = []
  /// Nanoseconds by the wall clock.
  public private(set) var wall: [Int64] = []

  public init(_ scope: Scope = .thread) { self.scope = scope }

  public mutating func append(_ duration: ClockReading) {
    cpu.append(scope == .thread ? duration.threadCPU : duration.processCPU)
    wall.append(duration.wall)
  }

  public var count: Int { cpu.count }
  public var minimumCPU: Int64 { cpu.min() ?? 0 }
  public var medianCPU: Int64 { Self.median(cpu) }
  public var minimumWall: Int64 { wall.min() ?? 0 }
  public var medianWall: Int64 { Self.median(wall) }

  private static func median(_ values: [Int64]) -> Int64 {
    guard !values.isEmpty else { return 0 }
    return values.sorted()[values.count / 2]
  }
}
