import ClusterModel

/// Something that judges connections, under the name that test reports use.
public struct Engine: Sendable, CustomStringConvertible {
  /// Answers for one cluster.
  public typealias Judge = (Connection) -> ConnectionDecision

  public let name: String
  /// Makes a judge for a cluster, its policies and a profile.
  public let judge: @Sendable (ClusterSnapshot, PolicySet, Profile) throws -> Judge

  public init(
    _ name: String,
    judge: @escaping @Sendable (ClusterSnapshot, PolicySet, Profile) throws -> Judge
  ) {
    self.name = name
    self.judge = judge
  }

  /// A judge for a made-up world.
  public func judge(_ world: World) throws -> Judge {
    try judge(world.snapshot, world.policies, world.profile)
  }

  public var description: String { name }
}
