import CMeasurement
import LookupTable

/// A key that lookups of one address family take, for tasks that are the same for both.
protocol TimedFlowKey: Sendable {
  static var familyName: String { get }
  /// Changes nothing, but no lookup of the result can start before `decision` is known.
  func waiting(for decision: TableDecision) -> Self
  func decision(in table: DecisionTable) -> TableDecision
  func attribution(in table: DecisionTable) -> TableAttribution
  static func attributeBatch(
    _ flows: Span<Self>, in table: DecisionTable, into attributions: inout [TableAttribution])
  static func lookUp(
    _ flows: Span<Self>, in table: DecisionTable, into decisions: inout [TableDecision])
  static func lookUpBatch(
    _ flows: Span<Self>, in table: DecisionTable, into decisions: inout [TableDecision])
}

extension IPv4FlowKey: TimedFlowKey {
  static var familyName: String { "IPv4" }

  @inline(__always)
  func waiting(for decision: TableDecision) -> Self {
    var key = self
    key.source ^= UInt32(truncatingIfNeeded: zero_once_known(UInt64(decision.rawValue)))
    return key
  }

  @inline(__always)
  func decision(in table: DecisionTable) -> TableDecision { table.lookUp(self) }

  @inline(__always)
  func attribution(in table: DecisionTable) -> TableAttribution { table.attribution(self) }

  @inline(__always)
  static func attributeBatch(
    _ flows: Span<Self>, in table: DecisionTable, into attributions: inout [TableAttribution]
  ) {
    var span = attributions.mutableSpan
    table.attributeBatch(flows, into: &span)
  }

  @inline(__always)
  static func lookUp(
    _ flows: Span<Self>, in table: DecisionTable, into decisions: inout [TableDecision]
  ) {
    var span = decisions.mutableSpan
    table.lookUp(flows, into: &span)
  }

  @inline(__always)
  static func lookUpBatch(
    _ flows: Span<Self>, in table: DecisionTable, into decisions: inout [TableDecision]
  ) {
    var span = decisions.mutableSpan
    table.lookUpBatch(flows, into: &span)
  }
}

extension IPv6FlowKey: TimedFlowKey {
  static var familyName: String { "IPv6" }

  @inline(__always)
  func waiting(for decision: TableDecision) -> Self {
    var key = self
    key.sourceLow ^= zero_once_known(UInt64(decision.rawValue))
    return key
  }

  @inline(__always)
  func decision(in table: DecisionTable) -> TableDecision { table.lookUp(self) }

  @inline(__always)
  func attribution(in table: DecisionTable) -> TableAttribution { table.attribution(self) }

  @inline(__always)
  static func attributeBatch(
    _ flows: Span<Self>, in table: DecisionTable, into attributions: inout [TableAttribution]
  ) {
    var span = attributions.mutableSpan
    table.attributeBatch(flows, into: &span)
  }

  @inline(__always)
  static func lookUp(
    _ flows: Span<Self>, in table: DecisionTable, into decisions: inout [TableDecision]
  ) {
    var span = decisions.mutableSpan
    table.lookUp(flows, into: &span)
  }

  @inline(__always)
  static func lookUpBatch(
    _ flows: Span<Self>, in table: DecisionTable, into decisions: inout [TableDecision]
  ) {
    var span = decisions.mutableSpan
    table.lookUpBatch(flows, into: &span)
  }
}

/// The ways to look up many flows that are timed against each other.
enum LookupForm: String, CaseIterable {
  /// Each lookup waits for the one before: what a single flow costs.
  case dependent
  /// The table's plain loop: the processor overlaps lookups.
  case loop
  /// The table's staged batches with prefetch.
  case batch
  /// The deciding rule of each side, one flow after the other.
  case rule
  /// ``rule`` in the table's staged batches.
  case ruleBatch

  /// Forms with equal answers return equal checksums.
  var isAttribution: Bool { self == .rule || self == .ruleBatch }

  /// Looks up a window of flows as often as asked. Returns the number of allowed flows, or a sum of the rules.
  @inline(__always)
  func run<Key: TimedFlowKey>(
    _ keys: Span<Key>, _ repeatCount: Int, _ table: DecisionTable,
    _ buffer: DecisionBuffer
  ) -> UInt64 {
    var result: UInt64 = 0
    for _ in 0..<repeatCount {
      switch self {
      case .dependent:
        var decision = TableDecision(rawValue: 0)
        for index in keys.indices {
          decision = keys[index].waiting(for: decision).decision(in: table)
          result &+= decision.isAllowed ? 1 : 0
        }
      case .loop:
        Key.lookUp(keys, in: table, into: &buffer.decisions)
        result &+= Self.count(buffer.decisions, keys.count)
      case .batch:
        Key.lookUpBatch(keys, in: table, into: &buffer.decisions)
        result &+= Self.count(buffer.decisions, keys.count)
      case .rule:
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
  private static func count(_ decisions: [TableDecision], _ count: Int) -> UInt64 {
    var allowed: UInt64 = 0
    for decision in decisions.prefix(count) { allowed &+= decision.isAllowed ? 1 : 0 }
    return allowed
  }
}
