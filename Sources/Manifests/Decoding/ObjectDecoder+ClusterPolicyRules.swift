import ClusterModel
import NetworkTypes

extension ObjectDecoder where Reader: ~Copyable {
  mutating func readClusterRules(
    _ form: ClusterPolicyForm, _ direction: Direction
  ) throws(SyntaxProblem) -> [ClusterPolicy.Rule] {
    guard try enterSequence() == .entered else { return [] }
    var rules: [ClusterPolicy.Rule] = []
    try readItems { decoder, _ throws(SyntaxProblem) in
      rules.append(try decoder.readClusterRule(form, direction))
    }
    reportTooMany(rules.count, form.maximumCount, "rules of a direction")
    return rules
  }

  /// A20: more than the API accepts is read all the same.
  mutating func reportTooMany(_ count: Int, _ maximum: Int, _ what: String) {
    guard count > maximum else { return }
    report(
      .tooMany, "\(count) \(what) are given and at most \(maximum) are allowed; split the policy",
      severity: .warning, consequence: "all of them are used", rules: ["A20"])
  }

  /// What a rule says beyond the model.
  private struct RuleParts {
    var actionText: String?
    var actionMark: Mark?
    var peersMark: Mark?
  }

  private mutating func readClusterRule(
    _ form: ClusterPolicyForm, _ direction: Direction
  ) throws(SyntaxProblem) -> ClusterPolicy.Rule {
    var rule = ClusterPolicy.Rule(action: .invalid, peers: [], location: location(place))
    var parts = RuleParts()
    switch try enterMapping() {
    case .entered: break
    case .null:
      report(
        .missingField, "the rule is empty; it needs an action and peers",
        consequence: "the rule matches nothing")
      return rule
    case .wrongType:
      noteConsequence("the rule matches nothing")
      return rule
    }
    let table = direction == .ingress ? form.ingressTable : form.egressTable
    try readFields(table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .name: try decoder.readRuleName(&rule)
      case .action:
        parts.actionMark = decoder.place
        switch try decoder.readTextValue() {
        case .text:
          parts.actionText = decoder.sharedText
          rule.action = decoder.readAction(form)
        case .null: parts.actionMark = nil
        case .wrongScalar, .wrongType: break
        }
      case .from, .to:
        parts.peersMark = decoder.place
        rule.peers = try decoder.readClusterPeers(form, direction)
      case .ports: rule.ports = try decoder.readClusterPorts(form)
      case .protocols: rule.ports = try decoder.readClusterProtocols(form)
      }
    }
    if parts.actionMark == nil || parts.actionText?.isEmpty == true {
      report(
        .missingField,
        "the rule has no action; add `action:` with \(Self.listed(form.actions))", field: "action",
        consequence: "the rule matches nothing", rules: ["A6"])
    }
    if rule.peers.isEmpty {
      let name = direction == .ingress ? "from" : "to"
      report(
        .missingField,
        "a rule needs at least one peer in `\(name)`; write `- namespaces: {}` for every pod",
        field: name,
        at: parts.peersMark ?? place, consequence: "the rule matches nothing", rules: ["A24"])
    }
    checkPeers(&rule, parts, form)
    return rule
  }

  /// Peers and ports that exclude each other, and peers that an action excludes.
  private mutating func checkPeers(
    _ rule: inout ClusterPolicy.Rule, _ parts: RuleParts, _ form: ClusterPolicyForm
  ) {
    var hasDomainNames = false
    var hasAddresses = false
    for peer in rule.peers {
      switch peer.match {
      case .domainNames: hasDomainNames = true
      case .networks, .nodes: hasAddresses = true
      default: break
      }
    }
    let hasNamedPort = rule.ports?.contains { if case .named = $0.match { true } else { false } }
    if hasNamedPort == true, hasDomainNames || hasAddresses {
      report(
        .conflict,
        "a port's name has no meaning for networks, nodes and domain names; write the port's number, or put these "
          + "peers into a rule of their own",
        severity: .warning, consequence: "the name counts only where such a peer is a pod",
        rules: ["A16", "A17"])
    }
    if hasDomainNames, rule.action == .deny || rule.action == .pass {
      report(
        .conflict,
        "domainNames are for \(form.allowAction) rules only: a name's addresses are not known well enough to "
          + "\(rule.action.rawValue.lowercased()) by them",
        field: "action", at: parts.actionMark ?? place,
        consequence: "the peers with domainNames match nothing", rules: ["A14"])
      for index in rule.peers.indices {
        if case .domainNames = rule.peers[index].match { rule.peers[index].match = .nothing }
      }
    }
  }

  private mutating func readRuleName(_ rule: inout ClusterPolicy.Rule) throws(SyntaxProblem) {
    rule.name = try readText() ?? ""
    if rule.name.count > 100 {
      report(
        .badName, "the name of a rule may have at most 100 characters", severity: .warning,
        rules: ["A20"])
    }
  }

  /// The action in the reader; `Allow` and `Accept` are understood in all kinds (D7).
  private mutating func readAction(_ form: ClusterPolicyForm) -> ClusterPolicy.Action {
    let text = reader.text
    switch text {
    case form.allowAction: return .allow
    case "Deny": return .deny
    case "Pass" where form.actions.contains("Pass"): return .pass
    case "Allow", "Accept":
      report(
        .unsupportedValue,
        "the action of \(form.article) \(form.kind.rawValue) is called `\(form.allowAction)`, not `\(text)`",
        severity: .warning, consequence: "it is read as \(form.allowAction)", rules: ["A6", "D7"])
      return .allow
    case "": return .invalid
    default:
      let advice =
        Spelling.nearest(to: text, in: form.actions).map { "did you mean `\($0)`?" }
        ?? "it must be \(Self.listed(form.actions))"
      report(
        .unsupportedValue,
        "`\(text.shortened)` is no action of \(form.article) \(form.kind.rawValue); \(advice)",
        consequence: "the rule matches nothing", rules: ["A6", "D6"])
      return .invalid
    }
  }

  private static func listed(_ words: [String]) -> String {
    words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
  }
}
