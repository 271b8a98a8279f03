import ClusterModel
import NetworkTypes

extension ObjectDecoder where Reader: ~Copyable {
  private static var closed: String { "the rule fails closed: it allows nothing, or denies all" }
  private static var nothing: String { "the peer matches nothing" }

  mutating func readClusterPeers(
    _ form: ClusterPolicyForm, _ direction: Direction
  ) throws(SyntaxProblem) -> [ClusterPolicy.Peer] {
    let location = location(place)
    switch try enterSequence() {
    case .null: return []
    case .wrongType:
      noteConsequence("the rule matches nothing")
      return [ClusterPolicy.Peer(.nothing, location: location)]
    case .entered: break
    }
    var peers: [ClusterPolicy.Peer] = []
    try readItems { decoder, _ throws(SyntaxProblem) in
      let location = decoder.location(decoder.place)
      let first = decoder.pending.count
      let match = try decoder.readClusterPeer(form, direction)
      decoder.noteConsequence(match == .unknown ? Self.closed : Self.nothing, since: first)
      peers.append(ClusterPolicy.Peer(match, location: location))
    }
    reportTooMany(peers.count, form.maximumCount, "peers of a rule")
    return peers
  }

  private mutating func readClusterPeer(
    _ form: ClusterPolicyForm, _ direction: Direction
  ) throws(SyntaxProblem) -> ClusterPolicy.Peer.Match {
    var found: [ClusterPolicy.Peer.Match] = []
    var hasUnknownField = false
    var hasNull = false
    switch try enterMapping() {
    case .entered:
      let table = direction == .ingress ? ClusterPeerField.ingressTable : form.egressPeerTable
      let read = try readFields(table) { decoder, field throws(SyntaxProblem) in
        let match =
          switch field {
          case .namespaces: try decoder.readPeerNamespaces(form)
          case .pods: try decoder.readPeerPods(form)
          case .nodes: try decoder.readPeerNodes()
          case .networks: try decoder.readNetworks()
          case .domainNames: try decoder.readDomainNames()
          }
        if let match { found.append(match) } else { hasNull = true }
      }
      hasUnknownField = read.hasUnknownField
    case .null: hasNull = true
    case .wrongType:
      noteConsequence(Self.closed)
      return .unknown
    }
    if found.isEmpty {
      let names =
        direction == .ingress ? "`namespaces` or `pods`" : "`namespaces`, `pods` or another"
      report(
        .missingField,
        hasNull
          ? "the peer selects nothing: null is not the same as `{}`; write `{}` for all"
          : "the peer has no field that is known here; it needs \(names)",
        consequence: Self.closed, rules: ["A23"])
      return .unknown
    }
    if found.count > 1 {
      report(
        .conflict,
        "a peer has exactly one field; begin a second item with `-` if either should match",
        consequence: Self.closed, rules: ["A23", "D6"])
      return .unknown
    }
    return hasUnknownField ? .unknown : found[0]
  }

  // MARK: Selectors

  /// `namespaces`, a label selector; in v0.1.1 a mapping of three other fields (A15). `nil` for null.
  private mutating func readPeerNamespaces(
    _ form: ClusterPolicyForm
  ) throws(SyntaxProblem) -> ClusterPolicy.Peer.Match? {
    switch try readNamespaceMatch(form) {
    case .null: nil
    case .invalid: .nothing
    case .unknown: .unknown
    case .match(let match): .namespaces(match)
    }
  }

  private enum NamespaceMatchRead {
    case null
    case match(ClusterPolicy.NamespaceMatch)
    /// A selector that the API server refuses.
    case invalid
    /// Unknown fields, or fields that exclude each other.
    case unknown
  }

