import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

@Suite struct AddressOwnerTests {
  private func pod(_ path: String, _ phase: Pod.Phase, _ addresses: String...) -> Pod {
    var pod = Pod(path, addresses)
    pod.phase = phase
    return pod
  }

  private func owner(_ text: String, _ pods: [Pod], nodes: [Node] = []) -> AddressOwner {
    ReferenceEvaluator(ClusterSnapshot(nodes: nodes, pods: pods), PolicySet())
      .owner(of: address(text))
  }

  @Test(arguments: [Pod.Phase.succeeded, .failed])
  func `N26: a finished pod owns no address`(phase: Pod.Phase) {
    #expect(owner("10.0.0.1", [pod("shop/a", phase, "10.0.0.1")]) == .external)
    #expect(
      owner("10.0.0.1", [pod("shop/a", phase, "10.0.0.1"), pod("shop/b", .pending, "10.0.0.1")])
        == .pod(namespace: "shop", name: "b"))
  }

  @Test(arguments: [Pod.Phase.pending, .unknown])
  func `N26: of several pods the running one owns the address`(phase: Pod.Phase) {
    #expect(
      owner("10.0.0.1", [pod("shop/a", phase, "10.0.0.1"), pod("shop/b", .running, "10.0.0.1")])
        == .pod(namespace: "shop", name: "b"))
  }

  @Test func `D8: of several running pods the first by namespace and name, all are told`() {
    let pods = [
      pod("shop/a", .running, "10.0.0.1"), pod("ops/z", .running, "10.0.0.1"),
      pod("ops/y", .pending, "10.0.0.1"), pod("lab/b", .succeeded, "10.0.0.1"),
    ]
    let evaluator = ReferenceEvaluator(ClusterSnapshot(pods: pods), PolicySet())
    #expect(evaluator.owner(of: address("10.0.0.1")) == .pod(namespace: "ops", name: "z"))
    #expect(evaluator.owners(of: address("10.0.0.1")).map(\.name) == ["z", "a"])
    #expect(evaluator.owners(of: address("10.0.0.2")).isEmpty)
  }

  @Test func `D8: a terminating pod keeps its address`() {
    var terminating = pod("shop/a", .running, "10.0.0.1")
    terminating.deletionTime = Timestamp(nanoseconds: 0)
    #expect(owner("10.0.0.1", [terminating]) == .pod(namespace: "shop", name: "a"))
  }

  @Test func `N25, D9: a hostNetwork pod's address is its node's`() {
    var host = pod("shop/a", .running, "192.168.0.7")
    host.isHostNetwork = true
    #expect(owner("192.168.0.7", [host]) == .node([""]))
    host.nodeName = "one"
    #expect(owner("192.168.0.7", [host]) == .node(["one"]))
  }

  @Test func `D9: a pod's hostIP is an address of its node`() {
    var guest = pod("shop/a", .running, "10.0.0.1")
    guest.nodeName = "one"
    guest.hostAddresses = [address("192.168.0.7")]
    #expect(owner("192.168.0.7", [guest]) == .node(["one"]))
    #expect(owner("10.0.0.1", [guest]) == .pod(namespace: "shop", name: "a"))
  }

  @Test func `several nodes may claim one address`() {
    let nodes = ["two", "one"].map { Node(name: $0, addresses: [address("192.168.0.7")]) }
    #expect(owner("192.168.0.7", [], nodes: nodes) == .node(["one", "two"]))
  }

  @Test func `a pod's address wins over a node's`() {
    let nodes = [Node(name: "one", addresses: [address("10.0.0.1")])]
    #expect(
      owner("10.0.0.1", [pod("shop/a", .running, "10.0.0.1")], nodes: nodes)
        == .pod(namespace: "shop", name: "a"))
  }

  @Test func `N25: hostNetwork pods are neither subject nor selected, a block matches them`() {
    var scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", ingress: [.init(from: .namespaces([:]))]),
      NetworkPolicy("lab/p", ingress: [], egress: []),
    ])
    var host = Pod("lab/host", ["192.168.0.2"], on: "two")
    host.isHostNetwork = true
    scenario.pods.append(host)
    let decision = scenario.decide("192.168.0.2", "shop/web")
    #expect(decision.egress == .notAPod)
    #expect(decision.ingress == .isolated(by: "p", remarks: [.undefinedByAPI]))
    scenario.networkPolicies[0].ingress = [.init(from: .block("192.168.0.0/24"))]
    #expect(scenario.decide("192.168.0.2", "shop/web").isAllowed)
  }

  @Test func `N27: a pod without address is selected and owns none`() {
    var scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", ingress: [.init(from: .pods(["app": "web"]))])
    ])
    scenario.pods[0].addresses = []
    #expect(scenario.decide("10.0.0.1", "shop/db").ingress == .isolated(by: "p"))
    #expect(scenario.decide("10.0.0.1", "shop/db").egress == .notAPod)
  }

  @Test func `N41: what comes from a node may be a translated client, so the remark is given`() {
    let scenario = Scenario(networkPolicies: [NetworkPolicy("shop/p", ingress: [.init()])])
    #expect(scenario.decide("192.168.0.2", "shop/web").ingress.remarks == [.undefinedByAPI])
    #expect(scenario.decide("192.0.2.1", "shop/web").ingress.remarks == [])
  }
}
