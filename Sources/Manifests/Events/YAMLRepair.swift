/// Mends a document that is not YAML by the smallest change that was probably meant, to find what else is wrong with it.
///
/// Nothing of a mended document is used: the mistake has been reported, and only further findings are taken. Without it
/// someone with five slips in a file would see them one run at a time. Lines and columns count from 0.
struct YAMLRepair {
  private(set) var lines: [String]
  /// Columns that each line has been moved to the right.
  private(set) var shifts: [Int]

  /// - Parameter lines: all lines of the file, those of other documents empty.
  init(_ lines: [String]) {
    self.lines = lines
    shifts = Array(repeating: 0, count: lines.count)
  }

  /// Mends what `complaint` is about; `false` where no change suggests itself.
  mutating func mend(_ complaint: YAMLComplaint) -> Bool {
    let line = complaint.problemLine
    guard lines.indices.contains(line) else { return false }
    let outline = LineIndex(lines)
    if lines[line].prefix(while: { $0 == " " || $0 == "\t" || $0 == "-" }).contains("\t") {
      return expandTabs()
    }
    switch complaint.problem {
    case "did not find expected '-' indicator":
      switch Self.placeOfKey(line, outline) {
      case .item(let column), .parent(_, let column): return moveBlock(line, to: column, outline)
      case nil: return false
      }
    case "did not find expected key" where complaint.context == "while parsing a block mapping":
      return moveToLevelAbove(line, outline)
    case "mapping values are not allowed in this context":
      return mendNestedKey(line, complaint.problemColumn, outline)
    default: return false
    }
  }

  // MARK: A key among list items

  /// Where a key belongs that stands at the indentation of a list's items.
  enum KeyPlace {
    /// To the item above, whose keys are in this column.
    case item(column: Int)
    /// Beside the key that holds the list, in its column.
    case parent(String, column: Int)
  }

  /// Fields of the items of lists, by the key of the list.
  private static let itemFields: [String: Set<String>] = {
    let peers: Set = [
      "podSelector", "namespaceSelector", "ipBlock", "namespaces", "pods", "nodes", "networks",
      "domainNames",
    ]
    let rules: Set = ["from", "to", "ports", "protocols", "action", "name"]
    return [
      "from": peers, "to": peers, "ingress": rules, "egress": rules,
      "ports": [
        "port", "protocol", "endPort", "containerPort", "name", "targetPort", "nodePort",
        "portNumber", "portRange", "namedPort", "hostPort",
      ],
      "protocols": ["tcp", "udp", "sctp", "destinationNamedPort"],
      "containers": ["name", "image", "ports", "env", "command", "args", "resources"],
      "matchExpressions": ["key", "operator", "values"],
    ]
  }()

  static func placeOfKey(_ line: Int, _ outline: LineIndex) -> KeyPlace? {
    guard let key = outline.key(line) else { return nil }
    let column = outline.indentation(line)
    var itemColumn: Int?
    var candidate = outline.lineBefore(line)
    while let above = candidate {
      if outline.isItem(above), outline.indentation(above) == column {
        itemColumn = itemColumn ?? outline.contentColumn(above)
      } else if outline.contentColumn(above) < column, let parent = outline.key(above) {
        if itemFields[parent]?.contains(key) == true {
          return itemColumn.map { .item(column: $0) }
        }
        return .parent(parent, column: outline.contentColumn(above))
      }
      candidate = outline.lineBefore(above)
    }
    return nil
  }

  // MARK: Lines at a wrong indentation

  /// Moves a line and what hangs on it; what stands beside it at the same indentation comes along.
  private mutating func moveBlock(_ line: Int, to column: Int, _ outline: LineIndex) -> Bool {
    let indentation = outline.indentation(line)
    let distance = column - indentation
    guard distance != 0 else { return false }
    var next = line
    while next < lines.count {
      let isBlank = outline.isBlank(next)
      if !isBlank {
        if outline.indentation(next) < indentation { break }
        // The list goes on: what was moved belonged to the item before.
        if distance > 0, next > line, outline.indentation(next) == indentation,
          outline.isItem(next)
        {
          break
        }
      }
      if !isBlank { shift(next, by: distance) }
      next += 1
    }
    return true
  }

  private mutating func moveToLevelAbove(_ line: Int, _ outline: LineIndex) -> Bool {
    let indentation = outline.indentation(line)
    var candidate = outline.lineBefore(line)
    while let above = candidate {
      let column = outline.contentColumn(above)
      if column < indentation, outline.key(above) != nil {
        return moveBlock(line, to: column, outline)
      }
      candidate = outline.lineBefore(above)
    }
    return false
  }

  private mutating func shift(_ line: Int, by distance: Int) {
    if distance > 0 {
      lines[line] = String(repeating: " ", count: distance) + lines[line]
    } else {
      lines[line].removeFirst(min(-distance, lines[line].prefix { $0 == " " }.count))
    }
    shifts[line] += distance
  }

  /// Tabs in indentations as an editor shows them: to the next multiple of eight columns.
  private mutating func expandTabs() -> Bool {
    for line in lines.indices {
      let indentation = lines[line].prefix { $0 == " " || $0 == "\t" || $0 == "-" }
      guard indentation.contains("\t") else { continue }
      var expanded = ""
      for character in indentation {
        if character == "\t" {
          expanded += String(repeating: " ", count: 8 - expanded.count % 8)
        } else {
          expanded.append(character)
        }
      }
      shifts[line] += expanded.count - indentation.count
      lines[line] = expanded + String(lines[line].dropFirst(indentation.count))
    }
    return true
  }

  // MARK: A key inside what was taken for a scalar

  private mutating func mendNestedKey(
    _ line: Int, _ problemColumn: Int, _ outline: LineIndex
  ) -> Bool {
    guard let before = outline.lineBefore(line) else { return false }
    if outline.key(before) == nil, !outline.isItem(before),
      outline.indentation(before) < outline.indentation(line),
      !lines[before].contains(":")
    {
      lines[before] += ":"
      return true
    }
    if lines[line].prefix(problemColumn).contains(": ") { return quoteValue(line, outline) }
    let column = outline.contentColumn(before)
    return column < outline.indentation(line) ? moveBlock(line, to: column, outline) : false
  }

  private mutating func quoteValue(_ line: Int, _ outline: LineIndex) -> Bool {
    guard let range = lines[line].firstRange(of: ": ") else { return false }
    let value = lines[line][range.upperBound...]
    guard let first = value.first(where: { $0 != " " }), !"\"'[{|>&*".contains(first) else {
      return false
    }
    let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    lines[line] = "\(lines[line][..<range.upperBound])\"\(escaped)\""
    return true
  }
}
