import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport
import Testing

@Suite struct PortTests {
  private static let probes: [(ipProtocol: IPProtocol, port: UInt16)] = [
    (.tcp, 79), (.tcp, 80), (.tcp, 81), (.udp, 53), (.udp, 80), (.sctp, 80), (.icmp, 0),
    (IPProtocol(rawValue: 47), 0),
  ]

  @Test(arguments: [
    (
      "N28, N40: no ports match every port and every protocol", nil as [PortMatch.Match]?,
      ["TCP/79", "TCP/80", "TCP/81", "UDP/53", "UDP/80", "SCTP/80", "ICMP/0", "47/0"]
    ),
    (
      "N31: every port of the protocol and of no other", [.every(.tcp)],
      ["TCP/79", "TCP/80", "TCP/81"]
    ),
    (
      "N33: both ends of a range belong to it", [.range(.tcp, .init(80, through: 81))],
      ["TCP/80", "TCP/81"]
    ),
    ("N39: SCTP does not open TCP", [.every(.sctp)], ["SCTP/80"]),
    ("N29, N35: a name is looked up with its protocol", [.named("http", .tcp)], ["TCP/80"]),
    ("N35: the protocol of a name must match", [.named("http", .udp)], []),
    ("A16: a name without protocol has the container port's", [.named("dns", nil)], ["UDP/53"]),
    ("N36: a name that the pod lacks matches nothing", [.named("sql", .tcp)], []),
    ("D1: an invalid item matches nothing", [.nothing], []),
    ("items are alternatives", [.every(.sctp), .range(.udp, .init(53))], ["UDP/53", "SCTP/80"]),
  ])
  func `ports`(rule: String, ports: [PortMatch.Match]?, expected: [String]) {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", ingress: [.init(ports: ports)])
    ])
    let allowed = Self.probes.filter {
      scenario.decide("ops/web", "shop/web", $0.ipProtocol, port: $0.port).isAllowed
    }
    #expect(allowed.map { "\($0.ipProtocol)/\($0.port)" } == expected, "\(rule)")
  }

  @Test func `N34: in egress rules too the port is the destination's`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", egress: [.init(ports: [.range(.tcp, .init(443))])])
    ])
    #expect(scenario.decide("shop/web", "192.0.2.1", port: 443).isAllowed)
    #expect(!scenario.decide("shop/web", "192.0.2.1", port: 80).isAllowed)
  }

  @Test func `N35: an egress rule looks a name up on the peer pod`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy(
        "shop/p", selecting: ["app": "web"], egress: [.init(ports: [.named("http", .tcp)])])
    ])
    #expect(scenario.decide("shop/web", "shop/db", port: 8080).isAllowed)
    #expect(!scenario.decide("shop/web", "shop/db", port: 80).isAllowed)
  }

  @Test(arguments: ["192.0.2.1", "192.168.0.1", "lab/probe"])
  func `N36: a name matches nothing at a destination without it`(destination: String) {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy(
        "shop/p", egress: [.init(from: .block("0.0.0.0/0"), ports: [.named("http", .tcp)])])
    ])
    #expect(!scenario.decide("shop/web", destination).isAllowed)
  }

  @Test func `N36: a name is looked up on a pod that a block matches`() {
    let scenario = Scenario(networkPolicies: [
      NetworkPolicy(
        "shop/p", egress: [.init(from: .block("10.0.0.0/8"), ports: [.named("sql", .tcp)])])
    ])
    #expect(scenario.decide("shop/web", "shop/db", port: 3306).isAllowed)
  }

  @Test func `N37: one name in several containers stands for all their numbers`() {
    var scenario = Scenario(networkPolicies: [
      NetworkPolicy("shop/p", ingress: [.init(ports: [.named("http", .tcp)])])
    ])
    scenario.pods[0].ports += [
      .init(name: "http", number: 8888), .init(name: "http", number: 9999, ipProtocol: .udp),
    ]
    #expect(scenario.decide("ops/web", "shop/web", port: 80).isAllowed)
    #expect(scenario.decide("ops/web", "shop/web", port: 8888).isAllowed)
    #expect(!scenario.decide("ops/web", "shop/web", port: 9999).isAllowed)
    #expect(!scenario.decide("ops/web", "shop/web", .udp, port: 9999).isAllowed)
  }

  @Test(arguments: [
    (Profile(), true, false), (Profile(portlessRuleMatchesOtherProtocols: false), false, false),
    (Profile(isolationAppliesToOtherProtocols: false), true, true),
    (
      Profile(portlessRuleMatchesOtherProtocols: false, isolationAppliesToOtherProtocols: false),
      true, true
    ),
  ])
  func `N40: other protocols under a rule without and with ports, by profile`(
    profile: Profile, withoutPorts: Bool, withPorts: Bool
  ) {
    var scenario = Scenario(networkPolicies: [NetworkPolicy("shop/p", ingress: [.init()])])
    scenario.profile = profile
    let open = scenario.decide("ops/web", "shop/web", .icmp).ingress
    #expect(open.isAllowed == withoutPorts)
    #expect(open.remarks == [.undefinedByAPI])
    #expect(scenario.decide("ops/web", "shop/web").ingress.remarks == [])
    scenario.networkPolicies = [NetworkPolicy("shop/p", ingress: [.init(ports: [.every(.tcp)])])]
    #expect(scenario.decide("ops/web", "shop/web", .icmp).ingress.isAllowed == withPorts)
  }

  @Test func `N40: what isolation does not apply to goes on to Baseline`() {
    var scenario = Scenario(
      networkPolicies: [NetworkPolicy("shop/p", ingress: [])],
      clusterPolicies: [ClusterPolicy(baseline: [.init(.deny)])])
    scenario.profile.isolationAppliesToOtherProtocols = false
    let decision = scenario.decide("ops/web", "shop/web", .icmp).ingress
    #expect(decision.reason == .baselineDeny)
    #expect(decision.remarks == [.undefinedByAPI])
  }
}
