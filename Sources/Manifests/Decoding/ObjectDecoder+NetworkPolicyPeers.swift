import ClusterModel
import NetworkTypes

/// `from` and `to` of a NetworkPolicy's rules.
extension ObjectDecoder where Reader: ~Copyable {
  /// The peers of a rule; `nil`, for every other end, where the list is absent, null or empty (N9).
  mutating func readPeers() throws(SyntaxProblem) -> [NetworkPolicy.Peer]? {
    let location = location(place)
    switch try enterSequence() {
    case .null:
      report(
        .suspicious,
        "\(subject) is empty and stands for every \(path.last?.name == "from" ? "source" : "destination"); write "
          + "`[]` if that is meant, else indent the peers under it as list items",
        rules: ["N9"])
      return nil
    case .wrongType:
      noteConsequence("the rule matches nothing")
      return [NetworkPolicy.Peer(.nothing, location: location)]
    case .entered: break
    }
    var peers: [NetworkPolicy.Peer] = []
    try readItems { decoder, _ throws(SyntaxProblem) in
      let location = decoder.location(decoder.place)
      let first = decoder.pending.count
      peers.append(NetworkPolicy.Peer(try decoder.readPeer(), location: location))
      decoder.noteConsequence(Self.peerConsequence, since: first)
    }
    return peers.isEmpty ? nil : peers
  }

  private mutating func readPeer() throws(SyntaxProblem) -> NetworkPolicy.Peer.Match {
    var pods = SelectorRead.null
    var namespaces = SelectorRead.null
    var block: BlockRead = .null
    var hasNull = false
    switch try enterMapping() {
    case .entered:
      try readFields(PeerField.table) { decoder, field throws(SyntaxProblem) in
        switch field {
        case .podSelector:
          pods = try decoder.readSelector()
          if case .null = pods { hasNull = true }
        case .namespaceSelector:
          namespaces = try decoder.readSelector()
          if case .null = namespaces { hasNull = true }
        case .ipBlock:
          block = try decoder.readIPBlock()
          if case .null = block { hasNull = true }
        }
      }
    case .null: hasNull = true
    case .wrongType:
      noteConsequence(Self.peerConsequence)
      return .nothing
    }
    return match(pods: pods, namespaces: namespaces, block: block, hasNull: hasNull)
  }

  private static var peerConsequence: String { "the peer matches nothing" }

  private mutating func match(
    pods: SelectorRead, namespaces: SelectorRead, block: BlockRead, hasNull: Bool
  ) -> NetworkPolicy.Peer.Match {
    let podSelector = Self.selector(pods)
    let namespaceSelector = Self.selector(namespaces)
    let hasSelector = podSelector.isGiven || namespaceSelector.isGiven
    switch block {
    case .null:
      guard hasSelector else {
        report(
          .missingField,
          hasNull
            ? "the peer selects nothing: null is not the same as `{}`; write `{}` for all pods, or indent what belongs "
              + "to the selector under it"
            : "the peer is empty; it needs podSelector, namespaceSelector or ipBlock",
          consequence: Self.peerConsequence, rules: ["N14", "N15"])
        return .nothing
      }
    case .block, .invalid:
      guard !hasSelector else {
        report(
          .conflict,
          "a peer has either ipBlock or selectors; begin a second item with `-` if either should match",
          consequence: Self.peerConsequence, rules: ["N16"])
        return .nothing
      }
      if case .block(let prefix, let except) = block { return .ipBlock(prefix, except: except) }
      return .nothing
    }
    if podSelector.isInvalid || namespaceSelector.isInvalid { return .nothing }
    return .selectors(namespaces: namespaceSelector.value, pods: podSelector.value)
  }

  private static func selector(
    _ read: SelectorRead
  ) -> (value: LabelSelector?, isGiven: Bool, isInvalid: Bool) {
    switch read {
    case .null: (nil, false, false)
    case .selector(let selector, _): (selector, true, false)
    case .invalid: (nil, true, true)
    }
  }

  // MARK: ipBlock

