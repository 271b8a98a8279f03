import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

/// Order of tiers, policies and rules, and what their actions do.
@Suite struct TierTests {
  private let npAllows = [NetworkPolicy("shop/p", ingress: [.init()])]
  private let npDenies = [NetworkPolicy("shop/p", ingress: [])]

  @Test func `A2: the lower priority number comes first`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "a", priority: 20, ingress: [.init(.deny)]),
      ClusterPolicy(admin: "b", priority: 10, ingress: [.init(.allow)]),
    ])
    let decision = scenario.decide("ops/web", "shop/web").ingress
    #expect(decision.citation == "AdminNetworkPolicy b spec.ingress[0].from[0]")
    #expect(decision.remarks == [])
  }

  @Test func `A2, D4: of equal priorities the first by name, marked where the outcome differs`() {
    var scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "b", ingress: [.init(.deny)]),
      ClusterPolicy(cluster: "a", tier: .admin, ingress: [.init(.allow)]),
    ])
    var decision = scenario.decide("ops/web", "shop/web").ingress
    #expect(decision.citation == "ClusterNetworkPolicy a spec.ingress[0].from[0]")
    #expect(decision.remarks == [.ambiguousPriority])
    scenario.clusterPolicies[1].ingress[0].action = .deny
    decision = scenario.decide("ops/web", "shop/web").ingress
    #expect(decision.reason == .explicitDeny)
    #expect(decision.remarks == [])
  }

  @Test func `D4: of equal priorities and names the first by kind`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(cluster: "a", tier: .admin, ingress: [.init(.deny)]),
      ClusterPolicy(admin: "a", ingress: [.init(.allow)]),
    ])
    #expect(
      scenario.decide("ops/web", "shop/web").ingress.rule?.policy.kind == .adminNetworkPolicy)
  }

  @Test func `A2: Pass beside Deny is ambiguous only if the later tiers allow`() {
    var scenario = Scenario(
      networkPolicies: npAllows,
      clusterPolicies: [
        ClusterPolicy(admin: "a", ingress: [.init(.deny)]),
        ClusterPolicy(admin: "b", ingress: [.init(.pass)]),
      ])
    #expect(scenario.decide("ops/web", "shop/web").ingress.remarks == [.ambiguousPriority])
    scenario.networkPolicies = npDenies
    #expect(scenario.decide("ops/web", "shop/web").ingress.remarks == [])
  }

  @Test func `A2: policies that do not match, or come after a decision, make nothing ambiguous`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "a", ingress: [.init(.allow)]),
      ClusterPolicy(admin: "b", ingress: [.init(.deny, ports: [.every(.udp)])]),
      ClusterPolicy(admin: "c", priority: 1, ingress: [.init(.deny)]),
      ClusterPolicy(cluster: "d", tier: .baseline, ingress: [.init(.deny)]),
    ])
    #expect(scenario.decide("ops/web", "shop/web").ingress.remarks == [])
  }

  @Test func `A2: an ambiguity of Baseline shows through a Pass`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "a", ingress: [.init(.pass)]),
      ClusterPolicy(cluster: "b", tier: .baseline, ingress: [.init(.allow)]),
      ClusterPolicy(cluster: "c", tier: .baseline, ingress: [.init(.deny)]),
    ])
    let decision = scenario.decide("ops/web", "shop/web").ingress
    #expect(decision.reason == .baselineAllow)
    #expect(decision.remarks == [.ambiguousPriority])
  }

  @Test func `A3: the first matching rule of a policy decides`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(
        admin: "a",
        ingress: [
          .init(.allow, ports: [.every(.udp)]), .init(.deny, ports: [.range(.tcp, .init(80))]),
          .init(.allow),
        ])
    ])
    #expect(
      scenario.decide("ops/web", "shop/web").ingress.citation
        == "AdminNetworkPolicy a spec.ingress[1].from[0].ports[0]")
    #expect(scenario.decide("ops/web", "shop/web", port: 81).isAllowed)
  }

  @Test func `A4: a policy without rules in a direction has no effect there`() {
    let scenario = Scenario(clusterPolicies: [ClusterPolicy(admin: "a", ingress: [.init(.deny)])])
    #expect(scenario.decide("shop/web", "192.0.2.1").egress == .noPolicy)
  }

  @Test(arguments: [
    (ClusterPolicy.Subject.namespaces(["team": "red"]), true, true, false),
    (.pods(namespaces: ["env": "prod"], pods: ["app": "web"]), true, false, true),
    (.pods(namespaces: [:], pods: [:]), true, true, true), (.nothing, false, false, false),
  ])
  func `A5, D6: the subject's selectors are ANDed, an invalid subject selects nothing`(
    subject: ClusterPolicy.Subject, web: Bool, db: Bool, ops: Bool
  ) {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "a", subject: subject, ingress: [.init(.deny)])
    ])
    #expect(scenario.decide("lab/probe", "shop/web").isAllowed == !web)
    #expect(scenario.decide("lab/probe", "shop/db").isAllowed == !db)
    #expect(scenario.decide("lab/probe", "ops/web").isAllowed == !ops)
  }

  @Test func `A6: Allow is final for its direction, the other side is still judged`() {
    let scenario = Scenario(
      networkPolicies: npDenies,
      clusterPolicies: [ClusterPolicy(admin: "a", egress: [.init(.allow)])])
    let decision = scenario.decide("ops/web", "shop/web")
    #expect(decision.egress.reason == .allowedByRule)
    #expect(decision.ingress == .isolated(by: "p"))
  }

  @Test func `A6: Deny is final, Pass goes on to the NetworkPolicies past the rest of its tier`() {
    var scenario = Scenario(
      networkPolicies: npAllows,
      clusterPolicies: [
        ClusterPolicy(admin: "a", ingress: [.init(.pass)]),
        ClusterPolicy(admin: "b", priority: 1, ingress: [.init(.deny)]),
      ])
    #expect(
      scenario.decide("ops/web", "shop/web").ingress.citation
        == "NetworkPolicy shop/p spec.ingress[0]")
    scenario.clusterPolicies.removeFirst()
    #expect(scenario.decide("ops/web", "shop/web").ingress.reason == .explicitDeny)
  }

  @Test func `A7: Pass in Baseline ends in the default allow`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(cluster: "a", tier: .baseline, ingress: [.init(.pass), .init(.deny)]),
      ClusterPolicy(cluster: "b", tier: .baseline, priority: 1, ingress: [.init(.deny)]),
    ])
    #expect(scenario.decide("ops/web", "shop/web").ingress == .noPolicy)
  }

  @Test
  func `A8, D4: a BaselineAdminNetworkPolicy comes after every Baseline ClusterNetworkPolicy`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(baseline: [.init(.deny)]),
      ClusterPolicy(cluster: "z", tier: .baseline, priority: 1000, ingress: [.init(.allow)]),
    ])
    #expect(scenario.decide("ops/web", "shop/web").ingress.reason == .baselineAllow)
  }

  @Test func `A9: an implicit deny of NetworkPolicies is not passed to Baseline`() {
    var scenario = Scenario(
      networkPolicies: npDenies, clusterPolicies: [ClusterPolicy(baseline: [.init(.allow)])])
    #expect(scenario.decide("ops/web", "shop/web").ingress == .isolated(by: "p"))
    scenario.networkPolicies = npAllows
    scenario.clusterPolicies = [ClusterPolicy(baseline: [.init(.deny)])]
    #expect(scenario.decide("ops/web", "shop/web").ingress.reason == .allowedByRule)
    #expect(scenario.decide("ops/web", "lab/probe").ingress.reason == .baselineDeny)
  }

  @Test func `A10: whether a policy of the other direction keeps a pod from Baseline`() {
    var scenario = Scenario(
      networkPolicies: [NetworkPolicy("shop/p", egress: [])],
      clusterPolicies: [ClusterPolicy(baseline: [.init(.deny)])])
    #expect(scenario.decide("ops/web", "shop/web").ingress.reason == .baselineDeny)
    scenario.profile = .kubeNetworkPolicies
    #expect(scenario.decide("ops/web", "shop/web").ingress == .noPolicy)
    #expect(scenario.decide("shop/web", "lab/probe").egress == .isolated(by: "p"))
  }

  @Test func `A25: what no tier decides is allowed`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "a", ingress: [.init(.deny, ports: [.every(.sctp)])])
    ])
    #expect(scenario.decide("ops/web", "shop/web").ingress == .noPolicy)
  }
}
