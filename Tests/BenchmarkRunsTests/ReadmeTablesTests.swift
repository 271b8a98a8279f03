import BenchmarkRuns
import Foundation
import Testing

@Suite struct ReadmeTablesTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func `README shows the tables of the newest published run`() throws {
    let readme = try String(
      contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    // Apart from the macro, which would print all of README.
    let found = ReadmeTables(readme: readme)
    let tables = try #require(found, "README has no place for tables")
    let names =
      (try? FileManager.default.contentsOfDirectory(
        atPath: Self.root.appending(path: "Benchmarks/runs").path)) ?? []
    let newest = try #require(names.filter { !$0.hasPrefix(".") }.max(), "no run is published")
    #expect(tables.folder == "Benchmarks/runs/\(newest)")
    let run = try BenchmarkRun(folder: Self.root.appending(path: tables.folder).path)
    #expect(tables.text == RunSummary(run).text)
  }

  @Test func `tables are replaced, and nothing else`() throws {
    let readme = "a\n<!-- figures of runs/one -->\n\nold\n\n<!-- end of figures -->\nb\n"
    let tables = try #require(ReadmeTables(readme: readme))
    #expect(tables.folder == "runs/one")
    #expect(tables.text == "old")
    let next = tables.readme(showing: "new", of: "runs/two")
    #expect(next == "a\n<!-- figures of runs/two -->\n\nnew\n\n<!-- end of figures -->\nb\n")
    #expect(tables.readme(showing: "old", of: "runs/one") == readme)
  }

  @Test(arguments: ["", "<!-- figures of runs/one -->", "<!-- end of figures -->"])
  func `a README without a place for tables is told`(_ readme: String) {
    #expect(ReadmeTables(readme: readme) == nil)
  }
}
