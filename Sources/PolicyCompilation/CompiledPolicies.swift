import ClusterModel
import LookupTable
import NetworkTypes

/// The policies of a cluster as a decision table, and all that it takes to say which rule decided.
///
/// ``table`` alone decides; the rest of this type names what the table points to. Immutable, for any number of threads.
public struct CompiledPolicies: Sendable {
  let contents: CompiledContents
  /// What was left out of the policies because an API server would reject it, one sentence each; kept in table files,
  /// so that a table never looks more complete than it is.
  public var leftOut: [String] = []

  public var table: DecisionTable { contents.table }
  public var snapshot: ClusterSnapshot { contents.snapshot }
  public var policies: PolicySet { contents.policies }
  public var profile: Profile { contents.profile }
  var domainNames: [String: [IPAddress]] { contents.domainNames }
  var naming: DecisionNaming { contents.naming }

  init(
    table: DecisionTable, snapshot: ClusterSnapshot, policies: PolicySet, profile: Profile,
    leftOut: [String] = [], domainNames: [String: [IPAddress]], naming: DecisionNaming
  ) {
    contents = CompiledContents(
      table: table, snapshot: snapshot, policies: policies, profile: profile,
      domainNames: domainNames, naming: naming)
    self.leftOut = leftOut
  }

  /// Compiles a cluster and its policies.
  ///
  /// - Parameters:
  ///   - profile: how the choices of semantics 2.4 are made.
  ///   - domainNames: addresses of resolved names, lower case without a trailing dot (A14).
  ///   - forcedLayout: how pairs are stored; `nil` chooses by size.
  ///   - progress: is told how far the compilation has come.
  /// - Throws: ``TableError`` where the table does not fit into memory or its format.
  /// - Complexity: linear in pods and policies; the work for pairs follows the distinct sets of policies and peers.
  public static func compile(
    _ snapshot: ClusterSnapshot, _ policies: PolicySet, profile: Profile = .upstream,
    domainNames: [String: [IPAddress]] = [:], forcedLayout: PairLayout? = nil,
    progress: CompilationProgress.Report = { _ in }
  ) throws(TableError) -> CompiledPolicies {
    let stages = try CompilationStages(
      snapshot, policies, profile: profile, domainNames: domainNames, forcedLayout: forcedLayout,
      progress: progress)
    progress(CompilationProgress(step: .layout))
    return CompiledPolicies(
      table: try stages.makeTable(), snapshot: snapshot, policies: policies, profile: profile,
      domainNames: domainNames, naming: stages.makeNaming(snapshot, policies))
  }

  /// Both sides of a connection, decided by ``table``, with the rule or the reason of each.
  ///
  /// - Complexity: O(1) for the decision; naming it is linear in the peers and ports of the deciding rule, and in the
  ///   policies that apply to the pod where the decision needs a remark.
  public func decision(for connection: Connection) -> ConnectionDecision {
    // One family only ever meets itself; a mixed pair is no connection and matches nothing (N20).
    guard connection.source.family == connection.destination.family else {
      let nothing = SideDecision(isAllowed: true, reason: .notAPod)
      return ConnectionDecision(egress: nothing, ingress: nothing)
    }
    let contents = contents
    let ends = FlowEnds(connection, contents.table)
    return ConnectionDecision(
      egress: contents.naming.side(.egress, of: connection, ends, contents),
      ingress: contents.naming.side(.ingress, of: connection, ends, contents))
  }

