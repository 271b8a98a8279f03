import ClusterModel
import NetworkTypes
import Testing

@testable import Manifests

@Suite struct NetworkPolicyTests {
  /// The one policy of a text whose spec is given, each line indented by two spaces.
  private func policy(_ spec: String) throws -> (policy: NetworkPolicy, problems: [String]) {
    let loaded = load(
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n"
        + spec.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined()
    )
    return (try #require(loaded.policies.networkPolicies.first), loaded.problems)
  }

  private func peers(_ text: String) throws -> [NetworkPolicy.Peer.Match]? {
    try policy("podSelector: {}\ningress:\n- from: \(text)").policy.ingress[0].peers?.map(\.match)
  }

  private func ports(_ text: String) throws -> [PortMatch.Match]? {
    try policy("podSelector: {}\ningress:\n- ports: \(text)").policy.ingress[0].ports?.map(\.match)
  }

  static let defaultTypes: [(spec: String, ingress: Bool, egress: Bool)] = [
    ("podSelector: {}", true, false),
    ("podSelector: {}\negress: []", true, false),
    ("podSelector: {}\negress:\n- {}", true, true),
    ("podSelector: {}\npolicyTypes: []\negress:\n- {}", true, true),
    ("podSelector: {}\npolicyTypes:\negress:\n- {}", true, true),
    ("podSelector: {}\npolicyTypes: [Egress]", false, true),
    ("podSelector: {}\npolicyTypes: [Egress, Ingress]", true, true),
    ("podSelector: {}\npolicyTypes: [Ingress]\negress:\n- {}", true, false),
  ]

  @Test(arguments: defaultTypes) func `N3: policyTypes default only when the list is empty`(
    spec: String, ingress: Bool, egress: Bool
  ) throws {
    let policy = try policy(spec).policy
    #expect(policy.isolatesIngress == ingress)
    #expect(policy.isolatesEgress == egress)
  }

  @Test func `N4: rules of a direction that policyTypes leaves out are kept and remarked`() throws {
    let (policy, problems) = try policy("podSelector: {}\npolicyTypes: [Ingress]\negress:\n- {}")
    #expect(policy.egress.count == 1)
    #expect(problems == ["7:3 ignored-rules spec.egress"])
  }

  @Test func `N1: a missing selector is the empty one, a null one too and it is remarked`() throws {
    #expect(try policy("ingress: []") == (.everything, [String]()))
    #expect(try policy("podSelector:") == (.everything, ["5:3 null-selector spec.podSelector"]))
  }

  @Test(arguments: ["[]", "null", "~"])
  func `N9 and N28: no peers and no ports match all, null or empty alike`(text: String) throws {
    #expect(try peers(text) == nil)
    #expect(try ports(text) == nil)
  }

  @Test func `N7: an empty rule has neither peers nor ports`() throws {
    let rule = try policy("podSelector: {}\ningress:\n- {}").policy.ingress[0]
    #expect(rule.peers == nil && rule.ports == nil)
  }

  @Test func `N10, N11, N12: selectors of pods, of namespaces, and of both`() throws {
    let web = LabelSelector(matchLabels: ["app": "web"])
    #expect(
      try peers("[{podSelector: {matchLabels: {app: web}}}]")
        == [.selectors(namespaces: nil, pods: web)])
    #expect(
      try peers("[{namespaceSelector: {}}]") == [.selectors(namespaces: .everything, pods: nil)])
    #expect(
      try peers("[{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]")
        == [.selectors(namespaces: .everything, pods: web)])
    #expect(
      try peers("[{namespaceSelector: {}}, {podSelector: {}}]")
        == [
          .selectors(namespaces: .everything, pods: nil),
          .selectors(namespaces: nil, pods: .everything),
        ])
  }

  @Test func `N14: labels in ascending order, then expressions as written`() throws {
    let selector = try policy(
      """
      podSelector:
        matchExpressions:
        - {key: z, operator: NotIn, values: [b, a]}
        - {key: y, operator: Exists}
        - {key: x, operator: DoesNotExist, values: []}
        matchLabels: {b: "2", a: ""}
      """
    ).policy.podSelector
    #expect(
      selector?.requirements == [
        .init(key: "a", operator: .in, values: [""]), .init(key: "b", operator: .in, values: ["2"]),
        .init(key: "z", operator: .notIn, values: ["b", "a"]), .init(key: "y", operator: .exists),
        .init(key: "x", operator: .doesNotExist),
      ])
  }

  @Test(arguments: ["{}", "null", "{podSelector: null}"])
  func `N15: a peer without a field matches nothing`(peer: String) throws {
    #expect(try peers("[\(peer)]") == [.nothing])
  }

  @Test func `N16: a block beside a selector matches nothing`() throws {
    #expect(try peers("[{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]") == [.nothing])
  }

  static let blocks: [(text: String, expected: String?)] = [
    ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("::/0", "::/0"),
    ("fd00::/8", "fd00::/8"),
    ("10.1.2.3/8", "10.0.0.0/8"), ("010.020.0.0/16", "10.20.0.0/16"), ("10.0.0.0/08", "10.0.0.0/8"),
    ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:10.0.0.1/128", "10.0.0.1/32"),
    ("10.0.0.0", nil), ("10.0.0/8", nil), ("10.0.0.0/33", nil), ("10.0.0.0/-1", nil),
    ("10.0.0.0/8/9", nil),
    ("fd00::/129", nil), ("10.0.0.256/24", nil), ("/8", nil), ("10.0.0.0/", nil), ("ten/8", nil),
    ("10.0.0.0/99999999999999999999", nil), ("10.0.0.0/255.255.0.0", nil),
  ]

  @Test(arguments: blocks) func `N18, N19: blocks are read as the API server reads them`(
    text: String, expected: String?
  ) throws {
    let match = try peers("[{ipBlock: {cidr: \"\(text)\"}}]")?.first
    let prefix = expected.flatMap { IPPrefix($0) }
    #expect(match == (prefix.map { .ipBlock($0, except: []) } ?? .nothing))
  }

  static let excepts: [(cidr: String, except: String, isValid: Bool)] = [
    ("10.0.0.0/8", "10.1.0.0/16", true), ("10.0.0.0/8", "10.0.0.0/9", true),
    ("10.0.0.0/8", "10.0.0.0/8", false), ("10.0.0.0/8", "0.0.0.0/0", false),
    ("10.0.0.0/8", "11.0.0.0/16", false), ("10.0.0.0/8", "fd00::/16", false),
    ("::/0", "10.0.0.0/8", false), ("fd00::/8", "fd12::/16", true),
  ]

  @Test(arguments: excepts) func `N18: an exception lies strictly inside its block`(
    cidr: String, except: String, isValid: Bool
  ) throws {
    let match = try peers("[{ipBlock: {cidr: \"\(cidr)\", except: [\"\(except)\"]}}]")?.first
    let expected = try NetworkPolicy.Peer.Match.ipBlock(
      #require(IPPrefix(cidr)), except: [#require(IPPrefix(except))])
    #expect(match == (isValid ? expected : .nothing))
  }

  static let portTexts: [(text: String, match: PortMatch.Match)] = [
    ("{}", .every(.tcp)), ("{protocol: UDP}", .every(.udp)),
    ("{protocol: null, port: null}", .every(.tcp)),
    ("{port: 80}", .range(.tcp, PortRange(80))),
    ("{port: 80, protocol: SCTP}", .range(.sctp, PortRange(80))),
    ("{port: 0x50}", .range(.tcp, PortRange(80))),
    ("{port: 65535}", .range(.tcp, PortRange(65_535))),
    ("{port: 80, endPort: 90}", .range(.tcp, PortRange(80, through: 90))),
    ("{endPort: 80, port: 80}", .range(.tcp, PortRange(80))),
    ("{port: http}", .named("http", .tcp)), ("{port: http, protocol: UDP}", .named("http", .udp)),
    ("{port: \"80\"}", .nothing), ("{port: 0}", .nothing), ("{port: 65536}", .nothing),
    ("{port: -1}", .nothing),
    ("{port: 99999999999999999999}", .nothing), ("{port: 80, endPort: 79}", .nothing),
    ("{port: 80, endPort: 65536}", .nothing), ("{endPort: 80}", .nothing),
    ("{port: http, endPort: 90}", .nothing),
    ("{protocol: tcp, port: 80}", .nothing), ("{protocol: ICMP}", .nothing),
    ("{port: true}", .nothing),
    ("{port: [80]}", .nothing), ("80", .nothing), ("null", .nothing),
    ("{port: 80, endPort: \"90\"}", .nothing),
    ("{port: UPPER}", .nothing), ("{port: -dash}", .nothing), ("{port: a--b}", .nothing),
  ]

  @Test(arguments: portTexts) func `N29 to N33: ports, ranges, names and protocols`(
    text: String, match: PortMatch.Match
  ) throws {
    #expect(try ports("[\(text)]") == [match])
  }

  static let closedSelectors = [
    "{matchLabels: {app: 1}}", "{matchLabels: [app]}", "{matchLabels: {a b: c}}", "web", "[]",
    "{matchExpressions: [{key: a, operator: In}]}",
    "{matchExpressions: [{key: a, operator: in, values: [b]}]}",
    "{matchExpressions: [{operator: Exists}]}", "{matchExpressions: [{key: a}]}",
    "{matchExpressions: [null]}",
    "{matchExpressions: [{key: a, operator: Exists, values: [b]}]}", "{matchExpressions: {key: a}}",
    "{matchLabels: {a: b, a: c}}", "{matchExpressions: [{key: a, operator: In, values: [b, 1]}]}",
  ]

  @Test(arguments: closedSelectors)
  func `D1: an invalid selector of the policy selects nothing, of a peer it matches nothing`(
    selector: String
  ) throws {
    let loaded = load(
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: p, namespace: shop}
      spec: {podSelector: \(selector)}
      """)
    #expect(loaded.policies.networkPolicies.first?.podSelector == nil)
    #expect(loaded.hasErrors)
    #expect(
      loaded.findings.contains { $0.consequence?.contains("selects NO pod") == true },
      "\(loaded.findings)")
    #expect(try peers("[{podSelector: \(selector)}]") == [.nothing])
  }

  @Test func `D1: an unknown key is ignored, and the finding says loudly what that opens`() throws {
    let loaded = load(
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: p, namespace: shop}
      spec:
        podSelector:
          matchLabel: {app: web}
      """)
    #expect(loaded.policies.networkPolicies[0].podSelector == .everything)
    #expect(!loaded.hasErrors)
    let finding = try #require(loaded.findings.first)
    #expect(finding.summary == "6:5 unknown-field spec.podSelector.matchLabel")
    #expect(finding.message.contains("did you mean `matchLabels`?"))
    #expect(finding.consequence?.contains("selects EVERYTHING") == true)
  }

  static let brokenRules: [(ingress: String, peers: [NetworkPolicy.Peer.Match]?)] = [
    ("- from: {podSelector: {}}", [.nothing]), ("- - from: []", [.nothing]), ("- text", [.nothing]),
    ("- ", nil),
  ]

  @Test(arguments: brokenRules)
  func `a rule of another type matches nothing, a null one everything`(
    ingress: String, expected: [NetworkPolicy.Peer.Match]?
  ) throws {
    let policy = try policy("podSelector: {}\ningress:\n\(ingress)").policy
    #expect(policy.ingress.count == 1)
    #expect(policy.ingress[0].peers?.map(\.match) == expected)
    #expect(policy.isolatesIngress)
  }

  @Test func `every part that a decision cites knows its place`() throws {
    let policy = try policy(
      """
      podSelector: {}
      ingress:
      - from:
        - podSelector: {}
        - ipBlock: {cidr: 10.0.0.0/8}
        ports:
        - port: 80
      """
    ).policy
    func place(_ location: ClusterModel.SourceLocation?) -> String {
      location.map { $0.description } ?? "-"
    }
    let rule = policy.ingress[0]
    #expect(place(policy.location) == "test.yaml:1:1")
    #expect(place(rule.location) == "test.yaml:7:5")
    #expect(rule.peers?.map { place($0.location) } == ["test.yaml:8:7", "test.yaml:9:7"])
    #expect(rule.ports?.map { place($0.location) } == ["test.yaml:11:7"])
  }

  @Test func `the status that older servers add is passed over`() throws {
    let loaded = load(
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: p, namespace: shop, uid: a-b, managedFields: [{manager: x}]}
      spec: {podSelector: {}}
      status: {conditions: []}
      """)
    #expect(loaded.findings == [])
  }
}

private func == (
  found: (policy: NetworkPolicy, problems: [String]), expected: (LabelSelector, [String])
) -> Bool {
  found.policy.podSelector == expected.0 && found.problems == expected.1
}
