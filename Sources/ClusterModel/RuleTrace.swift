/// What became of one peer of a rule.
public enum PeerOutcome: Hashable, Sendable {
  case matches
  case fails(PeerMismatch)
  /// Nothing resolves this domain name: the peer may match or not (A14).
  case unresolved(String)
  /// A peer without any known field: the whole rule fails closed (A23).
  case unknown
}

/// What became of one item of a rule's ports.
public enum PortOutcome: Hashable, Sendable {
  case matches
  case fails(PortMismatch)
  /// An item without any known field: the whole rule fails closed (A23, D5).
  case unknown
}

/// What became of a rule. Indices are those of the first matching peer and port, `nil` where the rule has no such list.
public enum RuleOutcome: Hashable, Sendable {
  case matches(peer: Int?, port: Int?)
  /// A Deny or Pass rule with an unknown part denies everything (A23); indices are those of the unknown parts.
  case deniesAll(peer: Int?, port: Int?)
  /// The rule matches if a name that nothing resolves has the destination's address (A14).
  case unresolved(peer: Int, port: Int?)
  case fails(RuleMismatch)
}

/// Why a rule does not match.
public enum RuleMismatch: String, Hashable, Sendable {
  case noPeerMatches = "no peer matches"
  case noPortMatches = "no port matches"
  case neitherMatches = "no peer and no port matches"
  /// The profile says that a rule without ports is for TCP, UDP and SCTP only (N40).
  case otherProtocol = "a rule without ports is for TCP, UDP and SCTP only in this profile"
  /// A cluster policy's rule without any peer (A24).
  case noPeers = "the rule has no peer"
  /// An Allow rule with a part that is not known (A23).
  case unknownPart = "an allow rule with an unknown part matches nothing"
  /// An unknown action (D6).
  case unknownAction = "the action is unknown"
}

/// One rule of a policy, every part of it judged.
public struct RuleTrace: Hashable, Sendable {
  /// Index in `spec.ingress` or `spec.egress`, from 0.
  public var index: Int
  /// Empty for NetworkPolicy rules and rules without a name.
  public var name: String
  /// `nil` for NetworkPolicy rules, which allow.
  public var action: ClusterPolicy.Action?
  public var location: SourceLocation?
  public var outcome: RuleOutcome
  /// One for each peer in the rule's order; empty where the rule has no peers.
  public var peers: [PeerOutcome]
  /// One for each item of the rule's ports; empty where the rule has none.
  public var ports: [PortOutcome]

  public init(
    index: Int, name: String = "", action: ClusterPolicy.Action? = nil,
    location: SourceLocation? = nil, outcome: RuleOutcome, peers: [PeerOutcome],
    ports: [PortOutcome]
  ) {
    self.index = index
    self.name = name
    self.action = action
    self.location = location
    self.outcome = outcome
    self.peers = peers
    self.ports = ports
  }
}
