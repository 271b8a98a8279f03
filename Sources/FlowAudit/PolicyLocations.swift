import ClusterModel

/// Where policies and their rules stand in manifests, and what their rules do.
public struct PolicyLocations: Sendable {
  private var networkPolicies: [PolicyIdentity: NetworkPolicy] = [:]
  private var clusterPolicies: [PolicyIdentity: ClusterPolicy] = [:]

  public init(_ policies: PolicySet = PolicySet()) {
    for policy in policies.networkPolicies {
      let identity = PolicyIdentity(
        kind: .networkPolicy, namespace: policy.namespace, name: policy.name)
      networkPolicies[identity] = policy
    }
    for policy in policies.clusterPolicies {
      let identity = PolicyIdentity(kind: policy.kind, namespace: nil, name: policy.name)
      clusterPolicies[identity] = policy
    }
  }

  /// Where the policy object starts.
  public func location(of policy: PolicyIdentity) -> SourceLocation? {
    networkPolicies[policy]?.location ?? clusterPolicies[policy]?.location
  }

  /// The most exact place that is known: the peer's, else the rule's, else the policy's.
  public func location(of rule: DecidingRule) -> SourceLocation? {
    if let policy = networkPolicies[rule.policy] {
      let rules = policy.rules(rule.direction)
      guard rules.indices.contains(rule.ruleIndex) else { return policy.location }
      let found = rules[rule.ruleIndex]
      let peer = rule.peerIndex.flatMap { index in
        found.peers.flatMap { $0.indices.contains(index) ? $0[index].location : nil }
      }
      return peer ?? found.location ?? policy.location
    }
    if let policy = clusterPolicies[rule.policy] {
      let rules = policy.rules(rule.direction)
      guard rules.indices.contains(rule.ruleIndex) else { return policy.location }
      let found = rules[rule.ruleIndex]
      let peer = rule.peerIndex.flatMap { index in
        found.peers.indices.contains(index) ? found.peers[index].location : nil
      }
      return peer ?? found.location ?? policy.location
    }
    return nil
  }

  /// The name that a cluster policy gives to the rule; empty where it has none.
  public func ruleName(of rule: DecidingRule) -> String {
    let rules = clusterPolicies[rule.policy]?.rules(rule.direction) ?? []
    return rules.indices.contains(rule.ruleIndex) ? rules[rule.ruleIndex].name : ""
  }

  /// The tier that the policy belongs to.
  public func tier(of policy: PolicyIdentity) -> Tier {
    clusterPolicies[policy]?.tier ?? .networkPolicy
  }
}
