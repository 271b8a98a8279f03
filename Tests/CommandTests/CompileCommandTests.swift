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
