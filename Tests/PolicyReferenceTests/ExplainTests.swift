import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

@Suite struct ExplainTests {
  @Test func `every tier, policy, rule, peer and port of a side is told`() throws {
    var scenario = Scenario(
      networkPolicies: [
        NetworkPolicy("shop/a", selecting: ["app": "db"], ingress: []),
        NetworkPolicy(
          "shop/b",
          ingress: [
            .init(from: .pods(["app": "web"]), ports: [.range(.udp, .init(80))]),
            .init(
              from: .namespaces(["team": "green"]), .block("10.0.0.0/8", except: "10.0.1.0/24")),
            .init(ports: [.named("sql", .tcp), .named("http", .tcp), .every(.tcp)]),
          ]), NetworkPolicy("shop/c", egress: []), NetworkPolicy("ops/d", ingress: []),
      ],
      clusterPolicies: [
        ClusterPolicy(
          admin: "guard", priority: 7, subject: .namespaces(["team": "red"]),
          ingress: [.init(.pass)]),
        ClusterPolicy(admin: "other", subject: .namespaces(["team": "blue"])),
        ClusterPolicy(baseline: [.init(.deny, [.unknown])]),
      ])
    scenario.profile.ipBlockMatchesPods = true
    let trace = scenario.evaluator.explain(scenario.connection("ops/web", "shop/web", port: 8080))
    #expect(trace.source == .pod(namespace: "ops", name: "web"))
    #expect(trace.destination == .pod(namespace: "shop", name: "web"))
    let ingress = trace.ingress
    #expect(ingress.decision.citation == "NetworkPolicy shop/b spec.ingress[2].ports[2]")
    #expect(ingress.tiers.map(\.tier) == [.admin, .networkPolicy, .baseline])

    let admin = ingress.tiers[0]
    guard case .passed(let pass) = admin.outcome else {
      Issue.record("not passed")
      return
    }
    #expect(pass.policy.name == "guard")
    #expect(admin.policies.map(\.policy.name) == ["other", "guard"])
    #expect(
      admin.policies[0].selection
        == .namespaceLabel(.init(key: "team", operator: .in, values: ["blue"]), actual: "red"))
    #expect(admin.policies[1].priority == 7)
    #expect(admin.policies[1].rules[0].outcome == .matches(peer: 0, port: nil))

    let policies = ingress.tiers[1].policies
    #expect(policies.map(\.policy.name) == ["a", "b", "c"])
    #expect(
      policies[0].selection
        == .podLabel(.init(key: "app", operator: .in, values: ["db"]), actual: "web"))
    #expect(policies[1].selection == .applies)
    #expect(policies[2].selection == .otherDirection)
    let rules = policies[1].rules
    #expect(rules[0].outcome == .fails(.neitherMatches))
    #expect(rules[0].peers == [.fails(.otherNamespace(expected: "shop", actual: "ops"))])
    #expect(rules[0].ports == [.fails(.otherProtocol(.udp))])
    #expect(rules[1].outcome == .fails(.noPeerMatches))
    #expect(
      rules[1].peers == [
        .fails(
          .namespaceLabel(
            namespace: "ops", .init(key: "team", operator: .in, values: ["green"]), actual: "blue")
        ), .fails(.excepted(prefix("10.0.1.0/24"))),
      ])
    #expect(
      rules[2].ports
        == [.fails(.noSuchName("sql")), .fails(.nameIsOtherPort("http", [80])), .matches])

    #expect(ingress.tiers[2].outcome == .notReached)
    #expect(ingress.tiers[2].policies[0].rules[0].outcome == .deniesAll(peer: 0, port: nil))
    #expect(ingress.tiers[2].policies[0].rules[0].peers == [.unknown])
  }

  @Test func `an exempt side shows what the tiers would have said`() {
    let scenario = Scenario(networkPolicies: [NetworkPolicy("shop/p", ingress: [])])
    let side = scenario.evaluator.explain(scenario.connection("192.168.0.1", "shop/web")).ingress
    #expect(side.decision == .exemptOwnNode)
    #expect(side.tiers.allSatisfy { $0.outcome == .notReached })
    #expect(side.tiers[1].policies.map(\.selection) == [.applies])
  }

  @Test func `a side that is no pod has no tiers`() {
    let scenario = Scenario()
    let trace = scenario.evaluator.explain(scenario.connection("192.0.2.1", "shop/web"))
    #expect(trace.egress.tiers.isEmpty)
    #expect(trace.source == .external)
  }

  @Test(arguments: [
    (PeerMismatch.notAPod(.node(["one"])), "matches pods only, not Node one"),
    (
      .podLabel(.init(key: "app", operator: .in, values: ["a", "b"]), actual: nil),
      "the pod has no label app, not app in (a,b)"
    ),
    (
      .namespaceLabel(
        namespace: "shop", .init(key: "team", operator: .doesNotExist), actual: "red"),
      "namespace shop has label team=red, not !team"
    ), (.outside([prefix("10.0.0.0/8")]), "the address is not in 10.0.0.0/8"),
  ])
  func `mismatches read as sentences`(mismatch: PeerMismatch, text: String) {
    #expect(mismatch.description == text)
  }

  @Test func `the trace of a random connection carries its decision`() {
    let first = UInt64.random(in: 0...UInt64(UInt32.max))
    for seed in first..<first + 40 {
      let world = WorldGenerator.world(seed: seed, connectionCount: 25)
      let evaluator = ReferenceEvaluator(world.snapshot, world.policies, profile: world.profile)
      for connection in world.connections {
        let trace = evaluator.explain(connection)
        guard trace.decision == evaluator.evaluate(connection) else {
          Issue.record("\(connection)\nin\n\(world)")
          return
        }
        for side in [trace.egress, trace.ingress] {
          // The deciding rule is one that the trace shows as matching, or as open.
          guard let rule = side.decision.rule else { continue }
          let shown = side.tiers.first { $0.tier == rule.tier }?.policies
            .first { $0.policy == rule.policy }?.rules[rule.ruleIndex].outcome
          switch shown {
          case .matches, .deniesAll, .unresolved: break
          case .fails, nil: Issue.record("\(rule) is shown as \(shown as Any) in\n\(world)")
          }
        }
      }
    }
  }
}
