import ClusterModel

/// A made-up cluster with policies, and connections to judge in it.
public struct World: Sendable {
  /// The seed that makes this world again; meaningless after shrinking.
  public var seed: UInt64
  public var snapshot: ClusterSnapshot
  public var policies: PolicySet
  public var profile: Profile
  public var connections: [Connection]

  public init(
    seed: UInt64, snapshot: ClusterSnapshot, policies: PolicySet, profile: Profile,
    connections: [Connection]
  ) {
    self.seed = seed
    self.snapshot = snapshot
    self.policies = policies
    self.profile = profile
    self.connections = connections
  }
}
