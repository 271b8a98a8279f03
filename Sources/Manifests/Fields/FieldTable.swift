/// The names of the fields that a decoder reads from one kind of mapping.
///
/// Each has a `static let table`, made once: the fields that are read, those that are known and skipped, and hints for
/// the rest.
protocol FieldName: RawRepresentable<String>, CaseIterable, Sendable {}

/// The fields of one kind of mapping, looked up by the bytes of a key.
struct FieldTable<Field: FieldName>: Sendable {
  let fields: [Field]
  let schema: FieldSchema

  /// - Parameters:
  ///   - thing: what the mapping is, for messages: `a port of a NetworkPolicy`.
  ///   - fields: the fields of this mapping, where a type serves for several.
  ///   - ignored: names that Kubernetes knows here and that no verdict depends on.
  ///   - hints: for names that people write by mistake, what to do instead.
  ///   - nested: the names that belong inside a field of this mapping, to notice wrong indentation.
  init(
    _ thing: String, fields: [Field] = Array(Field.allCases), ignored: [String] = [],
    hints: [String: String] = [:], nested: [Field: NestedNames] = [:], failsClosed: Bool = false
  ) where Field: Hashable {
    self.fields = fields
    schema = FieldSchema(
      thing: thing, names: fields.map(\.rawValue) + ignored, hints: hints,
      nested: Dictionary(uniqueKeysWithValues: nested.map { ($0.key.rawValue, $0.value) }),
      failsClosed: failsClosed)
  }
}

/// The names that belong inside a field: of its mapping, or of the items of its list.
struct NestedNames: Sendable {
  var names: [String]
  var isList = false
  /// Whether any name may stand there, as in `matchLabels`.
  var acceptsAnyName = false

  static func mapping(_ names: String...) -> NestedNames { NestedNames(names: names) }
  static func list(_ names: String...) -> NestedNames { NestedNames(names: names, isList: true) }
  static let anyName = NestedNames(names: [], acceptsAnyName: true)
}

/// The part of a ``FieldTable`` that does not depend on the type of its fields.
final class FieldSchema: Sendable {
  let thing: String
  /// Fields that are read, then fields that are only known. At most 64.
  let names: [String]
  let hints: [String: String]
  let nested: [String: NestedNames]
  /// Whether an unknown field here makes a rule fail closed instead of being ignored (D6).
  let failsClosed: Bool

  private let bytes: [UInt8]
  private let starts: [Int]
  /// Open addressing over the names: index + 1, or 0; a power of two in size.
  private let slots: [UInt8]

  init(
    thing: String, names: [String], hints: [String: String], nested: [String: NestedNames],
    failsClosed: Bool
  ) {
    precondition(names.count <= 64, "a set of seen fields has 64 bits")
    self.thing = thing
    self.names = names
    self.hints = hints
    self.nested = nested
    self.failsClosed = failsClosed
    bytes = names.flatMap(\.utf8)
    var starts = [0]
    for name in names { starts.append(starts[starts.count - 1] + name.utf8.count) }
    self.starts = starts
    var slots = [UInt8](repeating: 0, count: 256)
    for (index, name) in names.enumerated() {
      var slot = Self.hash(Array(name.utf8).span)
      while slots[slot] != 0 { slot = (slot + 1) & 255 }
      slots[slot] = UInt8(index + 1)
    }
    self.slots = slots
  }

  /// Over length, first, middle and last byte, which tell nearly all names of a mapping apart.
  private static func hash(_ name: Span<UInt8>) -> Int {
    let count = name.count
    guard count > 0 else { return 0 }
    let mixed =
      count &* 0x9e37 ^ Int(name[0]) &* 31 ^ Int(name[count / 2]) &* 7 ^ Int(name[count - 1]) &* 131
    return (mixed ^ mixed >> 8) & 255
  }

  /// The index of `name` in ``names``, or `nil`.
  func index(of name: Span<UInt8>) -> Int? {
    var slot = Self.hash(name)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if matches(name, index) { return index }
      slot = (slot + 1) & 255
    }
    return nil
  }

  private func matches(_ name: Span<UInt8>, _ index: Int) -> Bool {
    let start = starts[index]
    guard starts[index + 1] - start == name.count else { return false }
    for offset in 0..<name.count where bytes[start + offset] != name[offset] { return false }
    return true
  }
}
