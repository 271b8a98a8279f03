import ClusterModel
import NetworkTypes

/// Tells which rules of the semantics a remark rests on, from the decision and the connection that it is about.
public struct RemarkCiting: Sendable {
  private let endpoints: EndpointDirectory

  public init(_ endpoints: EndpointDirectory) { self.endpoints = endpoints }

  /// The remarks of `decision`, which was made for `connection`.
  ///
  /// - Complexity: O(1) for a decision without remarks, else linear in the addresses of the two ends.
  public func citations(
    for decision: ConnectionDecision, of connection: Connection
  ) -> RemarkCitations {
    RemarkCitations(
      egress: citations(for: decision.egress, .egress, of: connection),
      ingress: citations(for: decision.ingress, .ingress, of: connection))
  }

  /// The remarks of one side.
  public func citations(
    for side: SideDecision, _ direction: Direction, of connection: Connection
  ) -> [CitedRemark] {
    if side.remarks.isEmpty { return [] }
    return side.remarks.sorted().map { remark in
      switch remark {
      case .undefinedByAPI: CitedRemark(remark, openRules(direction, of: connection))
      case .ambiguousPriority: CitedRemark(remark, ["A2"])
      case .unresolvedDomainName: CitedRemark(remark, ["A14"])
      // The flags that matter are known to the comparison of profiles alone.
      case .profileDependent: CitedRemark(remark, [])
      }
    }
  }

  /// What leaves it open how the isolation of this side's pod treats the connection.
  private func openRules(_ direction: Direction, of connection: Connection) -> [String] {
    let source = endpoints.decidingOwner(of: connection.source)
    let destination = endpoints.decidingOwner(of: connection.destination)
    var rules: [String] = []
    let other = direction == .egress ? destination : source
    let isOtherNode = other?.kind == .node
    // A node's own pods may be meant to reach it, as it may reach them.
    if isOtherNode, direction == .egress, let pod = source,
      endpoints.isAddress(connection.destination, ofNodeUnder: pod)
    {
      rules.append("N23")
    }
    if connection.isThroughService, let source, source.kind == .pod, source == destination {
      rules.append("N24")
    }
    // A node's address stands for its hostNetwork pods too.
    if isOtherNode { rules.append("N25") }
    if !connection.ipProtocol.hasPorts { rules.append("N40") }
    // Behind a node that opens a connection may be a client whose address was translated.
    if isOtherNode, direction == .ingress { rules.append("N41") }
    return rules
  }
}

extension EndpointDirectory {
  /// Whose policies are asked for `address`: of several live pods, the first (D8).
  func decidingOwner(of address: IPAddress) -> EndpointIdentity? {
    switch owner(of: address) {
    case .known(let identity): identity
    case .conflict(let identities), .startedLater(let identities): identities.first
    case .replaced(_, let now): now
    case .external, .contradicted: nil
    }
  }

  /// Whether `address` is one of the node that the pod runs on (N23).
  func isAddress(_ address: IPAddress, ofNodeUnder identity: EndpointIdentity) -> Bool {
    guard identity.kind == .pod,
      let pod = pod(namespace: identity.namespace ?? "", name: identity.name)
    else { return false }
    if pod.hostAddresses.contains(address) { return true }
    return pod.nodeName.flatMap(node(named:))?.addresses.contains(address) ?? false
  }
}
