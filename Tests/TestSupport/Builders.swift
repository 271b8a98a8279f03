import ClusterModel
import NetworkTypes

/// The address that `text` writes.
/// - Precondition: `text` is an address: these are for tests' own literals.
public func address(_ text: String) -> IPAddress {
  guard let address = IPAddress(text) else { preconditionFailure("not an address: \(text)") }
  return address
}

/// The block that `text` writes.
/// - Precondition: `text` is a block.
public func prefix(_ text: String) -> IPPrefix {
  guard let prefix = IPPrefix(text) else { preconditionFailure("not a prefix: \(text)") }
  return prefix
}

extension Pod {
  /// A pod by `namespace/name`.
  public init(
    _ path: String, _ addresses: [String], labels: Labels = .empty, on nodeName: String? = nil,
    ports: [ContainerPort] = []
  ) {
    let parts = path.split(separator: "/").map(String.init)
    self.init(
      namespace: parts[0], name: parts[1], labels: labels, nodeName: nodeName,
      addresses: addresses.map { address($0) }, ports: ports)
  }
}

extension NetworkPolicy {
  /// A policy by `namespace/name`; a list of rules that is not given leaves its direction alone.
  public init(
    _ path: String, selecting podSelector: LabelSelector? = .everything, ingress: [Rule]? = nil,
    egress: [Rule]? = nil
  ) {
    let parts = path.split(separator: "/").map(String.init)
    self.init(
      namespace: parts[0], name: parts[1], podSelector: podSelector,
      isolatesIngress: ingress != nil, isolatesEgress: egress != nil, ingress: ingress ?? [],
      egress: egress ?? [])
  }
}

extension NetworkPolicy.Rule {
  public init(
    from peer: NetworkPolicy.Peer.Match, _ others: NetworkPolicy.Peer.Match...,
    ports: [PortMatch.Match]? = nil
  ) {
    self.init(
      peers: ([peer] + others).map { .init($0) }, ports: ports?.map { .init($0) }, location: nil)
  }

  /// A rule for every peer.
  public init(ports: [PortMatch.Match]?) {
    self.init(peers: nil, ports: ports?.map { .init($0) }, location: nil)
  }
}

extension NetworkPolicy.Peer.Match {
  public static func pods(_ selector: LabelSelector) -> Self {
    .selectors(namespaces: nil, pods: selector)
  }

  public static func namespaces(_ selector: LabelSelector) -> Self {
    .selectors(namespaces: selector, pods: nil)
  }

  public static func block(_ cidr: String, except: String...) -> Self {
    .ipBlock(prefix(cidr), except: except.map { prefix($0) })
  }
}

extension ClusterPolicy {
  /// An AdminNetworkPolicy for all pods unless told otherwise.
  public init(
    admin name: String, priority: Int = 0, subject: Subject = .namespaces(.everything),
    ingress: [Rule] = [], egress: [Rule] = []
  ) {
    self.init(
      kind: .adminNetworkPolicy, name: name, tier: .admin, priority: priority, subject: subject,
      ingress: ingress, egress: egress)
  }

  /// A ClusterNetworkPolicy for all pods unless told otherwise.
  public init(
    cluster name: String, tier: Tier, priority: Int = 0,
    subject: Subject = .namespaces(.everything), ingress: [Rule] = [], egress: [Rule] = []
  ) {
    self.init(
      kind: .clusterNetworkPolicy, name: name, tier: tier, priority: priority, subject: subject,
      ingress: ingress, egress: egress)
  }

  /// A BaselineAdminNetworkPolicy for all pods.
  public init(baseline ingress: [Rule] = [], egress: [Rule] = []) {
    self.init(
      kind: .baselineAdminNetworkPolicy, name: "default", tier: .baseline,
      priority: ClusterPolicy.lastPriority, subject: .namespaces(.everything), ingress: ingress,
      egress: egress)
  }
}

extension ClusterPolicy.Rule {
  /// A rule about all pods unless told otherwise.
  public init(
    _ action: ClusterPolicy.Action,
    _ peers: [ClusterPolicy.Peer.Match] = [.namespaces(.selector(.everything))],
    ports: [PortMatch.Match]? = nil
  ) {
    self.init(action: action, peers: peers.map { .init($0) }, ports: ports?.map { .init($0) })
  }
}

extension LabelSelector: ExpressibleByDictionaryLiteral {
  /// `matchLabels` alone.
  public init(dictionaryLiteral elements: (String, String)...) {
    self.init(matchLabels: Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
}
