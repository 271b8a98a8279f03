import ClusterModel
import NetworkTypes

/// Whether rules of NetworkPolicies match a connection (semantics 2.1).
extension ReferenceEvaluator {
  /// N6, N7: a rule matches iff one of its peers and one of its ports do.
  func outcome(_ rule: NetworkPolicy.Rule, of policy: NetworkPolicy, _ side: Side) -> RuleOutcome {
    // N9, N28: an absent or empty list matches everything.
    let peers = rule.peers ?? []
    let ports = rule.ports ?? []
    let peer = peers.firstIndex { outcome($0, of: policy, side) == .matches }
    let port = ports.firstIndex { outcome($0, side) == .matches }
    let peersMatch = peers.isEmpty || peer != nil
    let portsMatch = ports.isEmpty || port != nil
    if ports.isEmpty, side.isOtherProtocol, !profile.portlessRuleMatchesOtherProtocols {
      return .fails(.otherProtocol)
    }
    if peersMatch && portsMatch { return .matches(peer: peer, port: port) }
    return .fails(
      peersMatch ? .noPortMatches : portsMatch ? .noPeerMatches : .neitherMatches)
  }

  func outcome(
    _ peer: NetworkPolicy.Peer, of policy: NetworkPolicy, _ side: Side
  ) -> PeerOutcome {
    let mismatch: PeerMismatch? =
      switch peer.match {
      case .selectors(nil, nil): .invalid  // N15
      case .selectors(let namespaces, let pods):
        selectorMismatch(namespaces: namespaces, pods: pods, of: policy, side)
      case .ipBlock(let prefix, let exceptions): blockMismatch(prefix, except: exceptions, side)
      case .nothing: .invalid  // D1
      }
    return mismatch.map(PeerOutcome.fails) ?? .matches
  }

  /// N10 to N13.
  private func selectorMismatch(
    namespaces: LabelSelector?, pods: LabelSelector?, of policy: NetworkPolicy, _ side: Side
  ) -> PeerMismatch? {
    // N13: nodes, hostNetwork pods and addresses outside the cluster match no selector.
    guard case .pod(let pod) = side.otherOwner else { return .notAPod(side.otherOwner.publicForm) }
    if let namespaces {
      // N11, N12.
      if let mismatch = namespaceMismatch(namespaces, pod) { return mismatch }
    } else if pod.namespace != policy.namespace {
      // N10.
      return .otherNamespace(expected: policy.namespace, actual: pod.namespace)
    }
    return pods.flatMap { podMismatch($0, pod) }
  }

  /// N17, N20 (an address is in no block of the other family), N21.
  private func blockMismatch(
    _ prefix: IPPrefix, except exceptions: [IPPrefix], _ side: Side
  ) -> PeerMismatch? {
    switch side.otherOwner {
    case .pod where !profile.ipBlockMatchesPods: return .blockMatchesNoPods
    case .node where !profile.ipBlockMatchesNodes: return .blockMatchesNoNodes
    default: break
    }
    guard prefix.contains(side.otherAddress) else { return .outside([prefix]) }
    return exceptions.first { $0.contains(side.otherAddress) }.map { .excepted($0) }
  }

  func namespaceMismatch(_ selector: LabelSelector, _ pod: Pod) -> PeerMismatch? {
    let labels = namespaces[pod.namespace]
    return selector.firstFailure(labels).map {
      .namespaceLabel(namespace: pod.namespace, $0, actual: labels[$0.key])
    }
  }

  func podMismatch(_ selector: LabelSelector, _ pod: Pod) -> PeerMismatch? {
    selector.firstFailure(pod.labels).map { .podLabel($0, actual: pod.labels[$0.key]) }
  }
}
