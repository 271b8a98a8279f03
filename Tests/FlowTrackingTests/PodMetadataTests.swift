import FlowTracking
import NetworkTypes
import TestSupport
import Testing

@Suite struct `Pods that captures name` {
  @Test(arguments: [
    (
      "k8s.node=node-1;k8s.namespace=shop;k8s.podName=web-7d4f;k8s.podLabels=app%3Dweb",
      PodIdentity(name: "web-7d4f", namespace: "shop", node: "node-1")
    ),
    ("k8s.podName=web%2D1", PodIdentity(name: "web-1")),
    (
      #"{"version":"1.0","kubernetes":{"podName":"db-0","podNamespace": "shop"},"hostName":"n2"}"#,
      PodIdentity(name: "db-0", namespace: "shop", node: "n2")
    ),
    (#"{"kubernetes":{"podUID":"1"}}"#, nil), ("eth0 of the node", nil), ("", nil),
    // Nothing that Kubernetes would not allow as a name.
    ("k8s.podName=a%1b[31m", nil), ("k8s.podName=", nil),
  ])
  func `an interface's description may name the pod`(text: String, expected: PodIdentity?) {
    #expect(PodIdentity(interfaceDescription: text) == expected)
  }

  @Test(arguments: [
    (
      "PID: 12\nCommand: /usr/bin/wget\nPodName: test\nPodNamespace: default\n",
      PodIdentity(name: "test", namespace: "default")
    ),
    (
      "rustnet process=curl pid=5 pod=web-1 ns=shop direction=outgoing",
      PodIdentity(name: "web-1", namespace: "shop")
    ),
    ("PodName:\nPodNamespace: x", nil), ("pod=web-1 ns=shop", nil), ("a comment", nil),
  ])
  func `a packet's comment may name the pod`(text: String, expected: PodIdentity?) {
    #expect(PodIdentity(packetComment: text) == expected)
  }

  static func udp(_ from: String, _ to: String) -> Frame.Payload {
    Frame.ipv4(from, to, Frame.udp(1000, 2000))
  }

  @Test func `the pod's address is the one that all its packets share`() throws {
    let file = CaptureFile.Pcapng()
    let blocks =
      file.section()
      + file.interface(options: file.option(3, "k8s.namespace=shop;k8s.podName=web"))
      + file.interface(options: file.option(3, "eth0"))
      + file.packet(at(0, Self.udp("10.0.0.1", "10.0.0.2")))
      + file.packet(at(1, Self.udp("10.0.0.3", "10.0.0.1")))
      + file.packet(at(2, Self.udp("10.0.0.8", "10.0.0.9"), interface: 1))
    let pods = try track(files: [blocks.array]).summary.pods.observations
    #expect(pods.map(\.pod) == [PodIdentity(name: "web", namespace: "shop")])
    #expect(pods[0].addresses.first?.address == IPAddress("10.0.0.1")!)
    #expect(pods[0].packetCount == 2)
    #expect(pods[0].addresses.map(\.packetCount) == [2, 1, 1])
    #expect(
      pods[0].window
        == Timestamp(
          nanoseconds: 1_700_000_000_000_000_000)...Timestamp(
          nanoseconds: 1_700_000_000_001_000_000))
  }

  @Test func `comments name the pod packet by packet`() throws {
    let file = CaptureFile.Pcapng()
    let comment = file.option(1, "PodName: api\nPodNamespace: shop")
    let blocks =
      file.section() + file.interface()
      + file.packet(at(0, Self.udp("10.0.0.1", "10.0.0.2")), options: comment)
      + file.packet(at(1, Self.udp("10.0.0.2", "10.0.0.1")))
      + file.packet(at(2, Self.udp("10.0.0.5", "10.0.0.1")), options: comment)
    let pods = try track(files: [blocks.array]).summary.pods.observations
    #expect(pods.map(\.pod.name) == ["api"])
    #expect(pods[0].addresses.first?.address == IPAddress("10.0.0.1")!)
  }

  @Test func `names of addresses and comments of sections are handed on`() throws {
    let file = CaptureFile.Pcapng()
    let names =
      Bytes.word16(1, isBig: false) + .word16(8, isBig: false) + [10, 0, 0, 1]
      + Bytes(Array("web\0".utf8)) + .zeros(4)
    let blocks = file.section(options: file.option(1, "note")) + file.block(4, names)
    let metadata = try track(files: [blocks.array]).summary.captures[0].metadata
    #expect(metadata.comments == ["note"])
    #expect(metadata.names == [IPAddress("10.0.0.1")!: ["web"]])
  }
}
