import ClusterModel
import NetworkTypes

/// A made-up cluster with policies, and flows that meet them: the same for the same shape and seed on every machine.
///
/// Pod number i is at position p(i) in the pod range: node p / 110 has the IPv4 block 10.0.0.0/8 + 256 node and the IPv6
/// block fd00:10:0:node::/64, and the pod is address p mod 110 + 2 in it. Pods of one app share one ``Labels`` value, as
/// the reader of manifests makes them.
public struct MadeUpCluster: Sendable {
  public let shape: ClusterShape
  public let snapshot: ClusterSnapshot
  public let policies: PolicySet
  let apps: AppLayout
  /// What each rule of the NetworkPolicies is about, for flows that meet it.
  let rules: [RuleSketch]
  let seed: UInt64

  /// - Complexity: O(pods + policies).
  public init(_ shape: ClusterShape, seed: UInt64 = 1) {
    var random = SeededSequence(seed: seed)
    let apps = AppLayout(shape, random: &random)
    var writer = PolicyWriter(shape: shape, apps: apps, random: random)
    let networkPolicies = (0..<shape.policyCount).map { writer.makePolicy($0) }
    let clusterPolicies = (0..<shape.clusterPolicyCount).map { writer.makeClusterPolicy($0) }
    self.shape = shape
    self.apps = apps
    self.seed = seed
    rules = writer.sketches
    snapshot = apps.makeSnapshot()
    policies = PolicySet(networkPolicies: networkPolicies, clusterPolicies: clusterPolicies)
  }
}
