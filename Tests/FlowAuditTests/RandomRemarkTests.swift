import ClusterModel
import FlowAudit
import PolicyCompilation
import TestSupport
import Testing

@Suite struct RandomRemarkTests {
  @Test func `every remark of a random world cites at least one rule`() throws {
    var seen: [String: Int] = [:]
    for seed in UInt64(0)..<60 {
      let world = WorldGenerator.world(seed: seed, connectionCount: 200)
      let compiled = try CompiledPolicies.compile(
        world.snapshot, world.policies, profile: world.profile, domainNames: world.domainNames)
      let citing = RemarkCiting(EndpointDirectory(world.snapshot))
      for connection in world.connections {
        let decision = compiled.decision(for: connection)
        let citations = citing.citations(for: decision, of: connection)
        #expect(citations.egress.map(\.remark) == decision.egress.remarks.sorted())
        #expect(citations.ingress.map(\.remark) == decision.ingress.remarks.sorted())
        for remark in citations.egress + citations.ingress {
          #expect(!remark.ruleIDs.isEmpty, "seed \(seed): \(connection) \(remark.remark)")
          for rule in remark.ruleIDs { seen[rule, default: 0] += 1 }
        }
      }
    }
    #expect(Set(seen.keys) == ["N23", "N24", "N25", "N40", "N41", "A2", "A14"])
  }
}
