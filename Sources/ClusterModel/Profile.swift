/// Where implementations differ (semantics 2.4): the choices that a verdict depends on.
public struct Profile: Sendable, Hashable {
  /// Whether an ipBlock of a NetworkPolicy matches the addresses of pods (N21). Admin `networks` always do (A13).
  public var ipBlockMatchesPods: Bool
  /// Whether an ipBlock matches the addresses of nodes and hostNetwork pods.
  public var ipBlockMatchesNodes: Bool
  /// Whether traffic from a pod to its own node is always allowed (N23: not by default).
  public var allowsEgressToOwnNode: Bool
  /// Whether a rule without ports matches protocols other than TCP, UDP and SCTP (N40).
  public var portlessRuleMatchesOtherProtocols: Bool
  /// Whether isolation applies to protocols other than TCP, UDP and SCTP (N40).
  public var isolationAppliesToOtherProtocols: Bool
  /// Whether a pod "selected by a NetworkPolicy" is meant per direction (A10: yes) or in any direction.
  public var networkPolicyIsolationIsPerDirection: Bool
  /// Whether a pod that reaches itself through a Service is subject to the Admin and Baseline tiers (A22, D3).
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

  /// What the upstream end-to-end and conformance tests expect; the default.
  public static let upstream = Profile()
}
