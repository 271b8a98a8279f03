import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

@Suite struct ExemptionTests {
  private let denyAll = [NetworkPolicy("shop/p", ingress: [], egress: [])]
  private let adminDeniesAll = [
    ClusterPolicy(
      admin: "deny", ingress: [.init(.deny, [.unknown])], egress: [.init(.deny, [.unknown])])
  ]

  @Test func `N23: ingress from the pod's own node is always allowed, from others it is not`() {
    let scenario = Scenario(networkPolicies: denyAll)
    #expect(scenario.decide("192.168.0.1", "shop/web").ingress == .exemptOwnNode)
    #expect(
      scenario.decide("192.168.0.2", "shop/web").ingress
        == .isolated(by: "p", remarks: [.undefinedByAPI]))
  }

  @Test func `N23, D9: every address of the own node is exempt`() {
    var scenario = Scenario(networkPolicies: denyAll)
    #expect(scenario.decide("172.16.0.2", "shop/db").ingress == .exemptOwnNode)
    scenario.pods[2].hostAddresses = [address("172.16.7.7")]
    #expect(scenario.decide("172.16.7.7", "shop/web").ingress == .exemptOwnNode)
    var host = Pod("lab/host", ["172.16.8.8"], on: "one")
    host.isHostNetwork = true
    scenario.pods.append(host)
    #expect(scenario.decide("172.16.8.8", "shop/web").ingress == .exemptOwnNode)
    #expect(!scenario.decide("172.16.8.8", "shop/db").isAllowed)
  }

  @Test func `D9: the own node of a pod without nodeName is where its hostIP is`() {
    var scenario = Scenario(networkPolicies: denyAll)
    scenario.pods[0].nodeName = nil
    #expect(!scenario.decide("192.168.0.1", "shop/web").isAllowed)
    scenario.pods[0].hostAddresses = [address("192.168.0.1")]
    #expect(scenario.decide("192.168.0.1", "shop/web").ingress == .exemptOwnNode)
  }

  @Test func `N23: an address that is a pod's is not the own node's`() {
    var scenario = Scenario(networkPolicies: denyAll)
    scenario.nodes[0].addresses.append(address("10.0.1.1"))
    #expect(scenario.decide("ops/web", "shop/web").ingress == .isolated(by: "p"))
  }

  @Test func `N23: egress to the own node is enforced with a remark unless the profile allows it`()
  {
    var scenario = Scenario(networkPolicies: denyAll)
    #expect(
      scenario.decide("shop/web", "192.168.0.1").egress
        == .isolated(by: "p", remarks: [.undefinedByAPI]))
    scenario.profile = .calico
    #expect(scenario.decide("shop/web", "192.168.0.1").egress == .exemptOwnNode)
    #expect(!scenario.decide("shop/web", "192.168.0.2").isAllowed)
  }

  @Test func `N24, A22: a pod reaches its own address whatever the policies say`() {
    let scenario = Scenario(networkPolicies: denyAll, clusterPolicies: adminDeniesAll)
    let decision = scenario.decide("shop/web", "shop/web")
    #expect(decision.egress == .exemptSelf)
    #expect(decision.ingress == .exemptSelf)
  }

  @Test func `D2: exemptions come before every tier`() {
    let scenario = Scenario(clusterPolicies: adminDeniesAll)
    #expect(scenario.decide("192.168.0.1", "shop/web").ingress == .exemptOwnNode)
    #expect(scenario.decide("shop/web", "shop/web").isAllowed)
    #expect(scenario.decide("192.168.0.2", "shop/web").ingress.reason == .explicitDeny)
  }

  @Test func `A22: a hairpin through a Service is subject to Admin and Baseline`() {
    var scenario = Scenario(clusterPolicies: adminDeniesAll)
    let admin = scenario.decide("shop/web", "shop/web", throughService: true)
    #expect(admin.egress.reason == .explicitDeny)
    #expect(admin.ingress.reason == .explicitDeny)
    scenario.clusterPolicies = [ClusterPolicy(baseline: [.init(.deny)])]
    let baseline = scenario.decide("shop/web", "shop/web", throughService: true)
    #expect(baseline.egress == .noPolicy)
    #expect(baseline.ingress.reason == .baselineDeny)
    scenario.profile = .antrea
    #expect(
      scenario.decide("shop/web", "shop/web", throughService: true).ingress == .exemptSelf)
  }

  @Test func `D3: a NetworkPolicy that isolates the pod lets a hairpin through, finally`() {
    let scenario = Scenario(
      networkPolicies: [NetworkPolicy("shop/p", ingress: [])],
      clusterPolicies: [ClusterPolicy(baseline: [.init(.deny)], egress: [.init(.deny)])])
    let decision = scenario.decide("shop/web", "shop/web", throughService: true)
    #expect(
      decision.ingress
        == SideDecision(isAllowed: true, reason: .exemptSelf, remarks: [.undefinedByAPI]))
    #expect(decision.egress.reason == .baselineDeny)
  }

  @Test func `a Service that leads to another pod changes nothing`() {
    let scenario = Scenario(networkPolicies: denyAll)
    #expect(
      scenario.decide("shop/web", "shop/db", throughService: true)
        == scenario.decide("shop/web", "shop/db"))
  }
}
