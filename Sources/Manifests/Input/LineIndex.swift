/// Single lines of an input, looked up by number: for the words of a message, not for reading.
///
/// Lines and columns count from 0. Indentation is read as YAML's block style has it.
struct LineIndex {
  /// Line number to its text.
  private var texts: [Int: String] = [:]

  /// Longer lines are cut: only their beginning is of use.
  private static let maximumLength = 1_000
  /// Lines that are kept before a wanted one.
  private static let reach = 200

  /// Keeps the lines near the given ones.
  init(_ bytes: ByteWindow, around wanted: [Int]) {
    var line = 0
    var start = bytes.byteOrderMarkLength
    let last = wanted.max() ?? 0
    while start < bytes.count, line <= last {
      var end = start
      while end < bytes.count, bytes[end] != 0x0a { end += 1 }
      if wanted.contains(where: { line <= $0 && line > $0 - Self.reach }) {
        let cut = min(end, start + Self.maximumLength)
        let hasCarriageReturn = cut > start && bytes[cut - 1] == 0x0d
        texts[line] = bytes.text(start..<(hasCarriageReturn ? cut - 1 : cut))
      }
      start = end + 1
      line += 1
    }
  }

  /// All lines of a text.
  init(_ lines: [String]) {
    for (line, text) in lines.enumerated() { texts[line] = text }
  }

  func text(_ line: Int) -> String? { texts[line] }

  func character(_ line: Int, _ column: Int) -> Character? {
    texts[line].flatMap { $0.dropFirst(column).first }
  }

  /// Spaces that the line begins with.
  func indentation(_ line: Int) -> Int {
    texts[line].map { $0.prefix { $0 == " " }.count } ?? 0
  }

  /// Whether the line is empty, or a comment alone.
  func isBlank(_ line: Int) -> Bool {
    guard let text = texts[line] else { return true }
    let content = text.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
    return content.isEmpty || content.hasPrefix("#")
  }

  /// Whether the line begins a list item.
  func isItem(_ line: Int) -> Bool {
    guard let text = texts[line] else { return false }
    let content = text.drop { $0 == " " }
    return content.hasPrefix("- ") || content == "-"
  }

  /// Where the line's content begins, after the dashes of list items.
  func contentColumn(_ line: Int) -> Int {
    guard let text = texts[line] else { return 0 }
    return text.prefix { $0 == " " || $0 == "-" }.count
  }

  /// The key that the line begins with, after the dashes of list items.
  func key(_ line: Int) -> String? {
    guard let text = texts[line] else { return nil }
    let content = text.dropFirst(contentColumn(line))
    guard let colon = content.firstIndex(of: ":") else { return nil }
    let after = content[content.index(after: colon)...]
    guard after.isEmpty || after.first == " " || after.first == "\r" else { return nil }
    return String(content[..<colon])
  }

  /// The column of the first `needle` in the line.
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

  /// The nearest line before `line` with something other than white space and comments.
  func lineBefore(_ line: Int) -> Int? {
    var candidate = line - 1
    while candidate >= 0, texts[candidate] != nil {
      if !isBlank(candidate) { return candidate }
      candidate -= 1
    }
    return nil
  }

  /// The nearest line before `line` with something other than white space and comments, trimmed.
  func contentBefore(_ line: Int) -> (line: Int, text: String)? {
    guard let before = lineBefore(line), let text = texts[before] else { return nil }
    return (before, String(text.drop { $0 == " " || $0 == "\t" }))
  }
}
