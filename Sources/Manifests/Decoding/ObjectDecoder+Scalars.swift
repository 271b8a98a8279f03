import NetworkTypes

/// A scalar that was read as a number.
enum NumberRead {
  case value(Int)
  /// Absent or null.
  case null
  /// Of another type, or too large for any field; a finding was made.
  case wrongType
}

/// Scalars, each read by the type of its field.
extension ObjectDecoder where Reader: ~Copyable {
  /// Consumes the next value, which must be text. `nil` for null; the text is then in the reader.
  ///
  /// - Returns: whether there is text. Numbers and booleans are reported, since the API server refuses them.
  mutating func readTextValue() throws(SyntaxProblem) -> TextRead {
    guard try reader.nextShape() == .scalar else {
      let found = try skipContainer()
      report(.wrongType, "\(subject) must be text, not \(found)")
      return .wrongType
    }
    switch try reader.readScalar() {
    case .text: return .text
    case .null: return .null
    case .integer, .float:
      report(
        .wrongType,
        "\(subject) must be text, and \(quotedScalar) is a number; write \"\(reader.text)\" in quotes"
      )
      return .wrongScalar
    case .boolean:
      report(
        .wrongType,
        "\(subject) must be text, and \(quotedScalar) is a boolean; write \"\(reader.text)\" in quotes"
      )
      return .wrongScalar
    case .ambiguousBoolean:
      report(
        .ambiguousScalar,
        "kubectl reads \(quotedScalar) as a boolean and refuses the file; write \"\(reader.text)\" in quotes",
        consequence: "it is read as text")
      return .text
    case .ambiguousNumber:
      report(
        .ambiguousScalar,
        "kubectl reads \(quotedScalar) as a number and refuses the file; write \"\(reader.text)\" in quotes",
        consequence: "it is read as text")
      return .text
    }
  }

  /// Skips the next value, a mapping or a list, and says which.
  mutating func skipContainer() throws(SyntaxProblem) -> String {
    let found = try reader.nextShape() == .mapping ? "a mapping" : "a list"
    try reader.skipValue()
    return found
  }

  /// The next value as text of its own; `nil` for null, or if it is of another type and was reported.
  mutating func readText() throws(SyntaxProblem) -> String? {
    try readTextValue() == .text ? reader.text : nil
  }

  /// Like ``readText()``, for texts that many objects share.
  mutating func readSharedText() throws(SyntaxProblem) -> String? {
    guard try readTextValue() == .text else { return nil }
    return sharedText
  }

  /// The text in the reader, stored once for all objects.
  var sharedText: String {
    mutating get {
      let number = reader.withText { records.interner.number(of: $0) }
      return records.interner[number]
    }
  }

  /// The next value as a whole number.
  mutating func readNumber() throws(SyntaxProblem) -> NumberRead {
    guard try reader.nextShape() == .scalar else {
      let found = try skipContainer()
      report(.wrongType, "\(subject) must be a number, not \(found)")
      return .wrongType
    }
    let type = try reader.readScalar()
    switch type {
    case .integer, .ambiguousNumber: return integerValue(type)
    case .null: return .null
    case .text:
      let isQuotedNumber = Int(reader.text) != nil
      report(
        .wrongType,
        "\(subject) must be a number, and \(quotedScalar) is text"
          + (isQuotedNumber ? "; leave the quotes away" : ""))
    case .float:
      report(.wrongType, "\(subject) must be a whole number, not \(quotedScalar)")
    case .boolean, .ambiguousBoolean:
      report(.wrongType, "\(subject) must be a number, not the boolean \(quotedScalar)")
    }
    return .wrongType
  }

  /// The integer in the reader; one that is too large for any field is clamped, so that range checks see it.
  mutating func integerValue(_ type: ScalarType) -> NumberRead {
    if let value = reader.withText({ Self.plainDecimal($0) }) { return .value(value) }
    let text = reader.text
    let digits = text.replacing("_", with: "")
    if type == .ambiguousNumber || Self.hasLeadingZero(digits) {
      report(
        .ambiguousScalar,
        "readers of YAML disagree on the number `\(text)`; write it in plain decimal digits",
        consequence: "it is read as decimal")
    }
    let isNegative = digits.hasPrefix("-")
    let magnitude = digits.drop { $0 == "-" || $0 == "+" }
    let value: Int? =
      if magnitude.hasPrefix("0x") {
        Int(magnitude.dropFirst(2), radix: 16)
      } else if magnitude.hasPrefix("0o") {
        Int(magnitude.dropFirst(2), radix: 8)
      } else if magnitude.hasPrefix("0b") {
        Int(magnitude.dropFirst(2), radix: 2)
      } else {
        Int(magnitude)
      }
    let clamped = min(value ?? .max, Int(Int32.max))
    return .value(isNegative ? -clamped : clamped)
  }

