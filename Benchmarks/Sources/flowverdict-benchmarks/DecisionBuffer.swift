import LookupTable

/// Room for answers that tasks share.
final class DecisionBuffer {
  var decisions: [TableDecision]

  var attributions: [TableAttribution]

  init(count: Int) {
    decisions = Array(repeating: TableDecision(rawValue: 0), count: count)
    attributions = Array(
      repeating: TableAttribution(egress: .notAPod, ingress: .notAPod), count: count)
  }
}

/// Why a benchmark is void.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
