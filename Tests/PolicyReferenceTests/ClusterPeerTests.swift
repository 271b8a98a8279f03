import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

/// Peers and ports of Admin and Baseline rules.
@Suite struct ClusterPeerTests {
  /// Which of the destinations an egress Deny rule with these peers denies to `shop/web`.
  private func denied(
    _ peers: [ClusterPolicy.Peer.Match], action: ClusterPolicy.Action = .deny,
    ports: [PortMatch.Match]? = nil
  ) -> [String] {
    var scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "a", egress: [.init(action, peers, ports: ports)])
    ])
    scenario.pods[3].addresses.append(address("fd00::3"))
    return ["shop/db", "ops/web", "lab/probe", "192.168.0.1", "172.16.0.2", "192.0.2.1"].filter {
      !scenario.decide("shop/web", $0).egress.isAllowed
    }
  }

  @Test(
    arguments: [
      (
        "A11: namespaces are all their pods", [.namespaces(.selector(["team": "blue"]))],
        ["ops/web"]
      ),
      (
        "A11: an empty selector is all pods and nothing else", [.namespaces(.selector([:]))],
        ["shop/db", "ops/web", "lab/probe"]
      ),
      (
        "A11: both selectors of pods must hold",
        [.pods(namespaces: .selector(["env": "prod"]), pods: ["app": "web"])], ["ops/web"]
      ),
      ("A12: nodes are their addresses", [.nodes(["zone": "a"])], ["192.168.0.1"]),
      ("A12: an empty node selector is all nodes", [.nodes([:])], ["192.168.0.1", "172.16.0.2"]),
      (
        "A13: networks match pods too", [.networks([prefix("10.0.0.0/23")])],
        ["shop/db", "ops/web"]
      ),
      (
        "A13: networks match nodes and the outside",
        [.networks([prefix("192.0.0.0/8"), prefix("::/0")])], ["192.168.0.1", "192.0.2.1"]
      ),
      ("A15: sameLabels", [.namespaces(.sameLabels(["team"]))], ["shop/db", "lab/probe"]),
      (
        "A15: all keys of sameLabels must be on both", [.namespaces(.sameLabels(["team", "env"]))],
        ["shop/db"]
      ),
      ("A15: a key that both lack is not the same", [.namespaces(.sameLabels(["none"]))], []),
      ("A15: notSameLabels", [.namespaces(.notSameLabels(["team"]))], ["ops/web"]),
      (
        "A15: all keys of notSameLabels must be on both, one must differ",
        [.namespaces(.notSameLabels(["team", "env"]))], ["ops/web"]
      ),
      ("A15: a key that one lacks", [.namespaces(.notSameLabels(["env", "none"]))], []),
      (
        "A15: with a podSelector",
        [.pods(namespaces: .sameLabels(["team"]), pods: ["app": "db"])], ["shop/db"]
      ),
      ("D1: an invalid peer matches nothing", [.nothing], []),
      ("A24: no peer matches nothing", [], []),
      (
        "peers are alternatives",
        [.nothing, .nodes([:]), .namespaces(.selector(["team": "blue"]))],
        ["ops/web", "192.168.0.1", "172.16.0.2"]
      ),
    ] as [(String, [ClusterPolicy.Peer.Match], [String])])
  func `peers`(rule: String, peers: [ClusterPolicy.Peer.Match], expected: [String]) {
    #expect(denied(peers) == expected, "\(rule)")
  }

  private static let everything = [
    "shop/db", "ops/web", "lab/probe", "192.168.0.1", "172.16.0.2", "192.0.2.1",
  ]

  @Test(arguments: [
    (ClusterPolicy.Action.deny, everything), (.pass, everything), (.allow, []), (.invalid, []),
  ])
  func `A23, D6: a rule with an unknown peer fails closed`(
    action: ClusterPolicy.Action, expected: [String]
  ) {
    #expect(denied([.nodes(["zone": "a"]), .unknown], action: action) == expected)
    #expect(denied([.unknown], action: action, ports: [.every(.udp)]) == expected)
  }

  @Test(arguments: [
    (ClusterPolicy.Action.deny, everything), (.pass, everything), (.allow, []), (.invalid, []),
  ])
  func `A23, D5: a rule with an unknown port item fails closed`(
    action: ClusterPolicy.Action, expected: [String]
  ) {
    #expect(
      denied([.nodes(["zone": "a"])], action: action, ports: [.every(.udp), .unknown]) == expected)
  }

  @Test func `A23: the unknown part is cited, the next rules are not asked`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(
        cluster: "a", tier: .admin,
        ingress: [.init(.pass, [.nothing, .unknown], ports: [.unknown]), .init(.allow)])
    ])
    let decision = scenario.decide("ops/web", "shop/web").ingress
    #expect(decision.reason == .explicitDeny)
    #expect(decision.citation == "ClusterNetworkPolicy a spec.ingress[0].from[1].protocols[0]")
  }

  @Test
  func `A23: an Allow rule with an unknown part matches nothing, a part that would match too`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(
        admin: "a",
        ingress: [.init(.allow, [.namespaces(.selector([:])), .unknown]), .init(.deny)])
    ])
    #expect(scenario.decide("ops/web", "shop/web").ingress.rule?.ruleIndex == 1)
  }

  @Test func `A12, A23: egress peers in an ingress rule are unknown`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "a", ingress: [.init(.deny, [.networks([prefix("192.0.2.0/24")])])])
    ])
    #expect(!scenario.decide("ops/web", "shop/web").isAllowed)
  }

  @Test func `A16, A17: a name without protocol is looked up for the connection's`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(
        admin: "a", ingress: [.init(.deny, ports: [.named("http", nil), .named("dns", nil)])])
    ])
    #expect(!scenario.decide("ops/web", "shop/web", .tcp, port: 80).isAllowed)
    #expect(!scenario.decide("ops/web", "shop/web", .udp, port: 53).isAllowed)
    #expect(scenario.decide("ops/web", "shop/web", .udp, port: 80).isAllowed)
    #expect(scenario.decide("ops/web", "shop/db", .tcp, port: 80).isAllowed)
  }

  @Test(arguments: [IPProtocol.icmp, .icmpv6, .tcp, IPProtocol(rawValue: 47)])
  func `A19: a rule without ports is for every protocol, whatever the profile`(
    ipProtocol: IPProtocol
  ) {
    var scenario = Scenario(clusterPolicies: [ClusterPolicy(admin: "a", ingress: [.init(.deny)])])
    scenario.profile.portlessRuleMatchesOtherProtocols = false
    scenario.profile.isolationAppliesToOtherProtocols = false
    #expect(!scenario.decide("ops/web", "shop/web", ipProtocol).isAllowed)
  }

  @Test func `A18: every port of a protocol`() {
    let scenario = Scenario(clusterPolicies: [
      ClusterPolicy(admin: "a", ingress: [.init(.deny, ports: [.every(.tcp)])])
    ])
    #expect(!scenario.decide("ops/web", "shop/web", .tcp, port: 65535).isAllowed)
    #expect(scenario.decide("ops/web", "shop/web", .udp).isAllowed)
  }
}
