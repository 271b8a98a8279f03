import ClusterModel
import NetworkTypes

extension ObjectDecoder where Reader: ~Copyable {
  mutating func decodeNetworkPolicy(_ seen: UInt64) throws(SyntaxProblem) {
    var policy = NetworkPolicy(
      namespace: "", name: "", podSelector: .everything, isolatesIngress: true,
      isolatesEgress: false)
    var hasSpec = false
    try readFields(NetworkPolicyField.table, seen: seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion, .kind: try decoder.reader.skipValue()
      case .metadata: try decoder.readMetadata()
      case .spec: hasSpec = try decoder.readNetworkPolicySpec(&policy)
      }
    }
    if !hasSpec { reportNoSpec(&policy) }
    policy.name = header.name
    policy.namespace = header.namespace.isEmpty ? defaultNamespace : header.namespace
    guard
      admit(
        count: records.networkPolicies.count,
        { $0.networkPolicies[$1].withoutLocations == policy.withoutLocations })
    else { return }
    policy.location = location(objectMark)
    records.networkPolicies.append(policy)
  }

  /// A policy without a spec, or with one of another type. The API server reads an absent one as empty.
  private mutating func reportNoSpec(_ policy: inout NetworkPolicy) {
    if pending.contains(where: { $0.finding.kind == .wrongType && $0.finding.field == "spec" }) {
      policy.podSelector = nil
      return
    }
    report(
      .missingField,
      "the policy has no spec, so it selects every pod of its namespace and denies all traffic to them; add `spec:`",
      field: "spec", severity: .warning, rules: ["N1"])
  }

  /// - Returns: whether there is a spec.
  private mutating func readNetworkPolicySpec(
    _ policy: inout NetworkPolicy
  ) throws(SyntaxProblem) -> Bool {
    guard try enterMapping() == .entered else { return false }
    try readNetworkPolicyRules(&policy)
    return true
  }

  /// Reads the fields of a spec whose mapping was entered last.
  mutating func readNetworkPolicyRules(_ policy: inout NetworkPolicy) throws(SyntaxProblem) {
    var types: [String]?
    var ingress = DirectionRead()
    var egress = DirectionRead()
    try readFields(NetworkPolicySpecField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .podSelector: try decoder.readPolicySelector(&policy)
      case .policyTypes: types = try decoder.readPolicyTypes()
      case .ingress: try decoder.readRules(.ingress, &ingress)
      case .egress: try decoder.readRules(.egress, &egress)
      }
    }
    policy.ingress = ingress.rules
    policy.egress = egress.rules
    if let types, !types.isEmpty {
      policy.isolatesIngress = types.contains("Ingress")
      policy.isolatesEgress = types.contains("Egress")
      for (direction, read) in [("Ingress", ingress), ("Egress", egress)]
      where !types.contains(direction) && read.hasRules {
        report(
          .ignoredRules,
          "policyTypes has no \(direction), so these rules are ignored; add `- \(direction)` to policyTypes or remove "
            + "the rules",
          field: direction.lowercased(), at: read.mark, rules: ["N4"])
      }
    } else {
      // N3: the default is applied to an empty list only.
      policy.isolatesIngress = true
      policy.isolatesEgress = egress.hasRules
    }
  }

  /// The rules of one direction, and where they stand.
  struct DirectionRead {
    var rules: [NetworkPolicy.Rule] = []
    var hasRules = false
    var mark: Mark?
  }

  /// The policy's own selector; one that the API server refuses selects nothing (D1).
  private mutating func readPolicySelector(_ policy: inout NetworkPolicy) throws(SyntaxProblem) {
    let findingCount = pending.count
    switch try readSelector() {
    case .selector(let selector, _): policy.podSelector = selector
    case .null:
      policy.podSelector = .everything
      report(
        .nullSelector,
        "podSelector is empty and selects every pod of the namespace; write `{}` if that is meant, else indent the "
          + "labels under it",
        rules: ["N1", "N14"])
    case .invalid:
      policy.podSelector = nil
      for index in findingCount..<pending.count where pending[index].finding.severity == .error {
        pending[index].finding.consequence =
          "the policy selects NO pod, so it isolates none: traffic that it should deny is allowed"
      }
    }
  }

  /// The directions that `policyTypes` names; `nil` where it is absent, null or of another type.
  private mutating func readPolicyTypes() throws(SyntaxProblem) -> [String]? {
    switch try enterSequence() {
    case .entered: break
    case .null: return nil
    case .wrongType:
      noteConsequence("it is read as if it were absent")
      return nil
    }
    var types: [String] = []
    var count = 0
    try readItems { decoder, _ throws(SyntaxProblem) in
      count += 1
      let type: String
      switch try decoder.readTextValue() {
      case .text: type = decoder.sharedText
      case .null: type = ""
      case .wrongScalar, .wrongType:
        // Reported; the list is not empty all the same, so that no default applies (N3).
        types.append("")
        return
      }
      types.append(type)
      if type == "Ingress" || type == "Egress" { return }
      let advice =
        Spelling.nearest(to: type, in: ["Ingress", "Egress"]).map { "did you mean `\($0)`?" }
        ?? "it must be Ingress or Egress"
      decoder.report(
        .unsupportedValue, "`\(type.shortened)` is no type of a policy; \(advice)",
        consequence: "the policy isolates no pod because of this item", rules: ["N8"])
    }
    if count > 2 {
      report(
        .tooMany, "policyTypes has \(count) items; there are only Ingress and Egress",
        rules: ["N8"])
    }
    return types
  }

  // MARK: Rules

  private mutating func readRules(
    _ direction: Direction, _ read: inout DirectionRead
  ) throws(SyntaxProblem) {
    read = DirectionRead(mark: place)
    switch try enterSequence() {
    case .entered: break
    case .null: return
    case .wrongType: return noteConsequence("there is no rule in this direction")
    }
    var before: RuleShape?
    try readItems { decoder, _ throws(SyntaxProblem) in
      let mark = decoder.place
      let location = decoder.location(mark)
      let shape: RuleShape
      if direction == .ingress {
        shape = try decoder.readRule(IngressRuleField.table, location) { $0 == .ports }
      } else {
        shape = try decoder.readRule(EgressRuleField.table, location) { $0 == .ports }
      }
      if before?.hasPeersOnly == true, shape.hasPortsOnly {
        let open = direction == .ingress ? "from every source" : "to every destination"
        decoder.report(
          .suspicious,
          "this is a rule of its own and allows its ports \(open); to limit the rule above to these ports, leave "
            + "the `-` away and align `ports` with `\(direction == .ingress ? "from" : "to")`",
          rules: ["N6", "N9", "N28"])
      }
      before = shape
      read.rules.append(shape.rule)
    }
    read.hasRules = !read.rules.isEmpty
  }

  /// A rule, and which of its two fields were there.
  private struct RuleShape {
    var rule: NetworkPolicy.Rule
    var hasPeers = false
    var hasPorts = false

    var hasPeersOnly: Bool { hasPeers && !hasPorts }
    var hasPortsOnly: Bool { hasPorts && !hasPeers }
  }

  private mutating func readRule<Field: FieldName>(
    _ table: FieldTable<Field>, _ location: SourceLocation, _ isPorts: (Field) -> Bool
  ) throws(SyntaxProblem) -> RuleShape {
    var shape = RuleShape(rule: NetworkPolicy.Rule(location: location))
    switch try enterMapping() {
    case .entered: break
    case .null:
      // The API server reads a null rule as an empty one, which matches everything (N7).
      report(
        .nullValue,
        "an empty rule matches all traffic; write `{}` if that is meant, else remove the `-`",
        rules: ["N7"])
      return shape
    case .wrongType:
      noteConsequence("the rule matches nothing")
      shape.rule.peers = [NetworkPolicy.Peer(.nothing, location: location)]
      return shape
    }
    var ports: [PortRead] = []
    try readFields(table) { decoder, field throws(SyntaxProblem) in
      if isPorts(field) {
        shape.hasPorts = true
        shape.rule.ports = try decoder.readPorts(&ports)
      } else {
        shape.hasPeers = true
        shape.rule.peers = try decoder.readPeers()
      }
    }
    reportNamedPortsToBlocks(shape.rule, ports)
    return shape
  }

  /// Says what the finding that was made last leads to.
  mutating func noteConsequence(_ consequence: String) {
    guard !pending.isEmpty else { return }
    pending[pending.count - 1].finding.consequence = consequence
  }

  /// N36: a port's name has no meaning for addresses outside the cluster.
  private mutating func reportNamedPortsToBlocks(_ rule: NetworkPolicy.Rule, _ ports: [PortRead]) {
    guard let peers = rule.peers, !peers.isEmpty, path.contains(where: { $0.name == "egress" })
    else { return }
    for peer in peers {
      guard case .ipBlock = peer.match else { return }
    }
    for port in ports {
      guard case .named(let name, _) = port.match.match else { continue }
      path.append(PathStep(name: "ports", mark: port.mark))
      path.append(PathStep(name: "", index: port.index, mark: port.mark))
      report(
        .neverMatches,
        "the port name `\(name)` has no meaning for addresses outside the cluster; write the port's number",
        field: "port", at: port.portMark, rules: ["N36"])
      path.removeLast(2)
    }
  }
}

