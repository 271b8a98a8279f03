import ClusterModel
import Foundation

/// A run over random worlds, its size and first seed taken from the environment.
///
/// `FLOWVERDICT_SEED` is the seed of the first world, each further one has the next number; random where it is not set.
/// `FLOWVERDICT_PROBES` is the number of connections.
public struct RandomRun: Sendable {
  public var firstSeed: UInt64
  public var worldCount: Int
  public var connectionsPerWorld: Int

  public init(defaultProbeCount: Int, connectionsPerWorld: Int = 250) {
    let environment = ProcessInfo.processInfo.environment
    firstSeed =
      environment["FLOWVERDICT_SEED"].flatMap { UInt64($0) }
      ?? UInt64.random(in: 0...UInt64(UInt32.max))
    let probeCount =
      environment["FLOWVERDICT_PROBES"].flatMap { Int($0) }.map { max(1, $0) } ?? defaultProbeCount
    self.connectionsPerWorld = connectionsPerWorld
    worldCount = (probeCount + connectionsPerWorld - 1) / connectionsPerWorld
  }

  public var probeCount: Int { worldCount * connectionsPerWorld }

  /// Calls `body` with every world, on all processors, until one call returns something: that of the lowest seed among
  /// those that were under way.
  public func firstResult<Result: Sendable>(
    _ body: @escaping @Sendable (World) throws -> Result?
  ) async throws -> Result? {
    let workerCount = max(1, ProcessInfo.processInfo.activeProcessorCount)
    return try await withThrowingTaskGroup(of: (Int, Result)?.self) { group in
      for worker in 0..<workerCount {
        group.addTask {
          for index in stride(from: worker, to: worldCount, by: workerCount) {
            if Task.isCancelled { return nil }
            let world = WorldGenerator.world(
              seed: firstSeed &+ UInt64(index), connectionCount: connectionsPerWorld)
            if let result = try body(world) { return (index, result) }
          }
          return nil
        }
      }
      var found: [(index: Int, result: Result)] = []
      for try await case (let index, let result)? in group {
        group.cancelAll()
        found.append((index, result))
      }
      return found.min { $0.index < $1.index }?.result
    }
  }
}
