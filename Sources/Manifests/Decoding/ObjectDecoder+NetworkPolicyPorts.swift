import ClusterModel
import NetworkTypes

/// A port of a rule, and where its fields stand.
struct PortRead {
  var match: PortMatch
  var index: Int
  var mark: Mark
  var portMark: Mark
}

/// `ports` of a NetworkPolicy's rules.
extension ObjectDecoder where Reader: ~Copyable {
  /// The ports of a rule; `nil`, for all ports and protocols, where the list is absent, null or empty (N28).
  mutating func readPorts(_ read: inout [PortRead]) throws(SyntaxProblem) -> [PortMatch]? {
    let location = location(place)
    read.removeAll()
    switch try enterSequence() {
    case .null: return nil
    case .wrongType:
      noteConsequence("the rule matches nothing")
      return [PortMatch(.nothing, location: location)]
    case .entered: break
    }
    var ports: [PortRead] = []
    try readItems { decoder, index throws(SyntaxProblem) in
      let first = decoder.pending.count
      ports.append(try decoder.readPort(index))
      decoder.noteConsequence(Self.portConsequence, since: first)
    }
    read = ports
    return ports.isEmpty ? nil : ports.map(\.match)
  }

  private mutating func readPort(_ index: Int) throws(SyntaxProblem) -> PortRead {
    var read = PortRead(
      match: PortMatch(.nothing, location: location(place)), index: index, mark: place,
      portMark: place)
    guard try enterMapping() == .entered else {
      noteConsequence(Self.portConsequence)
      // Numbers in place of mappings are the usual slip; null is refused as well.
      if pending.last?.finding.kind != .wrongType {
        report(
          .missingField, "the port is empty; write `- port: 80`, or `[]` for every port",
          consequence: Self.portConsequence)
      }
      return read
    }
    var port = PortOrName.null
    var endPort = NumberRead.null
    var endPortMark = place
    var protocolRead = ProtocolRead.null
    try readFields(PortField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .protocol: protocolRead = try decoder.readProtocol()
      case .port:
        read.portMark = decoder.place
        port = try decoder.readPortOrName()
        if case .number(let number) = port, number == 0 {
          decoder.report(
            .outOfRange, "port 0 is not a port; leave `port` away for every port",
            consequence: Self.portConsequence, rules: ["N32"])
          port = .invalid
        }
      case .endPort:
        endPortMark = decoder.place
        endPort = try decoder.readNumber()
      }
    }
    read.match.match = match(port, endPort, endPortMark, protocolRead)
    return read
  }

  private static var portConsequence: String { "the port matches nothing" }

  private mutating func match(
    _ port: PortOrName, _ endPort: NumberRead, _ endPortMark: Mark, _ protocolRead: ProtocolRead
  ) -> PortMatch.Match {
    var ipProtocol = IPProtocol.tcp
    var isValid = true
    switch protocolRead {
    case .value(let value): ipProtocol = value
    case .null: break
    case .invalid: isValid = false
    }
    func conflict(_ message: String) {
      report(
        .conflict, message, field: "endPort", at: endPortMark, consequence: Self.portConsequence,
        rules: ["N33"])
    }
    let last: Int?
    switch endPort {
    case .value(let number): last = number
    case .null: last = nil
    case .wrongType: return .nothing
    }
    switch port {
    case .invalid: return .nothing
    case .null:
      if last != nil {
        conflict("endPort needs `port`, the first port of the range; add it")
        return .nothing
      }
      return isValid ? .every(ipProtocol) : .nothing
    case .name(let name):
      if last != nil {
        conflict(
          "endPort goes with a port number, not with the port name `\(name)`; write the number or remove endPort"
        )
        return .nothing
      }
      return isValid ? .named(name, ipProtocol) : .nothing
    case .number(let first):
      guard let last else {
        return isValid ? .range(ipProtocol, PortRange(UInt16(first))) : .nothing
      }
      if last < first || last > 65_535 {
        let message =
          last > 65_535
          ? "endPort \(last) is not a port; it must be \(first) to 65535"
          : last < 1
            ? "endPort \(last) is not a port; it must be \(first) to 65535"
            : "endPort \(last) is below port \(first); swap them"
        report(
          .outOfRange, message, field: "endPort", at: endPortMark,
          consequence: Self.portConsequence, rules: ["N33"])
        return .nothing
      }
      return isValid
        ? .range(ipProtocol, PortRange(UInt16(first), through: UInt16(last))) : .nothing
    }
  }
}

private enum PortField: String, FieldName {
  case `protocol`, port, endPort
  static let table = FieldTable<PortField>(
    "a port of a rule",
    hints: [
      "targetPort": "a policy speaks of the pod's own port: did you mean `port`?",
      "containerPort": "did you mean `port`?", "number": "did you mean `port`?",
      "name": "a port's name goes into `port`",
    ])
}
