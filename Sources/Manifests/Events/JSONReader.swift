/// Reads JSON (RFC 8259), one document or several one after another, straight from the bytes.
///
/// Everything is checked, also what is skipped: brackets, commas, strings with their escapes and UTF-8, numbers,
/// literals. Keys are not compared here, so a repeated key is the caller's to see. A ``Mark`` is a byte offset.
///
/// A mapped dump is read once from front to back; nothing is allocated but a buffer for strings with escapes.
struct JSONReader: ManifestReader, ~Copyable {
  /// Containers inside each other that are accepted.
  static let maximumDepth = 512

  let bytes: ByteWindow
  /// The next byte to look at.
  var offset: Int
  private(set) var mark = Mark.start
  var isMergedKey: Bool { false }
  var progress: Int { offset }

  /// Containers that are entered and not left.
  var depth = 0
  /// Whether the container was entered just now, so that no comma is due.
  private var isFirst = false
  private var isInDocument = false
  /// Where the search for the last key began.
  private var beforeKey: (offset: Int, isFirst: Bool) = (0, false)
  private var lookaheadState: (offset: Int, depth: Int, isFirst: Bool) = (0, 0, false)

  /// The bytes of the last key or scalar: a range of the input, or ``unescaped``.
  private var textRange = 0..<0
  private var textIsUnescaped = false
  private var unescaped: [UInt8] = []
  private var lines: LineCursor
  private var forgotten = ForgottenBytes()

  /// Reads from `start`, where a document or white space begins.
  init(_ bytes: ByteWindow, from start: Int) {
    self.bytes = bytes
    offset = start
    lines = LineCursor(bytes)
  }

  mutating func nextDocument() throws(SyntaxProblem) -> Bool {
    skipWhiteSpace()
    while isDocumentSeparator(at: offset) {
      // What follows may be YAML; the caller goes on with the reader of that.
      offset += 3
      guard Self.begins(bytes, at: offset) else { return false }
      skipWhiteSpace()
    }
    guard offset < bytes.count else { return false }
    mark = Mark(value: UInt64(offset))
    depth = 0
    return true
  }

  /// Whether JSON begins at `start`, after white space: a bracket, and then what only JSON has after it.
  static func begins(_ bytes: ByteWindow, at start: Int) -> Bool {
    func afterWhiteSpace(_ start: Int) -> Int {
      var index = start
      while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
      return index
    }
    let index = afterWhiteSpace(start)
    let next = afterWhiteSpace(index + 1)
    switch bytes[index] {
    case UInt8(ascii: "["):
      return bytes[next] == UInt8(ascii: "{") || bytes[next] == UInt8(ascii: "]")
    case UInt8(ascii: "{"):
      return bytes[next] == UInt8(ascii: "\"") || bytes[next] == UInt8(ascii: "}")
        || next >= bytes.count
    default: return false
    }
  }

  /// Whether `---` of a YAML document begins at `start`.
  private func isDocumentSeparator(at start: Int) -> Bool {
    bytes[start] == UInt8(ascii: "-") && bytes[start + 1] == UInt8(ascii: "-")
      && bytes[start + 2] == UInt8(ascii: "-")
  }

  mutating func nextShape() throws(SyntaxProblem) -> ValueShape {
    skipWhiteSpace()
    switch bytes[offset] {
    case UInt8(ascii: "{"): return .mapping
    case UInt8(ascii: "["): return .sequence
    default: return .scalar
    }
  }

  mutating func enterMapping() throws(SyntaxProblem) { try enter() }
  mutating func enterSequence() throws(SyntaxProblem) { try enter() }

  /// The opening bracket is the next byte, as ``nextShape()`` has said.
  private mutating func enter() throws(SyntaxProblem) {
    if depth >= Self.maximumDepth { throw tooDeep() }
    depth += 1
    offset += 1
    isFirst = true
  }

  mutating func nextKey() throws(SyntaxProblem) -> Bool {
    beforeKey = (offset, isFirst)
    skipWhiteSpace()
    let byte = bytes[offset]
    if byte == UInt8(ascii: "}") {
      leave()
      return false
    }
    if isFirst {
      isFirst = false
    } else {
      guard byte == UInt8(ascii: ",") else { throw unexpected("a comma or `}`") }
      offset += 1
      skipWhiteSpace()
    }
    guard bytes[offset] == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
    mark = Mark(value: UInt64(offset))
    try readString()
    skipWhiteSpace()
    guard bytes[offset] == UInt8(ascii: ":") else { throw unexpected("a colon after the key") }
    offset += 1
    return true
  }

