import Testing
import Yams

@testable import Manifests

@Suite struct YAMLReaderTests {
  @Test func `documents, anchors and aliases are read`() throws {
    let text = """
      a: &one {x: [1, 2]}
      b: *one
      c: [*one, &two "t", *two]
      ---
      - last
      """
    let one = ReadValue.mapping(["x": .list([.number("1"), .number("2")])])
    #expect(
      try readYAML(text) == [
        .mapping(["a": one, "b": one, "c": .list([one, .text("t"), .text("t")])]),
        .list([.text("last")]),
      ])
  }

  @Test func `a mapping's own keys win over merged ones, earlier merges over later ones`() throws {
    let text = """
      base: &base {a: 1, b: 2}
      other: &other {b: 3, c: 4}
      one: {<<: *base, b: own}
      two: {b: own, <<: *base}
      three: {<<: [*base, *other]}
      four: {<<: {d: 5}, e: 6}
      """
    guard case .mapping(let root) = try readYAML(text)[0] else { return }
    let two = ReadValue.mapping(["a": .number("1"), "b": .text("own")])
    // The reader hands out merged keys in place and marks them; the caller keeps what came first.
    #expect(root["two"] == two)
    #expect(
      root["three"] == .mapping(["a": .number("1"), "b": .number("2"), "c": .number("4")]))
    #expect(root["four"] == .mapping(["d": .number("5"), "e": .number("6")]))
    #expect(root["one"] == .mapping(["a": .number("1"), "b": .text("own")]))
  }

  @Test(arguments: [
    ("&a [*a]", "inside its own anchor"), ("[*nobody]", "has no anchor"),
    ("{<<: text}", "only merge mappings"), ("{<<: [1]}", "only merge mappings"),
    ("? [a]\n: b", "must be text"), ("a: {{ .Values.x }}", "a template"),
  ]) func `what cannot be resolved is refused with a reason`(text: String, reason: String) {
    let problem = #expect(throws: SyntaxProblem.self) { try readYAML(text) }
    #expect(problem?.message.contains(reason) == true)
  }

  @Test func `an alias bomb ends in an error, soon`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    let problem = #expect(throws: SyntaxProblem.self) { try readYAML(text) }
    #expect(problem?.message.contains("aliases bring in more than") == true)
  }

  @Test func `deep nesting ends in an error`() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: SyntaxProblem.self) { try readYAML(text) }
  }

  @Test func `a scalar of a megabyte is read whole`() throws {
    let large = String(repeating: "x", count: 1 << 20)
    #expect(try readYAML("a: \(large)\n") == [.mapping(["a": .text(large)])])
  }

  @Test(arguments: [
    ("", ScalarType.null), ("~", .null), ("null", .null), ("NULL", .null), ("nUll", .text),
    ("true", .boolean), ("False", .boolean), ("tRUE", .text),
    ("yes", .ambiguousBoolean), ("off", .ambiguousBoolean), ("N", .ambiguousBoolean),
    ("y", .ambiguousBoolean),
    ("0", .integer), ("-17", .integer), ("+8", .integer), ("0x1F", .integer), ("0o17", .integer),
    ("0b11", .ambiguousNumber), ("1_000", .ambiguousNumber), ("08", .integer),
    ("1.5", .float), ("1e3", .float), (".5", .float), ("5.", .float), (".inf", .float),
    ("-.Inf", .float),
    (".nan", .float), ("1.10", .float),
    ("10.0.0.1", .text), ("10.0.0.0/8", .text), ("::1", .text), ("12:30:45", .text),
    ("1.2.3", .text),
    ("2026-03-01T12:00:00Z", .text), ("-", .text), ("+", .text), (".", .text), ("1e", .text),
    ("e3", .text),
    ("0x", .text), ("0xg", .text), ("-a", .text), ("8080-9090", .text), ("http", .text),
    ("1k", .text),
  ]) func `plain scalars read as YAML 1.2 has them, and doubtful ones are told`(
    text: String, type: ScalarType
  ) {
    #expect(YAMLScalar.type(of: Array(text.utf8).span) == type)
  }

  @Test(arguments: [
    ("!!str 80", ReadValue.text("80")), ("\"80\"", .text("80")), ("'true'", .text("true")),
    ("!!int \"80\"", .number("80")), ("|\n  80", .text("80")), ("!own 80", .text("80")),
    ("! 80", .text("80")),
  ]) func `quotes and tags decide before the form does`(text: String, value: ReadValue) throws {
    #expect(try readYAML(text) == [value])
  }

  @Test func `looking ahead works inside anchors, aliases and merges`() throws {
    let text = """
      - &object {spec: {a: 1}, kind: X}
      - *object
      - {<<: *object, name: n}
      """
    var reader = YAMLReader(ByteWindow(InputBytes(text.utf8)), from: 0, firstLine: 0)
    #expect(try reader.nextDocument())
    try reader.enterSequence()
    var keys: [[String]] = []
    while try reader.nextItem() {
      try reader.enterMapping()
      #expect(try reader.nextKey())
      reader.beginLookahead()
      try reader.skipValue()
      while try reader.nextKey() { try reader.skipValue() }
      reader.rewind()
      var found: [String] = []
      while try reader.nextKey() {
        found.append(reader.text)
        try reader.skipValue()
      }
      keys.append(found)
    }
    #expect(keys == [["spec", "kind"], ["spec", "kind"], ["spec", "kind", "name"]])
    #expect(try !reader.nextDocument())
  }

  // MARK: Against Yams

  @Test(arguments: 0..<8) func `generated documents read as Yams composes them`(
    seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: 500 + seed)
    for _ in 0..<25 {
      let node = Node([Self.node(depth: 4, &generator)])
      let text = try Yams.serialize(node: node)
      let composed = try #require(try Yams.compose(yaml: text))
      #expect(
        try readYAML(text).map(\.untyped) == [ReadValue(composed)], "\(String(reflecting: text))")
    }
  }

  private static func node(depth: Int, _ generator: inout SeededGenerator) -> Node {
    let scalars = [
      "a", "two words", "", "80", "true", "null", "yes", "multi\nline\n", "with: colon", "# hash",
      "é😀",
      "- dash", "'quote'", "\"double\"", "trailing ", "\ttab", "10.0.0.0/8", "{", "[x", "*", "&a",
    ]
    let styles: [Node.Scalar.Style] = [
      .any, .plain, .singleQuoted, .doubleQuoted, .literal, .folded,
    ]
    switch Int.random(in: 0..<(depth > 0 ? 4 : 2), using: &generator) {
    case 0, 1:
      return .scalar(
        Node.Scalar(
          scalars.randomElement(using: &generator)!, Tag(.str),
          styles.randomElement(using: &generator)!))
    case 2:
      let items = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
        node(depth: depth - 1, &generator)
      }
      return .sequence(
        Node.Sequence(items, Tag(.seq), Bool.random(using: &generator) ? .block : .flow))
    default:
      let pairs = (0..<Int.random(in: 0...4, using: &generator)).map { index in
        (
          Node("\(scalars.randomElement(using: &generator)!)\(index)", Tag(.str)),
          node(depth: depth - 1, &generator)
        )
      }
      return .mapping(
        Node.Mapping(pairs, Tag(.map), Bool.random(using: &generator) ? .block : .flow))
    }
  }
}

extension ReadValue {
  init(_ node: Node) {
    switch node {
    case .scalar(let scalar):
      let isNull = scalar.style == .plain && ["null", "~", ""].contains(scalar.string)
      self = .text(isNull ? "" : scalar.string)
    case .sequence(let items): self = .list(items.map(ReadValue.init))
    case .mapping(let pairs):
      self = .mapping(
        Dictionary(uniqueKeysWithValues: pairs.map { ($0.key.string ?? "", ReadValue($0.value)) }))
    default: self = .null
    }
  }

  /// The value with all scalars as their text, since Yams resolves types later.
  var untyped: ReadValue {
    switch self {
    case .null: .text("")
    case .boolean(let value): .text("\(value)")
    case .number(let text), .text(let text): .text(text)
    case .list(let items): .list(items.map(\.untyped))
    case .mapping(let members): .mapping(members.mapValues(\.untyped))
    }
  }
}
