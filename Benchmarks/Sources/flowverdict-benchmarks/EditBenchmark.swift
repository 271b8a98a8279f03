import ArgumentParser
import ClusterModel
import LookupTable
import Measurement
import PolicyCompilation
import SyntheticCluster

struct EditBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract:
      "Time from a change of a pod or a policy to the next decision table, beside compiling everything."
  )

  @OptionGroup var clusters: ClusterOptions

  @Option(help: "Edits of each kind.")
  var rounds = 15

  func run() throws {
    var report = Report(columns: [
      "min ms", "median ms", "rows", "peers", "pairs", "compiled again",
    ])
    try clusters.forEachCluster { title, cluster in
      var samples = Samples()
      for _ in 0..<3 {
        let start = ClockReading.now()
        _ = try CompiledPolicies.compile(
          cluster.snapshot, cluster.policies, forcedLayout: clusters.layout)
        samples.append(ClockReading.now() - start)
      }
      var world = try IncrementalCompilation(
        cluster.snapshot, cluster.policies, forcedLayout: clusters.layout)
      guard let shape = world.compiled?.table.shape else { return }
      report.heading(title, TableShapeText.describe(shape))
      report.row(
        title, "compile everything",
        [
          .milliseconds(Double(samples.minimumCPU) / 1e6),
          .milliseconds(Double(samples.medianCPU) / 1e6),
        ]
          + Array(repeating: .none, count: 4))
      for kind in Kind.allCases {
        var samples = Samples()
        var (rowCount, peerCount, pairCount, fullCount) = (0, 0, 0, 0)
        for round in 0..<rounds {
          let edit = kind.edit(round, cluster)
          let start = ClockReading.now()
          let extent = try world.apply([edit])
          samples.append(ClockReading.now() - start)
          rowCount += extent.rowCount
          peerCount += extent.peerCount
          pairCount += extent.pairCount
          if extent.fullCompilation != nil { fullCount += 1 }
        }
        report.row(
          title, kind.rawValue,
          [
            .milliseconds(Double(samples.minimumCPU) / 1e6),
            .milliseconds(Double(samples.medianCPU) / 1e6),
            .count(rowCount / rounds), .count(peerCount / rounds), .count(pairCount / rounds),
            .count(fullCount),
          ])
      }
    }
    try report.finish(json: clusters.json)
  }

  private enum Kind: String, CaseIterable {
    case removePod = "remove a pod"
    case addPod = "add it again"
    case removePolicy = "remove a policy"
    case addPolicy = "add that again"

    func edit(
      _ round: Int, _ cluster: MadeUpCluster
    ) -> IncrementalCompilation.Edit {
      let pods = cluster.snapshot.pods
      let policies = cluster.policies.networkPolicies
      // Spread over the lists.
      let pod = pods[(round * 7919 + 13) % pods.count]
      let policy = policies[(round * 7919 + 13) % policies.count]
      return switch self {
      case .removePod: .removePod(namespace: pod.namespace, name: pod.name)
      case .addPod: .setPod(pod)
      case .removePolicy: .removeNetworkPolicy(namespace: policy.namespace, name: policy.name)
      case .addPolicy: .setNetworkPolicy(policy)
      }
    }
  }
}
