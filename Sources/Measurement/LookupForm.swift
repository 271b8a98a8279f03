import LookupTable

/// The ways to look up many flows that are timed against each other.
public enum LookupForm: String, Sendable, CaseIterable {
  /// Each lookup waits for the one before: what a single flow costs.
  case dependent
  /// The table's plain loop: the processor overlaps lookups.
  case loop
  /// The table's staged batches with prefetch.
  case batch
  /// The deciding rule of each side; each lookup waits for the one before.
  case ruleDependent
  /// The deciding rule of each side, one flow after the other.
  case ruleLoop
  /// ``ruleLoop`` in the table's staged batches.
  case ruleBatch

  /// Whether the checksum is of deciding rules instead of verdicts.
  public var isAttribution: Bool { [.ruleLoop, .ruleDependent, .ruleBatch].contains(self) }

  /// Looks up a window of flows as often as asked.
  ///
  /// - Returns: the number of allowed flows, or a sum of the deciding rules: the same for every form that gives the same
  ///   kind of answer.
  @inline(__always)
  func run<Key: TimedFlowKey>(
    _ keys: Span<Key>, _ repeatCount: Int, _ table: DecisionTable, _ buffer: AnswerBuffer
  ) -> UInt64 {
    var result: UInt64 = 0
    for _ in 0..<repeatCount {
      switch self {
      case .dependent:
        var decision = TableDecision(rawValue: 0)
        for index in keys.indices {
          decision = keys[index].waiting(for: UInt64(decision.rawValue)).decision(in: table)
          result &+= decision.isAllowed ? 1 : 0
        }
      case .loop:
        Key.lookUp(keys, in: table, into: &buffer.decisions)
        result &+= Self.countAllowed(buffer.decisions, keys.count)
      case .batch:
        Key.lookUpBatch(keys, in: table, into: &buffer.decisions)
        result &+= Self.countAllowed(buffer.decisions, keys.count)
      case .ruleDependent:
        var last: UInt64 = 0
        for index in keys.indices {
          last = Self.sum(keys[index].waiting(for: last).attribution(in: table))
          result &+= last
        }
      case .ruleLoop:
        for index in keys.indices {
          result &+= Self.sum(keys[index].attribution(in: table))
        }
      case .ruleBatch:
        Key.attributeBatch(keys, in: table, into: &buffer.attributions)
        for attribution in buffer.attributions.prefix(keys.count) {
          result &+= Self.sum(attribution)
        }
      }
    }
    return result
  }

  @inline(__always)
  private static func sum(_ attribution: TableAttribution) -> UInt64 {
    UInt64(attribution.egress.rawValue) &+ UInt64(attribution.ingress.rawValue) << 32
  }

  @inline(__always)
  private static func countAllowed(_ decisions: [TableDecision], _ count: Int) -> UInt64 {
    var allowed: UInt64 = 0
    for decision in decisions.prefix(count) { allowed &+= decision.isAllowed ? 1 : 0 }
    return allowed
  }
}