  mutating func nextItem() throws(SyntaxProblem) -> Bool {
    skipWhiteSpace()
    let byte = bytes[offset]
    if byte == UInt8(ascii: "]") {
      leave()
      return false
    }
    if isFirst {
      isFirst = false
    } else {
      guard byte == UInt8(ascii: ",") else { throw unexpected("a comma or `]`") }
      offset += 1
      skipWhiteSpace()
    }
    mark = Mark(value: UInt64(offset))
    return true
  }

  private mutating func leave() {
    offset += 1
    depth -= 1
    isFirst = false
  }

  mutating func readScalar() throws(SyntaxProblem) -> ScalarType {
    skipWhiteSpace()
    let start = offset
    switch bytes[start] {
    case UInt8(ascii: "\""):
      try readString()
      return .text
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let isInteger = try scanNumber()
      setText(start..<offset)
      return isInteger ? .integer : .float
    default:
      try scanLiteral()
      setText(start..<offset)
      return bytes[start] == UInt8(ascii: "n") ? .null : .boolean
    }
  }

  private mutating func setText(_ range: Range<Int>) {
    textRange = range
    textIsUnescaped = false
  }

  /// Reads the string whose opening quote is the next byte into the current text.
  private mutating func readString() throws(SyntaxProblem) {
    let start = offset + 1
    let hasEscapes = try scanString()
    if hasEscapes {
      unescaped.removeAll(keepingCapacity: true)
      JSONString.unescape(bytes, start..<(offset - 1), into: &unescaped)
      textIsUnescaped = true
    } else {
      setText(start..<(offset - 1))
    }
  }

  @inline(__always)
  func withText<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if textIsUnescaped { return try body(unescaped.span) }
    return try bytes.withSpan(textRange, body)
  }

  mutating func beginLookahead() { lookaheadState = (beforeKey.offset, depth, beforeKey.isFirst) }
  mutating func rewind() { (offset, depth, isFirst) = lookaheadState }

  mutating func position(of mark: Mark) -> (line: Int, column: Int) {
    lines.position(of: Int(clamping: mark.value))
  }

  mutating func forgetWhatIsRead() {
    lines.settle(at: Int(clamping: mark.value))
    forgotten.advance(to: offset, in: bytes)
  }
}

extension JSONReader {
  /// The byte at the present offset is not `expected`.
  func unexpected(_ expected: String) -> SyntaxProblem {
    guard offset < bytes.count else { return endOfInput() }
    let byte = bytes[offset]
    let found: String
    switch byte {
    case 0x21...0x7e: found = "`\(Character(Unicode.Scalar(byte)))`"
    case 0x80...: found = "a character outside of quotes"
    default: found = "the control character 0x\(String(byte, radix: 16))"
    }
    return problem(at: offset, "\(expected) is expected here, and \(found) is found")
  }

  func problem(at offset: Int, _ message: String) -> SyntaxProblem {
    var lines = LineCursor(bytes)
    let place = lines.position(of: offset)
    return SyntaxProblem(line: place.line, column: place.column, message: message)
  }

  /// The input ends inside a value: names what is open, since a dump that was cut off is the usual cause.
  func endOfInput() -> SyntaxProblem {
    var lines = LineCursor(bytes)
    let opened = innermostOpenBracket()
    let end = lines.position(of: bytes.count)
    let inside = opened.map { offset -> String in
      var lines = LineCursor(bytes)
      let place = lines.position(of: offset)
      let bracket = bytes[offset] == UInt8(ascii: "{") ? "{" : "["
      return " inside the `\(bracket)` of line \(place.line), column \(place.column)"
    }
    return SyntaxProblem(
      line: end.line, column: end.column,
      message: "the file ends\(inside ?? " inside a value"): it is cut off; make the dump again")
  }

  func tooDeep() -> SyntaxProblem {
    problem(at: offset, "more than \(Self.maximumDepth) lists and mappings inside each other")
  }

  /// The bracket that is open at the end of the input, by one more walk over everything; only for the message.
  private func innermostOpenBracket() -> Int? {
    var open: [Int] = []
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
          index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["): open.append(index)
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
      default: break
      }
      index += 1
    }
    return open.last
  }
}