  private mutating func readNamespaceMatch(
    _ form: ClusterPolicyForm
  ) throws(SyntaxProblem) -> NamespaceMatchRead {
    guard form.understandsOldPeers else { return Self.match(try readSelector(failsClosed: true)) }
    switch try enterMapping() {
    case .null: return .null
    case .wrongType: return .invalid
    case .entered: break
    }
    var parts = SelectorParts()
    var hasSelectorField = false
    var old: [NamespaceMatchRead] = []
    let read = try readFields(OldNamespacesField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .matchLabels:
        hasSelectorField = true
        try decoder.readMatchLabels(&parts)
      case .matchExpressions:
        hasSelectorField = true
        try decoder.readMatchExpressions(&parts)
      case .namespaceSelector:
        decoder.reportOldField(field.rawValue, "write the selector itself under `namespaces:`")
        old.append(Self.match(try decoder.readSelector(failsClosed: true)))
      case .sameLabels:
        decoder.reportOldField(field.rawValue, "later versions have nothing like it")
        old += Self.match(try decoder.readLabelKeys()) { .sameLabels($0) }
      case .notSameLabels:
        decoder.reportOldField(field.rawValue, "later versions have nothing like it")
        old += Self.match(try decoder.readLabelKeys()) { .notSameLabels($0) }
      }
    }
    if read.hasUnknownField { return .unknown }
    if old.count > 1 || !old.isEmpty && hasSelectorField {
      report(
        .conflict, "namespaces are chosen in one way only; remove all but one of these fields",
        consequence: Self.closed, rules: ["A15", "D6"])
      return .unknown
    }
    if let only = old.first { return only }
    return parts.isValid ? .match(.selector(parts.selector)) : .invalid
  }

  private static func match(_ read: SelectorRead) -> NamespaceMatchRead {
    switch read {
    case .null: .null
    case .invalid: .invalid
    case .selector(_, hasUnknownField: true): .unknown
    case .selector(let selector, hasUnknownField: false): .match(.selector(selector))
    }
  }

  private static func match(
    _ read: LabelKeysRead, _ make: ([String]) -> ClusterPolicy.NamespaceMatch
  ) -> [NamespaceMatchRead] {
    switch read {
    case .null: []
    case .keys(let keys): [.match(make(keys))]
    case .invalid: [.invalid]
    }
  }

  private mutating func reportOldField(_ name: String, _ advice: String) {
    report(
      .unknownField, "`\(name)` was removed after v0.1.1 of the API; \(advice)",
      consequence: "it is read as v0.1.1 read it", rules: ["A15", "D7"])
  }

  /// The label keys of `sameLabels` or `notSameLabels`.
  private mutating func readLabelKeys() throws(SyntaxProblem) -> LabelKeysRead {
    switch try enterSequence() {
    case .null: return .null
    case .wrongType: return .invalid
    case .entered: break
    }
    var keys: [String] = []
    var isValid = true
    try readItems { decoder, _ throws(SyntaxProblem) in
      guard let key = try decoder.readSharedText() else {
        isValid = false
        return
      }
      if let problem = Names.labelKeyProblem(key) {
        decoder.report(.badName, "`\(key.shortened)` is no key of a label: \(problem)")
        isValid = false
      }
      keys.append(key)
    }
    if keys.isEmpty, isValid {
      report(.missingField, "\(subject) is empty; it needs the key of a label", rules: ["A15"])
      isValid = false
    }
    return isValid ? .keys(keys) : .invalid
  }

  private enum LabelKeysRead {
    case null
    case keys([String])
    case invalid
  }

  /// `pods`: selectors of namespaces and of pods in them. `nil` for null.
  private mutating func readPeerPods(
    _ form: ClusterPolicyForm
  ) throws(SyntaxProblem) -> ClusterPolicy.Peer.Match? {
    switch try enterMapping() {
    case .null: return nil
    case .wrongType: return .nothing
    case .entered: break
    }
    var namespaces = NamespaceMatchRead.null
    var old = NamespaceMatchRead.null
    var hasOld = false
    var pods = SelectorRead.null
    let table = form.understandsOldPeers ? PeerPodsField.oldTable : PeerPodsField.table
    let read = try readFields(table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .namespaceSelector:
        namespaces = Self.match(try decoder.readSelector(failsClosed: true))
      case .podSelector: pods = try decoder.readSelector(failsClosed: true)
      case .namespaces:
        hasOld = true
        decoder.reportOldField(field.rawValue, "write `namespaceSelector:`")
        old = try decoder.readNamespaceMatch(form)
      }
    }
    if read.hasUnknownField { return .unknown }
    if hasOld {
      guard case .null = namespaces else { return .unknown }
      namespaces = old
    }
    if case .null = namespaces, let all = requiredSelector(.null, "namespaceSelector") {
      namespaces = .match(.selector(all))
    }
    if case .selector(_, hasUnknownField: true) = pods { return .unknown }
    let podSelector = requiredSelector(pods, "podSelector")
    switch namespaces {
    case .unknown: return .unknown
    case .null, .invalid: return .nothing
    case .match(let match):
      guard let podSelector else { return .nothing }
      return .pods(namespaces: match, pods: podSelector)
    }
  }

  private mutating func readPeerNodes() throws(SyntaxProblem) -> ClusterPolicy.Peer.Match? {
    switch try readSelector(failsClosed: true) {
    case .null: nil
    case .invalid: .nothing
    case .selector(_, hasUnknownField: true): .unknown
    case .selector(let selector, hasUnknownField: false): .nodes(selector)
    }
  }

  // MARK: Addresses and names

  private mutating func readNetworks() throws(SyntaxProblem) -> ClusterPolicy.Peer.Match? {
    var blocks: [IPPrefix] = []
    var texts: Set<String> = []
    var isValid = true
    let count = try readPeerTexts(&isValid) { decoder, text in
      guard texts.insert(text).inserted else {
        decoder.report(
          .duplicateItem, "\(text.shortened) stands in this list already; remove it",
          consequence: "it is used once", rules: ["A26"])
        return true
      }
      switch text.utf8.count > 43
        ? .problem("`\(text.shortened)` is too long for a block of addresses")
        : BlockText.readStrictly(text)
      {
      case .block(let block, let remark):
        if let remark { decoder.report(.notCanonical, remark) }
        blocks.append(block)
        return true
      case .problem(let problem):
        decoder.report(
          .badCIDR, problem, consequence: Self.nothing, rules: ["A26"])
        return false
      }
    }
    guard let count else { return nil }
    reportTooMany(count, 25, "networks of a peer")
    return isValid && !blocks.isEmpty ? .networks(blocks) : .nothing
  }

  private mutating func readDomainNames() throws(SyntaxProblem) -> ClusterPolicy.Peer.Match? {
    var names: [String] = []
    var isValid = true
    let count = try readPeerTexts(&isValid) { decoder, text in
      if let problem = Names.domainNameProblem(text) {
        decoder.report(
          .badName, "`\(text.shortened)` is no domain name: \(problem)",
          consequence: Self.nothing, rules: ["A14"])
        return false
      }
      let name = text.lowercased()
      names.append(name.hasSuffix(".") ? String(name.dropLast()) : name)
      return true
    }
    guard let count else { return nil }
    reportTooMany(count, 25, "domain names of a peer")
    return isValid && !names.isEmpty ? .domainNames(names) : .nothing
  }

  /// Reads a list of texts; `nil` for null, else how many items it has.
  ///
  /// - Parameters:
  ///   - isValid: set to `false` for an item that is no text or that `body` refuses.
  ///   - body: gives whether it accepts the text.
  private mutating func readPeerTexts(
    _ isValid: inout Bool, _ body: (inout Self, String) -> Bool
  ) throws(SyntaxProblem) -> Int? {
    switch try enterSequence() {
    case .null: return nil
    case .wrongType:
      noteConsequence(Self.nothing)
      return 0
    case .entered: break
    }
    var count = 0
    try readItems { decoder, _ throws(SyntaxProblem) in
      count += 1
      switch try decoder.readTextValue() {
      case .text:
        let text = decoder.reader.text
        if !body(&decoder, text) { isValid = false }
      case .null:
        decoder.report(.missingField, "the item is empty; remove it", consequence: Self.nothing)
        isValid = false
      case .wrongScalar, .wrongType:
        decoder.noteConsequence(Self.nothing)
        isValid = false
      }
    }
    if count == 0 {
      report(
        .missingField, "\(subject) is empty; it needs at least one item",
        consequence: Self.nothing)
    }
    return count
  }
}

/// `namespaces` of a peer in v1alpha1: a label selector, and what v0.1.1 had instead.
private enum OldNamespacesField: String, FieldName {
  case matchLabels, matchExpressions, namespaceSelector, sameLabels, notSameLabels
  static let table = FieldTable<OldNamespacesField>(
    "a label selector", hints: ["*": "labels stand under `matchLabels:`"],
    nested: [
      .matchLabels: .anyName, .matchExpressions: .list("key", "operator", "values"),
    ],
    failsClosed: true)
}

private enum PeerPodsField: String, FieldName {
  case namespaceSelector, podSelector, namespaces

  private static let nested: [PeerPodsField: NestedNames] = [
    .namespaceSelector: .mapping("matchLabels", "matchExpressions"),
    .podSelector: .mapping("matchLabels", "matchExpressions"),
  ]

  static let table = FieldTable<PeerPodsField>(
    "the `pods` of a peer", fields: [.namespaceSelector, .podSelector], nested: nested,
    failsClosed: true)

  static let oldTable = FieldTable<PeerPodsField>(
    "the `pods` of a peer", nested: nested, failsClosed: true)
}
