import ClusterModel
import PolicyReference
import TestSupport
import Testing

@Suite struct IsolationTests {
  @Test func `N1: a policy selects pods of its own namespace by labels`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", selecting: ["app": "web"], ingress: [])
    ])
    #expect(scenario.decide("lab/probe", "shop/web").ingress == .isolated(by: "p"))
    #expect(scenario.decide("lab/probe", "shop/db").ingress == .noPolicy)
    #expect(scenario.decide("lab/probe", "ops/web").ingress == .noPolicy)
  }

  @Test func `N1: an empty podSelector selects every pod of the namespace, no other`() {
    let scenario = Scenario(networkPolicies: [NetworkPolicy("shop/p", ingress: [])])
    #expect(!scenario.decide("lab/probe", "shop/web").isAllowed)
    #expect(!scenario.decide("lab/probe", "shop/db").isAllowed)
    #expect(scenario.decide("lab/probe", "ops/web").isAllowed)
  }

  @Test func `D1: an invalid podSelector selects nothing`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", selecting: nil, ingress: [])
    ])
    #expect(scenario.decide("lab/probe", "shop/web").ingress == .noPolicy)
  }

  @Test func `N2: isolation is per direction`() {
    let ingressOnly = Scenario(networkPolicies: [NetworkPolicy("shop/p", ingress: [])])
    #expect(ingressOnly.decide("shop/web", "lab/probe").egress == .noPolicy)
    #expect(ingressOnly.decide("lab/probe", "shop/web").ingress == .isolated(by: "p"))
    let egressOnly = Scenario(networkPolicies: [NetworkPolicy("shop/p", egress: [])])
    #expect(egressOnly.decide("shop/web", "lab/probe").egress == .isolated(by: "p"))
    #expect(egressOnly.decide("lab/probe", "shop/web").ingress == .noPolicy)
  }

  @Test func `N4: rules of a direction that policyTypes leave out are ignored`() {
    var policy = NetworkPolicy("shop/p", ingress: [])
    policy.egress = [.init(from: .pods(["app": "nobody"]))]
    let scenario = Scenario(networkPolicies: [policy])
    #expect(scenario.decide("shop/web", "lab/probe").egress == .noPolicy)
  }

  @Test func `N5: isolation without rules denies, naming every isolating policy in order`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/z", ingress: []), NetworkPolicy("shop/a", ingress: []),
      NetworkPolicy("shop/m", egress: []),
    ])
    #expect(scenario.decide("ops/web", "shop/web").ingress == .isolated(by: "a", "z"))
  }

  @Test func `N6: any rule of any policy allows, the first by name and index is cited`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/z", ingress: [.init()]),
      NetworkPolicy("shop/m", ingress: [.init(from: .pods(["app": "no"])), .init()]),
      NetworkPolicy("shop/a", ingress: []),
    ])
    let decision = scenario.decide("ops/web", "shop/web").ingress
    #expect(decision.reason == .allowedByRule)
    #expect(decision.citation == "NetworkPolicy shop/m spec.ingress[1]")
    #expect(decision.isolatedBy == [])
  }

  @Test func `N6: first matching peer and port are cited`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy(
        "shop/p",
        ingress: [
          .init(
            from: .pods(["app": "web"]), .namespaces(["team": "blue"]), .block("0.0.0.0/0"),
            ports: [.every(.udp), .range(.tcp, .init(80)), .every(.tcp)])
        ])
    ])
    #expect(
      scenario.decide("ops/web", "shop/db").ingress.citation
        == "NetworkPolicy shop/p spec.ingress[0].from[1].ports[1]")
  }

  @Test func `both sides are judged whatever the first one says`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", ingress: [], egress: [])
    ])
    let decision = scenario.decide("shop/web", "shop/db")
    #expect(decision.egress == .isolated(by: "p"))
    #expect(decision.ingress == .isolated(by: "p"))
    #expect(decision.verdict == .denied)
  }

  @Test func `a side outside the cluster has no policy and allows`() {
    let scenario = Scenario(networkPolicies: [NetworkPolicy("shop/p", ingress: [], egress: [])])
    #expect(scenario.decide("192.0.2.1", "shop/web").egress == .notAPod)
    #expect(scenario.decide("shop/web", "192.0.2.1").ingress == .notAPod)
    #expect(scenario.decide("192.0.2.1", "192.0.2.2").verdict == .notEvaluated)
  }
}
