import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

@Suite struct DomainNameTests {
  /// An allow-list of names over a deny of everything.
  private func scenario(
    _ patterns: [String], resolving names: [String: [IPAddress]] = [:],
    elseDeny: Bool = true
  ) -> Scenario {
    var scenario = Scenario(clusterPolicies: [
      ClusterPolicy(
        admin: "a",
        egress: [.init(.allow, [.domainNames(patterns)])]
          + (elseDeny ? [.init(.deny, [.networks([prefix("0.0.0.0/0")])])] : []))
    ])
    scenario.domainNames = names
    return scenario
  }

  @Test(arguments: [
    ("example.com", ["example.com": true, "www.example.com": false, "ample.com": false]),
    (
      "*.example.com",
      [
        "example.com": false, "www.example.com": true, "a.b.example.com": true,
        "badexample.com": false,
      ]
    ),
  ])
  func `A14: a name is itself, a wildcard is one or more whole labels before it`(
    pattern: String, names: [String: Bool]
  ) {
    for (name, isMeant) in names {
      // Another name that the pattern means, so that it is resolved in any case.
      let other = pattern.hasPrefix("*") ? "other.example.com" : "example.com"
      var addresses: [String: [IPAddress]] = [other: [address("198.51.100.1")]]
      addresses[name, default: []].append(address("192.0.2.1"))
      let decision = scenario([pattern], resolving: addresses).decide("shop/web", "192.0.2.1")
        .egress
      #expect(decision.isAllowed == isMeant, "\(name)")
      #expect(decision.remarks == [], "\(name)")
    }
  }

  @Test func `A14: resolved names are their addresses and no others`() {
    let scenario = scenario(
      ["example.com"], resolving: ["example.com": [address("192.0.2.1"), address("fd00::9")]])
    #expect(
      scenario.decide("shop/web", "192.0.2.1").egress.citation
        == "AdminNetworkPolicy a spec.egress[0].to[0]")
    #expect(scenario.decide("fd00::1", "fd00::9").egress.reason == .allowedByRule)
    #expect(scenario.decide("shop/web", "192.0.2.2").egress.reason == .explicitDeny)
  }

  @Test(arguments: ["192.0.2.1", "192.168.0.2"])
  func `A14: where a name that nothing resolves could decide otherwise the side is undecided`(
    destination: String
  ) {
    let decision = scenario(["example.com"]).decide("shop/web", destination)
    #expect(decision.egress.reason == .undecided)
    #expect(!decision.egress.isAllowed)
    #expect(decision.egress.remarks == [.unresolvedDomainName])
    #expect(decision.egress.citation == "AdminNetworkPolicy a spec.egress[0].to[0]")
    #expect(decision.verdict == .undecided)
  }

  @Test func `A14: where it could not, the verdict stands with the remark`() {
    let decision = scenario(["example.com"], elseDeny: false).decide("shop/web", "192.0.2.1")
    #expect(
      decision.egress
        == SideDecision(isAllowed: true, reason: .noPolicy, remarks: [.unresolvedDomainName]))
  }

  @Test func `A14: a rule after the decision, or with other ports, leaves nothing open`() {
    var scenario = scenario(["example.com"])
    scenario.clusterPolicies[0].egress[0].ports = [.init(.every(.udp))]
    #expect(scenario.decide("shop/web", "192.0.2.1").egress.remarks == [])
    scenario = self.scenario(["example.com"])
    scenario.clusterPolicies[0].egress.reverse()
    #expect(scenario.decide("shop/web", "192.0.2.1").egress.remarks == [])
  }

  @Test func `A14: a deny of a later tier is open too`() {
    var scenario = scenario(["example.com"], elseDeny: false)
    scenario.networkPolicies = [NetworkPolicy("shop/p", egress: [])]
    #expect(scenario.decide("shop/web", "192.0.2.1").egress.reason == .undecided)
  }

  @Test func `A14: one of several names may be resolved`() {
    let scenario = scenario(
      ["example.com", "example.org"], resolving: ["example.com": [address("192.0.2.1")]])
    #expect(scenario.decide("shop/web", "192.0.2.1").egress.reason == .allowedByRule)
    #expect(scenario.decide("shop/web", "192.0.2.2").egress.reason == .undecided)
  }

  @Test func `A14: names outside the cluster's DNS cannot stand for pods`() {
    #expect(scenario(["example.com"]).decide("shop/web", "ops/web").egress.reason == .explicitDeny)
    for name in ["web.ops.svc.example", "*.ops.pod.example", "*.cluster.local"] {
      #expect(scenario([name]).decide("shop/web", "ops/web").egress.reason == .undecided, "\(name)")
    }
  }

  @Test func `A14: a Deny rule with a name that nothing resolves leaves an allow open`() {
    var scenario = scenario(["example.com"], elseDeny: false)
    scenario.clusterPolicies[0].egress[0].action = .deny
    let decision = scenario.decide("shop/web", "192.0.2.1").egress
    #expect(decision.reason == .undecided)
    #expect(!decision.isAllowed)
  }
}
