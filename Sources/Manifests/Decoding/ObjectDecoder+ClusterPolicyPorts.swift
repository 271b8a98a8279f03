import ClusterModel
import NetworkTypes

extension ObjectDecoder where Reader: ~Copyable {
  private static var closed: String { "the rule fails closed: it allows nothing, or denies all" }
  private static var nothing: String { "the port matches nothing" }

  /// `ports` of v1alpha1; `nil`, for everything, where it is absent, null or empty (A16, D5).
  mutating func readClusterPorts(
    _ form: ClusterPolicyForm
  ) throws(SyntaxProblem) -> [PortMatch]? {
    try readPortList(form, "ports") { decoder throws(SyntaxProblem) in
      try decoder.readClusterPort()
    }
  }

  /// `protocols` of v1alpha2; `nil`, for everything, where it is absent, null or empty (A19, D5).
  mutating func readClusterProtocols(
    _ form: ClusterPolicyForm
  ) throws(SyntaxProblem) -> [PortMatch]? {
    try readPortList(form, "protocols") { decoder throws(SyntaxProblem) in
      try decoder.readClusterProtocol()
    }
  }

  private mutating func readPortList(
    _ form: ClusterPolicyForm, _ name: String,
    _ body: (inout Self) throws(SyntaxProblem) -> PortMatch.Match
  ) throws(SyntaxProblem) -> [PortMatch]? {
    let location = location(place)
    switch try enterSequence() {
    case .null: return nil
    case .wrongType:
      noteConsequence("the rule matches nothing")
      return [PortMatch(.nothing, location: location)]
    case .entered: break
    }
    var ports: [PortMatch] = []
    try readItems { decoder, _ throws(SyntaxProblem) in
      let location = decoder.location(decoder.place)
      let first = decoder.pending.count
      let match = try body(&decoder)
      decoder.noteConsequence(match == .unknown ? Self.closed : Self.nothing, since: first)
      ports.append(PortMatch(match, location: location))
    }
    if ports.isEmpty {
      report(
        .missingField, "an empty list of \(name) is refused; leave `\(name)` away for everything",
        severity: .warning, consequence: "the rule is about all ports and protocols",
        rules: ["D5"])
      return nil
    }
    reportTooMany(ports.count, form.maximumCount, "\(name) of a rule")
    return ports
  }

  /// Reads the members of an item of which exactly one must be there; `nil` members are null ones.
  private mutating func readOne<Field: FieldName>(
    _ table: FieldTable<Field>, _ names: String,
    _ body: (inout Self, Field) throws(SyntaxProblem) -> PortMatch.Match?
  ) throws(SyntaxProblem) -> PortMatch.Match {
    var found: [PortMatch.Match] = []
    var hasUnknownField = false
    switch try enterMapping() {
    case .entered:
      let read = try readFields(table) { decoder, field throws(SyntaxProblem) in
        if let match = try body(&decoder, field) { found.append(match) }
      }
      hasUnknownField = read.hasUnknownField
    case .null: break
    case .wrongType:
      noteConsequence(Self.closed)
      return .unknown
    }
    if found.isEmpty {
      report(
        .missingField, "the item has no field that is known here; it needs \(names)",
        consequence: Self.closed, rules: ["A23", "D5"])
      return .unknown
    }
    if found.count > 1 {
      report(
        .conflict, "an item has exactly one of \(names); begin a second item with `-`",
        consequence: Self.closed, rules: ["A16", "A17"])
      return .unknown
    }
    return hasUnknownField ? .unknown : found[0]
  }

  // MARK: v1alpha1

  private mutating func readClusterPort() throws(SyntaxProblem) -> PortMatch.Match {
    try readOne(ClusterPortField.table, "portNumber, portRange, namedPort") {
      decoder, field throws(SyntaxProblem) in
      switch field {
      case .portNumber: try decoder.readNumberedPort()
      case .portRange: try decoder.readPortRangeWithProtocol()
      case .namedPort: try decoder.readNamedPort()
      }
    }
  }

