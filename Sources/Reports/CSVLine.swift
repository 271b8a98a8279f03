import FlowAudit

/// One line of comma-separated values (RFC 4180, with a line feed as its end).
enum CSVLine {
  static func write(_ fields: [String], to buffer: inout ReportBuffer) {
    buffer.write(bytes: bytes(fields))
  }

  static func bytes(_ fields: [String]) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(512)
    for (index, field) in fields.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      append(field, to: &line)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  /// `field`, in quotes where it holds a comma or a quote; control characters are escaped as in text.
  private static func append(_ field: String, to line: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    // Almost every field is plain, and much faster to append as it is.
    if field.utf8.allSatisfy({
      $0 >= 0x20 && $0 < 0x7f && $0 != quote && $0 != UInt8(ascii: ",")
    }) {
      line.append(contentsOf: field.utf8)
      return
    }
    let escaped = TerminalText.escaped(field).utf8
    guard escaped.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") }) else {
      line.append(contentsOf: escaped)
      return
    }
    line.append(quote)
    for byte in escaped {
      if byte == quote { line.append(quote) }
      line.append(byte)
    }
    line.append(quote)
  }

  /// `undefinedByAPI N25 N41; ambiguousPriority A2`.
  static func field(of remarks: [CitedRemark]) -> String {
    remarks.map { ([$0.remark.rawValue] + $0.ruleIDs).joined(separator: " ") }
      .joined(separator: "; ")
  }
}
