/// Single lines of an input, looked up by number: for the words of a message, not for reading.
struct LineIndex {
  /// Line number, from 0, to its text.
  private var texts: [Int: String] = [:]

  /// Longer lines are cut: only their beginning is of use.
  private static let maximumLength = 1_000

  /// Keeps the lines near the given ones (from 0): up to ten before each.
  init(_ bytes: ByteWindow, around wanted: [Int]) {
    var line = 0
    var start = bytes.byteOrderMarkLength
    let last = wanted.max() ?? 0
    while start < bytes.count, line <= last {
      var end = start
      while end < bytes.count, bytes[end] != 0x0a { end += 1 }
      if wanted.contains(where: { line <= $0 && line > $0 - 10 }) {
        let cut = min(end, start + Self.maximumLength)
        let hasCarriageReturn = cut > start && bytes[cut - 1] == 0x0d
        texts[line] = bytes.text(start..<(hasCarriageReturn ? cut - 1 : cut))
      }
      start = end + 1
      line += 1
    }
  }

  func text(_ line: Int) -> String? { texts[line] }

  func character(_ line: Int, _ column: Int) -> Character? {
    texts[line].flatMap { $0.dropFirst(column).first }
  }

  /// Spaces that the line begins with.
  func indentation(_ line: Int) -> Int {
    texts[line].map { $0.prefix { $0 == " " }.count } ?? 0
  }

  /// The column, from 0, of the first `needle` in the line.
  func column(of needle: String, in line: Int) -> Int? {
    guard let text = texts[line] else { return nil }
    var rest = text[...]
    var column = 0
    while !rest.isEmpty {
      if rest.hasPrefix(needle) { return column }
      rest = rest.dropFirst()
      column += 1
    }
    return nil
  }

  /// The nearest line before `line` with something other than white space and comments, trimmed.
  func contentBefore(_ line: Int) -> (line: Int, text: String)? {
    for candidate in stride(from: line - 1, through: max(0, line - 9), by: -1) {
      guard let text = texts[candidate] else { continue }
      let content = text.drop { $0 == " " || $0 == "\t" }
      if content.isEmpty || content.hasPrefix("#") { continue }
      return (candidate, String(content))
    }
    return nil
  }
}