  /// The value of up to nine decimal digits without a leading zero, the form that nearly all numbers have.
  private static func plainDecimal(_ text: Span<UInt8>) -> Int? {
    guard text.count > 0, text.count <= 9, text[0] != UInt8(ascii: "0") || text.count == 1 else {
      return nil
    }
    var value = 0
    for index in text.indices {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    return value
  }

  private static func hasLeadingZero(_ digits: String) -> Bool {
    let magnitude = digits.drop { $0 == "-" || $0 == "+" }.utf8
    return magnitude.count > 1 && magnitude.first == 0x30
      && magnitude.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// The next value as a boolean; `nil` for null, or if it is of another type and was reported.
  mutating func readBoolean() throws(SyntaxProblem) -> Bool? {
    guard try reader.nextShape() == .scalar else {
      let found = try skipContainer()
      report(.wrongType, "\(subject) must be `true` or `false`, not \(found)")
      return nil
    }
    switch try reader.readScalar() {
    case .boolean: return reader.withText { $0.count == 4 }
    case .null: return nil
    case .ambiguousBoolean:
      report(
        .ambiguousScalar, "readers of YAML disagree on \(quotedScalar); write `true` or `false`",
        consequence: "it is read as a boolean")
      return ["y", "yes", "on"].contains(reader.text.lowercased())
    default:
      report(.wrongType, "\(subject) must be `true` or `false`, not \(quotedScalar)")
      return nil
    }
  }

  /// The next value as a time; `nil` for null, or if it was reported.
  mutating func readTimestamp() throws(SyntaxProblem) -> Timestamp? {
    guard try readTextValue() == .text else { return nil }
    if let time = reader.withText({ Timestamp(rfc3339: $0) }) { return time }
    report(
      .wrongType, "\(quotedScalar) is not a time; write it as `2026-03-01T12:00:00Z`",
      severity: .warning, consequence: "the time is left out")
    return nil
  }

  /// The next value as an IP address, an IPv4-mapped one as IPv4; `nil` for null or empty, or if it was reported.
  mutating func readAddress() throws(SyntaxProblem) -> IPAddress? {
    guard try readTextValue() == .text else { return nil }
    let text = reader.text
    if text.isEmpty { return nil }
    guard let address = IPAddress(lenient: text) else {
      report(
        .badCIDR, BlockText.addressProblem(text.shortened),
        consequence: "the address is left out")
      return nil
    }
    return address.mappedIPv4 ?? address
  }

  /// The protocol named by the next value; `nil` for null, or if it was reported.
  mutating func readProtocol() throws(SyntaxProblem) -> ProtocolRead {
    switch try readTextValue() {
    case .null: return .null
    case .wrongType, .wrongScalar: return .invalid
    case .text: break
    }
    let text = reader.text
    switch text {
    case "TCP": return .value(.tcp)
    case "UDP": return .value(.udp)
    case "SCTP": return .value(.sctp)
    default:
      let meant = ["TCP", "UDP", "SCTP"].first { $0 == text.uppercased() }
      let advice =
        meant.map { "; write `\($0)`" }
        ?? "; it must be TCP, UDP or SCTP"
        + (text.uppercased().hasPrefix("ICMP")
          ? ": policies cannot name ICMP, only a rule without ports allows it" : "")
      report(
        .unsupportedValue, "the protocol `\(text.shortened)` is not supported\(advice)",
        rules: ["N30"])
      return .invalid
    }
  }
}

/// A scalar that was read as text.
enum TextRead {
  case text
  case null
  /// A number or a boolean, whose text is in the reader.
  case wrongScalar
  case wrongType
}

/// A scalar that was read as a protocol.
enum ProtocolRead {
  case value(IPProtocol)
  case null
  case invalid
}
