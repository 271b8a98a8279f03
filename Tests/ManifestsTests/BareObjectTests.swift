import Manifests
import Testing

/// Objects that have no key beside apiVersion and kind, or not even both.
@Suite struct BareObjectTests {
  static let bare = ["{}", "{kind: Pod}", "{apiVersion: v1}", "{apiVersion: v1, kind: Namespace}"]

  private static func load(_ text: String, _ name: String) -> LoadedManifests {
    var loader = ManifestLoader()
    loader.load(bytes: Array(text.utf8), name: name)
    return loader.finish()
  }

  @Test(arguments: bare)
  func `a bare item of a list leaves the other items alone`(_ item: String) {
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: kept}}"
    let yaml = Self.load(
      "{apiVersion: v1, kind: List, items: [\(item), \(namespace)]}\n", "list.yaml")
    #expect(yaml.snapshot.namespaces.map(\.name) == ["kept"])
    #expect(!yaml.findings.contains { $0.kind == .syntax }, "\(yaml.findings)")
    #expect(yaml.hasErrors)
  }

  @Test(arguments: bare)
  func `a bare document leaves the next one alone`(_ document: String) {
    let loaded = Self.load(
      "\(document)\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: kept\n", "two.yaml")
    #expect(loaded.snapshot.namespaces.map(\.name) == ["kept"])
    #expect(!loaded.findings.contains { $0.kind == .syntax }, "\(loaded.findings)")
    #expect(loaded.hasErrors)
  }

  @Test(arguments: ["{}", #"{"kind": "Pod"}"#, #"{"apiVersion": "v1"}"#])
  func `a bare JSON object is not called cut off`(_ text: String) {
    let loaded = Self.load(text, "bare.json")
    #expect(loaded.hasErrors)
    #expect(!loaded.findings.contains { $0.kind == .syntax }, "\(loaded.findings)")
  }
}
