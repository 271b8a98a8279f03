import NetworkTypes

/// Names one policy object.
public struct PolicyIdentity: Hashable, Sendable {
  public var kind: PolicyKind
  /// `nil` for cluster-scoped kinds.
  public var namespace: String?
  public var name: String

  public init(kind: PolicyKind, namespace: String?, name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }
}

/// `NetworkPolicy shop/db-policy`, `AdminNetworkPolicy guard`.
extension PolicyIdentity: CustomStringConvertible {
  public var description: String {
    "\(kind.rawValue) \(namespace.map { "\($0)/" } ?? "")\(name)"
  }
}

/// By namespace, name, then kind (D4); cluster-scoped objects first.
extension PolicyIdentity: Comparable {
  public static func < (left: Self, right: Self) -> Bool {
    (left.namespace ?? "", left.name, left.kind.rawValue)
      < (right.namespace ?? "", right.name, right.kind.rawValue)
  }
}

/// The place of a rule that decided a side of a flow.
public struct DecidingRule: Hashable, Sendable {
  public var policy: PolicyIdentity
  public var tier: Tier
  public var direction: Direction
  /// Index in `spec.ingress` or `spec.egress`, from 0.
  public var ruleIndex: Int
  /// Index of the first matching peer in `from` or `to`; `nil` where the rule has no peers (N9).
  public var peerIndex: Int?
  /// Index of the first matching item of `ports` (or `protocols`); `nil` where the rule has none (N28).
  public var portIndex: Int?

  public init(
    policy: PolicyIdentity, tier: Tier, direction: Direction, ruleIndex: Int,
    peerIndex: Int? = nil, portIndex: Int? = nil
  ) {
    self.policy = policy
    self.tier = tier
    self.direction = direction
    self.ruleIndex = ruleIndex
    self.peerIndex = peerIndex
    self.portIndex = portIndex
  }

  /// The place as it can be cited: `spec.ingress[0].from[1].ports[0]`, a missing list left out.
  public var fieldPath: String {
    let peers = direction == .ingress ? "from" : "to"
    let ports = policy.kind == .clusterNetworkPolicy ? "protocols" : "ports"
    return "spec.\(direction)[\(ruleIndex)]"
      + (peerIndex.map { ".\(peers)[\($0)]" } ?? "")
      + (portIndex.map { ".\(ports)[\($0)]" } ?? "")
  }
}

/// Why a side of a flow is allowed or denied; raw values are those of the machine formats.
public enum DecisionReason: String, Sendable, Hashable, CaseIterable {
  /// A rule of a NetworkPolicy or of the Admin tier allows it.
  case allowedByRule = "allowed_by_rule"
  /// No tier decides (A25), or the pod is not isolated (N2).
  case noPolicy = "no_policy"
  /// A NetworkPolicy isolates the pod in this direction and no rule matches (N5, N6).
  case defaultDeny = "default_deny"
  /// A Deny rule of the Admin tier.
  case explicitDeny = "explicit_deny"
  case baselineAllow = "baseline_allow"
  case baselineDeny = "baseline_deny"
  /// Ingress from the pod's own node (N23), or egress to it where the profile says so.
  case exemptOwnNode = "exempt_own_node"
  /// The pod itself (N24, A22).
  case exemptSelf = "exempt_self"
  /// A fact is missing or in conflict.
  case undecided
  /// This side is no pod of the cluster: it has no policy and allows (semantics 2.0, step 3).
  case notAPod = "not_a_pod"
}

/// What a reader must know about a decision beyond its verdict.
public enum DecisionRemark: String, Sendable, Hashable, CaseIterable, Comparable {
  /// The API leaves this open (N24, N25, N40, N41).
  case undefinedByAPI
  /// Rules of equal priority disagree; the API lets an implementation pick either (A2).
  case ambiguousPriority
  /// Another profile gives another verdict (semantics 2.4).
  case profileDependent
  /// A rule with domain names that nothing in the capture resolves could have decided (A14).
  case unresolvedDomainName

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The verdict of one side of a flow and what decided it.
public struct SideDecision: Hashable, Sendable {
  public var isAllowed: Bool
  public var reason: DecisionReason
  /// The rule that decided; `nil` for a default, an exemption, or a deny by isolation.
  public var rule: DecidingRule?
  /// For ``DecisionReason/defaultDeny``: the policies that isolate the endpoint, in ascending order.
  public var isolatedBy: [PolicyIdentity]
  public var remarks: Set<DecisionRemark>

  public init(
    isAllowed: Bool, reason: DecisionReason, rule: DecidingRule? = nil,
    isolatedBy: [PolicyIdentity] = [], remarks: Set<DecisionRemark> = []
  ) {
    self.isAllowed = isAllowed
    self.reason = reason
    self.rule = rule
    self.isolatedBy = isolatedBy
    self.remarks = remarks
  }
}
