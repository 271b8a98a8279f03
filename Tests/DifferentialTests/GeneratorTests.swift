import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

/// That random worlds are worth their time.
@Suite struct GeneratorTests {
  @Test func `a seed gives the same world again`() {
    let first = WorldGenerator.world(seed: 42, connectionCount: 50)
    let second = WorldGenerator.world(seed: 42, connectionCount: 50)
    #expect(first.description == second.description)
    #expect(first.connections.count == 50)
    #expect(
      WorldGenerator.world(seed: 43, connectionCount: 50).description != first.description)
  }

  @Test func `random worlds reach every reason, remark, outcome and mismatch`() {
    var seen: Set<String> = []
    for seed in UInt64(0)..<250 {
      let world = WorldGenerator.world(seed: seed, connectionCount: 40)
      let evaluator = ReferenceEvaluator(
        world.snapshot, world.policies, profile: world.profile, domainNames: world.domainNames)
      for connection in world.connections {
        let trace = evaluator.explain(connection)
        for side in [trace.egress, trace.ingress] {
          seen.insert("reason \(side.decision.reason)")
          seen.formUnion(side.decision.remarks.map { "remark \($0)" })
          for tier in side.tiers {
            seen.insert("tier \(Self.caseName(tier.outcome))")
            for rule in tier.policies.flatMap(\.rules) {
              seen.insert("rule \(Self.caseName(rule.outcome))")
              seen.formUnion(rule.peers.map { "peer \(Self.innerCaseName($0))" })
              seen.formUnion(rule.ports.map { "port \(Self.innerCaseName($0))" })
            }
          }
        }
      }
    }
    var expected = DecisionReason.allCases.map { "reason \($0)" }
    // The comparison of profiles gives that remark, no engine does.
    expected += DecisionRemark.allCases.filter { $0 != .profileDependent }.map { "remark \($0)" }
    expected += [
      "notReached", "allowed", "denied", "deniedByIsolation", "passed", "exemptSelf", "notIsolated",
      "noMatch",
    ].map { "tier \($0)" }
    expected += ["matches", "deniesAll", "unresolved", "fails"].map { "rule \($0)" }
    expected += [
      "matches", "unresolved", "unknown", "notAPod", "otherNamespace", "namespaceLabel", "podLabel",
      "missingNamespaceLabel", "differentNamespaceLabel", "outside", "excepted", "notANode",
      "nodeLabel", "notAnAddressOf",
    ].map { "peer \($0)" }
    // Cases without payload go by their description.
    expected += [
      PeerMismatch.equalNamespaceLabels, .blockMatchesNoPods, .blockMatchesNoNodes, .invalid,
    ].map { "peer \($0)" }
    expected += [
      "matches", "unknown", "otherProtocol", "outside", "nameOfNoPod", "noSuchName",
      "nameIsOtherPort",
    ].map { "port \($0)" }
    expected.append("port \(PortMismatch.invalid)")
    #expect(Set(expected).subtracting(seen) == [])
  }

  private static func caseName(_ value: Any) -> String {
    Mirror(reflecting: value).children.first?.label ?? "\(value)"
  }

  /// The name of the mismatch inside `fails`, else of the case.
  private static func innerCaseName(_ value: Any) -> String {
    guard let child = Mirror(reflecting: value).children.first, child.label == "fails" else {
      return caseName(value)
    }
    return caseName(child.value)
  }

  @Test func `shrinking leaves only what a failure needs`() throws {
    // An engine with a mistake: it forgets excepts.
    let mistaken = Engine("mistaken") { world in
      var world = world
      for index in world.policies.networkPolicies.indices {
        for path in [\NetworkPolicy.ingress, \NetworkPolicy.egress] {
          for rule in world.policies.networkPolicies[index][keyPath: path].indices {
            world.policies.networkPolicies[index][keyPath: path][rule].peers?.withoutExcepts()
          }
        }
      }
      return try RandomWorldTests.reference.judge(world)
    }
    let difference = try #require(
      try (UInt64(0)..<200).lazy.compactMap { seed in
        try Difference.first(
          in: WorldGenerator.world(seed: seed, connectionCount: 250),
          between: RandomWorldTests.reference,
          and: mistaken)
      }.first)
    let world = difference.world
    #expect(world.policies.networkPolicies.count == 1)
    #expect(world.policies.clusterPolicies.isEmpty)
    #expect(world.snapshot.pods.count <= 2)
    #expect(world.connections.count == 1)
    #expect(difference.expected != difference.actual)
    #expect(difference.description.contains("FLOWVERDICT_SEED=\(difference.seed)"))
  }
}

extension [NetworkPolicy.Peer] {
  fileprivate mutating func withoutExcepts() {
    for index in indices {
      if case .ipBlock(let prefix, _) = self[index].match {
        self[index].match = .ipBlock(prefix, except: [])
      }
    }
  }
}