  private mutating func readNumberedPort() throws(SyntaxProblem) -> PortMatch.Match? {
    switch try enterMapping() {
    case .null: return nil
    case .wrongType:
      noteConsequence(Self.nothing)
      return .nothing
    case .entered: break
    }
    var ipProtocol: IPProtocol? = .tcp
    var port = NumberRead.null
    try readFields(PortNumberField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .protocol: ipProtocol = try decoder.readProtocolOrTCP()
      case .port: port = try decoder.readPortNumber("port")
      }
    }
    guard let ipProtocol, let number = requiredPort(port, "port") else { return .nothing }
    return .range(ipProtocol, PortRange(number))
  }

  private mutating func readPortRangeWithProtocol() throws(SyntaxProblem) -> PortMatch.Match? {
    switch try enterMapping() {
    case .null: return nil
    case .wrongType:
      noteConsequence(Self.nothing)
      return .nothing
    case .entered: break
    }
    var ipProtocol: IPProtocol? = .tcp
    var start = NumberRead.null
    var end = NumberRead.null
    try readFields(PortRangeField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .protocol: ipProtocol = try decoder.readProtocolOrTCP()
      case .start: start = try decoder.readPortNumber("start")
      case .end: end = try decoder.readPortNumber("end")
      }
    }
    guard let range = range(start, end, allowsOnePort: true), let ipProtocol else {
      return .nothing
    }
    return .range(ipProtocol, range)
  }

  private mutating func readProtocolOrTCP() throws(SyntaxProblem) -> IPProtocol? {
    switch try readProtocol() {
    case .value(let value): value
    case .null: .tcp
    case .invalid: nil
    }
  }

  /// A port number that must be there; `nil` if it is not valid, which has been reported.
  private mutating func requiredPort(_ read: NumberRead, _ field: String) -> UInt16? {
    switch read {
    case .value(let number): return UInt16(number)
    case .wrongType: return nil
    case .null:
      report(
        .missingField, "`\(field)` is missing; add it", field: field, consequence: Self.nothing)
      return nil
    }
  }

  private mutating func range(
    _ start: NumberRead, _ end: NumberRead, allowsOnePort: Bool
  ) -> PortRange? {
    let first = requiredPort(start, "start")
    let last = requiredPort(end, "end")
    guard let first, let last else { return nil }
    if first > last {
      report(
        .outOfRange, "the range starts at \(first), after its end \(last); swap them",
        consequence: Self.nothing, rules: ["A16", "A17"])
      return nil
    }
    if first == last, !allowsOnePort {
      report(
        .outOfRange, "a range of one port is refused; write `number: \(first)`",
        severity: .warning, consequence: "it is read as this port", rules: ["A17"])
    }
    return PortRange(first, through: last)
  }

  private mutating func readNamedPort() throws(SyntaxProblem) -> PortMatch.Match? {
    switch try readTextValue() {
    case .null: return nil
    case .wrongScalar, .wrongType:
      noteConsequence(Self.nothing)
      return .nothing
    case .text: break
    }
    let name = sharedText
    if let problem = Names.portNameProblem(name) {
      report(
        .badName, Names.portNameFinding(name, problem),
        consequence: Self.nothing, rules: ["N32"])
      return .nothing
    }
    return .named(name, nil)
  }

  // MARK: v1alpha2

  private mutating func readClusterProtocol() throws(SyntaxProblem) -> PortMatch.Match {
    try readOne(ClusterProtocolField.table, "tcp, udp, sctp, destinationNamedPort") {
      decoder, field throws(SyntaxProblem) in
      switch field {
      case .tcp: try decoder.readTransport(.tcp)
      case .udp: try decoder.readTransport(.udp)
      case .sctp: try decoder.readTransport(.sctp)
      case .destinationNamedPort: try decoder.readNamedPort()
      }
    }
  }

  private mutating func readTransport(
    _ ipProtocol: IPProtocol
  ) throws(SyntaxProblem) -> PortMatch.Match? {
    switch try enterMapping() {
    case .null: return nil
    case .wrongType:
      noteConsequence(Self.nothing)
      return .nothing
    case .entered: break
    }
    var match: PortMatch.Match?
    let read = try readFields(TransportField.table) { decoder, _ throws(SyntaxProblem) in
      match = try decoder.readDestinationPort(ipProtocol)
    }
    if read.hasUnknownField { return .unknown }
    if let match { return match }
    report(
      .emptyField, "`{}` is refused here; leave `protocols` away for all protocols, or name a port",
      consequence: "it is read as every \(ipProtocol) port", rules: ["A18"])
    return .every(ipProtocol)
  }

  private mutating func readDestinationPort(
    _ ipProtocol: IPProtocol
  ) throws(SyntaxProblem) -> PortMatch.Match? {
    switch try enterMapping() {
    case .null: return nil
    case .wrongType:
      noteConsequence(Self.nothing)
      return .nothing
    case .entered: break
    }
    var number = NumberRead.null
    var range: PortRange?
    var hasRange = false
    let read = try readFields(DestinationPortField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .number: number = try decoder.readPortNumber("number")
      case .range:
        switch try decoder.enterMapping() {
        case .null: return
        case .wrongType:
          hasRange = true
          return
        case .entered: hasRange = true
        }
        var start = NumberRead.null
        var end = NumberRead.null
        try decoder.readFields(PlainRangeField.table) { decoder, field throws(SyntaxProblem) in
          switch field {
          case .start: start = try decoder.readPortNumber("start")
          case .end: end = try decoder.readPortNumber("end")
          }
        }
        range = decoder.range(start, end, allowsOnePort: false)
      }
    }
    if read.hasUnknownField { return .unknown }
    switch (number, hasRange) {
    case (.null, false):
      report(
        .missingField, "a destination port needs `number` or `range`", consequence: Self.nothing,
        rules: ["A17"])
      return .nothing
    case (.value(let number), false): return .range(ipProtocol, PortRange(UInt16(number)))
    case (.null, true): return range.map { .range(ipProtocol, $0) } ?? .nothing
    case (.wrongType, false): return .nothing
    case (_, true):
      report(
        .conflict, "a destination port has either `number` or `range`; remove one of them",
        consequence: Self.nothing, rules: ["A17"])
      return .nothing
    }
  }
}

