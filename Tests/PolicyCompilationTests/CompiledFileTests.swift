import ClusterModel
import Foundation
import LookupTable
import PolicyCompilation
import TestSupport
import Testing

/// Compiled policies in a file: the same decisions, and no harm from whatever the bytes are.
@Suite struct CompiledFileTests {
  private static func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).fvt").path
  }

  private static func world(_ run: RandomRun, _ index: Int) -> World {
    WorldGenerator.world(seed: run.firstSeed &+ UInt64(index), connectionCount: 100)
  }

  @Test func `a compiled file gives every decision with its rule`() throws {
    let run = RandomRun(defaultProbeCount: 1_000, connectionsPerWorld: 50)
    print("compiled files: FLOWVERDICT_SEED=\(run.firstSeed)")
    let path = Self.temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    for index in 0..<run.worldCount {
      let world = Self.world(run, index)
      let compiled = try CompiledPolicies.compile(
        world.snapshot, world.policies, profile: world.profile)
      try compiled.write(toFile: path)
      let loaded = try CompiledPolicies(contentsOfFile: path)
      for connection in world.connections {
        #expect(loaded.decision(for: connection) == compiled.decision(for: connection))
      }
      #expect(loaded.snapshot.pods == world.snapshot.pods)
      #expect(loaded.policies.networkPolicies == world.policies.networkPolicies)
      #expect(loaded.policies.clusterPolicies == world.policies.clusterPolicies)
      #expect(loaded.profile == world.profile)
    }
  }

  @Test func `a model of other bytes is refused or read, never trusted`() throws {
    let run = RandomRun(defaultProbeCount: 100, connectionsPerWorld: 100)
    print("damaged models: FLOWVERDICT_SEED=\(run.firstSeed)")
    let path = Self.temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let world = Self.world(run, 0)
    let compiled = try CompiledPolicies.compile(
      world.snapshot, world.policies, profile: world.profile)
    try compiled.write(toFile: path)
    let table = try DecisionTable(contentsOfFile: path)
    let names = unsafe [UInt8](table.names)
    var random = SeededGenerator(seed: run.firstSeed)
    var refused = 0
    for _ in 0..<60 {
      var damaged = names
      switch Int.random(in: 0..<3, using: &random) {
      case 0: damaged.removeLast(Int.random(in: 1...names.count, using: &random))
      case 1:
        damaged[Int.random(in: 0..<names.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      default:
        damaged.insert(
          UInt8.random(in: 0...255, using: &random),
          at: Int.random(in: 0...names.count, using: &random))
      }
      try table.write(toFile: path, names: damaged)
      do {
        let loaded = try CompiledPolicies(contentsOfFile: path)
        // What was accepted must answer.
        for connection in world.connections { _ = loaded.decision(for: connection) }
      } catch {
        #expect(error.code == .corrupt, "\(error)")
        refused += 1
      }
    }
    #expect(refused > 10)
  }
}
