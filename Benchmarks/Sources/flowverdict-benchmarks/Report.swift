import Foundation

/// A table of figures: as text while it grows, as JSON at the end.
struct Report {
  enum Figure {
    case nanoseconds(Double)
    case milliseconds(Double)
    case mebibytes(Double)
    case number(Double)
    case percent(Double)
    case count(Int)
    case checksum(UInt64)
    /// Does not apply.
    case none

    var text: String {
      switch self {
      case .nanoseconds(let value), .number(let value), .milliseconds(let value),
        .mebibytes(let value):
        Self.rounded(value)
      case .percent(let value): Self.rounded(100 * value) + " %"
      case .count(let value): String(value)
      case .checksum(let value): String(value, radix: 16)
      case .none: "-"
      }
    }

    var json: (any Sendable)? {
      switch self {
      case .nanoseconds(let value), .number(let value), .milliseconds(let value),
        .mebibytes(let value), .percent(let value):
        value
      case .count(let value): value
      case .checksum(let value): String(value, radix: 16)
      case .none: nil
      }
    }

    private static func rounded(_ value: Double) -> String {
      let digits = abs(value) < 10 ? 2 : abs(value) < 100 ? 1 : 0
      return String(format: "%.\(digits)f", value)
    }
  }

  private let columns: [String]
  private var rows: [(title: String, task: String, figures: [Figure])] = []
  private var headings: [[String: String]] = []
  private static let nameWidth = 46
  private static let figureWidth = 11

  init(columns: [String]) { self.columns = columns }

  /// Starts a group of rows.
  mutating func heading(_ title: String, _ detail: String) {
    headings.append(["cluster": title, "shape": detail.trimmingCharacters(in: .whitespaces)])
    StandardOutput.line("\n\(title)\n\(detail)")
    StandardOutput.line(
      "  " + "".padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0)
        + columns.map { Self.right($0) }.joined())
  }

  mutating func row(_ title: String, _ task: String, _ figures: [Figure]) {
    rows.append((title, task, figures))
    StandardOutput.line(
      "  " + task.padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0)
        + figures.map { Self.right($0.text) }.joined())
  }

  private static func right(_ text: String) -> String {
    String(repeating: " ", count: max(1, figureWidth - text.count)) + text
  }

  /// Writes the JSON if a file is named.
  func finish(json path: String?) throws {
    guard let path else { return }
    let lines = rows.map { row -> [String: Any] in
      var line: [String: Any] = ["cluster": row.title, "task": row.task]
      for (column, figure) in zip(columns, row.figures) { line[column] = figure.json }
      return line
    }
    let root: [String: Any] = [
      "machine": MachineDescription.current.fields, "clusters": headings, "figures": lines,
    ]
    let bytes = try JSONSerialization.data(
      withJSONObject: root, options: [.prettyPrinted, .sortedKeys])
    try bytes.write(to: URL(fileURLWithPath: path))
  }
}
