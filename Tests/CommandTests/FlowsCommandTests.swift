import Foundation
import TestSupport
import Testing

struct FlowsCommandTests {
  @Test(arguments: [("", "flows.txt"), ("-o wide", "flows-wide.txt"), ("-o csv", "flows.csv")])
  func `flows need no cluster`(_ options: String, _ name: String) throws {
    let run = try Flowverdict.run("flows - \(options)", input: TinyCapture.sample.bytes)
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(Snapshot.difference(of: run.output, from: "commands/\(name)") == nil)
  }

  @Test func `a capture in a file gives the same flows as through a pipe`() throws {
    try Scratch.with { folder in
      let file = folder.appending(path: "tiny.pcap")
      try Data(TinyCapture.sample.bytes).write(to: file)
      let named = try Flowverdict.run(["flows", file.path])
      let piped = try Flowverdict.run("flows -", input: TinyCapture.sample.bytes)
      #expect(named.status == 0)
      #expect(named.output.replacing(file.path, with: "-") == piped.output)
    }
  }

  @Test func `an interrupted run prints what it has, marked partial, and exits with 130`() throws {
    var capture = TinyCapture()
    for _ in 0..<2_000 { capture.addConnection("10.0.0.1:40001", "10.0.0.2:80") }
    let run = try Flowverdict.runInterrupted(["flows", "-"], input: capture.bytes)
    #expect(run.status == 130)
    #expect(run.output.contains("\nPARTIAL: interrupted before the end of the captures\n"))
    #expect(run.output.contains(" (incomplete)\n\nPROTOCOL"))
    let audit = try Flowverdict.runInterrupted(
      ["audit", "-", "--cluster", "cluster.yaml", "-o", "json"], input: capture.bytes)
    #expect(audit.status == 130)
    #expect(audit.output.contains("\"interrupted\":true"))
  }

  @Test(arguments: [
    "flows - -", "audit - - --cluster cluster.yaml", "audit - --cluster -",
    "flows - other.pcap -", "check - - --cluster cluster.yaml",
  ])
  func `standard input named twice is refused with 2`(_ arguments: String) throws {
    let run = try Flowverdict.run(arguments, input: TinyCapture.sample.bytes)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains("only one input can be standard input (-)"), "\(run.errors)")
  }

  @Test(arguments: [[UInt8](), Array("kind: Pod\n".utf8), [0xd4, 0xc3, 0xb2]])
  func `what is no capture is refused with 2`(_ input: [UInt8]) throws {
    let run = try Flowverdict.run("flows -", input: input)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("flowverdict: standard input: "), "\(run.errors)")
  }
}
