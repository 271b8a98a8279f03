import Testing

@testable import Manifests

/// What fuzzing found: each of these was read wrongly, or without end, once.
@Suite struct HostileManifestTests {
  static let listsWithoutKind = [
    #"{"apiVersion":"v1","kind":"List","items":[{"items":[{"metadata":{"name":"a"}}]}]}"#,
    #"{"items":[{"items":[{"metadata":{"name":"a"}}]}],"kind":"List","apiVersion":"v1"}"#,
    "kind: List\napiVersion: v1\nitems:\n- items:\n  - metadata: {name: a}\n",
    "items:\n- items:\n  - items:\n    - metadata: {name: a}\n",
  ]

  @Test(arguments: listsWithoutKind)
  func `a list without kind inside of a list is read once, and its mistake reported`(
    text: String
  ) {
    let loaded = load(text)
    #expect(loaded.findings.contains { $0.kind == .missingField && $0.location != nil })
  }

  static let ends = ["---\n", "...\n---\n", "...\n# more\n---\n"]

  @Test(arguments: ends)
  func `a list that gives its kind last is read behind every end of a document`(end: String) {
    let loaded = load(
      "kind: Namespace\napiVersion: v1\nmetadata: {name: one}\n\(end)items:\n"
        + "- metadata: {name: a, namespace: one}\nkind: PodList\napiVersion: v1\n")
    #expect(loaded.problems == [])
    #expect(loaded.snapshot.pods.map(\.name) == ["a"])
    #expect(loaded.snapshot.namespaces.map(\.name) == ["one"])
  }

  static let lineBreaks = ["\n", "\r\n", "\r", "\u{85}", "\u{2028}"]

  @Test(arguments: lineBreaks)
  func `behind a document with a mistake the next one is read, whatever breaks its lines`(
    lineBreak: String
  ) {
    let loaded = load(
      "a: b: c" + String(repeating: lineBreak, count: 9)
        + "\n---\nkind: Namespace\napiVersion: v1\nmetadata: {name: one}\n---\n"
        + "kind: Namespace\napiVersion: v1\nmetadata: {name: two}\n")
    #expect(loaded.snapshot.namespaces.map(\.name) == ["one", "two"])
  }

  @Test
  func `a wrong byte behind a part that was left has its own place, and nothing is read twice`() {
    // libyaml reads ahead, and finds the byte before anything else unless it is far away.
    let padding = String(repeating: "# far\n", count: 10_000)
    let loaded = load(
      "a: b: c\n---\nkind: Namespace\napiVersion: v1\nmetadata: {name: one}\n---\n\(padding)kind: Pod\n"
        + "name: \u{1}\n---\nkind: Namespace\napiVersion: v1\nmetadata: {name: two}\n")
    #expect(loaded.findings.map(\.summary) == ["1:5 syntax -", "10008:7 syntax -"])
    #expect(loaded.snapshot.namespaces.map(\.name) == ["one", "two"])
  }

  @Test func `a wrong byte is found at its place also where the first line looks like a template`()
  {
    #expect(load("a: {{ b }}\nc: \u{1}\n").findings.map(\.summary) == ["2:4 syntax -"])
  }

  @Test(arguments: ["", "\n"]) func `what follows a wrong byte is not guessed at`(start: String) {
    let text = start + "\tingrep\u{1}\nmetadata: {name: a}\nports:\n- {name: b, 8.s\n"
    #expect(load(text).findings.map(\.summary) == ["\(start.count + 1):8 syntax -"])
  }

  @Test func `a finding about the policies of two versions stands at its line among the others`() {
    let loaded = load(
      ClusterPolicyTests.admin + "spec: {priority: 1, subject: {namespaces: {}}}\n---\n"
        + ClusterPolicyTests.cluster
        + "spec: {tier: Admin, priority: 2, subject: {namespaces: {}}, unknown: 1}\n")
    let lines = loaded.findings.compactMap(\.location?.line)
    #expect(lines.count == 2 && lines == lines.sorted())
  }
}
