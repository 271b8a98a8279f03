import LookupTable

/// Room for decisions that tasks share.
final class DecisionBuffer {
  var decisions: [TableDecision]

  init(count: Int) { decisions = Array(repeating: TableDecision(rawValue: 0), count: count) }
}

/// Why a benchmark is void.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
