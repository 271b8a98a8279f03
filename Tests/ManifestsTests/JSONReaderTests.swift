import Foundation
import Testing

@testable import Manifests

@Suite struct JSONReaderTests {
  @Test func `documents may follow one another`() throws {
    #expect(
      try readJSON(#"{"a": 1} [true, null]  "x""#.utf8) == [
        .mapping(["a": .number("1")]), .list([.boolean(true), .null]), .text("x"),
      ])
  }

  @Test(arguments: [
    (#""\u00e9""#, "é"), (#""\ud83d\ude00""#, "😀"),
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#""\ud83d""#, "\u{fffd}"), (#""😀 plain""#, "😀 plain"), (#""""#, ""),
  ]) func `strings are unescaped`(text: String, expected: String) throws {
    #expect(try readJSON(text.utf8) == [.text(expected)])
  }

  @Test(arguments: [
    #"{"a" 1}"#, #"{"a": }"#, #"{"a": 1,}"#, #"[1 2]"#, #"[1,]"#, #"{"a": 01}"#, #"[1.]"#, #"[-]"#,
    #"[1e]"#,
    #"{a: 1}"#, #"{'a': 1}"#, #"["\x"]"#, #"["\u12g4"]"#, "[\"a\nb\"]", "[\"a\u{1}b\"]", "[tru]",
    "[nul]", "}",
    "[1]]", "{]", "[}", "[\u{a0}1]",
  ]) func `what is not JSON is refused, whether read or skipped`(text: String) {
    #expect(throws: SyntaxProblem.self) { try readJSON(text.utf8) }
    #expect(throws: SyntaxProblem.self) { try skipAll(text.utf8) }
  }

  @Test func `bytes that are not UTF-8 are refused, whether read or skipped`() {
    let bytes = Array(#"["ab"#.utf8) + [0xc3, 0x28] + Array(#""]"#.utf8)
    #expect(throws: SyntaxProblem.self) { try readJSON(bytes) }
    #expect(throws: SyntaxProblem.self) { try skipAll(bytes) }
  }

  @Test func `nesting is bounded, whether read or skipped`() throws {
    let limit = JSONReader.maximumDepth
    func nested(_ depth: Int) -> [UInt8] {
      Array(repeating: UInt8(ascii: "["), count: depth)
        + Array(repeating: UInt8(ascii: "]"), count: depth)
    }
    try skipAll(nested(limit))
    #expect(throws: SyntaxProblem.self) { try skipAll(nested(limit + 1)) }
    #expect(throws: SyntaxProblem.self) { try skipAll(nested(1_000_000)) }
  }

  @Test func `a text that ends early says what is open`() {
    let problem = #expect(throws: SyntaxProblem.self) {
      try readJSON("{\n  \"items\": [\n    {\"a\": 1},\n".utf8)
    }
    #expect(problem?.line == 4)
    #expect(problem?.message.contains("the `[` of line 2, column 12") == true)
  }

  @Test func `places are lines and columns of characters`() throws {
    let text = "{\"é\": 1,\r\n  \"b\": {\n\"c\": 2}}"
    var reader = JSONReader(ByteWindow(InputBytes(text.utf8)), from: 0)
    var places: [String] = []
    #expect(try reader.nextDocument())
    try reader.enterMapping()
    while try reader.nextKey() {
      let place = reader.position(of: reader.mark)
      places.append("\(reader.text) \(place.line):\(place.column)")
      if try reader.nextShape() == .mapping {
        try reader.enterMapping()
        while try reader.nextKey() {
          let place = reader.position(of: reader.mark)
          places.append("\(reader.text) \(place.line):\(place.column)")
          try reader.skipValue()
        }
      } else {
        try reader.skipValue()
      }
    }
    #expect(places == ["é 1:2", "b 2:3", "c 3:1"])
  }

  @Test func `looking ahead gives the same keys again`() throws {
    var reader = JSONReader(
      ByteWindow(InputBytes(#"{"a": [1, {"x": 2}], "b": 3, "c": 4}"#.utf8)), from: 0)
    #expect(try reader.nextDocument())
    try reader.enterMapping()
    #expect(try reader.nextKey())
    reader.beginLookahead()
    try reader.skipValue()
    while try reader.nextKey() { try reader.skipValue() }
    reader.rewind()
    var keys: [String] = []
    while try reader.nextKey() {
      keys.append(reader.text)
      try reader.skipValue()
    }
    #expect(keys == ["a", "b", "c"])
    #expect(try !reader.nextDocument())
  }

  // MARK: Against Foundation

  @Test(arguments: 0..<8) func `generated values read as Foundation reads them`(seed: UInt64) throws
  {
    var generator = SeededGenerator(seed: 100 + seed)
    for _ in 0..<60 {
      let text = GeneratedJSON.text(using: &generator)
      let foundation = try JSONSerialization.jsonObject(
        with: Data(text.utf8), options: .fragmentsAllowed)
      #expect(try readJSON(text.utf8).map(\.rounded) == [ReadValue(foundation).rounded], "\(text)")
    }
  }

  /// Foundation differs from RFC 8259 in three ways, and texts with these are left out: it accepts a comma before `]`,
  /// refuses lone surrogates, and refuses numbers beyond the range of its types.
  @Test(arguments: 0..<8) func `damaged texts are refused where Foundation refuses them`(
    seed: UInt64
  ) throws {
    var generator = SeededGenerator(seed: 900 + seed)
    var refused = 0
    for _ in 0..<150 {
      var text = Array(GeneratedJSON.text(using: &generator).utf8)
      let structural = Array("{}[],:\"0e-+.tfn \\u".utf8)
      let position = Int.random(in: 0..<text.count, using: &generator)
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: text[position] = structural.randomElement(using: &generator)!
      case 1: text.remove(at: position)
      default: text.insert(structural.randomElement(using: &generator)!, at: position)
      }
      let string = String(decoding: text, as: UTF8.self)
      if string.contains(#/,\s*\]|ud83d|ude00|[eE][-+]?\d{3}/#) { continue }
      let isAccepted =
        (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
      if !isAccepted { refused += 1 }
      let isOurs = (try? readJSON(text))?.count == 1
      let isSkippable = (try? skipAll(text)) == 1
      #expect(isOurs == isAccepted, "\(String(reflecting: string))")
      #expect(isSkippable == isAccepted, "\(String(reflecting: string))")
    }
    #expect(refused > 20)
  }

  /// Skips every document; gives their number.
  @discardableResult
  private func skipAll(_ text: some Collection<UInt8>) throws -> Int {
    var reader = JSONReader(ByteWindow(InputBytes(text)), from: 0)
    var count = 0
    while try reader.nextDocument() {
      try reader.skipValue()
      count += 1
    }
    return count
  }
}

/// Random JSON texts, valid, with white space and escapes in all their forms.
enum GeneratedJSON {
  static func text(using generator: inout SeededGenerator) -> String {
    space(&generator) + value(depth: 4, &generator) + space(&generator)
  }

  private static func value(depth: Int, _ generator: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
    case 0: return ["true", "false", "null"].randomElement(using: &generator)!
    case 1: return "\(Int.random(in: -1_000_000...1_000_000, using: &generator))"
    case 2:
      return
        "\(Int.random(in: -99...99, using: &generator)).\(Int.random(in: 0...999, using: &generator))"
        + ["", "e3", "E-2", "e+1"].randomElement(using: &generator)!
    case 3...5: return string(&generator)
    case 6:
      let items = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
        space(&generator) + value(depth: depth - 1, &generator) + space(&generator)
      }
      return "[" + (items.isEmpty ? space(&generator) : items.joined(separator: ",")) + "]"
    default:
      let count = Int.random(in: 0...4, using: &generator)
      let members = (0..<count).map { index in
        space(&generator) + string(&generator, unique: index) + space(&generator) + ":"
          + space(&generator) + value(depth: depth - 1, &generator) + space(&generator)
      }
      return "{" + (members.isEmpty ? space(&generator) : members.joined(separator: ",")) + "}"
    }
  }

  private static func string(_ generator: inout SeededGenerator, unique: Int? = nil) -> String {
    let pieces = [
      "a", "key", "0123456789", " ", "é", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9",
      "\\ud83d\\ude00", "{", "}", "[", "]", ",", ":", "longer text without escapes",
    ]
    var text = unique.map { "\($0)" } ?? ""
    for _ in 0..<Int.random(in: 0...6, using: &generator) {
      text += pieces.randomElement(using: &generator)!
    }
    return "\"\(text)\""
  }

  private static func space(_ generator: inout SeededGenerator) -> String {
    ["", "", " ", "\n", "\n        ", "\t", "\r\n", "                   "].randomElement(
      using: &generator)!
  }
}

extension ReadValue {
  /// A value of JSONSerialization.
  init(_ foundation: Any) {
    switch foundation {
    case is NSNull: self = .null
    case let list as [Any]: self = .list(list.map(ReadValue.init))
    case let mapping as [String: Any]: self = .mapping(mapping.mapValues(ReadValue.init))
    case let text as String: self = .text(text)
    case let number as NSNumber:
      self =
        isBoolean(number) ? .boolean(number.boolValue) : .number("\(number.doubleValue)")
    default: self = .text("\(foundation)")
    }
  }

  /// The value with numbers as `Double` prints them.
  var rounded: ReadValue {
    switch self {
    case .number(let text): .number("\(Double(text) ?? .nan)")
    case .list(let items): .list(items.map(\.rounded))
    case .mapping(let members): .mapping(members.mapValues(\.rounded))
    default: self
    }
  }
}

/// Whether Foundation made the number from `true` or `false`.
private func isBoolean(_ number: NSNumber) -> Bool {
  // Safe: Foundation gives a terminated type code that lives as long as the number.
  unsafe number.objCType.pointee == CChar(UInt8(ascii: "c"))
}
