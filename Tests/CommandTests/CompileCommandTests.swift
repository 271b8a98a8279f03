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

  @Test func `a table that cannot be written ends with 2`() throws {
    let run = try Flowverdict.run("compile --cluster cluster.yaml -o /nonexistent/policies.fvt")
    #expect(run.status == 2)
    #expect(run.errors.contains("/nonexistent/policies.fvt: cannot create the file"))
  }
}
