/// What the fields of a mapping were.
struct FieldsRead {
  /// One bit for each name of the schema that was there, by its index.
  var seen: UInt64 = 0
  var hasUnknownField = false
}

/// How a container began.
enum ContainerStart {
  case entered
  /// The value is null, as if it were absent.
  case null
  /// The value is of another type; a finding was made.
  case wrongType
}

extension ObjectDecoder where Reader: ~Copyable {
  /// Goes into the mapping that is the next value; anything else is consumed.
  mutating func enterMapping() throws(SyntaxProblem) -> ContainerStart {
    switch try reader.nextShape() {
    case .mapping:
      try reader.enterMapping()
      return .entered
    case .sequence:
      try reader.skipValue()
      report(.wrongType, "\(subject) must be a mapping (`key: value`), not a list")
      return .wrongType
    case .scalar:
      if try reader.readScalar() == .null {
        noteNull()
        return .null
      }
      report(.wrongType, "\(subject) must be a mapping (`key: value`), not \(quotedScalar)")
      return .wrongType
    }
  }

  /// Goes into the list that is the next value; anything else is consumed.
  mutating func enterSequence() throws(SyntaxProblem) -> ContainerStart {
    switch try reader.nextShape() {
    case .sequence:
      try reader.enterSequence()
      return .entered
    case .mapping:
      try reportMappingForList()
      return .wrongType
    case .scalar:
      if try reader.readScalar() == .null {
        noteNull()
        return .null
      }
      report(.wrongType, "\(subject) must be a list (`- ...`), not \(quotedScalar)")
      return .wrongType
    }
  }

  /// A list written without its `-`: names the first key, since the dash belongs before it.
  private mutating func reportMappingForList() throws(SyntaxProblem) {
    let mark = place
    try reader.enterMapping()
    guard try reader.nextKey() else {
      return report(
        .wrongType, "\(subject) must be a list (`- ...`), not an empty mapping", at: mark)
    }
    let key = reader.text
    try reader.skipValue()
    while try reader.nextKey() { try reader.skipValue() }
    report(
      .wrongType,
      "\(subject) must be a list: write `- ` before `\(key.shortened)`, and indent the keys that belong to the same "
        + "item under it",
      at: mark)
  }

  /// `from`, `from[0]` or `the object`: the value being read, for messages.
  var subject: String {
    guard let last = path.last else { return "the document" }
    if !last.name.isEmpty { return "`\(last.name)`" }
    let list = path.last { !$0.name.isEmpty }?.name ?? "the list"
    return "an item of `\(list)`"
  }

  /// The scalar that was read last, for messages.
  var quotedScalar: String {
    let text = reader.text
    return text.isEmpty ? "the empty text" : "`\(text.shortened)`"
  }

  private mutating func noteNull() {
    if let name = path.last?.name, !name.isEmpty { lastNull = (name, path.count) }
  }

  /// Reads the fields of the mapping entered last, to its end.
  ///
  /// `body` must consume the value of the field it is given. Unknown and repeated fields are reported and skipped;
  /// fields that are known and not read are skipped.
  @discardableResult
  mutating func readFields<Field: FieldName>(
    _ table: FieldTable<Field>, seen: UInt64 = 0,
    _ body: (inout Self, Field) throws(SyntaxProblem) -> Void
  ) throws(SyntaxProblem) -> FieldsRead {
    let schema = table.schema
    var read = FieldsRead(seen: seen)
    var merged: UInt64 = 0
    lastNull = ("", 0)
    while try reader.nextKey() {
      guard let index = reader.withText({ schema.index(of: $0) }) else {
        read.hasUnknownField = true
        try reportUnknownField(schema, seen: read.seen)
        continue
      }
      let bit: UInt64 = 1 << UInt64(index)
      if read.seen & bit != 0 {
        // The mapping's own fields win over merged ones, and merged ones over those merged later.
        if reader.isMergedKey {
          try reader.skipValue()
          continue
        }
        if merged & bit == 0 {
          try reportDuplicate(schema.names[index])
          continue
        }
      }
      read.seen |= bit
      if reader.isMergedKey { merged |= bit } else { merged &= ~bit }
      if index >= table.fields.count {
        try reader.skipValue()
        continue
      }
      path.append(PathStep(name: schema.names[index], mark: reader.mark))
      try body(&self, table.fields[index])
      path.removeLast()
    }
    return read
  }

  /// Reads the items of the list entered last, to its end; `body` must consume each item.
  mutating func readItems(
    _ body: (inout Self, Int) throws(SyntaxProblem) -> Void
  ) throws(SyntaxProblem) {
    var index = 0
    while try reader.nextItem() {
      path.append(PathStep(name: "", index: index, mark: reader.mark))
      try body(&self, index)
      path.removeLast()
      index += 1
    }
  }

  mutating func reportDuplicate(_ name: String) throws(SyntaxProblem) {
    let mark = reader.mark
    try reader.skipValue()
    report(
      .duplicateKey,
      "`\(name.shortened)` stands twice in this mapping; join the two, since only one of them can count",
      field: name, at: mark, consequence: "the first one is used, this one is left out")
  }
}

extension String {
  /// At most 60 characters, for messages.
  var shortened: String {
    count <= 60 ? self : "\(prefix(57))..."
  }
}
