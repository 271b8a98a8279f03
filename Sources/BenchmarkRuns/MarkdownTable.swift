import Foundation

/// A table in Markdown.
struct MarkdownTable {
  private var lines: [[String]]

  init(_ titles: [String]) { lines = [titles, titles.map { _ in "---" }] }

  mutating func add(_ cells: [String]) { lines.append(cells) }

  var isEmpty: Bool { lines.count == 2 }

  var text: String {
    lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// Three significant digits, more before the point; nothing for no value.
  static func number(_ value: Double?) -> String {
    guard let value else { return "" }
    let digits = abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
    return String(format: "%.\(digits)f", value)
  }

  /// A count, with a comma before every third digit from the end.
  static func count(_ value: Double?) -> String {
    guard let value else { return "" }
    var digits = String(Int(value))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return digits
  }
}
