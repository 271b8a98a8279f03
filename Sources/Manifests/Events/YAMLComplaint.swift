/// An error of libyaml, and how to say it to someone who wrote the file by hand.
///
/// libyaml reports where it gave up, which is often a line after the mistake, in terms of its own grammar. The words
/// here name the mistake that leads to such a state most often. Lines and columns count from 0.
struct YAMLComplaint: Hashable, Sendable {
  var problem: String
  var context: String
  var problemLine: Int
  var problemColumn: Int
  var contextLine: Int
  var contextColumn: Int
  /// Where in the whole input the bytes themselves are wrong (not UTF-8, control characters).
  var byteOffset: Int?

  func diagnosed(in bytes: ByteWindow) -> SyntaxProblem {
    var found = diagnosis(bytes, LineIndex(bytes, around: [problemLine, contextLine]))
    found.complaint = self
    return found
  }

  private func diagnosis(_ bytes: ByteWindow, _ lines: LineIndex) -> SyntaxProblem {
    func at(_ line: Int, _ column: Int, _ message: String, isField: Bool = false) -> SyntaxProblem {
      SyntaxProblem(
        line: line + 1, column: column + 1, message: message, concernsField: isField)
    }

    // libyaml gives no line with these.
    if byteOffset != nil { return badBytes(bytes) }
    if let template = templateLine(lines) {
      return at(
        template.line, template.column,
        "this is a template, not YAML: render it first (`helm template`, `kustomize build`, ...)")
    }
    if let tab = tabColumn(lines) {
      var found = at(
        problemLine, tab, "a tab is used as indentation; YAML allows spaces only")
      found.kind = .tab
      return found
    }
    switch problem {
    case "mapping values are not allowed in this context":
      return mappingNotAllowed(lines, at)
    case "did not find expected '-' indicator":
      return at(problemLine, problemColumn, keyForItem(lines), isField: true)
    case "did not find expected key" where context == "while parsing a block mapping":
      return at(
        problemLine, problemColumn,
        "the indentation of this line fits no level above it; align it with the keys it belongs to")
    case "could not find expected ':'":
      return at(
        contextLine, contextColumn,
        "a key without a colon: write `key: value`, or `key:` before a block")
    case "found unexpected end of stream" where context.contains("quoted scalar"),
      "found unexpected document indicator" where context.contains("quoted scalar"):
      return at(contextLine, contextColumn, "this quote is never closed")
    case "did not find expected ',' or ']'":
      return at(contextLine, contextColumn, "this `[` is not closed with `]`")
    case "did not find expected ',' or '}'":
      return at(contextLine, contextColumn, "this `{` is not closed with `}`")
    case "did not find expected alphabetic or numeric character" where context.contains("alias"):
      return at(
        contextLine, contextColumn,
        "`*` begins an alias of YAML and needs a name; write \"*\" in quotes for the character, or `{}` for "
          + "everything")
    case "did not find expected alphabetic or numeric character" where context.contains("anchor"):
      return at(
        contextLine, contextColumn,
        "`&` begins an anchor of YAML and needs a name; put the value in quotes")
    case "found character that cannot start any token":
      let found = lines.character(problemLine, problemColumn).map { "`\($0)`" } ?? "this character"
      return at(
        problemLine, problemColumn, "\(found) cannot begin a value; put the value in quotes")
    case "block sequence entries are not allowed in this context":
      return at(
        problemLine, problemColumn,
        "a list item (`-`) is not allowed here; begin it on a line of its own, indented under its key"
      )
    case "Maximum nesting level reached, set with yaml_set_max_nest_level())":
      return at(problemLine, problemColumn, "too many lists and mappings inside each other")
    default:
      let inside = context.isEmpty ? "" : " (\(context))"
      return at(problemLine, problemColumn, "this is not YAML: \(problem)\(inside)")
    }
  }

  /// A `key:` inside what libyaml takes for a scalar: a key too deep, or a line before without its colon.
  private func mappingNotAllowed(
    _ lines: LineIndex, _ at: (Int, Int, String, Bool) -> SyntaxProblem
  ) -> SyntaxProblem {
    if let before = lines.contentBefore(problemLine), !before.text.contains(":"),
      !before.text.hasPrefix("- "), before.text.allSatisfy({ $0.isLetter || $0.isNumber })
    {
      return at(
        problemLine, problemColumn,
        "no colon after `\(before.text)` in line \(before.line + 1); write `\(before.text):`", false
      )
    }
    if let text = lines.text(problemLine), text.prefix(problemColumn).contains(": ") {
      return at(
        problemLine, problemColumn,
        "a second `: ` in one value; put the value in quotes, or the second key on its own line",
        false)
    }
    return at(
      problemLine, lines.indentation(problemLine),
      "a key is not allowed here: the value of the line before is complete; indent this line less",
      false)
  }

  /// A key at the indentation of a list's items.
  private func keyForItem(_ lines: LineIndex) -> String {
    let key = lines.key(problemLine).map { "`\($0.shortened)`" } ?? "a key"
    switch YAMLRepair.placeOfKey(problemLine, lines) {
    case .item(let column):
      return
        "\(key) stands where a list item (`- ...`) is expected: indent it to column \(column + 1), so that it "
        + "belongs to the item above"
    case .parent(let parent, let column):
      return
        "\(key) stands where an item (`- ...`) of `\(parent)` is expected: align it with `\(parent)` in column "
        + "\(column + 1)"
    case nil:
      return
        "\(key) stands where a list item (`- ...`) is expected: indent it to belong to the item above, or less to "
        + "belong to what holds the list"
    }
  }

  /// Where `{{` stands in the line of the problem or in the one where it began.
  private func templateLine(_ lines: LineIndex) -> (line: Int, column: Int)? {
    for line in [problemLine, problemLine - 1, contextLine] where line >= 0 {
      if let column = lines.column(of: "{{", in: line) { return (line, column) }
    }
    return nil
  }

  /// The column of a tab in the indentation of the problem's line.
  private func tabColumn(_ lines: LineIndex) -> Int? {
    guard let text = lines.text(problemLine) else { return nil }
    var column = 0
    for character in text {
      if character == "\t" { return column }
      if character != " " && character != "-" { return nil }
      column += 1
    }
    return nil
  }

  private func badBytes(_ bytes: ByteWindow) -> SyntaxProblem {
    var cursor = LineCursor(bytes)
    let place = cursor.position(of: byteOffset ?? 0)
    let message =
      problem.contains("control characters")
      ? "a control character that YAML does not allow" : "this is not UTF-8; save the file as UTF-8"
    return SyntaxProblem(line: place.line, column: place.column, message: message)
  }
}
