import TestSupport
import Testing

/// Pods that captures name go before those of the dump.
@Suite struct CapturedPodTests {
  private static let inputs =
    "--cluster ../tiers/cluster.yaml --policies ../tiers/network-policies.yaml"

  /// What Inspektor Gadget writes.
  private static func description(_ pod: String) -> String {
    let parts = pod.split(separator: "/")
    return "k8s.node=worker-1;k8s.namespace=\(parts[0]);k8s.podName=\(parts[1])"
  }

  /// Connections of `address` to two peers, so that its packets have no other address in common.
  private static func connections(of address: String) -> FrameCapture {
    var capture = FrameCapture()
    capture.addConnection(address, "203.0.113.1", port: 443)
    capture.addConnection(address, "203.0.113.2", port: 443)
    return capture
  }

  private func audit(_ capture: [UInt8], _ options: String = "-o ndjson") throws -> String {
    let run = try Flowverdict.run("audit - \(Self.inputs) \(options)", input: capture)
    #expect(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test func `a pod that both name alike is judged, without further ado`() throws {
    let capture = Self.connections(of: "10.0.0.1")
    let output = try audit(capture.pcapng(description: Self.description("shop/web")))
    // But for the node that the description names.
    #expect(
      try output.replacing(",\"node\":\"worker-1\"", with: ",\"node\":null")
        == audit(capture.classic))
    #expect(!output.contains("named_by_capture"))
  }

  @Test(arguments: [
    // The dump has somebody else, nobody, or a pod that has finished.
    ("10.0.0.1", "shop/other", "shop/web", "shop/web"), ("10.0.0.99", "shop/ghost", "nobody", ""),
    ("10.0.0.20", "shop/done", "nobody", ""),
    // Policies are compiled for twin-a.
    ("10.0.0.30", "shop/twin-b", "shop/twin-a", "shop/twin-a"),
  ])
  func `a conflict with the dump names the capture's pod, leaves flows undecided and is reported`(
    _ address: String, _ pod: String, _ other: String, _ dumpOwner: String
  ) throws {
    let capture = Self.connections(of: address).pcapng(description: Self.description(pod))
    let sentence =
      "\(address) is the address of \(pod) in the captures, and of \(other) in the dump"
    let records = try audit(capture).split(separator: "\n")
    #expect(records.count == 2)
    for record in records {
      let name = pod.split(separator: "/")[1]
      #expect(record.contains("\"kind\":\"pod\",\"namespace\":\"shop\",\"pod_name\":\"\(name)\""))
      #expect(
        record.contains("\"dump_owners\":[\(dumpOwner.isEmpty ? "" : "\"\(dumpOwner)\"")]"))
      #expect(record.contains("\"verdict\":\"undecided\",\"observed\":\"established\""))
      #expect(
        record.contains(
          "{\"fact\":\"capture_contradicts_dump\",\"detail\":\"\(sentence)\",\"rule\":null}"))
      #expect(record.contains("\"named_by_capture\""))
    }
    let text = try audit(capture, "")
    #expect(text.contains("\nnote: \(sentence)\n"))
    #expect(text.contains("\nundecided  \(pod) "))
  }

  @Test func `of two pods with one address in the dump, the capture says which it is`() throws {
    let capture = Self.connections(of: "10.0.0.30")
    #expect(try audit(capture.classic).contains("\"fact\":\"several_owners\""))
    let output = try audit(capture.pcapng(description: Self.description("shop/twin-a")))
    #expect(output.contains("\"pod_name\":\"twin-a\""))
    #expect(output.contains("\"verdict\":\"allowed\",\"observed\":\"established\""))
    #expect(output.contains("\"notes\":[\"named_by_capture\"]"))
  }

  @Test func `a pod that started later by the dump was there if the capture names it`() throws {
    let capture = Self.connections(of: "10.0.0.40")
    #expect(try audit(capture.classic).contains("\"fact\":\"owner_unknown\""))
    let output = try audit(capture.pcapng(description: Self.description("shop/late")))
    #expect(output.contains("\"verdict\":\"allowed\",\"observed\":\"established\""))
    #expect(output.contains("\"notes\":[\"named_by_capture\"]"))
  }

  @Test func `the record says where its capture was made`() throws {
    let capture = Self.connections(of: "10.0.0.1")
    let named = try audit(
      capture.pcapng(interface: "eth0", description: Self.description("shop/web")))
    #expect(
      named.contains(
        "\"capture\":{\"file\":\"-\",\"interface\":\"eth0\",\"node\":\"worker-1\"}"))
    #expect(
      try audit(capture.classic).contains(
        "\"capture\":{\"file\":\"-\",\"interface\":null,\"node\":null}"))
  }

  @Test func `names that a capture records are shown for addresses outside of the cluster`() throws
  {
    let capture = Self.connections(of: "10.0.0.1").pcapng(names: [
      ([203, 0, 113, 1], "api.example.com"), ([203, 0, 113, 1], "edge.example.net"),
      ([10, 0, 0, 1], "somebody"),
    ])
    let output = try audit(capture)
    #expect(
      output.contains(
        "\"kind\":\"external\",\"names\":[\"api.example.com\",\"edge.example.net\"]}"))
    // The dump knows better.
    #expect(!output.contains("somebody"))
    #expect(try audit(capture, "").contains(" 203.0.113.1 (api.example.com and 1 more)  "))
  }

  @Test(arguments: [
    "PodName: other\nPodNamespace: shop\n", "rustnet pid=1 pod=other ns=shop",
    "PodName: other\n",
  ])
  func `a packet's comment names the pod too`(_ comment: String) throws {
    let capture = Self.connections(of: "10.0.0.1").pcapng(comment: comment)
    #expect(try audit(capture).contains("\"fact\":\"capture_contradicts_dump\""))
  }

  @Test func `what cannot be told apart claims nothing`() throws {
    var capture = FrameCapture()
    // One peer alone: either end may be the pod's.
    capture.addConnection("10.0.0.1", "10.0.0.2", port: 80)
    let output = try audit(capture.pcapng(description: Self.description("shop/ghost")))
    #expect(!output.contains("capture_contradicts_dump"))
    // Unless the dump confirms one of them, and then there is nothing to say.
    let confirmed = try audit(capture.pcapng(description: Self.description("shop/web")))
    #expect(!confirmed.contains("capture_contradicts_dump"))
  }

  @Test func `N25: a node's address stays the node's, whatever pod uses it`() throws {
    let capture = Self.connections(of: "192.168.0.2")
    let output = try audit(capture.pcapng(description: Self.description("shop/agent")))
    #expect(output.contains("\"kind\":\"node\",\"node_name\":\"worker-2\""))
    #expect(!output.contains("capture_contradicts_dump"))
  }

  @Test func `csv and wide carry the conflict`() throws {
    let capture = Self.connections(of: "10.0.0.1").pcapng(
      description: Self.description("shop/other"))
    for (options, name) in [("-o csv", "captured-pods.csv"), ("-o wide", "captured-pods-wide.txt")]
    {
      #expect(
        Snapshot.difference(of: try audit(capture, options), from: "commands/\(name)") == nil)
    }
  }
}
