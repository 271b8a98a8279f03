/// Where implementations differ (semantics 2.4): the choices that a verdict depends on.
///
/// Differences that are no choice of these: when conntrack is asked again, which packets of a connection are judged, and
/// whether egress rules see a Service's address before translation (AWS adds the ClusterIPs of the selected pods'
/// Services, which gives the verdict that its selectors have after translation).
public struct Profile: Sendable, Hashable {
  /// Whether an ipBlock of a NetworkPolicy matches the addresses of pods (N21). Admin `networks` always do (A13).
  public var ipBlockMatchesPods: Bool
  /// Whether an ipBlock matches the addresses of nodes and hostNetwork pods.
  public var ipBlockMatchesNodes: Bool
  /// Whether traffic from a pod to its own node is always allowed (N23: not by default).
  public var allowsEgressToOwnNode: Bool
  /// Whether a rule without ports matches protocols other than TCP, UDP and SCTP (N40).
  public var portlessRuleMatchesOtherProtocols: Bool
  /// Whether isolation applies to protocols other than TCP, UDP and SCTP (N40). If not, they pass the NetworkPolicy
  /// tier as if no NetworkPolicy selected the pod.
  public var isolationAppliesToOtherProtocols: Bool
  /// Whether a pod "selected by a NetworkPolicy" is meant per direction (A10: yes) or in any direction. In any
  /// direction: a pod that a NetworkPolicy selects never reaches the Baseline tier, also where it is not isolated.
  public var networkPolicyIsolationIsPerDirection: Bool
  /// Whether a pod that reaches itself through a Service is subject to the Admin and Baseline tiers (A22, D3). If not,
  /// it is exempt like a pod that uses its own address (N24).
  public var hairpinIsSubjectToAdminTiers: Bool

  public init(
    ipBlockMatchesPods: Bool = true, ipBlockMatchesNodes: Bool = true,
    allowsEgressToOwnNode: Bool = false, portlessRuleMatchesOtherProtocols: Bool = true,
    isolationAppliesToOtherProtocols: Bool = true,
    networkPolicyIsolationIsPerDirection: Bool = true, hairpinIsSubjectToAdminTiers: Bool = true
  ) {
    self.ipBlockMatchesPods = ipBlockMatchesPods
    self.ipBlockMatchesNodes = ipBlockMatchesNodes
    self.allowsEgressToOwnNode = allowsEgressToOwnNode
    self.portlessRuleMatchesOtherProtocols = portlessRuleMatchesOtherProtocols
    self.isolationAppliesToOtherProtocols = isolationAppliesToOtherProtocols
    self.networkPolicyIsolationIsPerDirection = networkPolicyIsolationIsPerDirection
    self.hairpinIsSubjectToAdminTiers = hairpinIsSubjectToAdminTiers
  }
}

// MARK: - Presets

extension Profile {
  /// What the upstream end-to-end and conformance tests expect; the default.
  public static let upstream = Profile()

  /// Cilium.
  public static let cilium = Profile(
    // ipBlock does not match pods: cilium/cilium#9209, #19601.
    ipBlockMatchesPods: false,
    // Nor nodes, unless policy-cidr-match-mode names them: Cilium's documentation of that option.
    ipBlockMatchesNodes: false,
    // No policy for a pod that reaches itself through a Service: cilium/cilium PR#15321, PR#27798, PR#23480.
    hairpinIsSubjectToAdminTiers: false)

  /// Calico.
  public static let calico = Profile(
    // Default action endpoint-to-host, without host policy: semantics 2.4.
    allowsEgressToOwnNode: true)

  /// Antrea.
  public static let antrea = Profile(
    // A flow that bypasses policy for hairpin Service connections: antrea-io/antrea PR#5687.
    hairpinIsSubjectToAdminTiers: false)

