import ClusterModel

/// What tells the three kinds of cluster policies apart: their fields, words and limits.
struct ClusterPolicyForm: Sendable {
  let kind: PolicyKind
  /// The tier that the kind stands for; `nil` where the object says it.
  let tier: Tier?
  /// The priority that the kind stands for; `nil` where the object says it.
  let priority: Int?
  let specTable: FieldTable<ClusterPolicySpecField>
  let ingressTable: FieldTable<ClusterRuleField>
  let egressTable: FieldTable<ClusterRuleField>
  let egressPeerTable: FieldTable<ClusterPeerField>
  /// The action that is final and allows, and all actions.
  let allowAction: String
  let actions: [String]
  /// Rules of a direction, peers of a rule and ports of a rule that the API accepts (A20).
  let maximumCount: Int
  /// Whether the peers of v0.1.1 are understood (D7).
  let understandsOldPeers: Bool

  /// The article before the kind's name.
  var article: String { kind == .adminNetworkPolicy ? "an" : "a" }

  init(_ type: ObjectType) {
    self =
      switch type {
      case .adminNetworkPolicy: .admin
      case .baselineAdminNetworkPolicy: .baseline
      default: .cluster
      }
  }

  private init(
    kind: PolicyKind, tier: Tier?, priority: Int?, specFields: [ClusterPolicySpecField],
    egressPeers: [ClusterPeerField], allowAction: String, hasPass: Bool, maximumCount: Int,
    understandsOldPeers: Bool
  ) {
    self.kind = kind
    self.tier = tier
    self.priority = priority
    self.allowAction = allowAction
    self.maximumCount = maximumCount
    self.understandsOldPeers = understandsOldPeers
    actions = [allowAction, "Deny"] + (hasPass ? ["Pass"] : [])
    let name = kind.rawValue
    let article = kind == .adminNetworkPolicy ? "an" : "a"
    specTable = FieldTable(
      "the spec of \(article) \(name)", fields: specFields,
      hints: [
        "policyTypes": "cluster policies isolate nothing, so they have no policyTypes; remove it",
        "podSelector": "write `subject:` with `pods:` under it",
        "namespaces": "it belongs under `subject:`", "pods": "it belongs under `subject:`",
        "priority": "a \(name) has no priority; remove it",
        "tier": "\(name) is a tier of its own; remove it",
      ],
      nested: [
        .subject: .mapping("namespaces", "pods"),
        .ingress: .list("from", "action", "name", "ports", "protocols"),
        .egress: .list("to", "action", "name", "ports", "protocols"),
      ])
    let ports: ClusterRuleField = kind == .clusterNetworkPolicy ? .protocols : .ports
    let otherPorts = kind == .clusterNetworkPolicy ? "ports" : "protocols"
    func ruleTable(_ direction: String, _ peers: ClusterRuleField, _ otherPeers: String)
      -> FieldTable<ClusterRuleField>
    {
      FieldTable(
        "\(direction) of \(article) \(name)",
        fields: [.name, .action, peers, ports],
        hints: [
          otherPeers: "\(direction) has `\(peers.rawValue)`",
          otherPorts:
            "\(name) names ports with `\(ports.rawValue)`, in a form of its own",
        ],
        nested: [
          peers: .list("namespaces", "pods", "nodes", "networks", "domainNames"),
          ports: ports == .ports
            ? .list("portNumber", "portRange", "namedPort")
            : .list("tcp", "udp", "sctp", "destinationNamedPort"),
        ])
    }
    ingressTable = ruleTable("an ingress rule", .from, "to")
    egressTable = ruleTable("an egress rule", .to, "from")
    egressPeerTable = Self.peerTable("an egress peer", egressPeers)
  }

  static func peerTable(
    _ thing: String, _ fields: [ClusterPeerField]
  ) -> FieldTable<ClusterPeerField> {
    let selector = NestedNames.mapping("matchLabels", "matchExpressions")
    let nested: [ClusterPeerField: NestedNames] = [
      .namespaces: selector, .nodes: selector,
      .pods: .mapping("namespaceSelector", "podSelector"),
    ]
    return FieldTable(
      thing, fields: fields,
      hints: [
        "namespaceSelector": "write `namespaces:` with the selector itself under it",
        "podSelector": "write `pods:` with `namespaceSelector` and `podSelector` under it",
        "ipBlock": "write `networks:` with a list of blocks, in an egress rule",
        "networks": "only egress rules have `networks`",
        "nodes": "only egress rules have `nodes`",
        "domainNames": "only egress rules of an AdminNetworkPolicy or ClusterNetworkPolicy have it",
      ],
      nested: nested.filter { fields.contains($0.key) }, failsClosed: true)
  }

  private static let admin = ClusterPolicyForm(
    kind: .adminNetworkPolicy, tier: .admin, priority: nil,
    specFields: [.priority, .subject, .ingress, .egress], egressPeers: ClusterPeerField.allCases,
    allowAction: "Allow", hasPass: true, maximumCount: 100, understandsOldPeers: true)

  private static let baseline = ClusterPolicyForm(
    kind: .baselineAdminNetworkPolicy, tier: .baseline, priority: ClusterPolicy.lastPriority,
    specFields: [.subject, .ingress, .egress],
    egressPeers: [.namespaces, .pods, .nodes, .networks], allowAction: "Allow", hasPass: false,
    maximumCount: 100, understandsOldPeers: true)

  private static let cluster = ClusterPolicyForm(
    kind: .clusterNetworkPolicy, tier: nil, priority: nil,
    specFields: ClusterPolicySpecField.allCases, egressPeers: ClusterPeerField.allCases,
    allowAction: "Accept", hasPass: true, maximumCount: 25, understandsOldPeers: false)
}

enum ClusterPolicySpecField: String, FieldName {
  case tier, priority, subject, ingress, egress
}

enum ClusterRuleField: String, FieldName {
  case name, action, from, to, ports, protocols
}

enum ClusterPeerField: String, FieldName {
  case namespaces, pods, nodes, networks, domainNames

  static let ingressTable = ClusterPolicyForm.peerTable("an ingress peer", [.namespaces, .pods])
}
