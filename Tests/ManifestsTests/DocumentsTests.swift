import ClusterModel
import Testing

@testable import Manifests

/// Files, documents and lists, in all the forms that `kubectl` and people write.
@Suite struct DocumentsTests {
  static let pod = """
    apiVersion: v1
    kind: Pod
    metadata: {name: web-1, namespace: shop}
    """

  static let jsonPod =
    #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"shop"}}"#

  /// `kubectl get` prints the kind of a list after its items.
  static func list(_ items: String) -> String {
    "apiVersion: v1\nitems:\n\(items)kind: List\nmetadata:\n  resourceVersion: \"\"\n"
  }

  static let forms: [(String, String)] = [
    ("one document", pod),
    ("a document marker", "---\n\(pod)\n...\n"),
    ("a byte order mark", "\u{feff}\(pod)"),
    ("carriage returns", pod.replacing("\n", with: "\r\n")),
    ("a comment before", "# made by hand\n\n\(pod)"),
    ("empty documents around", "---\n---\n\(pod)\n---\n# nothing\n---\n"),
    ("JSON", jsonPod),
    ("JSON with a byte order mark", "\u{feff}\(jsonPod)"),
    ("JSON after a document marker", "---\n\(jsonPod)"),
    (
      "a List of kubectl",
      list("- apiVersion: v1\n  kind: Pod\n  metadata: {name: web-1, namespace: shop}\n")
    ),
    (
      "a List with the kind first",
      "kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop}}"
    ),
    (
      "a typed list",
      "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: web-1, namespace: shop}"
    ),
    (
      "a typed list with its kind last",
      "apiVersion: v1\nitems:\n- metadata: {name: web-1, namespace: shop}\nkind: PodList"
    ),
    (
      "a typed list of JSON with its kind last",
      #"{"items":[{"metadata":{"name":"web-1","namespace":"shop"}}],"kind":"PodList","apiVersion":"v1"}"#
    ),
    (
      "a list in a list",
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop}}"
    ),
    (
      "identity after the rest",
      "metadata: {name: web-1, namespace: shop}\nspec: {containers: []}\nkind: Pod\napiVersion: v1"
    ),
    (
      "identity after the rest, in JSON",
      #"{"metadata":{"name":"web-1","namespace":"shop"},"kind":"Pod","apiVersion":"v1"}"#
    ),
    (
      "an alias for the metadata",
      "apiVersion: v1\nkind: Pod\nspec: {nodeSelector: &a {name: web-1, namespace: shop}}\nmetadata: *a"
    ),
  ]

  @Test(arguments: forms) func `a pod is found in every form of a file`(form: String, text: String)
  {
    let loaded = load(text)
    #expect(loaded.snapshot.pods.map { "\($0.namespace)/\($0.name)" } == ["shop/web-1"])
    #expect(loaded.problems == [], "\(loaded.findings)")
  }

  @Test func `documents of both formats may follow one another in a file`() {
    let text = """
      \(Self.jsonPod)
      {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-2","namespace":"shop"}}
      ---
      {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-3","namespace":"shop"}}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: web-4
        namespace: shop
        labels: {version: 4}
      """
    let loaded = load(text)
    #expect(loaded.snapshot.pods.map(\.name) == ["web-1", "web-2", "web-3", "web-4"])
    #expect(loaded.problems == ["11:12 wrong-type metadata.labels.version"])
    #expect(loaded.snapshot.pods[3].location == .init(file: "test.yaml", line: 6, column: 1))
  }

  @Test func `several lists that tell their kinds last are read in one file`() {
    let one = "apiVersion: v1\nitems:\n- metadata: {name: n-NUMBER}\nkind: NodeList\n"
    let text = (1...5).map { "---\n" + one.replacing("NUMBER", with: "\($0)") }.joined()
    let loaded = load(text)
    #expect(loaded.snapshot.nodes.map(\.name) == ["n-1", "n-2", "n-3", "n-4", "n-5"])
    #expect(loaded.problems == [])
    #expect(loaded.snapshot.nodes[4].location?.line == 24)
  }

  @Test func `objects of other kinds are counted by name`() {
    let loaded = load(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: a}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: b}
      ---
      apiVersion: v1
      kind: ConfigMap
      ---
      apiVersion: projectcalico.org/v3
      kind: NetworkPolicy
      ---
      apiVersion: serving.knative.dev/v1
      kind: Service
      """)
    #expect(
      loaded.ignoredKinds == [
        "apps/v1/Deployment": 2, "v1/ConfigMap": 1, "projectcalico.org/v3/NetworkPolicy": 1,
        "serving.knative.dev/v1/Service": 1,
      ])
    #expect(loaded.findings == [])
    #expect(loaded.files == [LoadedFile(path: "test.yaml", byteCount: 262, objectCount: 5)])
  }

  @Test(arguments: [
    ("v1", "Pods", "did you mean `Pod`?"), ("v1", "pod", "did you mean `Pod`?"),
    ("v1", "Namepsace", "did you mean `Namespace`?"), ("v1", "PodLists", "did you mean `PodList`?"),
    ("networking.k8s.io/v1", "NetworkPolcy", "did you mean `NetworkPolicy`?"),
    ("v1", "NetworkPolicyy", "did you mean `NetworkPolicy` of networking.k8s.io/v1?"),
    (
      "policy.networking.k8s.io/v1alpha2", "AdminNetworkPolicy",
      "is a kind of policy.networking.k8s.io/v1alpha1"
    ),
  ]) func `misspelt kinds are told apart from other kinds`(
    apiVersion: String, kind: String, advice: String
  ) {
    let loaded = load("apiVersion: \(apiVersion)\nkind: \(kind)\nmetadata: {name: a}\n")
    let finding = loaded.findings.first { $0.kind == .unknownKind }
    #expect(finding?.message.contains(advice) == true, "\(loaded.findings)")
    #expect(finding?.location?.line == 2)
    #expect(loaded.ignoredKinds == [:])
  }

  @Test(arguments: [
    ("extensions/v1beta1", "no longer served"),
    ("networking.k8s.io/v1beta1", "networking.k8s.io/v1"),
    ("apps/v1", "write `apiVersion: networking.k8s.io/v1`"),
  ]) func `a known kind in another version of Kubernetes is an error`(
    apiVersion: String, words: String
  ) {
    let loaded = load(
      "apiVersion: \(apiVersion)\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {}\n")
    #expect(loaded.findings.map(\.kind) == [.unknownAPIVersion])
    #expect(loaded.findings.first?.message.contains(words) == true)
    #expect(loaded.policies.networkPolicies.isEmpty)
  }

  static let oddBytes: [([UInt8], String)] = [
    ([0xff, 0xfe, 0x61, 0], "UTF-16"), ([0xfe, 0xff, 0, 0x61], "UTF-16"),
    ([0x61, 0, 0x3a, 0, 0x0a, 0], "UTF-16"), ([0, 0x61, 0, 0x3a], "UTF-16"),
    ([0x1f, 0x8b, 8, 0], "gunzip"), ([0x61, 0x3a, 0x20, 0xc3, 0x28, 0x0a], "not UTF-8"),
    ([0x61, 0x3a, 0x20, 0x62, 1, 0x0a], "control character"),
  ]

  @Test(arguments: oddBytes) func `bytes that are no UTF-8 text are refused clearly`(
    bytes: [UInt8], words: String
  ) {
    var loader = ManifestLoader()
    loader.load(bytes: bytes, name: "odd")
    let loaded = loader.finish()
    #expect(loaded.findings.map(\.kind) == [.syntax])
    #expect(loaded.findings.first?.message.contains(words) == true, "\(loaded.findings)")
  }

  @Test(arguments: ["", "\n\n", "# a comment\n", "---\n", "\u{feff}"])
  func `a file without objects is remarked`(text: String) {
    #expect(load(text).findings.map(\.kind) == [.emptyFile])
  }

  // MARK: Half a dump

  @Test func `JSON that is cut off anywhere is an error`() {
    let text =
      Array(
        "{\"apiVersion\": \"v1\", \"items\": [\n \(Self.jsonPod),\n {\"apiVersion\": \"v1\", \"kind\": \"Node\",\n"
          .utf8)
      + Array(
        "\"metadata\": {\"name\": \"n\\u0031\"}, \"x\": [1, -2.5e3, true]}], \"kind\": \"List\"}"
          .utf8)
    for length in 1..<text.count {
      var loader = ManifestLoader()
      loader.load(bytes: text[..<length], name: "cut.json")
      #expect(loader.finish().hasErrors, "cut after \(length) bytes")
    }
  }

  @Test func `YAML as kubectl prints it that is cut off inside its items is an error`() {
    let text = Array(
      Self.list(
        "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: web-1\n    namespace: shop\n"
          + "- apiVersion: v1\n  kind: Node\n  metadata:\n    name: node-1\n  spec: {}\n"
      ).utf8)
    let end = String(decoding: text, as: UTF8.self).firstRange(of: "\nkind: List")!
    let endOffset = String(decoding: text, as: UTF8.self)[..<end.lowerBound].utf8.count
    for length in 25...endOffset {
      var loader = ManifestLoader()
      loader.load(bytes: text[..<length], name: "cut.yaml")
      #expect(loader.finish().hasErrors, "cut after \(length) bytes")
    }
    #expect(!load(String(decoding: text, as: UTF8.self)).hasErrors)
  }

  @Test func `documents after one with a syntax problem are read`() {
    let loaded = load(
      """
      \(Self.pod)
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: [web-2
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: web-3, namespace: shop, labels: {a: 1}}
      """)
    #expect(loaded.snapshot.pods.map(\.name) == ["web-1", "web-3"])
    #expect(loaded.problems == ["8:9 syntax -", "12:51 wrong-type metadata.labels.a"])
  }

  @Test func `a file of nothing but mistakes is given up after twenty`() {
    let loaded = load(String(repeating: "---\na: [\n", count: 100_000))
    #expect(loaded.findings.count == 21)
    #expect(loaded.hasErrors)
  }

  @Test func `findings are bounded, and errors beyond the bound still count`() {
    let items = String(repeating: "- 1\n", count: 30_000)
    let loaded = load("apiVersion: v1\nkind: List\nitems:\n\(items)")
    #expect(loaded.findings.count == 10_001)
    #expect(loaded.findings.last?.kind == .suppressed)
    #expect(loaded.findings.last?.severity == .error)
  }
}
