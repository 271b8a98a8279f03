import ClusterModel

/// Something that judges connections, under the name that test reports use.
public struct Engine: Sendable, CustomStringConvertible {
  /// Answers for one world.
  public typealias Judge = (Connection) -> ConnectionDecision

  public let name: String
  /// Makes a judge for a world; its connections are not looked at.
  public let judge: @Sendable (World) throws -> Judge

  public init(_ name: String, judge: @escaping @Sendable (World) throws -> Judge) {
    self.name = name
    self.judge = judge
  }

  public var description: String { name }
}
