import ClusterModel
import NetworkTypes

/// NetworkPolicies without labels and selectors, IPv4 only: what classifiers that know addresses and ports alone are fed
/// with. Written from the semantics, apart from the compiler.
///
/// A pod's *row* is what its policies allow together; pods with the same policies share one.
struct FlattenedPolicies {
  typealias Prefix = IPv4Cover.Prefix

  /// Other ends and ports that are allowed together.
  struct Term: Hashable {
    /// Index in ``Side/sets``.
    var set: Int
    var ports: PortRange
    /// `nil`: any.
    var ipProtocol: IPProtocol?
  }

  /// One direction.
  struct Side {
    var rows: [[Term]] = []
    /// Prefixes that together are exactly the pods of each row.
    var podPrefixes: [[Prefix]] = []
    /// Prefixes of the other ends.
    var sets: [[Prefix]] = []
    /// Row of each pod that a policy isolates, by the pod's address.
    var rowOfAddress: [UInt32: Int] = [:]

    /// Five-tuple rules that allow.
    var allowCount: Int {
      zip(rows, podPrefixes).reduce(0) { total, row in
        total + row.0.reduce(0) { $0 + sets[$1.set].count } * row.1.count
      }
    }

    /// Five-tuple rules that deny the rest.
    var denyCount: Int { podPrefixes.reduce(0) { $0 + $1.count } }
  }

  var ingress: Side
  var egress: Side
  var addresses: [UInt32]

  /// Rules that allow, and those that deny the rest, of both directions.
  var ruleCount: Int {
    [ingress, egress].reduce(0) { $0 + $1.allowCount + $1.denyCount }
  }

  func side(_ direction: Direction) -> Side { direction == .ingress ? ingress : egress }

  /// - Throws: ``BenchmarkError`` for what five-tuples cannot say, or this flattening does not.
  init(_ snapshot: ClusterSnapshot, _ policies: PolicySet) throws {
    guard policies.clusterPolicies.isEmpty else {
      throw BenchmarkError("tiers are not flattened to five-tuples")
    }
    let pods = PodDirectory(snapshot)
    addresses = pods.addresses.filter { $0 != 0 }
    ingress = try SideFlattening(.ingress, pods).flatten(policies.networkPolicies)
    egress = try SideFlattening(.egress, pods).flatten(policies.networkPolicies)
  }
}
