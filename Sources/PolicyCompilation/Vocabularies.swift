import ClusterModel

/// The labels that policies ask for, apart for pods, namespaces and nodes.
struct Vocabularies {
  var pods = LabelVocabulary()
  var namespaces = LabelVocabulary()
  var nodes = LabelVocabulary()

  /// Notes every key that a selector of the policies names; only those labels are looked at later.
  init(_ policies: PolicySet) {
    // Field by field: a copy of a policy retains all that it holds.
    let network = policies.networkPolicies
    for index in network.indices {
      Self.use(network[index].podSelector, &pods)
      use(network[index].ingress)
      use(network[index].egress)
    }
    for policy in policies.clusterPolicies { use(policy) }
  }

  mutating func use(_ policy: NetworkPolicy) {
    Self.use(policy.podSelector, &pods)
    use(policy.ingress)
    use(policy.egress)
  }

  private mutating func use(_ rules: [NetworkPolicy.Rule]) {
    for rule in rules.indices {
      guard let peers = rules[rule].peers else { continue }
      for peer in peers.indices {
        if case .selectors(let namespaceSelector, let podSelector) = peers[peer].match {
          Self.use(namespaceSelector, &namespaces)
          Self.use(podSelector, &pods)
        }
      }
    }
  }

  mutating func use(_ policy: ClusterPolicy) {
    switch policy.subject {
    case .namespaces(let selector): Self.use(selector, &namespaces)
    case .pods(let namespaceSelector, let podSelector):
      Self.use(namespaceSelector, &namespaces)
      Self.use(podSelector, &pods)
    case .nothing: break
    }
    for rule in policy.ingress + policy.egress {
      for peer in rule.peers {
        switch peer.match {
        case .namespaces(let match): use(match)
        case .pods(let match, let podSelector):
          use(match)
          Self.use(podSelector, &pods)
        case .nodes(let selector): Self.use(selector, &nodes)
        case .networks, .domainNames, .unknown, .nothing: break
        }
      }
    }
  }

  private mutating func use(_ match: ClusterPolicy.NamespaceMatch) {
    switch match {
    case .selector(let selector): Self.use(selector, &namespaces)
    // Compared between namespaces, not matched through the index.
    case .sameLabels, .notSameLabels: break
    }
  }

  private static func use(_ selector: LabelSelector?, _ vocabulary: inout LabelVocabulary) {
    guard let requirements = selector?.requirements else { return }
    for index in requirements.indices { _ = vocabulary.useKey(requirements[index].key) }
  }
}
