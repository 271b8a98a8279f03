import ClusterModel
import LookupTable
import NetworkTypes

/// The place of a deciding rule: which policy, and the first peer and port of the rule that match.
///
/// Peers and ports are compared with the model itself, once for each decision that is named; the table has only numbers.
extension DecisionNaming {
  func place(
    of rule: FlatRule, _ direction: Direction, _ connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledPolicies
  ) -> DecidingRule {
    let matching = RuleMatching(direction, connection, ends, compiled)
    let index = Int(rule.ruleIndex)
    switch entries[Int(rule.entry)].source {
    case .network(let position):
      let policy = compiled.policies.networkPolicies[position]
      let source = policy.rules(direction)[index]
      return DecidingRule(
        policy: policy.identity, tier: .networkPolicy, direction: direction, ruleIndex: index,
        peerIndex: source.peers?.firstIndex { matching.matches($0, of: policy) },
        portIndex: source.ports?.firstIndex { matching.matches($0) })
    case .cluster(let position):
      let policy = compiled.policies.clusterPolicies[position]
      let source = policy.rules(direction)[index]
      let unknownPeer = source.peers.firstIndex { $0.match.isUnknown(direction) }
      let unknownPort = source.ports?.firstIndex { $0.match == .unknown }
      if unknownPeer != nil || unknownPort != nil {
        // A23: what made the rule deny everything.
        return DecidingRule(
          policy: policy.identity, tier: policy.tier, direction: direction, ruleIndex: index,
          peerIndex: unknownPeer, portIndex: unknownPort)
      }
      return DecidingRule(
        policy: policy.identity, tier: policy.tier, direction: direction, ruleIndex: index,
        peerIndex: source.peers.firstIndex { matching.matches($0) == true }
          ?? source.peers.firstIndex { matching.matches($0) == nil },
        portIndex: source.ports?.firstIndex { matching.matches($0) })
    }
  }
}

/// Compares single peers and ports with the ends of a connection.
private struct RuleMatching {
  let direction: Direction
  let connection: Connection
  let compiled: CompiledPolicies
  /// The end that peers speak of.
  let other: OwnerCode
  let otherAddress: IPAddress
  /// The pod whose policies are asked.
  let subject: Pod?
  let destinationPod: Pod?

  init(
    _ direction: Direction, _ connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledPolicies
  ) {
    self.direction = direction
    self.connection = connection
    self.compiled = compiled
    other = direction == .ingress ? ends.source : ends.destination
    otherAddress = direction == .ingress ? connection.source : connection.destination
    let subjectOwner = direction == .ingress ? ends.destination : ends.source
    subject = subjectOwner.podIndex.map { compiled.snapshot.pods[$0] }
    destinationPod = ends.destination.podIndex.map { compiled.snapshot.pods[$0] }
  }

  private var otherPod: Pod? { other.podIndex.map { compiled.snapshot.pods[$0] } }

  private func namespaceLabels(_ name: String) -> Labels {
    compiled.naming.namespaceLabels[name]
      ?? Labels([Namespace.nameLabel: name])
  }

  func matches(_ peer: NetworkPolicy.Peer, of policy: NetworkPolicy) -> Bool {
    switch peer.match {
    case .selectors(let namespaces, let pods):
      guard let pod = otherPod, namespaces != nil || pods != nil else { return false }
      let isNamespaceRight =
        namespaces.map { Self.matches($0, namespaceLabels(pod.namespace)) }
        ?? (pod.namespace == policy.namespace)
      return isNamespaceRight && (pods.map { Self.matches($0, pod.labels) } ?? true)
    case .ipBlock(let prefix, let except):
      if other.podIndex != nil, !compiled.profile.ipBlockMatchesPods { return false }
      if other.nodeIndex != nil, !compiled.profile.ipBlockMatchesNodes { return false }
      return prefix.contains(otherAddress) && !except.contains { $0.contains(otherAddress) }
    case .nothing: return false
    }
  }

  /// `nil`: a domain name that nothing resolves.
  func matches(_ peer: ClusterPolicy.Peer) -> Bool? {
    switch peer.match {
    case .namespaces(let match): return matches(match, pods: .everything)
    case .pods(let match, let pods): return matches(match, pods: pods)
    case .nodes(let selector):
      guard let group = other.nodeIndex else { return false }
      return compiled.naming.nodeLabels(ofGroup: group, compiled.table)
        .contains { Self.matches(selector, $0) }
    case .networks(let prefixes): return prefixes.contains { $0.contains(otherAddress) }
    case .domainNames(let patterns):
      let answers = patterns.map(matches(domainName:))
      return answers.contains(true) ? true : answers.contains(nil) ? nil : false
    case .unknown, .nothing: return false
    }
  }

  private func matches(domainName text: String) -> Bool? {
    let pattern = DomainNamePattern(text)
    let resolved = compiled.domainNames.filter { pattern.matches($0.key) }
    if resolved.contains(where: { $0.value.contains(otherAddress) }) { return true }
    return resolved.isEmpty && (other.podIndex == nil || pattern.mayNamePod) ? nil : false
  }

  private func matches(_ match: ClusterPolicy.NamespaceMatch, pods: LabelSelector) -> Bool {
    guard let pod = otherPod, let subject, Self.matches(pods, pod.labels) else { return false }
    let own = namespaceLabels(subject.namespace)
    let labels = namespaceLabels(pod.namespace)
    switch match {
    case .selector(let selector): return Self.matches(selector, labels)
    case .sameLabels(let keys):
      return keys.allSatisfy { own[$0] != nil && own[$0] == labels[$0] }
    case .notSameLabels(let keys):
      return keys.allSatisfy { own[$0] != nil && labels[$0] != nil }
        && keys.contains { own[$0] != labels[$0] }
    }
  }

  func matches(_ port: PortMatch) -> Bool {
    switch port.match {
    case .every(let ipProtocol):
      return ipProtocol == connection.ipProtocol && ipProtocol.hasPorts
    case .range(let ipProtocol, let range):
      return ipProtocol == connection.ipProtocol && ipProtocol.hasPorts
        && range.contains(connection.destinationPort)
    case .named(let name, let ipProtocol):
      return destinationPod?.ports.contains {
        $0.name == name && $0.number == connection.destinationPort
          && $0.ipProtocol == connection.ipProtocol
          && (ipProtocol ?? $0.ipProtocol) == $0.ipProtocol
      } ?? false
    case .nothing, .unknown: return false
    }
  }

  /// N14.
  private static func matches(_ selector: LabelSelector, _ labels: Labels) -> Bool {
    selector.requirements.allSatisfy { requirement in
      let value = labels[requirement.key]
      return switch requirement.operator {
      case .in: value.map(requirement.values.contains) ?? false
      case .notIn: value.map { !requirement.values.contains($0) } ?? true
      case .exists: value != nil
      case .doesNotExist: value == nil
      }
    }
  }
}

extension NetworkPolicy {
  var identity: PolicyIdentity {
    PolicyIdentity(kind: .networkPolicy, namespace: namespace, name: name)
  }
}

extension ClusterPolicy {
  var identity: PolicyIdentity { PolicyIdentity(kind: kind, namespace: nil, name: name) }
}
