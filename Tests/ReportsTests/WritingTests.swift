import Testing

@testable import Reports

struct WritingTests {
  @Test(arguments: [
    ("plain", "plain"), ("a\u{1b}[31mb", "a\\u{1b}[31mb"), ("line\nend", "line\\u{a}end"),
    ("\u{202e}rtl", "\\u{202e}rtl"), ("größe", "größe"), ("\u{9b}31m", "\\u{9b}31m"),
    ("\u{7f}", "\\u{7f}"), ("\u{2028}", "\\u{2028}"),
  ])
  func `a terminal gets no control character`(_ text: String, _ expected: String) {
    #expect(TerminalText.escaped(text) == expected)
  }

  @Test(arguments: [
    ("plain", "\"plain\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("\n\t\r", "\"\\n\\t\\r\""),
    ("\u{1b}", "\"\\u001b\""), ("\u{9b}", "\"\\u009b\""), ("größe 😀", "\"größe 😀\""),
    ("\u{202e}", "\"\\u202e\""), ("\u{e0001}", "\"\\udb40\\udc01\""),
  ])
  func `JSON text is escaped as RFC 8259 and terminals demand`(
    _ text: String, _ expected: String
  ) {
    var json = JSONWriter()
    json.text(text)
    #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
  }

  @Test func `JSON commas stand between members and nowhere else`() {
    var json = JSONWriter()
    json.beginObject()
    json.member("a", 1)
    json.key("b")
    json.beginList()
    json.beginObject()
    json.endObject()
    json.null()
    json.flag(true)
    json.endList()
    json.member("c", nil as String?)
    json.endObject()
    #expect(
      String(decoding: json.bytes, as: UTF8.self) == #"{"a":1,"b":[{},null,true],"c":null}"#)
  }

  @Test(arguments: [
    (["a", "b"], "a,b\n"), (["a,b", "\"", ""], "\"a,b\",\"\"\"\",\n"),
    (["x\ny"], "x\\u{a}y\n"),
  ])
  func `CSV fields are quoted where they must be`(_ fields: [String], _ expected: String) {
    let collected = Collected()
    var buffer = collected.buffer()
    CSVLine.write(fields, to: &buffer)
    try? buffer.finish()
    #expect(collected.text == expected)
  }

  @Test(arguments: [
    (0, "0 flows"), (1, "1 flow"), (2, "2 flows"), (Int.max, "9223372036854775807 flows"),
  ])
  func `counts have a noun in the right number`(_ count: Int, _ expected: String) {
    #expect(Count(count, "flow").description == expected)
    #expect(Count(3, "NetworkPolicy").description == "3 NetworkPolicies")
  }

  @Test func `wide characters take two cells, so columns stay straight`() {
    #expect(TerminalText.width(of: "名前") == 4)
    #expect(TerminalText.width(of: "größe") == 5)
  }

  @Test func `text is wrapped at spaces, and a word that is too long stays whole`() {
    #expect(TerminalText.wrapped("a bb ccc", width: 4) == ["a bb", "ccc"])
    #expect(TerminalText.wrapped("aaaaaaaa b", width: 4) == ["aaaaaaaa", "b"])
    #expect(TerminalText.wrapped("short", width: 40) == ["short"])
  }
}