  /// OVN-Kubernetes: no difference to upstream known. Hairpin connections are matched by the masquerade address
  /// together with the pod's own (ovn-kubernetes PR#3178), egress after translation (PR#370).
  public static let ovn = Profile()

  /// Amazon VPC CNI.
  public static let aws = Profile(
    // "allows unrestricted access to/from Node IP": aws/aws-network-policy-agent PR#65.
    allowsEgressToOwnNode: true)

  /// kube-network-policies.
  public static let kubeNetworkPolicies = Profile(
    // A pod that any NetworkPolicy selects is decided there in both directions: its networkpolicy evaluator answers
    // "next" only without selecting policies. Egress to the own node is enforced: kube-network-policies#283.
    networkPolicyIsolationIsPerDirection: false)

  /// The presets by the names that the command line takes, `upstream` first.
  public static let presets: [(name: String, profile: Profile)] = [
    ("upstream", .upstream), ("cilium", .cilium), ("calico", .calico), ("antrea", .antrea),
    ("ovn", .ovn), ("aws", .aws), ("kube-network-policies", .kubeNetworkPolicies),
  ]

  /// The preset called `name`; `nil` for any other name.
  public init?(named name: some StringProtocol) {
    guard let preset = Self.presets.first(where: { $0.name == name }) else { return nil }
    self = preset.profile
  }
}

// MARK: - Flags by name

extension Profile {
  /// One flag, for option lists, files and reports.
  public struct Flag: Sendable {
    /// As in files: `ipBlockMatchesPods`.
    public let name: String
    /// As on the command line: `ipblock-matches-pods`.
    public let optionName: String
    /// What the flag says when it is true.
    public let summary: String
    /// The rules of the semantics that it bends.
    public let ruleIDs: [String]
    public let keyPath: any WritableKeyPath<Profile, Bool> & Sendable
  }

  /// Every flag, in the order of the properties.
  public static let flags: [Flag] = [
    Flag(
      name: "ipBlockMatchesPods", optionName: "ipblock-matches-pods",
      summary: "an ipBlock of a NetworkPolicy matches pod addresses", ruleIDs: ["N21"],
      keyPath: \.ipBlockMatchesPods),
    Flag(
      name: "ipBlockMatchesNodes", optionName: "ipblock-matches-nodes",
      summary: "an ipBlock of a NetworkPolicy matches addresses of nodes and hostNetwork pods",
      ruleIDs: ["N25"], keyPath: \.ipBlockMatchesNodes),
    Flag(
      name: "allowsEgressToOwnNode", optionName: "allow-egress-to-own-node",
      summary: "a pod may always reach its own node", ruleIDs: ["N23"],
      keyPath: \.allowsEgressToOwnNode),
    Flag(
      name: "portlessRuleMatchesOtherProtocols",
      optionName: "portless-rule-matches-other-protocols",
      summary: "a NetworkPolicy rule without ports matches ICMP and other protocols",
      ruleIDs: ["N28", "N40"], keyPath: \.portlessRuleMatchesOtherProtocols),
    Flag(
      name: "isolationAppliesToOtherProtocols",
      optionName: "isolation-applies-to-other-protocols",
      summary: "isolation by a NetworkPolicy applies to ICMP and other protocols",
      ruleIDs: ["N40"], keyPath: \.isolationAppliesToOtherProtocols),
    Flag(
      name: "networkPolicyIsolationIsPerDirection",
      optionName: "networkpolicy-isolation-is-per-direction",
      summary: "a NetworkPolicy of one direction leaves the other one to the Baseline tier",
      ruleIDs: ["A9", "A10"], keyPath: \.networkPolicyIsolationIsPerDirection),
    Flag(
      name: "hairpinIsSubjectToAdminTiers", optionName: "hairpin-is-subject-to-admin-tiers",
      summary: "a pod that reaches itself through a Service is subject to Admin and Baseline",
      ruleIDs: ["A22", "D3"], keyPath: \.hairpinIsSubjectToAdminTiers),
  ]
}
