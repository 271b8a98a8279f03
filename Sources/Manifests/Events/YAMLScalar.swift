/// How plain YAML scalars read.
///
/// The YAML 1.2 core schema decides; where kubectl's reader (YAML 1.1, as go-yaml 2 reads it) takes a boolean or a number
/// for what is text in YAML 1.2, the type is an ambiguous one, so that the field's own type can decide and a finding
/// can be made.
enum YAMLScalar {
  static func type(of text: Span<UInt8>) -> ScalarType {
    guard text.count > 0 else { return .null }
    switch text[0] {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      return numberType(of: text)
    case UInt8(ascii: "~"): return text.count == 1 ? .null : .text
    default: return wordType(of: text)
    }
  }

  private static func wordType(of text: Span<UInt8>) -> ScalarType {
    guard text.count <= 5 else { return .text }
    switch String(text) {
    case "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "false", "False", "FALSE": return .boolean
    case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON",
      "n", "N", "no", "No", "NO", "off", "Off", "OFF":
      return .ambiguousBoolean
    default: return .text
    }
  }

  private static func numberType(of text: Span<UInt8>) -> ScalarType {
    var index = 0
    if text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-") { index = 1 }
    guard index < text.count else { return .text }
    if text[index] == UInt8(ascii: "0"), let type = prefixedType(of: text, from: index) {
      return type
    }
    if text.count - index == 4, text[index] == UInt8(ascii: ".") {
      switch String(text.extracting(index...)) {
      case ".inf", ".Inf", ".INF": return .float
      case ".nan", ".NaN", ".NAN": return index == 0 ? .float : .text
      default: break
      }
    }
    return decimalType(of: text, from: index)
  }

  /// `0x1f`, `0o17` and, in YAML 1.1 alone, `0b11`.
  private static func prefixedType(of text: Span<UInt8>, from start: Int) -> ScalarType? {
    guard start + 2 < text.count else { return nil }
    let base: UInt8
    switch text[start + 1] {
    case UInt8(ascii: "x"): base = 16
    case UInt8(ascii: "o"): base = 8
    case UInt8(ascii: "b"): base = 2
    default: return nil
    }
    var hasUnderscore = false
    for index in (start + 2)..<text.count {
      if text[index] == UInt8(ascii: "_") {
        hasUnderscore = true
        continue
      }
      guard let digit = JSONString.hexadecimalValue(text[index]), digit < base else {
        return .text
      }
    }
    return hasUnderscore || base == 2 ? .ambiguousNumber : .integer
  }

  private static func decimalType(of text: Span<UInt8>, from start: Int) -> ScalarType {
    var digits = 0
    var hasUnderscore = false
    var isFloat = false
    var index = start
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
      case UInt8(ascii: "_") where digits > 0: hasUnderscore = true
      case UInt8(ascii: ".") where !isFloat: isFloat = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard digits > 0, isExponent(text, from: index + 1) else { return .text }
        return hasUnderscore ? .ambiguousNumber : .float
      default: return .text
      }
      index += 1
    }
    guard digits > 0 else { return .text }
    if hasUnderscore { return .ambiguousNumber }
    return isFloat ? .float : .integer
  }

  private static func isExponent(_ text: Span<UInt8>, from start: Int) -> Bool {
    var index = start
    if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
      index += 1
    }
    guard index < text.count else { return false }
    for digit in index..<text.count
    where text[digit] < UInt8(ascii: "0") || text[digit] > UInt8(ascii: "9") {
      return false
    }
    return true
  }
}
