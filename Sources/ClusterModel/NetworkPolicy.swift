import NetworkTypes

/// A NetworkPolicy (`networking.k8s.io/v1`) after defaulting.
///
/// Parts that the API server would reject match nothing, and an invalid `podSelector` selects nothing (D1); such a
/// policy exists only in runs with `--keep-going`.
public struct NetworkPolicy: Sendable, Hashable {
  public var namespace: String
  public var name: String
  /// Selects pods of ``namespace`` (N1); `nil` selects none (D1).
  public var podSelector: LabelSelector?
  /// Whether policyTypes, after defaulting (N3), hold Ingress: selected pods are isolated for ingress (N2).
  public var isolatesIngress: Bool
  /// Whether policyTypes, after defaulting (N3), hold Egress.
  public var isolatesEgress: Bool
  /// Rules of `spec.ingress`; without effect unless ``isolatesIngress`` (N4).
  public var ingress: [Rule]
  /// Rules of `spec.egress`; without effect unless ``isolatesEgress`` (N4).
  public var egress: [Rule]
  public var location: SourceLocation?

  public init(
    namespace: String, name: String, podSelector: LabelSelector?, isolatesIngress: Bool,
    isolatesEgress: Bool, ingress: [Rule] = [], egress: [Rule] = [],
    location: SourceLocation? = nil
  ) {
    self.namespace = namespace
    self.name = name
    self.podSelector = podSelector
    self.isolatesIngress = isolatesIngress
    self.isolatesEgress = isolatesEgress
    self.ingress = ingress
    self.egress = egress
    self.location = location
  }

  public func isolates(_ direction: Direction) -> Bool {
    direction == .ingress ? isolatesIngress : isolatesEgress
  }

  public func rules(_ direction: Direction) -> [Rule] {
    direction == .ingress ? ingress : egress
  }

  /// One item of `spec.ingress` or `spec.egress`.
  public struct Rule: Sendable, Hashable {
    /// `nil` (`from`/`to` absent, null or empty) matches every other end (N9).
    public var peers: [Peer]?
    /// `nil` (`ports` absent, null or empty) matches all ports and protocols (N28).
    public var ports: [PortMatch]?
    public var location: SourceLocation?

    public init(
      peers: [Peer]? = nil, ports: [PortMatch]? = nil, location: SourceLocation? = nil
    ) {
      self.peers = peers
      self.ports = ports
      self.location = location
    }
  }

  /// One item of `from` or `to`.
  public struct Peer: Sendable, Hashable {
    public enum Match: Sendable, Hashable {
      /// Pods (N13). `namespaces` `nil`: the policy's own namespace (N10); `pods` `nil`: all pods there (N11).
      case selectors(namespaces: LabelSelector?, pods: LabelSelector?)
      /// Addresses of `cidr` that no `except` holds (N17).
      case ipBlock(IPPrefix, except: [IPPrefix])
      /// An invalid peer, which matches nothing (N15, D1).
      case nothing
    }

    public var match: Match
    public var location: SourceLocation?

    public init(_ match: Match, location: SourceLocation? = nil) {
      self.match = match
      self.location = location
    }
  }
}

/// One item of a rule's ports (or of a ClusterNetworkPolicy rule's `protocols`): destination ports (N34).
public struct PortMatch: Sendable, Hashable {
  public enum Match: Sendable, Hashable {
    /// All ports of the protocol, and of no other (N31, A18).
    case every(IPProtocol)
    /// A port or an inclusive range (N33).
    case range(IPProtocol, PortRange)
    /// A container port's name on the destination pod (N35). `nil`: the protocol is the container port's own
    /// (A16, A17).
    case named(String, IPProtocol?)
    /// An invalid item, which matches nothing (D1).
    case nothing
    /// An item of a cluster policy without any known field: the rule fails closed (A23, D5).
    case unknown
  }

  public var match: Match
  public var location: SourceLocation?

  public init(_ match: Match, location: SourceLocation? = nil) {
    self.match = match
    self.location = location
  }
}