enum NetworkPolicyField: String, FieldName {
  case apiVersion, kind, metadata, spec
  static let table = FieldTable<NetworkPolicyField>(
    "a NetworkPolicy", ignored: ["status"],
    nested: [
      .metadata: .mapping("name", "namespace", "labels", "annotations"),
      .spec: .mapping("podSelector", "policyTypes", "ingress", "egress"),
    ])
}

enum NetworkPolicySpecField: String, FieldName {
  case podSelector, policyTypes, ingress, egress
  static let table = FieldTable<NetworkPolicySpecField>(
    "the spec of a NetworkPolicy",
    hints: [
      "namespace": "the policy's namespace belongs under `metadata:`",
      "name": "the policy's name belongs under `metadata:`",
      "namespaceSelector":
        "a policy selects pods of its own namespace only; namespaceSelector belongs under `from:` or `to:`",
      "selector": "did you mean `podSelector`?",
    ],
    nested: [
      .podSelector: .mapping("matchLabels", "matchExpressions"),
      .ingress: .list("from", "ports"), .egress: .list("to", "ports"),
    ])
}

private let peerNames = NestedNames.list("podSelector", "namespaceSelector", "ipBlock")
private let portNames = NestedNames.list("port", "protocol", "endPort")

private enum IngressRuleField: String, FieldName {
  case from, ports
  static let table = FieldTable<IngressRuleField>(
    "an ingress rule", hints: ["to": "an ingress rule has `from`"],
    nested: [.from: peerNames, .ports: portNames])
}

private enum EgressRuleField: String, FieldName {
  case to, ports
  static let table = FieldTable<EgressRuleField>(
    "an egress rule", hints: ["from": "an egress rule has `to`"],
    nested: [.to: peerNames, .ports: portNames])
}

extension NetworkPolicy {
  /// The policy as it would be without knowing where it was read.
  var withoutLocations: NetworkPolicy {
    func strip(_ rules: [Rule]) -> [Rule] {
      rules.map { rule in
        Rule(
          peers: rule.peers?.map { Peer($0.match) }, ports: rule.ports?.map { PortMatch($0.match) })
      }
    }
    var copy = self
    copy.location = nil
    copy.ingress = strip(ingress)
    copy.egress = strip(egress)
    return copy
  }
}
