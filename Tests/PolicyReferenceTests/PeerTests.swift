import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

@Suite struct PeerTests {
  /// Which of the sources reach `shop/db` through one ingress rule with these peers.
  private func sources(
    through peers: [NetworkPolicy.Peer.Match]?, profile: Profile = .upstream
  ) -> [String] {
    let rule = NetworkPolicy.Rule(peers: peers?.map { .init($0) })
    var scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", selecting: ["app": "db"], ingress: [rule])
    ])
    scenario.profile = profile
    return ["shop/web", "ops/web", "lab/probe", "192.168.0.1", "192.0.2.1"].filter {
      scenario.decide($0, "shop/db").ingress.isAllowed
    }
  }

  @Test(arguments: [
    (
      "N7, N9: no peers match every source", nil as [NetworkPolicy.Peer.Match]?,
      ["shop/web", "ops/web", "lab/probe", "192.168.0.1", "192.0.2.1"]
    ),
    (
      "N10: podSelector alone is about the policy's namespace", [.pods(["app": "web"])],
      ["shop/web"]
    ),
    (
      "N10: an empty podSelector alone is all pods of the policy's namespace", [.pods([:])],
      ["shop/web"]
    ),
    (
      "N11: namespaceSelector alone is all pods of these namespaces",
      [.namespaces(["team": "red"])], ["shop/web", "lab/probe"]
    ),
    (
      "N11, N13: an empty namespaceSelector is all pods and nothing else", [.namespaces([:])],
      ["shop/web", "ops/web", "lab/probe"]
    ),
    (
      "N12: both selectors in one peer must hold",
      [.selectors(namespaces: ["team": "blue"], pods: ["app": "web"])], ["ops/web"]
    ),
    (
      "N12: two peers are alternatives", [.namespaces(["team": "blue"]), .pods(["app": "web"])],
      ["shop/web", "ops/web"]
    ),
    ("N15, D1: an invalid peer matches nothing", [.nothing], []),
    (
      "N15: a peer without any selector matches nothing",
      [.selectors(namespaces: nil, pods: nil)], []
    ),
    (
      "N22: the name label picks a namespace",
      [.namespaces(["kubernetes.io/metadata.name": "ops"])], ["ops/web"]
    ),
    (
      "N17: an except is left out", [.block("10.0.0.0/16", except: "10.0.1.0/24")],
      ["shop/web", "lab/probe"]
    ),
    (
      "N17: another peer may match what an except leaves out",
      [.block("10.0.0.0/16", except: "10.0.1.0/24"), .block("10.0.1.1/32")],
      ["shop/web", "ops/web", "lab/probe"]
    ),
    (
      "N17: nested excepts are all left out",
      [.block("0.0.0.0/0", except: "10.0.0.0/8", "10.0.1.0/24")], ["192.168.0.1", "192.0.2.1"]
    ),
    ("N20: an IPv6 block matches no IPv4 address", [.block("::/0")], []),
    (
      "N20: an IPv4 block with an IPv6 except", [.block("10.0.0.0/24", except: "::/1")],
      ["shop/web"]
    ),
  ])
  func `peers`(
    rule: String, peers: [NetworkPolicy.Peer.Match]?, expected: [String]
  ) {
    #expect(sources(through: peers) == expected, "\(rule)")
  }

  @Test func `N21: whether a block matches pods is the profile's choice`() {
    let all: [NetworkPolicy.Peer.Match] = [.block("0.0.0.0/0")]
    #expect(
      sources(through: all, profile: Profile(ipBlockMatchesPods: false))
        == ["192.168.0.1", "192.0.2.1"])
    #expect(
      sources(through: all, profile: Profile(ipBlockMatchesNodes: false))
        == ["shop/web", "ops/web", "lab/probe", "192.0.2.1"])
    #expect(sources(through: all, profile: .cilium) == ["192.0.2.1"])
  }

  @Test func `N20: each family of a pod is judged by its own address`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", selecting: ["app": "db"], ingress: [.init(from: .block("fd00::/64"))])
    ])
    #expect(scenario.decide("fd00::1", "fd00::2").isAllowed)
    #expect(!scenario.decide("10.0.0.1", "10.0.0.2").isAllowed)
  }

  @Test func `N20: addresses of two families make no connection`() {
    let scenario = Scenario(networkPolicies: [NetworkPolicy("shop/p", ingress: [], egress: [])])
    #expect(scenario.decide("10.0.0.1", "fd00::2").verdict == .notEvaluated)
  }

  @Test(arguments: [
    (LabelSelector.Operator.in, ["a", "b"], [true, true, false, false]),
    (.notIn, ["a", "b"], [false, false, true, true]),
    (.exists, [], [true, true, true, false]),
    (.doesNotExist, [], [false, false, false, true]),
  ])
  func `N14: operators, for values a, b, c and an absent label`(
    operation: LabelSelector.Operator, values: [String], expected: [Bool]
  ) {
    var scenario = Scenario()
    scenario.pods = ["a", "b", "c"].enumerated().map { index, value in
      Pod("shop/\(value)", ["10.0.0.\(index + 1)"], labels: ["key": value])
    }
    scenario.pods += [Pod("shop/absent", ["10.0.0.9"], labels: ["other": "a"])]
    scenario.pods += [Pod("shop/db", ["10.0.0.10"])]
    let selector = LabelSelector([.init(key: "key", operator: operation, values: values)])
    scenario.networkPolicies = [NetworkPolicy("shop/p", ingress: [.init(from: .pods(selector))])]
    let allowed = ["shop/a", "shop/b", "shop/c", "shop/absent"].map {
      scenario.decide($0, "shop/db").isAllowed
    }
    #expect(allowed == expected)
  }

  @Test func `N14: all requirements of a selector must hold`() {
    let selector = LabelSelector([
      .init(key: "app", operator: .in, values: ["db"]), .init(key: "tier", operator: .doesNotExist),
    ])
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", selecting: selector, ingress: [])
    ])
    #expect(scenario.decide("ops/web", "shop/db").isAllowed)
  }

  @Test func `N43: a namespace in no dump has its name label alone`() {
    var scenario = Scenario()
    scenario.namespaces.removeAll { $0.name == "lab" }
    scenario.networkPolicies = [
      NetworkPolicy(
        "shop/p",
        ingress: [
          .init(from: .namespaces(["team": "red"]), ports: [.range(.tcp, .init(1))]),
          .init(
            from: .namespaces(["kubernetes.io/metadata.name": "lab"]),
            ports: [.range(.tcp, .init(2))]),
        ])
    ]
    #expect(!scenario.decide("lab/probe", "shop/web", port: 1).isAllowed)
    #expect(scenario.decide("lab/probe", "shop/web", port: 2).isAllowed)
  }
}
