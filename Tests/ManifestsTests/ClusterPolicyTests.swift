import ClusterModel
import NetworkTypes
import Testing

@testable import Manifests

@Suite struct ClusterPolicyTests {
  static let admin =
    "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: p}\n"
  static let baseline =
    "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {name: default}\n"
  static let cluster =
    "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\n"

  private func policy(_ text: String) throws -> ClusterPolicy {
    try #require(load(text).policies.clusterPolicies.first, "\(load(text).findings)")
  }

  /// The one egress rule of a policy of v1alpha1 or v1alpha2.
  private func egressRule(_ fields: String, version2: Bool = false) throws -> ClusterPolicy.Rule {
    let head = version2 ? Self.cluster + "spec: {tier: Admin, " : Self.admin + "spec: {"
    return try policy(
      head + "priority: 1, subject: {namespaces: {}}, egress: [{action: Deny, \(fields)}]}"
    ).egress[0]
  }

  private func peer(_ peer: String, version2: Bool = false) throws -> ClusterPolicy.Peer.Match {
    try egressRule("to: [\(peer)]", version2: version2).peers[0].match
  }

  @Test func `A1: the three kinds and their tiers`() throws {
    let spec = "spec: {priority: 7, subject: {namespaces: {}}}"
    let admin = try policy(Self.admin + spec)
    #expect(admin.kind == .adminNetworkPolicy && admin.tier == .admin && admin.priority == 7)
    let baseline = try policy(Self.baseline + "spec: {subject: {namespaces: {}}}")
    #expect(baseline.tier == .baseline && baseline.priority == ClusterPolicy.lastPriority)
    let cluster = try policy(
      Self.cluster + "spec: {tier: Baseline, priority: 7, subject: {namespaces: {}}}")
    #expect(
      cluster.kind == .clusterNetworkPolicy && cluster.tier == .baseline && cluster.priority == 7)
  }

  @Test func `a whole policy is read with names, actions, peers and ports`() throws {
    let policy = try policy(
      Self.admin + """
        spec:
          priority: 10
          subject: {pods: {namespaceSelector: {matchLabels: {a: b}}, podSelector: {}}}
          ingress:
          - name: in
            action: Pass
            from: [{namespaces: {matchLabels: {c: d}}}]
          egress:
          - action: Allow
            to:
            - pods: {namespaceSelector: {}, podSelector: {matchLabels: {e: f}}}
            - nodes: {}
            - networks: [10.0.0.0/8, "fd00::/8"]
            - domainNames: ["*.Example.com", www.example.org.]
            ports:
            - portNumber: {port: 53, protocol: UDP}
            - portRange: {start: 1, end: 9}
        """)
    #expect(
      policy.subject
        == .pods(namespaces: LabelSelector(matchLabels: ["a": "b"]), pods: .everything))
    let ingress = policy.ingress[0]
    #expect(ingress.name == "in" && ingress.action == .pass && ingress.ports == nil)
    #expect(
      ingress.peers.map(\.match) == [.namespaces(.selector(LabelSelector(matchLabels: ["c": "d"])))]
    )
    let egress = policy.egress[0]
    #expect(
      try egress.peers.map(\.match) == [
        .pods(namespaces: .selector(.everything), pods: LabelSelector(matchLabels: ["e": "f"])),
        .nodes(.everything),
        .networks([#require(IPPrefix("10.0.0.0/8")), #require(IPPrefix("fd00::/8"))]),
        .domainNames(["*.example.com", "www.example.org"]),
      ])
    #expect(
      egress.ports?.map(\.match) == [
        .range(.udp, PortRange(53)), .range(.tcp, PortRange(1, through: 9)),
      ])
  }

  static let subjects: [(text: String, subject: ClusterPolicy.Subject)] = [
    ("{namespaces: {}}", .namespaces(.everything)),
    (
      "{pods: {namespaceSelector: {}, podSelector: {}}}",
      .pods(namespaces: .everything, pods: .everything)
    ),
    ("{pods: {namespaceSelector: {}}}", .pods(namespaces: .everything, pods: .everything)),
    ("{}", .nothing), ("null", .nothing), ("{namespaces: null}", .nothing), ("all", .nothing),
    ("{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}", .nothing),
    ("{podSelector: {}}", .nothing), ("{namespaces: {matchLabels: [a]}}", .nothing),
  ]

  @Test(arguments: subjects) func `A5, D6: a subject that is not one thing selects nothing`(
    text: String, subject: ClusterPolicy.Subject
  ) throws {
    let policy = try policy(Self.admin + "spec: {priority: 1, subject: \(text)}")
    #expect(policy.subject == subject)
  }

  static let peers: [(text: String, match: ClusterPolicy.Peer.Match)] = [
    ("{namespaces: {}}", .namespaces(.selector(.everything))),
    ("{}", .unknown), ("null", .unknown), ("text", .unknown), ("{namespaces: null}", .unknown),
    ("{futureField: {}}", .unknown), ("{namespaces: {}, futureField: {}}", .unknown),
    ("{namespaces: {}, nodes: {}}", .unknown), ("{namespaces: {matchLabel: {a: b}}}", .unknown),
    ("{nodes: {labels: {}}}", .unknown),
    ("{pods: {namespaceSelector: {}, podSelector: {x: y}}}", .unknown),
    ("{pods: {namespaceSelector: {}, podSelector: {}, x: y}}", .unknown),
    ("{pods: {}}", .pods(namespaces: .selector(.everything), pods: .everything)),
    ("{namespaces: {matchLabels: {a: 1}}}", .nothing), ("{namespaces: [a]}", .nothing),
    ("{networks: []}", .nothing), ("{networks: 10.0.0.0/8}", .nothing),
    ("{networks: [10.0.0.0/8, x]}", .nothing),
    ("{networks: [10.0.0.0/8, 5]}", .nothing), ("{networks: [010.0.0.0/8]}", .nothing),
    ("{networks: [\"::ffff:10.0.0.0/104\"]}", .nothing), ("{networks: [null]}", .nothing),
  ]

  @Test(arguments: peers) func `A23, D6: a peer without one known field fails closed`(
    text: String, match: ClusterPolicy.Peer.Match
  ) throws {
    #expect(try peer(text) == match)
  }

  @Test func `A26: host bits of networks are masked, repetitions dropped with a finding`() throws {
    #expect(
      try peer("{networks: [10.1.2.3/8, 192.0.2.0/24, 192.0.2.0/24]}")
        == .networks([#require(IPPrefix("10.0.0.0/8")), #require(IPPrefix("192.0.2.0/24"))]))
  }

  static let domainNames: [(name: String, isValid: Bool)] = [
    ("example.com", true), ("*.example.com", true), ("a-b.c_d.example", true),
    ("example.com.", true),
    ("localhost", false), ("*", false), ("*.*.com", false), ("a.*.com", false),
    ("https://a.com", false),
    ("a.com/path", false), ("a.com:80", false), ("-a.com", false), ("a..com", false), ("", false),
  ]

  @Test(arguments: domainNames) func `A14: domain names`(name: String, isValid: Bool) throws {
    let text =
      Self.admin
      + "spec: {priority: 1, subject: {namespaces: {}}, egress: [{action: Allow, to: [{domainNames: [\"\(name)\"]}]}]}"
    let match = try policy(text).egress[0].peers[0].match
    let expected = name.hasSuffix(".") ? String(name.dropLast()) : name
    #expect(match == (isValid ? .domainNames([expected]) : .nothing))
  }

  @Test func `A14: domain names in a rule that does not allow match nothing`() throws {
    #expect(try peer("{domainNames: [a.com]}") == .nothing)
    #expect(try peer("{domainNames: [a.com]}", version2: true) == .nothing)
  }

  static let oldPeers: [(text: String, match: ClusterPolicy.Peer.Match)] = [
    ("{namespaces: {sameLabels: [a, b]}}", .namespaces(.sameLabels(["a", "b"]))),
    ("{namespaces: {notSameLabels: [a]}}", .namespaces(.notSameLabels(["a"]))),
    (
      "{namespaces: {namespaceSelector: {matchLabels: {a: b}}}}",
      .namespaces(.selector(LabelSelector(matchLabels: ["a": "b"])))
    ),
    (
      "{pods: {namespaces: {sameLabels: [a]}, podSelector: {}}}",
      .pods(namespaces: .sameLabels(["a"]), pods: .everything)
    ),
    (
      "{pods: {namespaces: {namespaceSelector: {}}, podSelector: {}}}",
      .pods(namespaces: .selector(.everything), pods: .everything)
    ),
    ("{namespaces: {sameLabels: [a], notSameLabels: [b]}}", .unknown),
    ("{namespaces: {sameLabels: [a], matchLabels: {a: b}}}", .unknown),
    ("{pods: {namespaces: {sameLabels: [a]}, namespaceSelector: {}, podSelector: {}}}", .unknown),
    ("{namespaces: {sameLabels: a}}", .nothing), ("{namespaces: {sameLabels: []}}", .nothing),
    ("{namespaces: {sameLabels: [1]}}", .nothing),
  ]

  @Test(arguments: oldPeers) func `A15, D7: the peers of v0.1.1 are understood in v1alpha1`(
    text: String, match: ClusterPolicy.Peer.Match
  ) throws {
    #expect(try peer(text) == match)
  }

  @Test(arguments: oldPeers) func `D7: the peers of v0.1.1 fail closed in v1alpha2`(
    text: String, match: ClusterPolicy.Peer.Match
  ) throws {
    #expect(try peer(text, version2: true) == .unknown)
  }

  static let ports: [(text: String, match: PortMatch.Match)] = [
    ("{portNumber: {port: 80}}", .range(.tcp, PortRange(80))),
    ("{portNumber: {port: 80, protocol: SCTP}}", .range(.sctp, PortRange(80))),
    ("{portRange: {start: 1, end: 1}}", .range(.tcp, PortRange(1))),
    ("{namedPort: dns}", .named("dns", nil)),
    ("{}", .unknown), ("null", .unknown), ("80", .unknown), ("{port: 80}", .unknown),
    ("{portNumber: null}", .unknown), ("{portNumber: {port: 1}, namedPort: a}", .unknown),
    ("{portNumber: {}}", .nothing), ("{portNumber: 80}", .nothing),
    ("{portNumber: {port: 0}}", .nothing),
    ("{portNumber: {port: 80, protocol: tcp}}", .nothing),
    ("{portRange: {start: 9, end: 1}}", .nothing),
    ("{portRange: {start: 9}}", .nothing), ("{namedPort: UPPER}", .nothing),
    ("{namedPort: 80}", .nothing),
  ]

  @Test(arguments: ports) func `A16, D5: ports of v1alpha1`(text: String, match: PortMatch.Match)
    throws
  {
    #expect(
      try egressRule("to: [{namespaces: {}}], ports: [\(text)]").ports?.map(\.match) == [match])
  }

  static let protocols: [(text: String, match: PortMatch.Match)] = [
    ("{tcp: {destinationPort: {number: 80}}}", .range(.tcp, PortRange(80))),
    (
      "{udp: {destinationPort: {range: {start: 1, end: 9}}}}",
      .range(.udp, PortRange(1, through: 9))
    ),
    ("{sctp: {}}", .every(.sctp)), ("{tcp: {destinationPort: null}}", .every(.tcp)),
    ("{destinationNamedPort: dns}", .named("dns", nil)),
    ("{}", .unknown), ("{icmp: {}}", .unknown), ("{tcp: null}", .unknown),
    ("{tcp: {}, udp: {}}", .unknown),
    ("{tcp: {sourcePort: 1}}", .unknown), ("{tcp: {destinationPort: {numbers: 1}}}", .unknown),
    ("{tcp: {destinationPort: {}}}", .nothing), ("{tcp: {destinationPort: 80}}", .nothing),
    ("{tcp: {destinationPort: {number: 80, range: {start: 1, end: 2}}}}", .nothing),
    ("{tcp: {destinationPort: {number: 70000}}}", .nothing), ("{tcp: 80}", .nothing),
    ("{tcp: {destinationPort: {range: {start: 5, end: 5}}}}", .range(.tcp, PortRange(5))),
  ]

  @Test(arguments: protocols) func `A17, A18, D5: protocols of v1alpha2`(
    text: String, match: PortMatch.Match
  ) throws {
    let rule = try egressRule("to: [{namespaces: {}}], protocols: [\(text)]", version2: true)
    #expect(rule.ports?.map(\.match) == [match])
  }

  @Test func `A19, D5: no ports, null and an empty list mean everything`() throws {
    for ports in ["", "ports: null", "ports: []"] {
      #expect(try egressRule("to: [{namespaces: {}}], \(ports)").ports == nil)
    }
  }

  static let actions:
    [(text: String, admin: ClusterPolicy.Action, baseline: ClusterPolicy.Action)] = [
      ("Allow", .allow, .allow), ("Accept", .allow, .allow), ("Deny", .deny, .deny),
      ("Pass", .pass, .invalid),
      ("deny", .invalid, .invalid), ("Block", .invalid, .invalid), ("true", .invalid, .invalid),
      ("", .invalid, .invalid),
    ]

  @Test(arguments: actions) func `A6, A8, D6, D7: actions`(
    text: String, admin: ClusterPolicy.Action, baseline: ClusterPolicy.Action
  ) throws {
    let rules = "subject: {namespaces: {}}, ingress: [{action: \(text), from: [{namespaces: {}}]}]}"
    #expect(try policy(Self.admin + "spec: {priority: 1, " + rules).ingress[0].action == admin)
    #expect(try policy(Self.baseline + "spec: {" + rules).ingress[0].action == baseline)
    #expect(
      try policy(Self.cluster + "spec: {tier: Admin, priority: 1, " + rules).ingress[0].action
        == admin)
  }

  @Test(arguments: ["", "from: null", "from: []"])
  func `A24: a rule without peers matches nothing`(peers: String) throws {
    let loaded = load(
      Self.admin
        + "spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Allow, \(peers)}]}")
    #expect(loaded.policies.clusterPolicies[0].ingress[0].peers == [])
    #expect(loaded.hasErrors)
  }

  static let leftOut: [(text: String, field: String)] = [
    (admin + "spec: {subject: {namespaces: {}}}", "spec.priority"),
    (admin + "spec: {priority: ten, subject: {namespaces: {}}}", "spec.priority"),
    (cluster + "spec: {priority: 1, subject: {namespaces: {}}}", "spec.tier"),
    (cluster + "spec: {tier: Middle, priority: 1, subject: {namespaces: {}}}", "spec.tier"),
    (
      baseline.replacing("default", with: "other") + "spec: {subject: {namespaces: {}}}",
      "metadata.name"
    ),
    (admin + "spec: all", "spec"),
  ]

  @Test(arguments: leftOut)
  func `D4: a policy that cannot be ordered is left out, and this is said`(
    text: String, field: String
  ) {
    let loaded = load(text)
    #expect(loaded.policies.clusterPolicies.isEmpty)
    #expect(
      loaded.findings.contains {
        $0.field == field && $0.severity == .error && $0.consequence == "the policy is left out"
      }, "\(loaded.findings)")
  }

  @Test func `A2: priorities out of range are kept in their order`() throws {
    #expect(
      try policy(Self.admin + "spec: {priority: -1, subject: {namespaces: {}}}").priority == -1)
    #expect(
      try policy(Self.admin + "spec: {priority: 2000, subject: {namespaces: {}}}").priority == 2000)
  }

  @Test func `D4: equal priorities and both versions in one cluster are told`() {
    let spec = "spec: {priority: 5, subject: {namespaces: {}}}"
    let loaded = load(
      Self.admin + spec + "\n---\n" + Self.cluster
        + "spec: {tier: Admin, priority: 5, subject: {namespaces: {}}}"
        + "\n---\n" + Self.cluster.replacing("{name: p}", with: "{name: q}")
        + "spec: {tier: Baseline, priority: 5, subject: {namespaces: {}}}")
    #expect(loaded.findings.map(\.kind) == [.suspicious, .samePriority])
    #expect(loaded.findings.last?.object == "ClusterNetworkPolicy p")
    #expect(loaded.policies.clusterPolicies.count == 3)
  }

  @Test func `A20: more than the API accepts is read all the same`() throws {
    let rules = Array(repeating: "{action: Deny, to: [{namespaces: {}}]}", count: 26)
    let loaded = load(
      Self.cluster
        + "spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [\(rules.joined(separator: ", "))]}"
    )
    #expect(loaded.policies.clusterPolicies[0].egress.count == 26)
    #expect(loaded.findings.map(\.kind) == [.tooMany] && !loaded.hasErrors)
  }
}
