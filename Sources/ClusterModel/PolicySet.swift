/// All policies in force.
public struct PolicySet: Sendable {
  public var networkPolicies: [NetworkPolicy]
  /// AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy.
  public var clusterPolicies: [ClusterPolicy]

  public init(networkPolicies: [NetworkPolicy] = [], clusterPolicies: [ClusterPolicy] = []) {
    self.networkPolicies = networkPolicies
    self.clusterPolicies = clusterPolicies
  }
}

/// The kinds of policy objects.
public enum PolicyKind: String, Sendable, Hashable {
  case networkPolicy = "NetworkPolicy"
  case adminNetworkPolicy = "AdminNetworkPolicy"
  case baselineAdminNetworkPolicy = "BaselineAdminNetworkPolicy"
  case clusterNetworkPolicy = "ClusterNetworkPolicy"
}

/// The tiers in the order of evaluation (semantics 2.0, step 4).
public enum Tier: String, Sendable, Hashable, CaseIterable {
  case admin = "Admin"
  case networkPolicy = "NetworkPolicy"
  case baseline = "Baseline"
}
