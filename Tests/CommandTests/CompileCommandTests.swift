import Foundation
import TestSupport
import Testing

@Suite struct CompileCommandTests {
  static let inputs = "--cluster cluster.yaml --policies policies.yaml"

  @Test func `the figures of the table are printed`() throws {
    let run = try Flowverdict.run("compile --cluster cluster.yaml")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("\nNetworkPolicies "))
    #expect(run.output.contains("\nhot bytes "))
  }

  @Test func `a table stands for the cluster and policies that it was compiled from`() throws {
    try Scratch.with { folder in
      let table = folder.appending(path: "policies.fvt").path
      let compiled = try Flowverdict.run("compile --cluster cluster.yaml -o \(table)")
      #expect(compiled.status == 0, "\(compiled.errors)")
      let fromTable = try Flowverdict.run("check connections.tsv --table \(table)")
      let fromManifests = try Flowverdict.run("check connections.tsv --cluster cluster.yaml")
      #expect(fromTable.output == fromManifests.output)
      #expect(fromTable.status == fromManifests.status)
    }
  }

  @Test func `a table that is only read is not said to be compiled`() throws {
    try Scratch.with { folder in
      let table = folder.appending(path: "policies.fvt").path
      let compiled = try Flowverdict.run("compile --cluster cluster.yaml -o \(table)")
      #expect(compiled.output.contains("\ncompiled in "))
      let copy = folder.appending(path: "copy.fvt").path
      let read = try Flowverdict.run("compile --table \(table) -o \(copy)")
      #expect(read.status == 0, "\(read.errors)")
      #expect(!read.output.contains("compiled in"))
      #expect(read.output.hasSuffix("\nnot compiled      read from \(table)\n"), "\(read.output)")
      #expect(FileManager.default.contentsEqual(atPath: table, andPath: copy))
    }
  }

  @Test(arguments: [
    ("--profile cilium", "\nprofile: cilium\n"),
    ("--ipblock-matches-pods no", "\nprofile: upstream+ipblock-matches-pods=no\n"),
    // What calico and aws have in common has no name of its own.
    ("--profile aws", "\nprofile: upstream+allow-egress-to-own-node=yes\n"),
  ])
  func `a table's profile has the name of the one with its choices`(
    _ options: String, _ line: String
  ) throws {
    try Scratch.with { folder in
      let table = folder.appending(path: "policies.fvt").path
      let compiled = try Flowverdict.run("compile \(Self.inputs) \(options) -o \(table)")
      #expect(compiled.status == 0, "\(compiled.errors)")
      let audit = try Flowverdict.run("audit - --table \(table)", input: TinyCapture.sample.bytes)
      #expect(audit.status == 0, "\(audit.errors)")
      #expect(audit.output.contains(line), "\(audit.output.prefix(400))")
    }
  }

  @Test func `a file that is no table, and options beside a table, are refused`() throws {
    let noTable = try Flowverdict.run("check connections.tsv --table cluster.yaml")
    #expect(noTable.status == 2)
    #expect(
      noTable.errors.contains("cluster.yaml: the file does not start like a FlowVerdict table"))
    let both = try Flowverdict.run("check connections.tsv --table x.fvt --cluster cluster.yaml")
    #expect(both.status == 2)
    #expect(both.errors.contains("--table stands alone"))
  }

  @Test func `only a regular file is replaced by a table, and a link to one stays a link`() throws {
    try Scratch.with { folder in
      let device = try Flowverdict.run("compile --cluster cluster.yaml -o \(folder.path)")
      #expect(device.status == 2)
      #expect(device.errors.contains("not a regular file"))
      let table = folder.appending(path: "policies.fvt").path
      let link = folder.appending(path: "link.fvt").path
      try Data("old".utf8).write(to: URL(filePath: table))
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: table)
      let linked = try Flowverdict.run("compile --cluster cluster.yaml -o \(link)")
      #expect(linked.status == 0, "\(linked.errors)")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == table)
      #expect(try Data(contentsOf: URL(filePath: table)).count > 8192)
    }
    let output = try Flowverdict.run("compile --cluster cluster.yaml -o -")
    #expect(output.status == 2)
    #expect(output.errors.contains("cannot be standard output"))
  }

  @Test func `a table that cannot be written ends with 2`() throws {
    let run = try Flowverdict.run("compile --cluster cluster.yaml -o /nonexistent/policies.fvt")
    #expect(run.status == 2)
    #expect(run.errors.contains("/nonexistent/policies.fvt: cannot create the file"))
  }
}
