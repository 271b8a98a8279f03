/// Unknown fields, and what was probably meant.
extension ObjectDecoder where Reader: ~Copyable {
  /// Reports the key read last, which `schema` does not know, and skips its value.
  mutating func reportUnknownField(_ schema: FieldSchema, seen: UInt64) throws(SyntaxProblem) {
    let name = reader.text
    let mark = reader.mark
    let advice = advice(for: name, schema, seen: seen)
    try reader.skipValue()
    report(
      .unknownField, "\(schema.thing) has no field `\(name.shortened)`\(advice)", field: name,
      at: mark, severity: schema.failsClosed ? .error : .warning,
      consequence: schema.failsClosed ? nil : "the field is ignored, as the API server ignores it",
      rules: schema.failsClosed ? ["A23", "D6"] : ["D1"])
  }

  private func advice(for name: String, _ schema: FieldSchema, seen: UInt64) -> String {
    if let before = emptyFieldBefore(schema), accepts(schema.nested[before], name) {
      return "; `\(before)` above it is empty: indent `\(name)` so that it belongs to `\(before)`"
    }
    for (index, list) in schema.names.enumerated() where seen & (1 << UInt64(index)) != 0 {
      if let nested = schema.nested[list], nested.isList, nested.names.contains(name) {
        return
          "; it stands outside the list item: indent it so that it belongs to the item of `\(list)` above"
      }
    }
    if let hint = schema.hints[name] { return "; \(hint)" }
    if let meant = Spelling.nearest(to: name, in: schema.names) {
      return "; did you mean `\(meant)`?"
    }
    if let holder = schema.names.first(where: { schema.nested[$0]?.names.contains(name) == true }) {
      return "; it belongs inside `\(holder)`"
    }
    if let hint = schema.hints["*"] { return "; \(hint)" }
    return schema.names.count <= 6
      ? "; it has \(schema.names.map { "`\($0)`" }.joined(separator: ", "))" : ""
  }

  /// The field of the present mapping that was given as null just before.
  private func emptyFieldBefore(_ schema: FieldSchema) -> String? {
    lastNull.pathCount == path.count + 1 ? lastNull.name : nil
  }

  private func accepts(_ nested: NestedNames?, _ name: String) -> Bool {
    guard let nested else { return false }
    return nested.acceptsAnyName || nested.names.contains(name)
  }
}
