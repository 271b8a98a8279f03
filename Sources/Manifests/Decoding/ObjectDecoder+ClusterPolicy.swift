import ClusterModel
import NetworkTypes

/// AdminNetworkPolicy, BaselineAdminNetworkPolicy (v1alpha1) and ClusterNetworkPolicy (v1alpha2).
extension ObjectDecoder where Reader: ~Copyable {
  mutating func decodeClusterPolicy(_ type: ObjectType, _ seen: UInt64) throws(SyntaxProblem) {
    let form = ClusterPolicyForm(type)
    var spec = ClusterPolicySpec()
    try readFields(ClusterPolicyField.table, seen: seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion, .kind: try decoder.reader.skipValue()
      case .metadata: try decoder.readMetadata()
      case .spec: try decoder.readClusterPolicySpec(form, &spec)
      }
    }
    if !spec.isGiven {
      report(
        .missingField, "the policy has no spec; add `spec:` with a `subject:`", field: "spec",
        consequence: "the policy is left out")
    }
    if type == .baselineAdminNetworkPolicy, !header.name.isEmpty, header.name != "default" {
      reportBaselineName()
    }
    let policy = ClusterPolicy(
      kind: form.kind, name: header.name, tier: spec.tier ?? .admin, priority: spec.priority ?? 0,
      subject: spec.subject, ingress: spec.ingress, egress: spec.egress)
    guard
      admit(
        count: records.clusterPolicies.count,
        { $0.clusterPolicies[$1].withoutLocations == policy.withoutLocations })
    else { return }
    reportSamePriority(policy, spec)
    var located = policy
    located.location = location(objectMark)
    records.clusterPolicies.append(located)
  }

  /// D4: the one BaselineAdminNetworkPolicy of a cluster is named `default`.
  private mutating func reportBaselineName() {
    header.contributes = false
    path.append(PathStep(name: "metadata", mark: header.nameMark ?? objectMark))
    report(
      .unsupportedValue,
      "a BaselineAdminNetworkPolicy must be named `default`, and this one is named `\(header.name.shortened)`; rename "
        + "it",
      field: "name", at: header.nameMark ?? objectMark,
      consequence: "the policy is left out", rules: ["A8", "D4"])
    path.removeLast()
  }

  private mutating func reportSamePriority(_ policy: ClusterPolicy, _ spec: ClusterPolicySpec) {
    guard let mark = spec.priorityMark, spec.priority != nil else { return }
    let key = Records.TierPriority(tier: policy.tier, priority: policy.priority)
    guard let other = records.priorities[key] else {
      records.priorities[key] = objectName
      return
    }
    path.append(PathStep(name: "spec", mark: mark))
    report(
      .samePriority,
      "\(other) has priority \(policy.priority) in the same tier; which of the two counts first is undefined: give "
        + "them different priorities",
      field: "priority", at: mark, consequence: "they are ordered by name, then kind",
      rules: ["A2", "D4"])
    path.removeLast()
  }

  // MARK: Spec

  private mutating func readClusterPolicySpec(
    _ form: ClusterPolicyForm, _ spec: inout ClusterPolicySpec
  ) throws(SyntaxProblem) {
    switch try enterMapping() {
    case .null: return
    case .wrongType:
      header.contributes = false
      spec.isGiven = true
      return noteConsequence("the policy is left out")
    case .entered: spec.isGiven = true
    }
    spec.tier = form.tier
    spec.priority = form.priority
    var hasTier = false
    var hasPriority = false
    var hasSubject = false
    try readFields(form.specTable) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .tier:
        hasTier = true
        switch try decoder.readTextValue() {
        case .text: decoder.readTier(&spec)
        case .null: hasTier = false
        case .wrongScalar, .wrongType: decoder.leaveOut()
        }
      case .priority:
        hasPriority = true
        spec.priorityMark = decoder.place
        switch try decoder.readNumber() {
        case .value(let number):
          spec.priority = number
          if !(0...1_000).contains(number) {
            decoder.report(
              .outOfRange,
              "priority \(decoder.reader.text.shortened) is not allowed; it must be 0 to 1000, and lower numbers "
                + "count first",
              rules: ["A2"])
          }
        case .null: hasPriority = false
        case .wrongType: decoder.leaveOut()
        }
      case .subject:
        hasSubject = true
        spec.subject = try decoder.readSubject()
      case .ingress: spec.ingress = try decoder.readClusterRules(form, .ingress)
      case .egress: spec.egress = try decoder.readClusterRules(form, .egress)
      }
    }
    if form.kind == .clusterNetworkPolicy, !hasTier {
      reportMissing("tier", "add `tier: Admin` or `tier: Baseline`", rules: ["A1"])
    }
    if form.kind != .baselineAdminNetworkPolicy, !hasPriority {
      reportMissing("priority", "add `priority:` with a number from 0 to 1000", rules: ["A2"])
    }
    if !hasSubject {
      report(
        .missingField, "the policy has no subject; add `subject:` with `namespaces` or `pods`",
        field: "subject", consequence: "the policy selects NO pod", rules: ["A5"])
    }
  }

  private mutating func readTier(_ spec: inout ClusterPolicySpec) {
    let text = reader.text
    switch text {
    case "Admin": spec.tier = .admin
    case "Baseline": spec.tier = .baseline
    default:
      let advice =
        Spelling.nearest(to: text, in: ["Admin", "Baseline"]).map { "did you mean `\($0)`?" }
        ?? "it must be Admin or Baseline"
      report(.unsupportedValue, "`\(text.shortened)` is no tier; \(advice)", rules: ["A1"])
      leaveOut()
    }
  }

  /// The finding that was made last makes the place of the policy unknowable: it is left out.
  private mutating func leaveOut() {
    header.contributes = false
    noteConsequence("the policy is left out")
  }

  private mutating func reportMissing(_ field: String, _ advice: String, rules: [String]) {
    report(
      .missingField, "the policy has no \(field); \(advice)", field: field, rules: rules)
    leaveOut()
  }

  // MARK: Subject

  /// Which pods the policy is about (A5); anything unclear selects nothing (D6).
  private mutating func readSubject() throws(SyntaxProblem) -> ClusterPolicy.Subject {
    let nothing = "the policy selects NO pod"
    var namespaces = SelectorRead.null
    var pods: SubjectPodsRead = .null
    switch try enterMapping() {
    case .entered:
      try readFields(SubjectField.table) { decoder, field throws(SyntaxProblem) in
        switch field {
        case .namespaces: namespaces = try decoder.readSelector()
        case .pods: pods = try decoder.readSubjectPods()
        }
      }
    case .null: break
    case .wrongType:
      noteConsequence(nothing)
      return .nothing
    }
    switch (namespaces, pods) {
    case (.null, .null):
      report(
        .missingField,
        "the subject has neither `namespaces` nor `pods`; write `namespaces: {}` for every pod",
        consequence: nothing, rules: ["A5", "D6"])
      return .nothing
    case (.selector(let selector, _), .null): return .namespaces(selector)
    case (.null, .pods(let namespaces, let pods)):
      return .pods(namespaces: namespaces, pods: pods)
    case (.invalid, .null), (.null, .invalid): return .nothing
    default:
      report(
        .conflict, "the subject has both `namespaces` and `pods`; remove one of them",
        consequence: nothing, rules: ["A5", "D6"])
      return .nothing
    }
  }

  private enum SubjectPodsRead {
    case null
    case pods(namespaces: LabelSelector, pods: LabelSelector)
    case invalid
  }

  private mutating func readSubjectPods() throws(SyntaxProblem) -> SubjectPodsRead {
    switch try enterMapping() {
    case .null: return .null
    case .wrongType: return .invalid
    case .entered: break
    }
    var namespaces = SelectorRead.null
    var pods = SelectorRead.null
    try readFields(SubjectPodsField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .namespaceSelector: namespaces = try decoder.readSelector()
      case .podSelector: pods = try decoder.readSelector()
      }
    }
    guard let namespaces = requiredSelector(namespaces, "namespaceSelector"),
      let pods = requiredSelector(pods, "podSelector")
    else { return .invalid }
    return .pods(namespaces: namespaces, pods: pods)
  }

  /// A selector that the API requires; a missing one is read as empty (A27). `nil` for an invalid one.
  mutating func requiredSelector(_ read: SelectorRead, _ field: String) -> LabelSelector? {
    switch read {
    case .selector(let selector, _): return selector
    case .invalid: return nil
    case .null:
      report(
        .missingField,
        "\(field) is required here; write `\(field): {}` for all of them", field: field,
        severity: .warning, consequence: "it is read as `{}`", rules: ["A27"])
      return .everything
    }
  }
}

