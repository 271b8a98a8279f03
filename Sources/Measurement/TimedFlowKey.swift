import CMeasurement
import LookupTable

/// A key of one address family, for tasks that are the same for both.
protocol TimedFlowKey: Sendable {
  /// Changes nothing, but no lookup of the result can start before `value` is known.
  func waiting(for value: UInt64) -> Self
  func decision(in table: DecisionTable) -> TableDecision
  func attribution(in table: DecisionTable) -> TableAttribution
  static func lookUp(
    _ flows: Span<Self>, in table: DecisionTable, into decisions: inout [TableDecision])
  static func lookUpBatch(
    _ flows: Span<Self>, in table: DecisionTable, into decisions: inout [TableDecision])
  static func attributeBatch(
    _ flows: Span<Self>, in table: DecisionTable, into attributions: inout [TableAttribution])
}

extension IPv4FlowKey: TimedFlowKey {
  @inline(__always)
  func waiting(for value: UInt64) -> Self {
    var key = self
    key.source ^= UInt32(truncatingIfNeeded: zero_once_known(value))
    return key
  }

  @inline(__always)
  func decision(in table: DecisionTable) -> TableDecision { table.lookUp(self) }

  @inline(__always)
  func attribution(in table: DecisionTable) -> TableAttribution { table.attribution(self) }

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

  @inline(__always)
  static func attributeBatch(
    _ flows: Span<Self>, in table: DecisionTable, into attributions: inout [TableAttribution]
  ) {
    var span = attributions.mutableSpan
    table.attributeBatch(flows, into: &span)
  }
}

extension IPv6FlowKey: TimedFlowKey {
  @inline(__always)
  func waiting(for value: UInt64) -> Self {
    var key = self
    key.sourceLow ^= zero_once_known(value)
    return key
  }

  @inline(__always)
  func decision(in table: DecisionTable) -> TableDecision { table.lookUp(self) }

  @inline(__always)
  func attribution(in table: DecisionTable) -> TableAttribution { table.attribution(self) }

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

  @inline(__always)
  static func attributeBatch(
    _ flows: Span<Self>, in table: DecisionTable, into attributions: inout [TableAttribution]
  ) {
    var span = attributions.mutableSpan
    table.attributeBatch(flows, into: &span)
  }
}
