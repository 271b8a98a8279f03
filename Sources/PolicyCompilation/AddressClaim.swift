import ClusterModel
import LookupTable
import NetworkTypes

/// Which pod has an address where several list it (N26, D8): a running one before any other, then the first by
/// namespace and name.
enum AddressClaim {
  static func isBetter(_ left: Int, than right: Int, _ pods: Span<Pod>) -> Bool {
    let leftRuns = pods[left].phase == .running
    let rightRuns = pods[right].phase == .running
    if leftRuns != rightRuns { return leftRuns }
    if pods[left].namespace != pods[right].namespace {
      return pods[left].namespace < pods[right].namespace
    }
    return pods[left].name < pods[right].name
  }
}
