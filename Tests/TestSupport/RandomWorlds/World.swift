import ClusterModel
import NetworkTypes

/// A cluster with policies, all that a verdict depends on, and connections to judge in it.
public struct World: Sendable {
  /// The seed that makes this world again, if it is a random one; meaningless after shrinking.
  public var seed: UInt64
  public var snapshot: ClusterSnapshot
  public var policies: PolicySet
  public var profile: Profile
  /// Addresses of resolved domain names (A14).
  public var domainNames: [String: [IPAddress]]
  public var connections: [Connection]

  public init(
    seed: UInt64 = 0, snapshot: ClusterSnapshot, policies: PolicySet, profile: Profile = .upstream,
    domainNames: [String: [IPAddress]] = [:], connections: [Connection] = []
  ) {
    self.seed = seed
    self.snapshot = snapshot
    self.policies = policies
    self.profile = profile
    self.domainNames = domainNames
    self.connections = connections
  }
}
