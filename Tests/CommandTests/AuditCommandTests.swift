import Foundation
import TestSupport
import Testing

struct AuditCommandTests {
  private static let inputs = "--cluster cluster.yaml --policies policies.yaml"

  private func audit(
    _ options: String, input: [UInt8] = TinyCapture.sample.bytes
  ) throws -> Flowverdict.Run {
    try Flowverdict.run("audit - \(Self.inputs) \(options)", input: input)
  }

  @Test(arguments: [
    ("", "audit.txt"), ("-o wide", "audit-wide.txt"), ("-o ndjson", "audit.ndjson"),
    ("-o json", "audit.json"), ("-o csv", "audit.csv"),
    ("--aggregate workload --sort destination --limit 3", "audit-workload.txt"),
    ("--only denied,undecided --namespace bank", "audit-bank.txt"),
  ])
  func `an audit prints what it should, byte by byte`(
    _ options: String, _ name: String
  ) throws {
    let run = try audit(options)
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(Snapshot.difference(of: run.output, from: "commands/\(name)") == nil)
  }

  @Test(arguments: [
    ("", Int32(0)), ("--fail-on denied", 1), ("--fail-on unenforced", 1),
    ("--fail-on undecided", 1), ("--fail-on unenforced,undecided", 1),
    ("--namespace bank --fail-on unenforced", 0), ("--namespace bank --fail-on denied", 1),
    ("--namespace bank --only allowed --fail-on denied", 1), ("--verify --quiet", 0),
    ("--keep-going", 0), ("--fail-on nonsense", 2), ("--limit -1", 2), ("--sort x", 2),
    ("-o xml", 2), ("-o text -o json", 2), ("--color maybe", 2),
  ])
  func `exit codes: 0 ran, 1 found, 2 wrong usage`(
    _ options: String, _ status: Int32
  ) throws {
    let run = try audit(options)
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.isEmpty == (status != 2))
  }

  @Test(arguments: [
    ("audit - --cluster nothing.yaml", "nothing.yaml cannot be read"),
    ("audit nothing.pcap --cluster cluster.yaml", "nothing.pcap: No such file"),
    ("audit -", "--cluster"),
    ("audit --cluster cluster.yaml", "Missing expected argument"),
    ("audit - --cluster -", "only one input can be standard input"),
    ("audit - --cluster cluster.yaml --policies rejected.yaml", "rejected.yaml:10:7: error: "),
  ])
  func `what cannot run says why and exits with 2`(
    _ arguments: String, _ message: String
  ) throws {
    let run = try Flowverdict.run(arguments, input: TinyCapture.sample.bytes)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `--verify says that all verdicts are the same`() throws {
    let run = try audit("--verify")
    #expect(run.status == 0)
    #expect(run.errors == "note: --verify: 8 flows have the same verdicts rule by rule\n")
    #expect(run.output.contains("\nverified: 8 flows, verdicts are the same rule by rule\n"))
    #expect(
      try audit("--verify -o json").output.contains(
        "\"verification\":{\"flows\":8,\"different\":0}")
    )
    #expect(try audit("-o json").output.contains("\"verification\":null"))
  }

  @Test(arguments: [
    "check connections.tsv", "explain --from shop/web --to shop/db --port 80",
  ])
  func `check and explain say what --keep-going leaves out, in the report too`(
    _ command: String
  ) throws {
    let inputs = "--cluster cluster.yaml --policies rejected.yaml --keep-going"
    let text = try Flowverdict.run("\(command) \(inputs)")
    #expect(text.output.hasPrefix("left out: rejected.yaml:10:7: NetworkPolicy shop/db-policy: "))
    let json = try Flowverdict.run("\(command) \(inputs) -o json")
    #expect(
      json.output.contains("\"left_out\":[\"rejected.yaml:10:7: NetworkPolicy shop/db-policy: "))
  }

  @Test func `--keep-going says what it leaves out, in the report too`() throws {
    let run = try Flowverdict.run(
      "audit - --cluster cluster.yaml --policies rejected.yaml --keep-going",
      input: TinyCapture.sample.bytes)
    #expect(run.status == 0)
    #expect(run.output.contains("\nleft out: rejected.yaml:10:7: NetworkPolicy shop/db-policy: "))
    #expect(run.errors.contains("rejected.yaml:10:7: error: "))
  }

  @Test func `a capture that is cut says where, is marked incomplete and exits with 2`() throws {
    let run = try audit("", input: Array(TinyCapture.sample.bytes.dropLast(20)))
    #expect(run.status == 2)
    #expect(run.output.contains("\nINCOMPLETE: -: packet 19 "))
    #expect(run.output.contains("\nFLOWS (incomplete)\n"))
  }

  @Test func `incomplete wins over what --fail-on finds`() throws {
    let run = try audit("--fail-on denied", input: Array(TinyCapture.sample.bytes.dropLast(20)))
    #expect(run.status == 2)
  }

  @Test func `several outputs of one run go to files, and one to standard output`() throws {
    try Scratch.with { folder in
      let csv = folder.appending(path: "flows.csv").path
      let text = folder.appending(path: "flows.txt").path
      let run = try audit("-o csv=\(csv) -o text=\(text) -o ndjson")
      #expect(run.status == 0)
      let direct = try audit("-o ndjson")
      #expect(run.output == direct.output)
      #expect(try String(contentsOfFile: csv, encoding: .utf8) == audit("-o csv").output)
      #expect(try String(contentsOfFile: text, encoding: .utf8) == audit("").output)
    }
  }

  @Test func `an output that cannot be written exits with 2`() throws {
    let run = try audit("-o csv=/nowhere/flows.csv")
    #expect(run.status == 2)
    #expect(run.errors.contains("/nowhere/flows.csv: No such file"))
    let full = try audit("-o csv=/dev/full")
    #expect(full.status == 2)
    #expect(full.errors.contains("No space left"))
  }

  @Test(arguments: [
    ("--cluster cluster.yaml policies.yaml -", true),
    ("- --cluster cluster.yaml --cluster policies.yaml", true),
    ("--cluster . -", false), ("--cluster=cluster.yaml --policies=policies.yaml -", true),
  ])
  func `options may take several paths, and captures stand before or after`(
    _ arguments: String, _ isAccepted: Bool
  ) throws {
    let run = try Flowverdict.run("audit \(arguments) -o csv", input: TinyCapture.sample.bytes)
    #expect(run.status == (isAccepted ? 0 : 2), "\(run.errors)")
    if isAccepted { #expect(try run.output == audit("-o csv").output) }
  }

  @Test func `colour comes when asked for, and not to a file by itself`() throws {
    #expect(!(try audit("")).output.contains("\u{1b}"))
    #expect(try audit("--color always").output.contains("\u{1b}[31mdenied\u{1b}[0m"))
    #expect(!(try audit("--color never")).output.contains("\u{1b}"))
  }

  @Test func `no match between cluster and capture leaves every flow outside`() throws {
    var capture = TinyCapture()
    capture.addConnection("172.16.0.1:1000", "172.16.0.2:80")
    let run = try audit("-o ndjson", input: capture.bytes)
    #expect(run.status == 0)
    #expect(run.output.contains("\"verdict\":\"not_evaluated\""))
  }
}
