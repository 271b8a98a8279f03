import ClusterModel

/// Two engines that disagree, in the smallest world that shows it.
public struct Difference: Sendable, CustomStringConvertible {
  /// The seed of the world in which it was found.
  public var seed: UInt64
  public var world: World
  public var expected: ConnectionDecision
  public var actual: ConnectionDecision

  /// The first connection of `world` on which `engine` differs from `oracle`, shrunk; `nil` where they agree on all.
  public static func first(
    in world: World, between oracle: Engine, and engine: Engine
  ) throws -> Difference? {
    let expected = try oracle.judge(world)
    let actual = try engine.judge(world)
    guard let connection = world.connections.first(where: { expected($0) != actual($0) }) else {
      return nil
    }
    var single = world
    single.connections = [connection]
    let smallest = single.shrunk { candidate in
      // An engine that refuses a smaller world does not show the difference there.
      guard let expected = try? oracle.judge(candidate), let actual = try? engine.judge(candidate)
      else { return false }
      return expected(connection) != actual(connection)
    }
    return Difference(
      seed: world.seed, world: smallest, expected: try oracle.judge(smallest)(connection),
      actual: try engine.judge(smallest)(connection))
  }

  public var description: String {
    """
    found with FLOWVERDICT_SEED=\(seed), shrunk to
    \(world)
    expected egress  \(Self.text(expected.egress))
    actual   egress  \(Self.text(actual.egress))
    expected ingress \(Self.text(expected.ingress))
    actual   ingress \(Self.text(actual.ingress))
    """
  }

  private static func text(_ side: SideDecision) -> String {
    "\(side.isAllowed ? "allowed" : "denied") \(side.reason.rawValue)"
      + (side.rule.map { " by \($0.policy) \($0.tier) \($0.fieldPath)" } ?? "")
      + (side.isolatedBy.isEmpty
        ? "" : " isolated by \(side.isolatedBy.map(\.description).joined(separator: ", "))")
      + (side.remarks.isEmpty
        ? "" : " remarks \(side.remarks.sorted().map(\.rawValue).joined(separator: ", "))")
  }
}
