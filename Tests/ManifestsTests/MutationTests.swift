import Testing

@testable import Manifests

/// Whatever the bytes, reading ends, with findings at places that exist.
@Suite struct MutationTests {
  static let seeds: [String] = [
    HandMadeMistakesTests.head
      + "  ingress:\n  - from:\n    - podSelector: {matchLabels: {a: b}}\n    ports:\n    - port: 80\n",
    ClusterPolicyTests.admin
      + "spec:\n  priority: 1\n  subject: {namespaces: {}}\n  egress:\n  - action: Allow\n    to:\n    - networks: [10.0.0.0/8]\n",
    ClusterPolicyTests.cluster
      + "spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Accept, from: [{pods: {}}]}]}\n",
    DocumentsTests.list(
      "- apiVersion: v1\n  kind: Pod\n  metadata: {name: a, namespace: b, labels: &l {x: \"1\"}}\n- *l\n"
    ),
    ClusterObjectsTests.slice, ClusterObjectsTests.endpoints, CombiningTests.cluster,
    #"{"apiVersion":"v1","items":[{"metadata":{"name":"a\u0031","labels":{"b":"c"}},"spec":{"containers":[{"ports":[{"containerPort":80}]}]},"status":{"podIP":"10.0.0.1","x":[1,{"y":null}]}}],"kind":"PodList"}"#,
    #"{"kind":"NetworkPolicy","apiVersion":"networking.k8s.io/v1","metadata":{"name":"p"},"spec":{"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}]}]}}"#,
  ]

  @Test(arguments: 0..<12) func `damaged files of every kind are read to an end`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed + 1)
    let interesting =
      Array("{}[]:,-#&*!|>'\"%@` \n\t\\0123yn~<?\r".utf8) + [0, 0x80, 0xc3, 0xff, 0xef, 0xbb, 0xbf]
    for round in 0..<120 {
      var bytes = Array(Self.seeds.randomElement(using: &generator)!.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let position = Int.random(in: 0..<max(1, bytes.count), using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0 where !bytes.isEmpty: bytes[position] = interesting.randomElement(using: &generator)!
        case 1:
          bytes.insert(
            interesting.randomElement(using: &generator)!, at: min(position, bytes.count))
        case 2 where !bytes.isEmpty: bytes.remove(at: position)
        case 3:
          let length = Int.random(in: 0...min(40, bytes.count), using: &generator)
          let start = Int.random(in: 0...(bytes.count - length), using: &generator)
          bytes.insert(
            contentsOf: Array(bytes[start..<(start + length)]), at: min(position, bytes.count))
        case 4: bytes.removeSubrange(min(position, bytes.count)...)
        default:
          let other = Array(Self.seeds.randomElement(using: &generator)!.utf8)
          bytes.append(contentsOf: other.prefix(Int.random(in: 0...other.count, using: &generator)))
        }
      }
      var loader = ManifestLoader()
      loader.load(bytes: bytes, name: "damaged")
      let loaded = loader.finish()
      let lineCount = bytes.count { $0 == 0x0a || $0 == 0x0d } + 2
      for finding in loaded.findings {
        guard let location = finding.location else { continue }
        #expect(
          location.line >= 1 && location.line <= lineCount && location.column >= 1,
          "seed \(seed), round \(round): \(finding) in \(String(reflecting: String(decoding: bytes, as: UTF8.self)))"
        )
      }
    }
  }

  @Test func `random bytes are read to an end`() {
    var generator = SeededGenerator(seed: 77)
    for _ in 0..<500 {
      let count = Int.random(in: 0...60, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      var loader = ManifestLoader()
      loader.load(bytes: bytes, name: "random")
      _ = loader.finish()
    }
  }
}
