import TestSupport
import Testing

/// A14: `audit` resolves `domainNames` peers from the DNS answers in the captures, as of each flow's first packet.
@Suite struct DomainNameTests {
  private static let inputs =
    "--cluster ../names/cluster.yaml --policies ../names/policies.yaml"
  private static let www: [UInt8] = [203, 0, 113, 7]
  private static let wwwText = "203.0.113.7"

  /// A line of an audit, by column.
  private func flows(
    _ capture: FrameCapture, _ options: String = "", inputs: String = Self.inputs
  ) throws -> [[String: String]] {
    let run = try Flowverdict.run("audit - \(inputs) -o csv \(options)", input: capture.classic)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }.filter {
      $0["protocol"] == "TCP"
    }
  }

  /// The one connection of a capture: its verdict, and the rule that decided its egress side.
  private func egress(
    _ capture: FrameCapture, _ options: String = "", inputs: String = Self.inputs
  ) throws -> String {
    let flows = try flows(capture, options, inputs: inputs)
    try #require(flows.count == 1)
    return "\(flows[0]["verdict"] ?? "") \(flows[0]["egress_rule"] ?? "")"
  }

  @Test(arguments: [
    (10.0, "allowed spec.egress[0].to[0]"), (39.0, "allowed spec.egress[0].to[0]"),
    (41.0, "allowed spec.egress[0].to[0]"), (42.0, "undecided spec.egress[0].to[0]"),
  ])
  func `a name counts from its answer until its time to live has passed, and a second more`(
    _ second: Double, _ expected: String
  ) throws {
    var capture = FrameCapture()
    capture.wait(until: 10)
    capture.addAnswer(
      to: "10.0.0.1", "www.example.com", .ipv4("www.example.com", Self.www, timeToLive: 30))
    capture.wait(until: second)
    capture.addConnection("10.0.0.1", Self.wwwText, port: 443)
    #expect(try egress(capture) == expected)
  }

  @Test(arguments: [("0", "undecided"), ("10", "allowed"), ("12.5", "allowed")])
  func `--name-grace says how long after the time to live`(
    _ grace: String, _ verdict: String
  ) throws {
    var capture = FrameCapture()
    capture.addAnswer(
      to: "10.0.0.1", "www.example.com", .ipv4("www.example.com", Self.www, timeToLive: 5))
    capture.wait(until: 15)
    capture.addConnection("10.0.0.1", Self.wwwText, port: 443)
    #expect(try egress(capture, "--name-grace \(grace)") == "\(verdict) spec.egress[0].to[0]")
  }

  @Test func `an answer after the flow's first packet does not count`() throws {
    var capture = FrameCapture()
    capture.addConnection("10.0.0.1", Self.wwwText, port: 443)
    capture.wait(until: 5)
    capture.addAnswer(
      to: "10.0.0.1", "www.example.com", .ipv4("www.example.com", Self.www, timeToLive: 300))
    capture.wait(until: 6)
    capture.addConnection("10.0.0.1", Self.wwwText, port: 80, from: 40_001)
    #expect(try flows(capture).map { $0["verdict"] } == ["undecided", "allowed"])
  }

  @Test func `without any answer what hinges on a name is undecided, and says so`() throws {
    var capture = FrameCapture()
    capture.addConnection("10.0.0.1", Self.wwwText, port: 443)
    let run = try Flowverdict.run("audit - \(Self.inputs) -o ndjson", input: capture.classic)
    #expect(run.output.contains("\"verdict\":\"undecided\""))
    #expect(run.output.contains("\"remark_rules\":{\"unresolvedDomainName\":[\"A14\"]}"))
    #expect(
      run.output.contains(
        "{\"fact\":\"unresolved_domain_name\",\"detail\":\"egress: no DNS answer in the captures"))
    #expect(run.output.contains("\"notes\":[]"))
    #expect(!run.output.contains("destination_names"))
  }

  @Test func `a chain of aliases leads from the name to the address`() throws {
    var capture = FrameCapture()
    capture.addAnswer(
      to: "10.0.0.1", "www.example.com",
      .alias("www.example.com", of: "edge.example.net", timeToLive: 300),
      .ipv4("edge.example.net", Self.www, timeToLive: 20))
    capture.addConnection("10.0.0.1", Self.wwwText, port: 80)
    let flow = try #require(try flows(capture).first)
    #expect(flow["verdict"] == "allowed")
    #expect(flow["destination_names"] == "edge.example.net www.example.com")
    #expect(flow["notes"] == "named_by_dns")
  }

  @Test(arguments: [
    ("api.example.org", "allowed spec.egress[1].to[0].ports[0]"),
    ("a.b.example.org", "allowed spec.egress[1].to[0].ports[0]"),
    ("example.org", "denied spec.egress[2].to[0]"),
    ("badexample.org", "denied spec.egress[2].to[0]"),
    ("www.example.com", "allowed spec.egress[0].to[0]"),
    ("api.example.com", "denied spec.egress[2].to[0]"),
  ])
  func `a wildcard is one or more labels, and an address of another name is denied`(
    _ name: String, _ expected: String
  ) throws {
    var capture = FrameCapture()
    capture.addAnswer(to: "10.0.0.1", name, .ipv4(name, Self.www, timeToLive: 60))
    capture.addConnection("10.0.0.1", Self.wwwText, port: 443)
    #expect(try egress(capture) == expected)
  }

  @Test func `a name that leads elsewhere is not the address's, but a wildcard may be`() throws {
    var capture = FrameCapture()
    capture.addAnswer(
      to: "10.0.0.1", "www.example.com",
      .ipv4("www.example.com", [198, 51, 100, 1], timeToLive: 60))
    capture.addAnswer(
      to: "10.0.0.1", "api.example.org",
      .ipv4("api.example.org", [198, 51, 100, 2], timeToLive: 60))
    // Both names are known, and neither leads here: but another name of example.org may.
    capture.addConnection("10.0.0.1", Self.wwwText, port: 443)
    // The rule with the wildcard is for port 443.
    capture.addConnection("10.0.0.1", Self.wwwText, port: 80, from: 40_001)
    #expect(
      try flows(capture).map { "\($0["verdict"] ?? "") \($0["egress_rule"] ?? "")" } == [
        "undecided spec.egress[1].to[0].ports[0]", "denied spec.egress[2].to[0]",
      ])
  }

  @Test func `IPv6 has answers of its own`() throws {
    let (client, server): ([UInt16], [UInt16]) = (
      [0xfd00, 0, 0, 0, 0, 0, 0, 1], [0x2001, 0xdb8, 0, 0, 0, 0, 0, 7]
    )
    var capture = FrameCapture()
    capture.addConnection(client, server, port: 443)
    capture.addAnswer(
      to: "10.0.0.1", "www.example.com", .ipv6("www.example.com", server, timeToLive: 60),
      .ipv4("www.example.com", Self.www, timeToLive: 60))
    capture.addConnection(client, server, port: 80, from: 40_001)
    #expect(try flows(capture).map { $0["verdict"] } == ["undecided", "allowed"])
  }

  @Test func `a name may lead to a pod`() throws {
    var capture = FrameCapture()
    capture.addConnection("10.0.0.1", "10.0.0.2", port: 443)
    capture.addAnswer(
      to: "10.0.0.1", "www.example.com", .ipv4("www.example.com", [10, 0, 0, 2], timeToLive: 60))
    capture.addConnection("10.0.0.1", "10.0.0.2", port: 80, from: 40_001)
    #expect(try flows(capture).map { $0["verdict"] } == ["denied", "allowed"])
  }

  @Test(arguments: [
    ("www.example.com", "allowed spec.egress[0].to[0]"),
    ("other.example.net", "denied spec.egress[1].to[0]"),
  ])
  func `a Baseline ClusterNetworkPolicy resolves names too`(
    _ name: String, _ expected: String
  ) throws {
    var capture = FrameCapture()
    capture.addAnswer(to: "10.0.0.1", name, .ipv4(name, Self.www, timeToLive: 60))
    capture.addConnection("10.0.0.1", Self.wwwText, port: 443)
    let inputs = "--cluster ../names/cluster.yaml --policies ../names/cluster-policies.yaml"
    #expect(try egress(capture, inputs: inputs) == expected)
  }

  private static let sample: FrameCapture = {
    var capture = FrameCapture()
    capture.addAnswer(
      to: "10.0.0.1", "www.example.com", .ipv4("www.example.com", www, timeToLive: 60))
    capture.addAnswer(
      to: "10.0.0.1", "evil.example.net",
      .alias("evil.example.net", of: "host.example.net", timeToLive: 60),
      .ipv4("host.example.net", [198, 51, 100, 9], timeToLive: 60))
    capture.addConnection("10.0.0.1", wwwText, port: 443)
    capture.addConnection("10.0.0.1", "198.51.100.9", port: 443)
    capture.addConnection("10.0.0.1", "192.0.2.1", port: 443)
    return capture
  }()

  @Test(arguments: [
    ("", "names.txt"), ("-o wide", "names-wide.txt"), ("-o ndjson", "names.ndjson"),
    ("--compare-profiles upstream,cilium --verify", "names-compared.txt"),
  ])
  func `destinations carry the names that they had`(_ options: String, _ name: String) throws {
    let run = try Flowverdict.run(
      "audit - \(Self.inputs) \(options)", input: Self.sample.classic)
    #expect(run.status == 0, "\(run.errors)")
    #expect(Snapshot.difference(of: run.output, from: "commands/\(name)") == nil)
  }

  @Test func `a table file resolves names as its cluster and policies do`() throws {
    try Scratch.with { folder in
      let table = folder.appending(path: "policies.fvt").path
      #expect(try Flowverdict.run("compile \(Self.inputs) -o \(table)").status == 0)
      let direct = try Flowverdict.run(
        "audit - \(Self.inputs) -o csv", input: Self.sample.classic)
      let run = try Flowverdict.run(
        "audit - --table \(table) -o csv", input: Self.sample.classic)
      #expect(run.output == direct.output)
      #expect(run.output.contains("named_by_dns"))
    }
  }

  @Test(arguments: ["-1", "x", "nan", "1e12"])
  func `a grace that is no time is a usage error`(_ grace: String) throws {
    let run = try Flowverdict.run("audit - \(Self.inputs) --name-grace=\(grace)")
    #expect(run.status == 2)
    #expect(run.output == "")
  }
}
