/// One line of comma-separated values (RFC 4180, with a line feed as its end).
enum CSVLine {
  static func write(_ fields: [String], to buffer: inout ReportBuffer) {
    var line = ""
    for (index, field) in fields.enumerated() {
      if index > 0 { line += "," }
      line += quoted(field)
    }
    buffer.writeLine(line)
  }

  /// `field`, in quotes where it holds a comma or a quote; control characters are escaped as in text.
  private static func quoted(_ field: String) -> String {
    let field = TerminalText.escaped(field)
    let needsQuotes = field.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"")
    }
    guard needsQuotes else { return field }
    var result = "\""
    for character in field.unicodeScalars {
      if character == "\"" { result += "\"" }
      result.unicodeScalars.append(character)
    }
    return result + "\""
  }
}
