/// A table for people: columns as wide as their widest cell, two spaces apart.
///
/// On a terminal the last column is wrapped to the width that is left, if that is enough to read.
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

  private static let narrowestLastColumn = 24
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
    var lastWidth: Int?
    if let width = style.width, width - offset >= Self.narrowestLastColumn {
      lastWidth = width - offset
    }
    let margin = String(repeating: " ", count: indent)

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

    buffer.writeLine(line(columns.map { Cell($0.title, .bold) }))
    for row in rows {
      guard let lastWidth, !columns[last].isNumber else {
        buffer.writeLine(line(row))
        continue
      }
      let pieces = TerminalText.wrapped(row[last].text, width: lastWidth)
      var first = row
      first[last].text = pieces[0]
      buffer.writeLine(line(first))
      for piece in pieces.dropFirst() {
        buffer.writeLine(
          String(repeating: " ", count: offset) + style.apply(row[last].look, to: piece))
      }
    }
  }
}
