import ClusterModel
import NetworkTypes

/// What an audit was made from and what it found: everything in a report but the flows.
public struct AuditOverview: Sendable {
  public var run: CaptureAccount
  public var cluster: ClusterCounts
  public var digest: InputDigest
  public var summary: AuditSummary
  /// Policies, or parts of them, that the API server would reject and that `--keep-going` left out; one sentence each.
  public var leftOut: [String]
  /// What a reader should know about the cluster: shared addresses, Services that collide; one sentence each.
  public var notes: [String]
  /// The profile that verdicts follow.
  public var profile: NamedProfile
  /// The profile that they are compared with.
  public var comparedProfile: NamedProfile?
  /// What working out verdicts again by other means gave, where that was asked for.
  public var verification: Verification?

  /// Flows that were judged twice, and those whose verdicts are not the same.
  public struct Verification: Sendable, Hashable {
    public var flows: Int
    public var different: Int

    public init(flows: Int = 0, different: Int = 0) {
      self.flows = flows
      self.different = different
    }
  }

  public init(
    run: CaptureAccount, cluster: ClusterCounts, digest: InputDigest, summary: AuditSummary,
    leftOut: [String] = [], notes: [String] = [],
    profile: NamedProfile = NamedProfile("upstream", .upstream),
    comparedProfile: NamedProfile? = nil, verification: Verification? = nil
  ) {
    self.verification = verification
    self.run = run
    self.cluster = cluster
    self.digest = digest
    self.summary = summary
    self.leftOut = leftOut
    self.notes = notes
    self.profile = profile
    self.comparedProfile = comparedProfile
  }

  /// The two profiles, where two are compared.
  public var profiles: ProfilePair? { comparedProfile.map { ProfilePair(profile, $0) } }
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
