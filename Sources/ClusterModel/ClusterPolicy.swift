import NetworkTypes

/// An AdminNetworkPolicy or BaselineAdminNetworkPolicy (v1alpha1) or a ClusterNetworkPolicy (v1alpha2).
///
/// Ordered rules of a tier, first match decides (A3). Parts that a server would reject are kept as the decisions of
/// semantics 2.7 say (``Peer/Match/unknown``, ``PortMatch/Match/unknown``, ``Action/invalid``).
public struct ClusterPolicy: Sendable, Hashable {
  public var kind: PolicyKind
  public var name: String
  /// ``Tier/admin`` or ``Tier/baseline``.
  public var tier: Tier
  /// 0 to 1000, lower first (A2). A BaselineAdminNetworkPolicy has none and comes after every Baseline
  /// ClusterNetworkPolicy (D4): its value here is ``lastPriority``.
  public var priority: Int
  public var subject: Subject
  public var ingress: [Rule]
  public var egress: [Rule]
  public var location: SourceLocation?

  /// After every priority that the API accepts.
  public static let lastPriority = Int.max

  public init(
    kind: PolicyKind, name: String, tier: Tier, priority: Int, subject: Subject,
    ingress: [Rule] = [], egress: [Rule] = [], location: SourceLocation? = nil
  ) {
    self.kind = kind
    self.name = name
    self.tier = tier
    self.priority = priority
    self.subject = subject
    self.ingress = ingress
    self.egress = egress
    self.location = location
  }

  public func rules(_ direction: Direction) -> [Rule] {
    direction == .ingress ? ingress : egress
  }

  /// Which pods the policy applies to (A5); hostNetwork pods never.
  public enum Subject: Sendable, Hashable {
    case namespaces(LabelSelector)
    case pods(namespaces: LabelSelector, pods: LabelSelector)
    /// Invalid: selects nothing (D6).
    case nothing
  }

  public enum Action: String, Sendable, Hashable {
    /// `Allow` (v1alpha1) or `Accept` (v1alpha2): final for this direction (A6).
    case allow = "Allow"
    /// Final.
    case deny = "Deny"
    /// Skip the rest of this tier (A6, A7).
    case pass = "Pass"
    /// An unknown action: the rule matches nothing (D6).
    case invalid = "Invalid"
  }

  public struct Rule: Sendable, Hashable {
    /// Empty where the rule has none.
    public var name: String
    public var action: Action
    /// At least one in a valid policy; empty matches nothing (A24).
    public var peers: [Peer]
    /// `nil`: all ports and protocols, ICMP too (A16, A19, D5).
    public var ports: [PortMatch]?
    public var location: SourceLocation?

    public init(
      name: String = "", action: Action, peers: [Peer], ports: [PortMatch]? = nil,
      location: SourceLocation? = nil
    ) {
      self.name = name
      self.action = action
      self.peers = peers
      self.ports = ports
      self.location = location
    }
  }

  public struct Peer: Sendable, Hashable {
    public enum Match: Sendable, Hashable {
      /// All pods of matching namespaces, hostNetwork pods never (A11).
      case namespaces(NamespaceMatch)
      /// Matching pods of matching namespaces.
      case pods(namespaces: NamespaceMatch, pods: LabelSelector)
      /// Egress only: addresses of matching nodes (A12).
      case nodes(LabelSelector)
      /// Egress only: addresses, those of pods too (A13).
      case networks([IPPrefix])
      /// Egress only: lower-case names without a trailing dot, perhaps with a leading `*.` (A14).
      case domainNames([String])
      /// No known field, or two of them, or unknown keys in a selector: the rule fails closed (A23, D6).
      case unknown
      /// Invalid in another way, matches nothing (D1).
      case nothing
    }

    public var match: Match
    public var location: SourceLocation?

    public init(_ match: Match, location: SourceLocation? = nil) {
      self.match = match
      self.location = location
    }
  }

  /// How a peer picks namespaces. The last two are of the v0.1.1 shape (A15, D7), relative to the subject's namespace.
  public enum NamespaceMatch: Sendable, Hashable {
    case selector(LabelSelector)
    /// All listed keys on both namespaces, with equal values.
    case sameLabels([String])
    /// All listed keys on both namespaces, at least one value differs.
    case notSameLabels([String])
  }
}
