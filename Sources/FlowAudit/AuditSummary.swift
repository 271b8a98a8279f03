import FlowTracking
import NetworkTypes

/// Counts over the records of an audit. Every flow is counted, whatever part of them is then printed.
public struct AuditSummary: Sendable, Hashable {
  public var flows = 0
  public var allowed = 0
  public var denied = 0
  public var undecided = 0
  /// No pod of the cluster takes part.
  public var outsideCluster = 0
  /// Denied, but established.
  public var unenforced = 0
  /// Allowed, but unanswered.
  public var unanswered = 0
  /// Another profile gives another verdict; 0 where none is compared.
  public var profileDependent = 0
  /// Exchanges of the link itself, which are no connections and are counted here only.
  public var linkControl = 0
  /// Flows whose initiator the packets do not show.
  public var inferredInitiator = 0
  public var packets: UInt64 = 0
  public var bytes: UInt64 = 0

  public init() {}

  public mutating func add(_ record: VerdictRecord) {
    flows += 1
    switch record.verdict {
    case .allowed: allowed += 1
    case .denied: denied += 1
    case .undecided: undecided += 1
    case .notEvaluated: outsideCluster += 1
    }
    switch record.mismatch {
    case .unenforced: unenforced += 1
    case .unanswered: unanswered += 1
    case nil: break
    }
    if record.isProfileDependent { profileDependent += 1 }
    if record.flow.initiator == .inferred { inferredInitiator += 1 }
    packets += record.flow.forward.packets + record.flow.reverse.packets
    bytes += record.flow.forward.bytes + record.flow.reverse.bytes
  }
}
