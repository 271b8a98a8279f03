import ClusterModel
import LookupTable
import NetworkTypes

/// Compares rules of the model with the ends of one connection: once for each decision that is named, where the table has
/// only numbers.
struct RuleMatching {
  let direction: Direction
  let connection: Connection
  let compiled: CompiledContents
  /// The end that peers speak of.
  let other: OwnerCode
  let otherAddress: IPAddress
  /// The pod whose policies are asked, and that of the destination: places in the snapshot, for copies of pods cost much.
  private let subject: Int?
  private let destinationPod: Int?

  init(
    _ direction: Direction, _ connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledContents
  ) {
    self.direction = direction
    self.connection = connection
    self.compiled = compiled
    other = direction == .ingress ? ends.source : ends.destination
    otherAddress = direction == .ingress ? connection.source : connection.destination
    let subjectOwner = direction == .ingress ? ends.destination : ends.source
    subject = subjectOwner.podIndex
    destinationPod = ends.destination.podIndex
  }

  /// The place of a rule that decided, of a policy in force: its policy, and the first peer and port that match.
  func place(_ source: PolicyEntry.Source, _ index: Int) -> DecidingRule {
    switch source {
    case .network(let position):
      let rule = compiled.policies.networkPolicies[position].rules(direction)[index]
      let policy = compiled.policies.networkPolicies[position].identity
      let namespace = policy.namespace ?? ""
      return DecidingRule(
        policy: policy, tier: .networkPolicy, direction: direction, ruleIndex: index,
        peerIndex: rule.peers?.firstIndex { matches($0, ofPolicyIn: namespace) },
        portIndex: rule.ports?.firstIndex { matches($0) })
    case .cluster(let position):
      let policy = compiled.policies.clusterPolicies[position]
      let rule = policy.rules(direction)[index]
      // A23: what made the rule deny everything comes before anything else about it.
      let unknownPeer = rule.peers.firstIndex { $0.match.isUnknown(direction) }
      let unknownPort = rule.ports?.firstIndex { $0.match == .unknown }
      let isClosed = unknownPeer != nil || unknownPort != nil
      return DecidingRule(
        policy: policy.identity, tier: policy.tier, direction: direction, ruleIndex: index,
        peerIndex: isClosed
          ? unknownPeer
          : rule.peers.firstIndex { matches($0) == true }
            ?? rule.peers.firstIndex { matches($0) == nil },
        portIndex: isClosed ? unknownPort : rule.ports?.firstIndex { matches($0) })
    case .removed: preconditionFailure("a policy that is gone decides nothing")
    }
  }

  /// A rule of a policy that matches the connection, or may (A14).
  struct Match {
    var index: Int
    var action: ClusterPolicy.Action
    var isMaybe: Bool
  }

  /// The rules of a policy that match, in order.
  func matchingRules(_ source: PolicyEntry.Source) -> [Match] {
    switch source {
    case .network(let position):
      let namespace = compiled.policies.networkPolicies[position].namespace
      let rules = compiled.policies.networkPolicies[position].rules(direction)
      return rules.indices.compactMap { index in
        let rule = rules[index]
        let peers = rule.peers ?? []
        guard peers.isEmpty || peers.contains(where: { matches($0, ofPolicyIn: namespace) }),
          matchesPorts(of: rule)
        else { return nil }
        return Match(index: index, action: .allow, isMaybe: false)
      }
    case .cluster(let position):
      let rules = compiled.policies.clusterPolicies[position].rules(direction)
      return rules.indices.compactMap { index in match(rules[index], at: index) }
    case .removed: return []
    }
  }

  private func matchesPorts(of rule: NetworkPolicy.Rule) -> Bool {
    let ports = rule.ports ?? []
    if ports.isEmpty {
      return connection.ipProtocol.hasPorts || compiled.profile.portlessRuleMatchesOtherProtocols
    }
    return ports.contains { matches($0) }
  }

  private func match(_ rule: ClusterPolicy.Rule, at index: Int) -> Match? {
    let ports = rule.ports ?? []
    if rule.action == .invalid { return nil }
    if rule.peers.contains(where: { $0.match.isUnknown(direction) })
      || ports.contains(where: { $0.match == .unknown })
    {
      // A23: an Allow rule with an unknown part matches nothing, any other denies everything.
      return rule.action == .allow ? nil : Match(index: index, action: .deny, isMaybe: false)
    }
    guard ports.isEmpty || ports.contains(where: { matches($0) }) else { return nil }
    let answers = rule.peers.map { matches($0) }
    if answers.contains(true) { return Match(index: index, action: rule.action, isMaybe: false) }
    return answers.contains(nil)
      ? Match(index: index, action: rule.action, isMaybe: true) : nil
  }

  private func namespaceLabels(_ name: String) -> Labels {
    compiled.naming.namespaceLabels[name]
      ?? Labels([Namespace.nameLabel: name])
  }

  /// - Parameter policyNamespace: the namespace of the peer's policy.
  func matches(_ peer: NetworkPolicy.Peer, ofPolicyIn policyNamespace: String) -> Bool {
    switch peer.match {
    case .selectors(let namespaces, let pods):
      guard let pod = other.podIndex, namespaces != nil || pods != nil else { return false }
      let namespace = compiled.snapshot.pods[pod].namespace
      let isNamespaceRight =
        namespaces.map { Self.matches($0, namespaceLabels(namespace)) }
        ?? (namespace == policyNamespace)
      return isNamespaceRight
        && (pods.map { Self.matches($0, compiled.snapshot.pods[pod].labels) } ?? true)
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
    guard let pod = other.podIndex, let subject,
      Self.matches(pods, compiled.snapshot.pods[pod].labels)
    else { return false }
    let own = namespaceLabels(compiled.snapshot.pods[subject].namespace)
    let labels = namespaceLabels(compiled.snapshot.pods[pod].namespace)
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
      guard let destinationPod else { return false }
      return compiled.snapshot.pods[destinationPod].ports.contains {
        $0.name == name && $0.number == connection.destinationPort
          && $0.ipProtocol == connection.ipProtocol
          && (ipProtocol ?? $0.ipProtocol) == $0.ipProtocol
      }
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
