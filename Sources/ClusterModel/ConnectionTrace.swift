import NetworkTypes

/// How a connection's verdict came about: both sides, every tier, policy, rule, peer and port.
public struct ConnectionTrace: Hashable, Sendable {
  public var connection: Connection
  public var source: AddressOwner
  public var destination: AddressOwner
  public var egress: SideTrace
  public var ingress: SideTrace

  public init(
    connection: Connection, source: AddressOwner, destination: AddressOwner, egress: SideTrace,
    ingress: SideTrace
  ) {
    self.connection = connection
    self.source = source
    self.destination = destination
    self.egress = egress
    self.ingress = ingress
  }

  public var decision: ConnectionDecision {
    ConnectionDecision(egress: egress.decision, ingress: ingress.decision)
  }
}

/// One side of a connection.
public struct SideTrace: Hashable, Sendable {
  public var direction: Direction
  public var decision: SideDecision
  /// The three tiers in their order, each in full also where it was not reached; empty where the side is no pod.
  public var tiers: [TierTrace]

  public init(direction: Direction, decision: SideDecision, tiers: [TierTrace]) {
    self.direction = direction
    self.decision = decision
    self.tiers = tiers
  }
}

/// One tier of a side.
public struct TierTrace: Hashable, Sendable {
  /// What the tier did to the connection.
  public enum Outcome: Hashable, Sendable {
    /// An exemption or an earlier tier decided; what the policies show is what they would have said.
    case notReached
    case allowed(DecidingRule)
    case denied(DecidingRule)
    /// NetworkPolicies isolate the pod and none of their rules matches (N5).
    case deniedByIsolation([PolicyIdentity])
    /// A rule with action Pass (A6).
    case passed(DecidingRule)
    /// The pod reaches itself through a Service, which an isolating NetworkPolicy lets through (D3).
    case exemptSelf
    /// The pod is not isolated in this direction, which is final in a profile without A10's choice.
    case notIsolated
    /// Nothing here speaks of the connection: on to the next tier.
    case noMatch
  }

  public var tier: Tier
  public var outcome: Outcome
  /// Policies that could apply, in the order of evaluation: of the NetworkPolicy tier those of the pod's namespace.
  public var policies: [PolicyTrace]

  public init(tier: Tier, outcome: Outcome, policies: [PolicyTrace]) {
    self.tier = tier
    self.outcome = outcome
    self.policies = policies
  }
}

/// One policy of a tier.
public struct PolicyTrace: Hashable, Sendable {
  /// Whether the policy applies to the pod in this direction.
  public enum Selection: Hashable, Sendable {
    /// It applies. A NetworkPolicy then isolates the pod (N2).
    case applies
    /// It selects the pod and is not of this direction (N4, A4); rules are not judged.
    case otherDirection
    /// A requirement of the policy's pod selector fails; `actual` is `nil` where the pod lacks the label.
    case podLabel(LabelSelector.Requirement, actual: String?)
    /// A requirement of the subject's namespace selector fails.
    case namespaceLabel(LabelSelector.Requirement, actual: String?)
    /// The policy's own selector is invalid and selects nothing (D1, D6).
    case invalid
  }

  public var policy: PolicyIdentity
  /// `nil` for kinds without one.
  public var priority: Int?
  public var location: SourceLocation?
  public var selection: Selection
  /// Empty unless the policy applies.
  public var rules: [RuleTrace]

  public init(
    policy: PolicyIdentity, priority: Int? = nil, location: SourceLocation? = nil,
    selection: Selection, rules: [RuleTrace]
  ) {
    self.policy = policy
    self.priority = priority
    self.location = location
    self.selection = selection
    self.rules = rules
  }
}