  private enum BlockRead {
    case null
    case block(IPPrefix, except: [IPPrefix])
    case invalid
  }

  private mutating func readIPBlock() throws(SyntaxProblem) -> BlockRead {
    switch try enterMapping() {
    case .null: return .null
    case .wrongType:
      noteConsequence(Self.peerConsequence)
      return .invalid
    case .entered: break
    }
    var block: IPPrefix?
    var hasBlock = false
    var cidrMark: Mark?
    var isValid = true
    var excepts: [(block: IPPrefix, mark: Mark, index: Int, text: String)] = []
    var exceptMark = place
    try readFields(IPBlockField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .cidr:
        cidrMark = decoder.place
        hasBlock = true
        switch try decoder.readTextValue() {
        case .text where decoder.reader.text.isEmpty: hasBlock = false
        case .text: block = decoder.readBlockText()
        case .null: hasBlock = false
        case .wrongScalar, .wrongType: break
        }
      case .except:
        exceptMark = decoder.place
        switch try decoder.enterSequence() {
        case .null: return
        case .wrongType:
          isValid = false
          return
        case .entered: break
        }
        try decoder.readItems { decoder, index throws(SyntaxProblem) in
          let mark = decoder.place
          switch try decoder.readTextValue() {
          case .text:
            let text = decoder.reader.text
            if let except = decoder.readBlockText() {
              excepts.append((except, mark, index, text))
            } else {
              isValid = false
            }
          case .null, .wrongScalar, .wrongType: isValid = false
          }
        }
      }
    }
    if !hasBlock {
      report(
        .missingField, "the ipBlock has no cidr; add one, as in `cidr: 10.0.0.0/8`", field: "cidr",
        at: cidrMark ?? place, consequence: Self.peerConsequence, rules: ["N18"])
      return .invalid
    }
    guard let block else { return .invalid }
    for except in excepts {
      guard let problem = Self.exceptProblem(except.block, of: block) else { continue }
      path.append(PathStep(name: "except", mark: exceptMark))
      path.append(PathStep(name: "", index: except.index, mark: except.mark))
      report(
        .notSubset, "the exception \(except.text.shortened) \(problem) \(block)",
        consequence: Self.peerConsequence, rules: ["N18"])
      path.removeLast(2)
      isValid = false
    }
    return isValid ? .block(block, except: excepts.map(\.block)) : .invalid
  }

  private static func exceptProblem(_ except: IPPrefix, of block: IPPrefix) -> String? {
    if except.family != block.family {
      return "is of the other address family and takes nothing from"
    }
    if block.contains(except), except.length > block.length { return nil }
    if except == block { return "is the whole block; nothing is left of" }
    if except.contains(block) { return "is larger than the block; nothing is left of" }
    return "is not inside the block"
  }

  /// The block in the reader's text; `nil` if it was reported. Sloppy forms are accepted and remarked (N19).
  private mutating func readBlockText() -> IPPrefix? {
    let text = reader.text
    switch BlockText.readLeniently(text) {
    case .block(let prefix, let remark):
      if let remark { report(.notCanonical, remark, rules: ["N19"]) }
      return prefix
    case .problem(let problem):
      report(.badCIDR, problem, consequence: Self.peerConsequence, rules: ["N18"])
      return nil
    }
  }
}

private enum PeerField: String, FieldName {
  case podSelector, namespaceSelector, ipBlock
  static let table = FieldTable<PeerField>(
    "a peer of a rule",
    hints: [
      "selector": "did you mean `podSelector`?", "namespace": "did you mean `namespaceSelector`?",
      "namespaces": "did you mean `namespaceSelector`?", "pods": "did you mean `podSelector`?",
      "networks": "a NetworkPolicy names blocks with `ipBlock:`",
    ],
    nested: [
      .podSelector: .mapping("matchLabels", "matchExpressions"),
      .namespaceSelector: .mapping("matchLabels", "matchExpressions"),
      .ipBlock: .mapping("cidr", "except"),
    ])
}

private enum IPBlockField: String, FieldName {
  case cidr, except
  static let table = FieldTable<IPBlockField>("an ipBlock")
}
