/// What a made-up cluster and its policies are like; every default is that of ``standard(pods:policies:)``.
///
/// Pods belong to apps (Deployments), apps to namespaces. A NetworkPolicy selects one app or a whole namespace; the
/// percentages say how its rules are drawn.
public struct ClusterShape: Sendable, Hashable {
  public var podCount: Int
  /// Number of NetworkPolicies.
  public var policyCount: Int
  /// Number of AdminNetworkPolicies, BaselineAdminNetworkPolicy and ClusterNetworkPolicies beside them.
  public var clusterPolicyCount = 0

  public var podsPerApp: Int
  public var appsPerNamespace = 20
  public var podsPerNode = 110
  /// Whether an app's pods are on nodes all over the cluster; else their addresses follow one another.
  public var spreadsApps = false
  /// Whether pods and nodes have an IPv6 address as well.
  public var isDualStack = true

  /// Policies that select every pod of their namespace instead of one app.
  public var namespaceSubjectPercent = 0
  /// Policies of the egress direction.
  public var egressPercent = 30
  public var rulesPerPolicy = 1...1
  public var peersPerRule = 1...1
  public var peers = PeerMix()
  public var ports = PortMix()

  /// A cluster of `pods` pods, `policies` NetworkPolicies, and otherwise the defaults.
  ///
  /// - Precondition: both are at least 1; `pods` at most 7,000,000, the pod range 10.0.0.0/8.
  public init(pods: Int, policies: Int) {
    precondition(pods >= 1 && pods <= 7_000_000, "the pod range holds 1 to 7,000,000 pods")
    precondition(policies >= 1, "a made-up cluster has at least one policy")
    podCount = pods
    policyCount = policies
    podsPerApp = pods < 50_000 ? 5 : 10
  }

  /// What the peers of rules are, in percent; the rest are apps.
  public struct PeerMix: Sendable, Hashable {
    /// Whole namespaces.
    public var namespacePercent = 10
    public var blockPercent = 12
    /// Rules without peers.
    public var anyPercent = 3
    /// Of the blocks, those inside the pods' own range; the others are anywhere.
    public var podBlockPercent = 0
    /// Of the blocks, those with an exception.
    public var exceptPercent = 0
    public var blockLengths = 8...24
  }

  /// What the ports of rules are, in percent; the rest are single ports.
  public struct PortMix: Sendable, Hashable {
    /// Rules without ports.
    public var everyPercent = 5
    /// Ranges of 101 ports.
    public var rangePercent = 10
    /// Container ports by name.
    public var namedPercent = 0
    public var udpPercent = 10
    /// Single ports that are not among the 16 usual ones.
    public var otherPercent = 20
    /// How many different ones there are, from 1024 on.
    public var otherPortCount = 200
  }
}

// MARK: - Named shapes

extension ClusterShape {
  /// Names of the shapes for the command line, with what they are.
  public static let names: [(name: String, meaning: String)] = [
    ("standard", "one app, one peer and one port a policy; an app's pods have adjacent addresses"),
    ("spread", "standard, with each app's pods on nodes all over the cluster"),
    ("openshift", "20 policies a namespace of 10 pods, each with several rules, peers and ports"),
    ("namespace-wide", "namespaces as subjects and peers"),
    ("pod-blocks", "half the peers are ipBlocks that cut the pods' own range"),
    ("named-ports", "half the ports are names"),
    ("tiers", "standard, with 100 cluster-wide policies in the Admin and Baseline tiers"),
    ("worst", "namespace-wide and any peers, blocks that cut the pod range, ports that differ"),
  ]

  /// The shape of one of ``names`` for the given size; `nil` for an unknown name.
  public init?(name: String, pods: Int, policies: Int) {
    self.init(pods: pods, policies: policies)
    switch name {
    case "standard": break
    case "spread": spreadsApps = true
    case "openshift":
      spreadsApps = true
      podsPerApp = 1
      appsPerNamespace = 10
      egressPercent = 50
      rulesPerPolicy = 1...3
      peersPerRule = 1...3
      peers.blockPercent = 20
      peers.exceptPercent = 30
    case "namespace-wide":
      spreadsApps = true
      namespaceSubjectPercent = 40
      peers.namespacePercent = 80
      peers.blockPercent = 5
    case "pod-blocks":
      spreadsApps = true
      peers.blockPercent = 50
      peers.podBlockPercent = 90
      peers.exceptPercent = 20
      peers.blockLengths = 12...30
    case "named-ports":
      spreadsApps = true
      ports.namedPercent = 50
    case "tiers":
      spreadsApps = true
      clusterPolicyCount = 100
    case "worst":
      spreadsApps = true
      namespaceSubjectPercent = 50
      peers.namespacePercent = 50
      peers.anyPercent = 15
      peers.blockPercent = 30
      peers.podBlockPercent = 90
      peers.blockLengths = 12...30
      ports.otherPercent = 95
      ports.otherPortCount = 60_000
      clusterPolicyCount = 50
    default: return nil
    }
  }
}