/// What a cluster policy's spec gives, as far as it is valid.
struct ClusterPolicySpec {
  var isGiven = false
  var tier: Tier?
  var priority: Int?
  var priorityMark: Mark?
  var subject = ClusterPolicy.Subject.nothing
  var ingress: [ClusterPolicy.Rule] = []
  var egress: [ClusterPolicy.Rule] = []
}

enum ClusterPolicyField: String, FieldName {
  case apiVersion, kind, metadata, spec
  static let table = FieldTable<ClusterPolicyField>(
    "a cluster policy", ignored: ["status"],
    nested: [
      .metadata: .mapping("name", "labels", "annotations"),
      .spec: .mapping("tier", "priority", "subject", "ingress", "egress"),
    ])
}

private enum SubjectField: String, FieldName {
  case namespaces, pods
  static let table = FieldTable<SubjectField>(
    "the subject of a cluster policy",
    hints: [
      "podSelector": "write `pods:` with `namespaceSelector` and `podSelector` under it",
      "namespaceSelector": "write `namespaces:` with the selector itself under it",
      "matchLabels": "it belongs under `namespaces:`",
    ],
    nested: [
      .namespaces: .mapping("matchLabels", "matchExpressions"),
      .pods: .mapping("namespaceSelector", "podSelector"),
    ])
}

private enum SubjectPodsField: String, FieldName {
  case namespaceSelector, podSelector
  static let table = FieldTable<SubjectPodsField>(
    "the `pods` of a subject",
    nested: [
      .namespaceSelector: .mapping("matchLabels", "matchExpressions"),
      .podSelector: .mapping("matchLabels", "matchExpressions"),
    ])
}

extension ClusterPolicy {
  /// The policy as it would be without knowing where it was read.
  var withoutLocations: ClusterPolicy {
    func strip(_ rules: [Rule]) -> [Rule] {
      rules.map { rule in
        Rule(
          name: rule.name, action: rule.action, peers: rule.peers.map { Peer($0.match) },
          ports: rule.ports?.map { PortMatch($0.match) })
      }
    }
    var copy = self
    copy.location = nil
    copy.ingress = strip(ingress)
    copy.egress = strip(egress)
    return copy
  }
}
