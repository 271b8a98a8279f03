import ArgumentParser
import LookupTable
import SyntheticCluster

/// What every benchmark on a made-up cluster asks for.
struct ClusterOptions: ParsableArguments {
  @Option(
    name: .customLong("size"), parsing: .upToNextOption,
    help: "Pods/policies, as 10k/1k; several. (default: the four published sizes)")
  var sizes: [ClusterSize] = ClusterSize.published

  @Option(
    name: .customLong("shape"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Several of: "
        + ClusterShape.names.map { "\($0.name) (\($0.meaning))" }.joined(separator: "; ") + "."))
  var shapes: [String] = ["standard"]

  @Option(help: "Seed of everything that is made up.")
  var seed: UInt64 = 1

  @Option(
    help: "How pairs are stored: dense, cuckoo or shifted; chosen by size if not given.",
    transform: Self.layout)
  var layout: PairLayout?

  @Flag(help: "Pods have IPv4 addresses only.")
  var singleStack = false

  @Option(help: "File for the figures as JSON.")
  var json: String?

  func validate() throws {
    for shape in shapes where ClusterShape(name: shape, pods: 1, policies: 1) == nil {
      throw ValidationError(
        "unknown shape '\(shape)'; known: \(ClusterShape.names.map(\.name).joined(separator: ", "))"
      )
    }
  }

  /// Every size in every shape.
  func forEachCluster(_ body: (_ title: String, MadeUpCluster) throws -> Void) rethrows {
    for name in shapes {
      for size in sizes {
        guard
          var shape = ClusterShape(name: name, pods: size.pods, policies: size.policies)
        else { continue }
        shape.isDualStack = !singleStack
        try body(
          "\(size) \(name)\(singleStack ? " single-stack" : "")", MadeUpCluster(shape, seed: seed))
      }
    }
  }

  private static func layout(_ text: String) throws -> PairLayout {
    guard let layout = PairLayout.allCases.first(where: { "\($0)" == text }) else {
      throw ValidationError("unknown layout '\(text)'; known: dense, cuckoo, shifted")
    }
    return layout
  }
}
