import ClusterModel
import NetworkTypes

/// Flattens the policies of one direction.
struct SideFlattening {
  private let direction: Direction
  private let pods: PodDirectory
  private var side = FlattenedPolicies.Side()
  private var setIDs: [[IPv4Cover.Prefix]: Int] = [:]
  private var coverOfPeer: [PeerKey: [IPv4Cover.Prefix]] = [:]

  private struct PeerKey: Hashable {
    var namespace: String
    var match: NetworkPolicy.Peer.Match
  }

  init(_ direction: Direction, _ pods: PodDirectory) {
    self.direction = direction
    self.pods = pods
  }

  consuming func flatten(_ policies: [NetworkPolicy]) throws -> FlattenedPolicies.Side {
    var policiesOfPod: [Int: [Int]] = [:]
    var terms: [[FlattenedPolicies.Term]] = []
    for policy in policies {
      guard policy.isolates(direction), let selector = policy.podSelector else { continue }
      for pod in pods.pods(in: policy.namespace, selector) {
        policiesOfPod[pod, default: []].append(terms.count)
      }
      terms.append(
        try policy.rules(direction).flatMap { try makeTerms($0, policy.namespace) })
    }
    var podsOfRow: [[Int]: [UInt32]] = [:]
    for (pod, list) in policiesOfPod { podsOfRow[list, default: []].append(pods.addresses[pod]) }
    // Dictionaries have no order of their own; the rules must be the same in every run.
    for (list, addresses) in podsOfRow.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let row = side.rows.count
      var seen: Set<FlattenedPolicies.Term> = []
      side.rows.append(list.flatMap { terms[$0] }.filter { seen.insert($0).inserted })
      side.podPrefixes.append(IPv4Cover.cover(addresses.sorted()))
      for address in addresses { side.rowOfAddress[address] = row }
    }
    return side
  }

  private mutating func makeTerms(
    _ rule: NetworkPolicy.Rule, _ namespace: String
  ) throws -> [FlattenedPolicies.Term] {
    let sets: [Int]
    if let peers = rule.peers, !peers.isEmpty {
      sets = peers.map { setID(cover($0.match, namespace)) }
    } else {
      sets = [setID([IPv4Cover.Prefix(address: 0, length: 0)])]
    }
    let ports = try portRanges(rule.ports ?? [])
    return sets.flatMap { set in
      ports.map { FlattenedPolicies.Term(set: set, ports: $0.ports, ipProtocol: $0.ipProtocol) }
    }
  }

  private func portRanges(
    _ matches: [PortMatch]
  ) throws -> [(ports: PortRange, ipProtocol: IPProtocol?)] {
    let every = PortRange(0, through: .max)
    if matches.isEmpty { return [(every, nil)] }
    return try matches.map { match in
      switch match.match {
      case .every(let ipProtocol): (every, ipProtocol)
      case .range(let ipProtocol, let range): (range, ipProtocol)
      case .named, .nothing, .unknown:
        throw BenchmarkError("named and invalid ports are not flattened to five-tuples")
      }
    }
  }

  private mutating func setID(_ prefixes: [IPv4Cover.Prefix]) -> Int {
    if let id = setIDs[prefixes] { return id }
    let id = side.sets.count
    side.sets.append(prefixes)
    setIDs[prefixes] = id
    return id
  }

  private mutating func cover(
    _ match: NetworkPolicy.Peer.Match, _ namespace: String
  ) -> [IPv4Cover.Prefix] {
    let key = PeerKey(namespace: namespace, match: match)
    if let known = coverOfPeer[key] { return known }
    let prefixes: [IPv4Cover.Prefix]
    switch match {
    case .nothing: prefixes = []
    case .ipBlock(let block, let exceptions):
      prefixes = block.family == .ipv4 ? IPv4Cover.subtract(exceptions, from: block) : []
    case .selectors(let namespaceSelector, let podSelector):
      let names = namespaceSelector.map { pods.namespaces($0) } ?? [namespace]
      let found = names.flatMap { pods.pods(in: $0, podSelector ?? .everything) }
      prefixes = IPv4Cover.cover(found.map { pods.addresses[$0] }.sorted())
    }
    coverOfPeer[key] = prefixes
    return prefixes
  }
}
