import ClusterModel
import NetworkTypes

/// Names what a verdict was computed from: equal digests mean equal inputs, whatever files they were in and in whatever
/// order.
///
/// SHA-256 over a canonical form of the model; places in files are left out.
public struct InputDigest: Sendable, Hashable {
  /// 64 hexadecimal digits.
  public var cluster: String
  public var policies: String

  public init(cluster: String, policies: String) {
    self.cluster = cluster
    self.policies = policies
  }

  /// - Complexity: O(n log n) in the number of objects.
  public init(_ snapshot: ClusterSnapshot, _ policies: PolicySet) {
    cluster = Self.digest(of: snapshot)
    self.policies = Self.digest(of: policies)
  }

  private static func digest(of snapshot: ClusterSnapshot) -> String {
    var form = CanonicalForm()
    form.addObjects(snapshot.namespaces, by: \.name) { $0.add($1) }
    form.addObjects(snapshot.nodes, by: \.name) { $0.add($1) }
    form.addObjects(snapshot.pods, by: \.namespace, \.name) { $0.add($1) }
    form.addObjects(snapshot.services, by: \.namespace, \.name) { $0.add($1) }
    form.addObjects(snapshot.endpointSlices, by: \.namespace, \.name) { $0.add($1) }
    return form.hexadecimalDigest
  }

  private static func digest(of policies: PolicySet) -> String {
    var form = CanonicalForm()
    form.addObjects(policies.networkPolicies, by: \.namespace, \.name) { $0.add($1) }
    form.addObjects(policies.clusterPolicies, by: \.kind.rawValue, \.name) { $0.add($1) }
    return form.hexadecimalDigest
  }
}
