/// The scanners: move ``JSONReader/offset`` over one token or one value and check its syntax.
///
/// Runs of spaces and of plain string bytes, which are nearly all of a dump, go eight bytes at a time.
extension JSONReader {
  private static var everyByte: UInt64 { 0x0101_0101_0101_0101 }
  private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  @inline(__always)
  mutating func skipWhiteSpace() {
    var index = offset
    while true {
      let byte = bytes[index]
      if byte > 0x20 { break }
      if byte == 0x20 || byte == 0x0a {
        index += 1
        // Indentation of printed JSON: a run of spaces after the line break.
        while bytes.hasWord(at: index) {
          let other = bytes.word(at: index) ^ (0x20 &* Self.everyByte)
          let spaces = other.trailingZeroBitCount >> 3
          index += spaces
          if spaces < 8 { break }
        }
      } else if byte == 0x0d || byte == 0x09 {
        index += 1
      } else {
        break
      }
    }
    offset = index
  }

  /// Moves over the string whose opening quote is the next byte; tells whether it has escapes.
  @inline(__always)
  mutating func scanString() throws(SyntaxProblem) -> Bool {
    let start = offset + 1
    var index = start
    var hasEscapes = false
    var seen: UInt64 = 0
    while true {
      if bytes.hasWord(at: index) {
        let word = bytes.word(at: index)
        let quotes = word ^ (UInt64(UInt8(ascii: "\"")) &* Self.everyByte)
        let escapes = word ^ (UInt64(UInt8(ascii: "\\")) &* Self.everyByte)
        // The lowest set high bit marks the first quote, backslash or control byte; bits above it may be false.
        let stops =
          ((quotes &- Self.everyByte) & ~quotes | (escapes &- Self.everyByte) & ~escapes
            | (word &- (0x20 &* Self.everyByte)) & ~word) & Self.highBits
        if stops == 0 {
          seen |= word
          index += 8
          continue
        }
        let run = stops.trailingZeroBitCount >> 3
        seen |= word & ~(UInt64.max << UInt64(run * 8))
        index += run
      }
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        index = try scanEscape(at: index)
      } else if byte < 0x20 {
        throw stringProblem(start: start, at: index)
      } else {
        seen |= UInt64(byte)
        index += 1
      }
    }
    if seen & Self.highBits != 0 { try checkUTF8(start..<index) }
    offset = index + 1
    return hasEscapes
  }

  /// The offset after the escape that begins at `index`.
  private func scanEscape(at index: Int) throws(SyntaxProblem) -> Int {
    switch bytes[index + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return index + 2
    case UInt8(ascii: "u"):
      for digit in (index + 2)..<(index + 6)
      where JSONString.hexadecimalValue(bytes[digit]) == nil {
        if digit >= bytes.count { throw endOfInput() }
        throw problem(at: index, "`\\u` in a string needs four hexadecimal digits")
      }
      return index + 6
    default:
      if index + 1 >= bytes.count { throw endOfInput() }
      throw problem(
        at: index, "a string has an escape that JSON does not know; write `\\\\` for a backslash")
    }
  }

  private func stringProblem(start: Int, at index: Int) -> SyntaxProblem {
    if index >= bytes.count { return endOfInput() }
    if bytes[index] == 0x0a || bytes[index] == 0x0d {
      return problem(at: start - 1, "this string is not closed on its line; add the double quote")
    }
    return problem(at: index, "a control character in a string; write it as `\\u00..`")
  }

  private func checkUTF8(_ range: Range<Int>) throws(SyntaxProblem) {
    let isValid = bytes.withSpan(range) { (span: Span<UInt8>) -> Bool in
      (try? UTF8Span(validating: span)) != nil
    }
    if !isValid {
      throw problem(at: range.lowerBound, "this string is not UTF-8; save the file as UTF-8")
    }
  }

  /// Moves over the number that begins here; tells whether it is written as an integer.
  @inline(__always)
  mutating func scanNumber() throws(SyntaxProblem) -> Bool {
    var index = offset
    if bytes[index] == UInt8(ascii: "-") { index += 1 }
    let first = bytes[index]
    let integerStart = index
    index = skipDigits(from: index)
    if index == integerStart || first == UInt8(ascii: "0") && index > integerStart + 1 {
      throw numberProblem(at: index)
    }
    var isInteger = true
    if bytes[index] == UInt8(ascii: ".") {
      isInteger = false
      let start = index + 1
      index = skipDigits(from: start)
      if index == start { throw numberProblem(at: index) }
    }
    if bytes[index] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      index += 1
      if bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
      let start = index
      index = skipDigits(from: start)
      if index == start { throw numberProblem(at: index) }
    }
    offset = index
    return isInteger
  }

  @inline(__always)
  private func skipDigits(from start: Int) -> Int {
    var index = start
    while bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
    return index
  }

  private func numberProblem(at index: Int) -> SyntaxProblem {
    index >= bytes.count ? endOfInput() : problem(at: offset, "this is not a number of JSON")
  }

  /// Moves over `true`, `false` or `null`.
  @inline(__always)
  mutating func scanLiteral() throws(SyntaxProblem) {
    func matches(_ literal: StaticString) -> Bool {
      literal.withUTF8Buffer { letters in
        for index in 0..<letters.count where unsafe bytes[offset + index] != letters[index] {
          return false
        }
        return true
      }
    }
    switch bytes[offset] {
    case UInt8(ascii: "t") where matches("true"): offset += 4
    case UInt8(ascii: "f") where matches("false"): offset += 5
    case UInt8(ascii: "n") where matches("null"): offset += 4
    default: throw unexpected("a value")
    }
  }

  /// Moves over the next value without recursion; nesting is kept in one bit a level.
  mutating func skipValue() throws(SyntaxProblem) {
    var isMapping = DepthBits()
    var level = 0
    while true {
      // A value is due.
      skipWhiteSpace()
      switch bytes[offset] {
      case UInt8(ascii: "\""): _ = try scanString()
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try scanNumber()
      case UInt8(ascii: "{"):
        if depth + level >= Self.maximumDepth { throw tooDeep() }
        offset += 1
        skipWhiteSpace()
        if bytes[offset] == UInt8(ascii: "}") {
          offset += 1
        } else {
          level += 1
          isMapping[level] = true
          try scanKey()
          continue
        }
      case UInt8(ascii: "["):
        if depth + level >= Self.maximumDepth { throw tooDeep() }
        offset += 1
        skipWhiteSpace()
        if bytes[offset] == UInt8(ascii: "]") {
          offset += 1
        } else {
          level += 1
          isMapping[level] = false
          continue
        }
      default: try scanLiteral()
      }
      // A value has ended: a comma, or the end of one or more containers.
      ends: while level > 0 {
        skipWhiteSpace()
        let byte = bytes[offset]
        if byte == UInt8(ascii: ",") {
          offset += 1
          if isMapping[level] {
            skipWhiteSpace()
            try scanKey()
          }
          break ends
        }
        guard byte == (isMapping[level] ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
          throw unexpected(isMapping[level] ? "a comma or `}`" : "a comma or `]`")
        }
        offset += 1
        level -= 1
      }
      if level == 0 { return }
    }
  }

  /// Moves over a key and its colon.
  @inline(__always)
  private mutating func scanKey() throws(SyntaxProblem) {
    guard bytes[offset] == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
    _ = try scanString()
    skipWhiteSpace()
    guard bytes[offset] == UInt8(ascii: ":") else { throw unexpected("a colon after the key") }
    offset += 1
  }
}

/// One bit for each level of nesting, up to ``JSONReader/maximumDepth``.
private struct DepthBits {
  private var words = InlineArray<9, UInt64>(repeating: 0)

  subscript(level: Int) -> Bool {
    get { words[level >> 6] & 1 << UInt64(level & 63) != 0 }
    set {
      let bit: UInt64 = 1 << UInt64(level & 63)
      if newValue { words[level >> 6] |= bit } else { words[level >> 6] &= ~bit }
    }
  }
}
