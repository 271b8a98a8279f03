import ClusterModel
import NetworkTypes

/// What an audit was made from and what it found: everything in a report but the flows.
public struct AuditOverview: Sendable {
  public var captures: [CaptureSummary]
  public var cluster: ClusterCounts
  public var digest: InputDigest
  public var summary: AuditSummary
  /// Time of the first and last packet of all captures.
  public var firstTime: Timestamp?
  public var lastTime: Timestamp?
  /// Whether the run was stopped before the captures' end.
  public var isInterrupted: Bool
  /// Policies, or parts of them, that the API server would reject and that `--keep-going` left out; one sentence each.
  public var leftOut: [String]
  /// What a reader should know about the inputs: shared addresses, Services that collide; one sentence each.
  public var notes: [String]

  public init(
    captures: [CaptureSummary], cluster: ClusterCounts, digest: InputDigest,
    summary: AuditSummary, firstTime: Timestamp? = nil, lastTime: Timestamp? = nil,
    isInterrupted: Bool = false, leftOut: [String] = [], notes: [String] = []
  ) {
    self.captures = captures
    self.cluster = cluster
    self.digest = digest
    self.summary = summary
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.isInterrupted = isInterrupted
    self.leftOut = leftOut
    self.notes = notes
  }

  /// Whether every packet of every capture was read and none was cut short of its ports.
  public var isComplete: Bool { !isInterrupted && captures.allSatisfy(\.isComplete) }
}

/// How much of the cluster the inputs hold.
public struct ClusterCounts: Sendable, Hashable {
  public var namespaces: Int
  public var nodes: Int
  public var pods: Int
  public var services: Int
  /// Policies of each kind that is there, in the order of evaluation.
  public var policies: [PolicyCount]

  public struct PolicyCount: Sendable, Hashable {
    public var kind: PolicyKind
    public var count: Int
  }

  public init(_ snapshot: ClusterSnapshot, _ policies: PolicySet) {
    namespaces = snapshot.namespaces.count
    nodes = snapshot.nodes.count
    pods = snapshot.pods.count
    services = snapshot.services.count
    let kinds =
      policies.clusterPolicies.map(\.kind)
      + policies.networkPolicies.map { _ in PolicyKind.networkPolicy }
    let order: [PolicyKind] = [
      .adminNetworkPolicy, .clusterNetworkPolicy, .networkPolicy, .baselineAdminNetworkPolicy,
    ]
    self.policies = order.compactMap { kind in
      let count = kinds.count { $0 == kind }
      return count > 0 ? PolicyCount(kind: kind, count: count) : nil
    }
  }
}

/// What was read from one capture.
public struct CaptureSummary: Sendable, Hashable {
  /// The path as the user gave it; `-` for standard input.
  public var file: String
  public var packets: UInt64
  /// Packets that are part of no flow, by a short reason, in the order in which they are to be shown.
  public var packetsWithoutFlow: [PacketCount]
  /// What went wrong, one sentence each, with the packet's number where there is one.
  public var problems: [String]
  /// Whether all of the capture was read and understood.
  public var isComplete: Bool

  public struct PacketCount: Sendable, Hashable {
    public var reason: String
    public var count: UInt64

    public init(reason: String, count: UInt64) {
      self.reason = reason
      self.count = count
    }
  }

  public init(
    file: String, packets: UInt64, packetsWithoutFlow: [PacketCount] = [],
    problems: [String] = [], isComplete: Bool = true
  ) {
    self.file = file
    self.packets = packets
    self.packetsWithoutFlow = packetsWithoutFlow
    self.problems = problems
    self.isComplete = isComplete
  }
}
