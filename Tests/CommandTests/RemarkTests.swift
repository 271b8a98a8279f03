import TestSupport
import Testing

/// Remarks carry the rules that they rest on, in every form of every command.
@Suite struct RemarkTests {
  private static let inputs =
    "--cluster ../profiles/cluster.yaml --policies ../profiles/policies.yaml ../profiles/open.yaml"

  @Test(arguments: [
    ("lab/mirror", "service/lab/mirror", "80", "ingress", "undefinedByAPI", "N24"),
    ("lab/peer", "lab/ports", "icmp", "ingress", "undefinedByAPI", "N40"),
    ("lab/blocks", "node/worker-1", "80", "egress", "undefinedByAPI", "N23 N25"),
    ("lab/blocks", "node/worker-2", "80", "egress", "undefinedByAPI", "N25"),
    ("node/worker-2", "lab/portless", "80", "ingress", "undefinedByAPI", "N25 N41"),
    ("lab/peer", "lab/tied", "80", "ingress", "ambiguousPriority", "A2"),
    ("lab/named", "203.0.113.7", "443", "egress", "unresolvedDomainName", "A14"),
  ])
  func `explain names the rules of a remark in text and json`(
    _ source: String, _ destination: String, _ port: String, _ direction: String,
    _ remark: String, _ rules: String
  ) throws {
    let command = "explain --from \(source) --to \(destination) --port \(port) \(Self.inputs)"
    let words = [
      "undefinedByAPI": "undefined by the API", "ambiguousPriority": "ambiguous priority",
      "unresolvedDomainName": "unresolved domain name",
    ]
    let list = rules.split(separator: " ")
    let text = try Flowverdict.run(command)
    #expect(text.status == 0)
    let line = try #require(
      text.output.split(separator: "\n").first { $0.hasPrefix("  \(direction) ") })
    #expect(
      line.contains("(\(words[remark] ?? ""): \(list.joined(separator: ", ")))"), "\(line)")
    let json = try Flowverdict.run(command + " -o json")
    let quoted = list.map { "\"\($0)\"" }.joined(separator: ",")
    #expect(json.output.contains("\"remark_rules\":{\"\(remark)\":[\(quoted)]}"), "\(json.output)")
  }

  @Test(arguments: [
    ("", "remarks.txt"), ("-o wide", "remarks-wide.txt"), ("-o csv", "remarks.csv"),
    ("-o json", "remarks.json"), ("-o ndjson", "remarks.ndjson"),
  ])
  func `check names them in every form`(_ options: String, _ name: String) throws {
    let run = try Flowverdict.run("check ../profiles/remarks.tsv \(Self.inputs) \(options)")
    #expect(run.status == 0, "\(run.errors)")
    #expect(Snapshot.difference(of: run.output, from: "commands/\(name)") == nil)
  }

  private static let capture: [UInt8] = {
    var capture = FrameCapture()
    capture.addConnection("10.0.0.8", "10.96.0.8", port: 80)
    capture.addPing("10.0.0.1", "10.0.0.3")
    capture.addConnection("10.0.0.2", "192.168.0.1", port: 80)
    capture.addConnection("192.168.0.2", "10.0.0.4", port: 80)
    capture.addConnection("10.0.0.1", "10.0.0.9", port: 80)
    capture.addConnection("10.0.0.10", "203.0.113.7", port: 443)
    return capture.classic
  }()

  @Test(arguments: [
    ("", "audit-remarks.txt"), ("-o wide", "audit-remarks-wide.txt"),
    ("-o csv", "audit-remarks.csv"), ("-o json", "audit-remarks.json"),
    ("-o ndjson", "audit-remarks.ndjson"),
  ])
  func `audit names them in every form`(_ options: String, _ name: String) throws {
    let run = try Flowverdict.run("audit - \(Self.inputs) \(options)", input: Self.capture)
    #expect(run.status == 0, "\(run.errors)")
    #expect(Snapshot.difference(of: run.output, from: "commands/\(name)") == nil)
  }
}
