import ClusterModel
import NetworkTypes
import Testing

@testable import FlowAudit

struct DigestTests {
  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
  ])
  func `SHA-1 gives the digests of RFC 3174`(_ message: String, _ digest: String) {
    #expect(hexadecimal(SHA1.digest(Array(message.utf8))) == digest)
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `SHA-256 gives the digests of RFC 6234, in one piece or many`(
    _ message: String, _ digest: String
  ) {
    var whole = SHA256()
    whole.update(Array(message.utf8))
    #expect(hexadecimal(whole.digest()) == digest)
    var pieces = SHA256()
    for byte in message.utf8 { pieces.update([byte]) }
    #expect(hexadecimal(pieces.digest()) == digest)
  }

  @Test func `SHA-256 of a million bytes crosses many blocks`() {
    var hash = SHA256()
    for _ in 0..<1_000 { hash.update([UInt8](repeating: UInt8(ascii: "a"), count: 1_000)) }
    #expect(
      hexadecimal(hash.digest())
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Published examples of the Community ID specification, version 1, seed 0.
  @Test(arguments: [
    (
      "128.232.110.120", UInt16(34_855), "66.35.250.204", UInt16(80), IPProtocol.tcp,
      "1:LQU9qZlK+B5F3KDmev6m5PMibrg="
    ),
    ("192.168.1.52", 54_585, "8.8.8.8", 53, .udp, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
    ("192.168.170.8", 7, "192.168.170.56", 7, .sctp, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="),
  ])
  func `the Community ID is the published one, from either end`(
    _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16,
    _ ipProtocol: IPProtocol, _ expected: String
  ) {
    let tuple = FiveTuple(
      source: address(source), destination: address(destination), ipProtocol: ipProtocol,
      sourcePort: sourcePort, destinationPort: destinationPort)
    #expect(CommunityID.text(for: tuple) == expected)
    #expect(CommunityID.text(for: tuple.reversed) == expected)
  }

  @Test func `the digest does not depend on the order of objects or their places in files`() {
    let a = pod("shop", "a", "10.0.0.1")
    var b = pod("shop", "b", "10.0.0.2")
    let policies = PolicySet()
    let first = InputDigest(ClusterSnapshot(pods: [a, b]), policies)
    b.location = SourceLocation(file: "x.yaml", line: 3, column: 1)
    #expect(InputDigest(ClusterSnapshot(pods: [b, a]), policies) == first)
  }

  @Test func `the digest changes with every label, address and rule`() {
    let base = ClusterSnapshot(pods: [pod("shop", "a", "10.0.0.1")])
    let first = InputDigest(base, PolicySet())
    var labelled = base
    labelled.pods[0].labels = ["app": "web"]
    #expect(InputDigest(labelled, PolicySet()).cluster != first.cluster)
    let policy = NetworkPolicy(
      namespace: "shop", name: "p", podSelector: .everything, isolatesIngress: true,
      isolatesEgress: false)
    var open = policy
    open.ingress = [NetworkPolicy.Rule()]
    let closed = InputDigest(base, PolicySet(networkPolicies: [policy]))
    #expect(closed.policies != first.policies)
    #expect(closed.cluster == first.cluster)
    #expect(InputDigest(base, PolicySet(networkPolicies: [open])).policies != closed.policies)
  }
}
