import ClusterModel
import LookupTable
import PolicyCompilation
import PolicyReference
import TestSupport
import Testing

@Suite struct RandomWorldTests {
  static let reference = Engine("reference") { world in
    ReferenceEvaluator(
      world.snapshot, world.policies, profile: world.profile, domainNames: world.domainNames
    ).evaluate
  }

  /// The engines that must give the reference's decisions.
  static let engines: [Engine] = PairLayout.allCases.map { layout in
    Engine("table, \(layout)") { world in
      try CompiledPolicies.compile(
        world.snapshot, world.policies, profile: world.profile, domainNames: world.domainNames,
        forcedLayout: layout
      ).decision(for:)
    }
  }

  /// A build without optimisation takes fewer probes, and larger worlds, for about the same time.
  #if DEBUG
    static let probeCount = 1_000_000
    static let connectionsPerWorld = 1000
  #else
    static let probeCount = 5_000_000
    static let connectionsPerWorld = 250
  #endif

  @Test(arguments: engines)
  func `an engine gives the reference's whole decision for every connection`(
    engine: Engine
  ) async throws {
    let run = RandomRun(
      defaultProbeCount: Self.probeCount / Self.engines.count,
      connectionsPerWorld: Self.connectionsPerWorld)
    print(
      "\(engine) against reference: \(run.probeCount) probes in \(run.worldCount) worlds",
      "from FLOWVERDICT_SEED=\(run.firstSeed)")
    let difference = try await run.firstResult { world in
      try Difference.first(in: world, between: Self.reference, and: engine)
    }
    if let difference { Issue.record("\(difference)") }
  }

  @Test func `the order of objects in the input changes nothing`() async throws {
    let run = RandomRun(
      defaultProbeCount: Self.probeCount / 10, connectionsPerWorld: Self.connectionsPerWorld)
    print("reference, shuffled: \(run.probeCount) probes from FLOWVERDICT_SEED=\(run.firstSeed)")
    let shuffled = Engine("shuffled") { world in
      var random = SeededGenerator(seed: world.seed)
      var world = world
      world.snapshot.namespaces.shuffle(using: &random)
      world.snapshot.nodes.shuffle(using: &random)
      world.snapshot.pods.shuffle(using: &random)
      world.policies.networkPolicies.shuffle(using: &random)
      world.policies.clusterPolicies.shuffle(using: &random)
      return try Self.reference.judge(world)
    }
    let difference = try await run.firstResult { world in
      try Difference.first(in: world, between: Self.reference, and: shuffled)
    }
    if let difference { Issue.record("\(difference)") }
  }
}
