/// A table for people: columns as wide as their widest cell, two spaces apart.
///
/// On a terminal the last column is wrapped to the width that is left, or stands on lines of its own below the others
/// where that is too little to read.
struct TextTable {
  struct Column {
    var title: String
    var isNumber = false
  }

  struct Cell {
    var text: String
    var look: TextStyle.Look = .plain

    init(_ text: String, _ look: TextStyle.Look = .plain) {
      self.text = TerminalText.escaped(text)
      self.look = look
    }
  }

  private static let narrowestLastColumn = 40
  private static let indentBelow = 4
  private let columns: [Column]
  private var rows: [[Cell]] = []

  init(_ columns: [Column]) { self.columns = columns }

  var isEmpty: Bool { rows.isEmpty }

  /// - Precondition: as many cells as columns.
  mutating func add(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row with another number of cells than columns")
    rows.append(row)
  }

  /// Writes the titles and all rows; columns without any text are left out.
  func write(to buffer: inout ReportBuffer, style: TextStyle, indent: Int = 0) {
    let shown = columns.indices.filter { index in
      rows.contains { !$0[index].text.isEmpty }
    }
    guard let last = shown.last else { return }
    let widths = shown.map { index in
      rows.reduce(TerminalText.width(of: columns[index].title)) {
        max($0, TerminalText.width(of: $1[index].text))
      }
    }
    let offset = indent + widths.dropLast().reduce(0) { $0 + $1 + 2 }
    let margin = String(repeating: " ", count: indent)
    let placement = placement(
      of: last, at: offset, lineWidth: offset + (widths.last ?? 0), style: style)

    func line(_ cells: [Cell]) -> String {
      var line = margin
      for (position, index) in shown.enumerated() {
        let cell = cells[index]
        let padding = String(
          repeating: " ", count: max(0, widths[position] - TerminalText.width(of: cell.text)))
        if columns[index].isNumber { line += padding }
        line += style.apply(cell.look, to: cell.text)
        if index != last {
          if !columns[index].isNumber { line += padding }
          line += "  "
        }
      }
      while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
      return line
    }

    func write(_ cells: [Cell]) {
      guard case .wrapped(let start, let width, let isBelow) = placement else {
        buffer.writeLine(line(cells))
        return
      }
      var pieces = TerminalText.wrapped(cells[last].text, width: width)[...]
      var first = cells
      first[last].text = isBelow ? "" : pieces.removeFirst()
      buffer.writeLine(line(first))
      for piece in pieces {
        buffer.writeLine(
          String(repeating: " ", count: start) + style.apply(cells[last].look, to: piece))
      }
    }
    write(columns.map { Cell($0.title, .bold) })
    for row in rows { write(row) }
  }

  /// How the last column is laid out.
  private enum Placement {
    /// In one piece.
    case whole
    /// In pieces of `width` that start at column `start`; below the other columns or, the first one, beside them.
    case wrapped(start: Int, width: Int, isBelow: Bool)
  }

  private func placement(
    of last: Int, at offset: Int, lineWidth: Int, style: TextStyle
  ) -> Placement {
    guard let width = style.width, lineWidth > width, !columns[last].isNumber else {
      return .whole
    }
    if width - offset >= Self.narrowestLastColumn {
      return .wrapped(start: offset, width: width - offset, isBelow: false)
    }
    let indent = Self.indentBelow
    return offset <= width && width - indent >= Self.narrowestLastColumn
      ? .wrapped(start: indent, width: width - indent, isBelow: true) : .whole
  }
}