  /// The verdict between two addresses without a Service, from the table alone.
  ///
  /// - Returns: `nil` where the table does not say all: policies of equal priority or with domain names may leave it open.
  /// - Complexity: O(1).
  public func plainVerdict(
    source: UInt32, destination: UInt32, ipProtocol: IPProtocol, destinationPort: UInt16
  ) -> Verdict? {
    let contents = contents
    if contents.naming.mayLeaveOpen { return nil }
    let table = contents.table
    let isSourcePod = table.owner(ipv4: source).podIndex != nil
    let isDestinationPod = table.owner(ipv4: destination).podIndex != nil
    if !isSourcePod, !isDestinationPod { return .notEvaluated }
    // Exemptions are in the decision.
    let decision = table.lookUp(
      IPv4FlowKey(
        source: source, destination: destination, destinationPort: destinationPort,
        ipProtocol: ipProtocol.rawValue))
    let isAllowed =
      (!isSourcePod || decision.egressAllows) && (!isDestinationPod || decision.ingressAllows)
    return isAllowed ? .allowed : .denied
  }

  /// Whether both sides allow the connection: the table's bits alone. Not for hairpins through a Service.
  public func isAllowed(_ connection: Connection) -> Bool {
    connection.source.family != connection.destination.family
      || FlowEnds(connection, table).decision.isAllowed
  }

  /// The pod that has an address (N26, D8), or the nodes, or `nil` for an address that nobody in the cluster has.
  func owner(of address: IPAddress) -> OwnerCode {
    if let ipv4 = address.ipv4Bits { return table.owner(ipv4: ipv4) }
    return table.owner(ipv6High: address.high, low: address.low)
  }
}

/// What a ``CompiledPolicies`` holds: an object, since naming a decision hands it around, and copies of a structure with so
/// many parts would cost more than the decision.
final class CompiledContents: Sendable {
  let table: DecisionTable
  let snapshot: ClusterSnapshot
  let policies: PolicySet
  let profile: Profile
  /// Addresses of resolved names.
  let domainNames: [String: [IPAddress]]
  let naming: DecisionNaming

  init(
    table: DecisionTable, snapshot: ClusterSnapshot, policies: PolicySet, profile: Profile,
    domainNames: [String: [IPAddress]], naming: DecisionNaming
  ) {
    self.table = table
    self.snapshot = snapshot
    self.policies = policies
    self.profile = profile
    self.domainNames = domainNames
    self.naming = naming
  }
}

/// What the table says of a connection.
struct FlowEnds {
  let source: OwnerCode
  let destination: OwnerCode
  /// Rows of the source's egress and of the destination's ingress policies.
  let egressRow: UInt32
  let ingressRow: UInt32
  let decision: TableDecision
  let attribution: TableAttribution
  let exemption: FlowExemption

  init(_ connection: Connection, _ table: DecisionTable) {
    if let source = connection.source.ipv4Bits, let destination = connection.destination.ipv4Bits {
      let key = IPv4FlowKey(
        source: source, destination: destination, destinationPort: connection.destinationPort,
        ipProtocol: connection.ipProtocol.rawValue)
      self.source = table.owner(ipv4: source)
      self.destination = table.owner(ipv4: destination)
      egressRow = table.egressRow(of: table.addressClass(ipv4: source))
      ingressRow = table.ingressRow(of: table.addressClass(ipv4: destination))
      decision = table.lookUp(key)
      attribution = table.attribution(key)
      exemption = table.exemption(key)
    } else {
      let key = IPv6FlowKey(
        sourceHigh: connection.source.high, sourceLow: connection.source.low,
        destinationHigh: connection.destination.high, destinationLow: connection.destination.low,
        destinationPort: connection.destinationPort, ipProtocol: connection.ipProtocol.rawValue)
      source = table.owner(ipv6High: key.sourceHigh, low: key.sourceLow)
      destination = table.owner(ipv6High: key.destinationHigh, low: key.destinationLow)
      egressRow = table.egressRow(
        of: table.addressClass(ipv6High: key.sourceHigh, low: key.sourceLow))
      ingressRow = table.ingressRow(
        of: table.addressClass(ipv6High: key.destinationHigh, low: key.destinationLow))
      decision = table.lookUp(key)
      attribution = table.attribution(key)
      exemption = table.exemption(key)
    }
  }
}
