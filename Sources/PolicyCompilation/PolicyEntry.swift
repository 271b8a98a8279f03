import ClusterModel

/// One policy in the order of evaluation: Admin by priority, name and kind (A2, D4), then NetworkPolicies by namespace
/// and name, then Baseline as Admin.
struct PolicyEntry {
  enum Source: Equatable {
    /// Index in ``PolicySet/networkPolicies``.
    case network(Int)
    /// Index in ``PolicySet/clusterPolicies``.
    case cluster(Int)
    /// The policy was removed from a compiled world; nothing in force points here.
    case removed
  }

  var source: Source
  var tier: Tier
  /// Priority of a cluster policy; 0 for NetworkPolicies, which have no order.
  var priority: Int

  var isInForce: Bool { if case .removed = source { false } else { true } }

  /// All policies of a set, in the order of evaluation.
  static func ordered(_ policies: PolicySet) -> [PolicyEntry] {
    let cluster = policies.clusterPolicies
    func clusterEntries(_ tier: Tier) -> [PolicyEntry] {
      cluster.indices.filter { cluster[$0].tier == tier }
        .sorted { left, right in
          let (left, right) = (cluster[left], cluster[right])
          return (left.priority, left.name, left.kind.rawValue)
            < (right.priority, right.name, right.kind.rawValue)
        }
        .map { PolicyEntry(source: .cluster($0), tier: tier, priority: cluster[$0].priority) }
    }
    return clusterEntries(.admin) + networkEntries(policies.networkPolicies)
      + clusterEntries(.baseline)
  }

  /// Whether an entry comes before another one in the order of evaluation.
  static func isBefore(_ left: PolicyEntry, _ right: PolicyEntry, _ policies: PolicySet) -> Bool {
    if left.tier != right.tier {
      return left.tier == .admin || right.tier == .baseline
    }
    switch (left.source, right.source) {
    case (.network(let left), .network(let right)):
      let (left, right) = (policies.networkPolicies[left], policies.networkPolicies[right])
      return (left.namespace, left.name) < (right.namespace, right.name)
    case (.cluster(let left), .cluster(let right)):
      let (left, right) = (policies.clusterPolicies[left], policies.clusterPolicies[right])
      return (left.priority, left.name, left.kind.rawValue)
        < (right.priority, right.name, right.kind.rawValue)
    default: return false
    }
  }

  private static func networkEntries(_ policies: [NetworkPolicy]) -> [PolicyEntry] {
    func isBefore(_ left: Int, _ right: Int) -> Bool {
      // Field by field: a copy of a policy retains all that it holds.
      policies[left].namespace != policies[right].namespace
        ? policies[left].namespace < policies[right].namespace
        : policies[left].name < policies[right].name
    }
    var order = Array(policies.indices)
    // Dumps are sorted already; sorting strings again would cost more than the rest of this stage.
    if zip(order, order.dropFirst()).contains(where: { isBefore($1, $0) }) {
      order.sort(by: isBefore)
    }
    return order.map { PolicyEntry(source: .network($0), tier: .networkPolicy, priority: 0) }
  }
}
