import CMeasurement

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A point in time by three clocks, in nanoseconds.
public struct ClockReading: Sendable {
  /// A steady clock of the machine.
  public var wall: Int64
  /// What this thread has had of a processor: unlike ``wall`` it stands still while other programs run.
  public var threadCPU: Int64
  /// What all threads of this process have had together.
  public var processCPU: Int64

  public init(wall: Int64, threadCPU: Int64, processCPU: Int64) {
    self.wall = wall
    self.threadCPU = threadCPU
    self.processCPU = processCPU
  }

  public static func now() -> ClockReading {
    ClockReading(
      wall: read(CLOCK_MONOTONIC), threadCPU: read(CLOCK_THREAD_CPUTIME_ID),
      processCPU: read(CLOCK_PROCESS_CPUTIME_ID))
  }

  /// The steady clock alone.
  @inline(__always)
  static func wallNanoseconds() -> Int64 { read(CLOCK_MONOTONIC) }

  /// The steady clock, not before `value` is known.
  @inline(__always)
  static func wallNanoseconds(after value: UInt8) -> Int64 {
    let clock = CLOCK_MONOTONIC + clockid_t(truncatingIfNeeded: zero_once_known(UInt64(value)))
    return read(clock)
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    // Safe: the pointer is to a local value for the length of the call.
    _ = unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  public static func - (end: ClockReading, start: ClockReading) -> ClockReading {
    ClockReading(
      wall: end.wall - start.wall, threadCPU: end.threadCPU - start.threadCPU,
      processCPU: end.processCPU - start.processCPU)
  }
}
