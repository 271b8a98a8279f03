/// Writes JSON (RFC 8259) with members in the order in which they are written.
///
/// The caller pairs every `begin` with its `end`; commas are the writer's.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  /// Whether the innermost object or list already has a member.
  private var hasMember: [Bool] = [false]
  private var isAfterKey = false
  private var isLineDue = false

  /// Forgets what was written, and keeps the storage.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    hasMember = [false]
    isAfterKey = false
    isLineDue = false
  }

  /// What was written since the last call; objects and lists that are open stay open.
  mutating func takeBytes() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  private mutating func separate() {
    if isAfterKey {
      isAfterKey = false
      return
    }
    if hasMember[hasMember.count - 1] { bytes.append(UInt8(ascii: ",")) }
    hasMember[hasMember.count - 1] = true
    startLineIfDue()
  }

  private mutating func startLineIfDue() {
    if isLineDue { bytes.append(UInt8(ascii: "\n")) }
    isLineDue = false
  }

  mutating func beginObject() {
    separate()
    bytes.append(UInt8(ascii: "{"))
    hasMember.append(false)
  }

  mutating func endObject() {
    startLineIfDue()
    bytes.append(UInt8(ascii: "}"))
    hasMember.removeLast()
  }

  mutating func beginList() {
    separate()
    bytes.append(UInt8(ascii: "["))
    hasMember.append(false)
  }

  mutating func endList() {
    startLineIfDue()
    bytes.append(UInt8(ascii: "]"))
    hasMember.removeLast()
  }

  /// Starts a line with what is written next, behind the comma before it.
  mutating func breakLine() { isLineDue = true }

  /// Ends the text with a line feed.
  mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

  mutating func key(_ name: String) {
    separate()
    append(quoted: name)
    bytes.append(UInt8(ascii: ":"))
    isAfterKey = true
  }

  mutating func text(_ value: String) {
    separate()
    append(quoted: value)
  }

  mutating func number(_ value: some FixedWidthInteger) {
    separate()
    bytes.append(contentsOf: String(value).utf8)
  }

  mutating func flag(_ value: Bool) {
    separate()
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  mutating func member(_ name: String, _ value: String) {
    key(name)
    text(value)
  }

  mutating func member(_ name: String, _ value: String?) {
    key(name)
    if let value { text(value) } else { null() }
  }

  mutating func member(_ name: String, _ value: some FixedWidthInteger) {
    key(name)
    number(value)
  }

  mutating func member(_ name: String, _ value: Bool) {
    key(name)
    flag(value)
  }

  mutating func member(_ name: String, _ values: [String]) {
    key(name)
    beginList()
    for value in values { text(value) }
    endList()
  }

  /// Escapes what JSON demands, and all that a terminal could obey or that changes the direction of text.
  private mutating func append(quoted text: String) {
    bytes.append(UInt8(ascii: "\""))
    // Almost every text is plain, and much faster to append as it is.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) {
      bytes.append(contentsOf: text.utf8)
      bytes.append(UInt8(ascii: "\""))
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": bytes.append(contentsOf: "\\\"".utf8)
      case "\\": bytes.append(contentsOf: "\\\\".utf8)
      case "\n": bytes.append(contentsOf: "\\n".utf8)
      case "\t": bytes.append(contentsOf: "\\t".utf8)
      case "\r": bytes.append(contentsOf: "\\r".utf8)
      case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      default:
        if TerminalText.isUnsafe(scalar) {
          for unit in String(scalar).utf16 { append(escaped: unit) }
        } else {
          bytes.append(contentsOf: String(scalar).utf8)
        }
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(escaped unit: UInt16) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(contentsOf: "\\u".utf8)
    for shift in stride(from: 12, through: 0, by: -4) {
      bytes.append(digits[Int(unit >> UInt16(shift) & 15)])
    }
  }
}