private enum ClusterPortField: String, FieldName {
  case portNumber, portRange, namedPort
  static let table = FieldTable<ClusterPortField>(
    "a port of a rule",
    hints: [
      "port": "write `portNumber:` with `protocol` and `port` under it",
      "protocol": "write `portNumber:` with `protocol` and `port` under it",
    ],
    nested: [
      .portNumber: .mapping("protocol", "port"), .portRange: .mapping("protocol", "start", "end"),
    ],
    failsClosed: true)
}

private enum PortNumberField: String, FieldName {
  case `protocol`, port
  static let table = FieldTable<PortNumberField>("a portNumber")
}

private enum PortRangeField: String, FieldName {
  case `protocol`, start, end
  static let table = FieldTable<PortRangeField>("a portRange")
}

private enum ClusterProtocolField: String, FieldName {
  case tcp, udp, sctp, destinationNamedPort
  static let table = FieldTable<ClusterProtocolField>(
    "an item of `protocols`",
    hints: [
      "icmp": "a policy cannot name ICMP; leave `protocols` away for all protocols",
      "port": "write `tcp:` with `destinationPort: {number: ...}` under it",
      "protocol": "write `tcp:`, `udp:` or `sctp:`",
    ],
    nested: [.tcp: .mapping("destinationPort"), .udp: .mapping("destinationPort")],
    failsClosed: true)
}

private enum TransportField: String, FieldName {
  case destinationPort
  static let table = FieldTable<TransportField>(
    "a protocol", hints: ["sourcePort": "a policy speaks of destination ports only"],
    nested: [.destinationPort: .mapping("number", "range")], failsClosed: true)
}

private enum DestinationPortField: String, FieldName {
  case number, range
  static let table = FieldTable<DestinationPortField>(
    "a destination port", hints: ["port": "did you mean `number`?"], failsClosed: true)
}

private enum PlainRangeField: String, FieldName {
  case start, end
  static let table = FieldTable<PlainRangeField>("a range of ports")
}
