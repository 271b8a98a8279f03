import ArgumentParser
import LookupTable
import Measurement
import PolicyCompilation
import SyntheticCluster

struct PeersBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peers",
    abstract: "The table beside other classifiers, on the same policies and flows, in turns.",
    discussion: "IPv4. Scripts/bench --peers builds the libraries and calls this.")

  @OptionGroup var clusters: ClusterOptions

  @Option(parsing: .upToNextOption, help: "Shared libraries with peers.")
  var library: [String] = []

  @Option(help: "Flows of the cold trace.")
  var flows = 1_048_576

  @Option(help: "Repetitions of each task.")
  var rounds = 32

  @Option(
    help:
      "Peers are left out where there are more five-tuple rules than this. (default: what they build in a minute)"
  )
  var maximumRules: Int?

  func validate() throws {
    guard rounds > 0, flows >= 32_768, flows.nonzeroBitCount == 1 else {
      throw ValidationError("--rounds must be positive, --flows a power of two from 32768 on")
    }
  }

  func run() throws {
    var libraries: [PeerLibrary] = []
    for path in library { libraries.append(try PeerLibrary(path: path)) }
    var report = Report(columns: [
      "min ns", "median ns", "ratio min", "ratio med", "build ms", "MiB", "entries", "differ",
    ])
    try clusters.forEachCluster { title, cluster in
      var comparison = try PeerComparison(
        cluster, flowCount: flows, rounds: rounds, forcedLayout: clusters.layout)
      report.heading(title, TableShapeText.describe(comparison.table.shape))
      try comparison.addPeers(libraries, maximumRules: maximumRules)
      try comparison.run()
      comparison.write(to: &report, title)
      for library in libraries { library.close() }
    }
    try report.finish(json: clusters.json)
  }
}
