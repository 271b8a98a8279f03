/// What the tracker did besides counting packets into flows.
public struct TrackingCounts: Sendable, Hashable {
  /// Packets of flows that were seen before from another view, and are left out of the flows' counters.
  public var duplicatePackets: UInt64 = 0
  /// Later fragments that joined the flow of their first fragment.
  public var joinedFragments: UInt64 = 0
  /// Later fragments whose first fragment was not seen, or was forgotten.
  public var orphanFragments: UInt64 = 0
  /// ICMP errors that marked a flow as refused.
  public var matchedICMPErrors: UInt64 = 0
  /// ICMP errors about packets of no known flow.
  public var unmatchedICMPErrors: UInt64 = 0
  /// Flows handed out before the end, because they were idle or the limit was reached.
  public var evictedFlows: UInt64 = 0
  /// All flows handed out.
  public var flows: UInt64 = 0

  public init() {}
}
