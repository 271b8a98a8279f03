import Histogram
import LookupTable

/// How long single lookups take, each timed on its own.
///
/// The clock takes about as long as a lookup: its own time, the least that two readings in a row differ by, is
/// subtracted from every sample. So read the percentiles as what is beyond the usual: misses of the cache, and whatever
/// else the machine does. The cost of the usual lookup is told better by ``LookupForm/dependent``.
public struct LookupLatency: Sendable {
  /// Nanoseconds of each lookup.
  public private(set) var histogram: Histogram<UInt64>
  /// Nanoseconds of the clock, which are subtracted.
  public let clockNanoseconds: Int64

  /// Times every lookup of `keys` once.
  public init(_ keys: LookupKeys, _ table: DecisionTable) {
    clockNanoseconds = Self.measureClock()
    histogram = Histogram(
      highestTrackableValue: 1_000_000_000, numberOfSignificantValueDigits: .three)
    switch keys {
    case .ipv4(let keys): time(keys, table)
    case .ipv6(let keys): time(keys, table)
    }
  }

  /// Nanoseconds that `percent` of the lookups take at most.
  public func nanoseconds(percentile percent: Double) -> UInt64 {
    histogram.valueAtPercentile(percent)
  }

  private mutating func time<Key: TimedFlowKey>(_ keys: [Key], _ table: DecisionTable) {
    var decision = TableDecision(rawValue: 0)
    for key in keys {
      let start = ClockReading.wallNanoseconds()
      decision = key.waiting(for: UInt64(decision.rawValue)).decision(in: table)
      // The next reading must not start before the decision is there.
      let end = ClockReading.wallNanoseconds(after: decision.rawValue)
      let duration = max(0, end - start - clockNanoseconds)
      _ = histogram.record(UInt64(min(duration, 1_000_000_000)))
    }
  }

  private static func measureClock() -> Int64 {
    var least = Int64.max
    for _ in 0..<1000 {
      let start = ClockReading.wallNanoseconds()
      least = min(least, ClockReading.wallNanoseconds(after: 0) - start)
    }
    return least
  }
}
