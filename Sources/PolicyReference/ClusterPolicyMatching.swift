import ClusterModel
import NetworkTypes

/// Whether rules of Admin and Baseline policies match a connection (semantics 2.2).
extension ReferenceEvaluator {
  func outcome(_ rule: ClusterPolicy.Rule, _ side: Side) -> RuleOutcome {
    if rule.action == .invalid { return .fails(.unknownAction) }  // D6
    if let closed = failsClosed(rule, side) { return closed }
    if rule.peers.isEmpty { return .fails(.noPeers) }  // A24
    // A19, D5: absent or empty ports match everything, ICMP too.
    let ports = rule.ports ?? []
    let port = ports.firstIndex { outcome($0, side) == .matches }
    let portsMatch = ports.isEmpty || port != nil
    let outcomes = rule.peers.map { outcome($0, side) }
    if let peer = outcomes.firstIndex(of: .matches) {
      return portsMatch ? .matches(peer: peer, port: port) : .fails(.noPortMatches)
    }
    if let peer = outcomes.firstIndex(where: \.isUnresolved), portsMatch {
      return .unresolved(peer: peer, port: port)  // A14
    }
    return .fails(portsMatch ? .noPeerMatches : .neitherMatches)
  }

  /// A23, D5: with an unknown part, an Allow rule matches nothing and any other denies everything.
  private func failsClosed(_ rule: ClusterPolicy.Rule, _ side: Side) -> RuleOutcome? {
    let peer = rule.peers.firstIndex { outcome($0, side) == .unknown }
    let port = rule.ports?.firstIndex { outcome($0, side) == .unknown }
    if peer == nil && port == nil { return nil }
    return rule.action == .allow ? .fails(.unknownPart) : .deniesAll(peer: peer, port: port)
  }

  func outcome(_ peer: ClusterPolicy.Peer, _ side: Side) -> PeerOutcome {
    // A11, A12: these three exist for egress only; in an ingress rule no field would be known.
    switch peer.match {
    case .nodes, .networks, .domainNames:
      if side.direction == .ingress { return .unknown }
    case .namespaces, .pods, .unknown, .nothing: break
    }
    return switch peer.match {
    case .namespaces(let match): asOutcome(podsMismatch(match, pods: nil, side))
    case .pods(let match, let pods): asOutcome(podsMismatch(match, pods: pods, side))
    case .nodes(let selector): asOutcome(nodesMismatch(selector, side))
    case .networks(let prefixes): asOutcome(networksMismatch(prefixes, side))
    case .domainNames(let patterns): domainNamesOutcome(patterns, side)
    case .unknown: .unknown
    case .nothing: .fails(.invalid)
    }
  }

  private func asOutcome(_ mismatch: PeerMismatch?) -> PeerOutcome {
    mismatch.map(PeerOutcome.fails) ?? .matches
  }

  /// A11: pods only, hostNetwork pods never.
  private func podsMismatch(
    _ match: ClusterPolicy.NamespaceMatch, pods: LabelSelector?, _ side: Side
  ) -> PeerMismatch? {
    guard case .pod(let pod) = side.otherOwner else { return .notAPod(side.otherOwner.publicForm) }
    return namespaceMismatch(match, pod, side) ?? pods.flatMap { podMismatch($0, pod) }
  }

  /// A12, A15.
  private func namespaceMismatch(
    _ match: ClusterPolicy.NamespaceMatch, _ pod: Pod, _ side: Side
  ) -> PeerMismatch? {
    switch match {
    case .selector(let selector):
      return namespaceMismatch(selector, pod)
    case .sameLabels(let keys):
      return missingKey(keys, pod, side) ?? differingKey(keys, pod, side)
    case .notSameLabels(let keys):
      if let missing = missingKey(keys, pod, side) { return missing }
      return differingKey(keys, pod, side) == nil ? .equalNamespaceLabels : nil
    }
  }

  /// A15: all listed keys must be on both namespaces.
  private func missingKey(_ keys: [String], _ pod: Pod, _ side: Side) -> PeerMismatch? {
    for key in keys {
      if side.subjectNamespaceLabels[key] == nil {
        return .missingNamespaceLabel(namespace: side.subject.namespace, key: key)
      }
      if namespaces[pod.namespace][key] == nil {
        return .missingNamespaceLabel(namespace: pod.namespace, key: key)
      }
    }
    return nil
  }

  private func differingKey(_ keys: [String], _ pod: Pod, _ side: Side) -> PeerMismatch? {
    keys.first { side.subjectNamespaceLabels[$0] != namespaces[pod.namespace][$0] }
      .map { .differentNamespaceLabel(key: $0) }
  }

  /// A12: the address is one of a node that the selector picks.
  private func nodesMismatch(_ selector: LabelSelector, _ side: Side) -> PeerMismatch? {
    guard case .node(let nodes) = side.otherOwner else {
      return .notANode(side.otherOwner.publicForm)
    }
    if nodes.contains(where: { selector.matches($0.labels) }) { return nil }
    return nodes.first.flatMap { node in
      selector.firstFailure(node.labels).map {
        .nodeLabel(node: node.name, $0, actual: node.labels[$0.key])
      }
    }
  }

  /// A13: addresses of every kind, those of pods too.
  private func networksMismatch(_ prefixes: [IPPrefix], _ side: Side) -> PeerMismatch? {
    prefixes.contains { $0.contains(side.otherAddress) } ? nil : .outside(prefixes)
  }

  /// A14: one name suffices; failing that, one that nothing resolves leaves it open.
  private func domainNamesOutcome(_ patterns: [String], _ side: Side) -> PeerOutcome {
    let outcomes = patterns.map { domainNames.outcome($0, side) }
    if outcomes.contains(.matches) { return .matches }
    return outcomes.first(where: \.isUnresolved) ?? .fails(.notAnAddressOf(patterns))
  }
}

extension PeerOutcome {
  var isUnresolved: Bool {
    if case .unresolved = self { return true }
    return false
  }
}
