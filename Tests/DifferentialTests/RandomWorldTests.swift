import ClusterModel
import LookupTable
import PolicyCompilation
import PolicyReference
import TestSupport
import Testing

@Suite struct RandomWorldTests {
  static let reference = Engine("reference") { snapshot, policies, profile in
    ReferenceEvaluator(snapshot, policies, profile: profile).evaluate
  }

  /// The engines that must give the reference's decisions.
  static let engines: [Engine] = PairLayout.allCases.map { layout in
    Engine("table, \(layout)") { snapshot, policies, profile in
      try CompiledPolicies.compile(snapshot, policies, profile: profile, forcedLayout: layout)
        .decision(for:)
    }
  }

  @Test(arguments: engines)
  func `an engine gives the reference's whole decision for every connection`(
    engine: Engine
  ) async throws {
    let run = RandomRun(defaultProbeCount: 1_000_000)
    print(
      "\(engine) against reference: \(run.probeCount) probes in \(run.worldCount) worlds",
      "from FLOWVERDICT_SEED=\(run.firstSeed)")
    let difference = try await run.firstResult { world in
      try Difference.first(in: world, between: Self.reference, and: engine)
    }
    if let difference { Issue.record("\(difference)") }
  }

  @Test func `the order of objects in the input changes nothing`() async throws {
    let run = RandomRun(defaultProbeCount: 100_000)
    print("reference, shuffled: \(run.probeCount) probes from FLOWVERDICT_SEED=\(run.firstSeed)")
    let shuffled = Engine("shuffled") { snapshot, policies, profile in
      var random = SeededGenerator(seed: UInt64(snapshot.pods.count))
      return ReferenceEvaluator(
        ClusterSnapshot(
          namespaces: snapshot.namespaces.shuffled(using: &random),
          nodes: snapshot.nodes.shuffled(using: &random),
          pods: snapshot.pods.shuffled(using: &random)),
        PolicySet(
          networkPolicies: policies.networkPolicies.shuffled(using: &random),
          clusterPolicies: policies.clusterPolicies.shuffled(using: &random)), profile: profile
      ).evaluate
    }
    let difference = try await run.firstResult { world in
      try Difference.first(in: world, between: Self.reference, and: shuffled)
    }
    if let difference { Issue.record("\(difference)") }
  }
}
