import ArgumentParser
import BenchmarkRuns
import Foundation

struct SummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "The tables of a run in Markdown, as README shows them, or its goals.",
    discussion: "Medians, and the least in parentheses.")

  @Argument(help: "A folder of Benchmarks/runs.")
  var folder: String

  @Flag(help: "Each goal, its figure, and whether it is met.")
  var goals = false

  @Option(help: "A README whose tables are replaced by the run's.")
  var readme: String?

  func run() throws {
    let run = try BenchmarkRun(folder: folder)
    let text = goals ? RunGoals(run).text : RunSummary(run).text
    guard let readme else { return StandardOutput.line(text) }
    let old = try String(contentsOfFile: readme, encoding: .utf8)
    guard let tables = ReadmeTables(readme: old) else {
      throw BenchmarkError("\(readme) has no place for tables")
    }
    try Data(tables.readme(showing: RunSummary(run).text, of: folder).utf8)
      .write(to: URL(fileURLWithPath: readme))
  }
}
