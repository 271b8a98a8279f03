import ClusterModel
import LookupTable
import NetworkTypes

/// A compiled world that follows its cluster: pods and policies come and go, and only what they touch is done again.
///
/// After every edit the decisions, rules and remarks are those that compiling the edited world would give. Pods that
/// other pods like them are there for cost an address; policies cost the pods that they select, the peers that only they
/// tell apart, and the addresses of blocks that no policy named before. What changes how all pods are told apart compiles
/// everything again and says why (``FullCompilationReason``). In any case the finished table is laid out and
/// checked anew, which is a copy of its memory.
///
/// What no pod or policy uses any longer stays in the stages until one of them has doubled. Edits change the order of pods and
/// policies in ``CompiledPolicies/snapshot`` and ``CompiledPolicies/policies``, which means nothing.
public struct IncrementalCompilation {
  /// One change of the world.
  public enum Edit: Sendable {
    /// Adds a pod, in the place of the one with its namespace and name.
    case setPod(Pod)
    case removePod(namespace: String, name: String)
    /// Adds a policy, in the place of the one with its namespace and name.
    case setNetworkPolicy(NetworkPolicy)
    case removeNetworkPolicy(namespace: String, name: String)
    /// Adds a policy, in the place of the one with its kind and name.
    case setClusterPolicy(ClusterPolicy)
    case removeClusterPolicy(kind: PolicyKind, name: String)
  }

  /// What edits made the compiler do.
  public struct Extent: Sendable, Hashable {
    /// Why everything was compiled again; `nil` where only the rest of this was done.
    public var fullCompilation: FullCompilationReason?
    /// Pairs of a set of policies and a peer that were decided.
    public var pairCount: Int
    /// Sets of policies and peers that were not there before.
    public var rowCount: Int
    public var peerCount: Int
  }

  /// The world as it is now; `nil` after an edit has failed.
  ///
  /// An edit is fastest while nobody else holds this or its snapshot: else the list of pods is copied.
  public private(set) var compiled: CompiledPolicies?

  private var stages: CompilationStages
  private let forcedLayout: PairLayout?
  private let domainNames: [String: [IPAddress]]
  /// Sizes when everything was compiled last.
  private var initialSize: Size

  /// Compiles a world, as ``CompiledPolicies/compile(_:_:profile:domainNames:forcedLayout:)`` does, to be edited.
  ///
  /// - Throws: ``TableError`` where the table does not fit into memory or its format.
  public init(
    _ snapshot: ClusterSnapshot, _ policies: PolicySet, profile: Profile = .upstream,
    domainNames: [String: [IPAddress]] = [:], forcedLayout: PairLayout? = nil
  ) throws(TableError) {
    self.forcedLayout = forcedLayout
    self.domainNames = domainNames
    stages = try CompilationStages(
      snapshot, policies, profile: profile, domainNames: domainNames, forcedLayout: forcedLayout)
    initialSize = Size(stages)
    compiled = try Self.finish(stages, snapshot, policies, domainNames)
  }

  private static func finish(
    _ stages: CompilationStages, _ snapshot: ClusterSnapshot, _ policies: PolicySet,
    _ domainNames: [String: [IPAddress]]
  ) throws(TableError) -> CompiledPolicies {
    CompiledPolicies(
      table: try stages.makeTable(), snapshot: snapshot, policies: policies,
      profile: stages.profile, domainNames: domainNames,
      naming: stages.makeNaming(snapshot, policies))
  }

  /// Applies edits in their order, then makes the table once.
  ///
  /// - Returns: what had to be done. Removing what is not there is no edit.
  /// - Throws: ``TableError`` where the edited world does not fit into a table; ``compiled`` is `nil` then, and no
  ///   further edit is possible.
  @discardableResult
  public mutating func apply(_ edits: [Edit]) throws(TableError) -> Extent {
    guard var world = takeWorld() else {
      throw TableError(
        .limitExceeded, "an earlier edit did not fit into the table: compile the world again")
    }
    let before = Size(stages)
    for edit in edits { make(edit, &world) }
    if world.reason == nil, before.hasDoubled(since: initialSize) { world.reason = .doubled }
    let extent: Extent
    if let reason = world.reason {
      stages = try CompilationStages(
        world.snapshot, world.policies, profile: stages.profile, domainNames: domainNames,
        forcedLayout: forcedLayout)
      initialSize = Size(stages)
      extent = Extent(
        fullCompilation: reason, pairCount: initialSize.pairs, rowCount: initialSize.rows,
        peerCount: initialSize.peers)
    } else {
      try stages.fillPairs()
      let after = Size(stages)
      extent = Extent(
        fullCompilation: nil, pairCount: after.pairs - before.pairs,
        rowCount: after.rows - before.rows, peerCount: after.peers - before.peers)
    }
    var result = try Self.finish(stages, world.snapshot, world.policies, domainNames)
    result.leftOut = world.leftOut
    compiled = result
    return extent
  }

  // MARK: - Edits

  /// The lists while they are edited.
  private struct World {
    var snapshot: ClusterSnapshot
    var policies: PolicySet
    let leftOut: [String]
    /// Set when everything has to be compiled again; the stages do not follow from then on.
    var reason: FullCompilationReason?
  }

  /// Lets go of ``compiled``, so that its lists are changed in place.
  private mutating func takeWorld() -> World? {
    defer { compiled = nil }
    return compiled.map {
      World(snapshot: $0.snapshot, policies: $0.policies, leftOut: $0.leftOut)
    }
  }

  private mutating func make(_ edit: Edit, _ world: inout World) {
    switch edit {
    case .setPod(let pod):
      removePods(pod.namespace, pod.name, &world)
      world.snapshot.pods.append(pod)
      if world.reason == nil {
        world.reason = stages.addLastPod(of: world.snapshot.pods, world.policies)
      }
    case .removePod(let namespace, let name): removePods(namespace, name, &world)
    case .setNetworkPolicy(let policy):
      removePolicies(policy.identity, &world)
      world.policies.networkPolicies.append(policy)
      addPolicy(.network(world.policies.networkPolicies.count - 1), &world)
    case .removeNetworkPolicy(let namespace, let name):
      removePolicies(
        PolicyIdentity(kind: .networkPolicy, namespace: namespace, name: name), &world)
    case .setClusterPolicy(let policy):
      removePolicies(policy.identity, &world)
      world.policies.clusterPolicies.append(policy)
      addPolicy(.cluster(world.policies.clusterPolicies.count - 1), &world)
    case .removeClusterPolicy(let kind, let name):
      removePolicies(PolicyIdentity(kind: kind, namespace: nil, name: name), &world)
    }
  }

  private mutating func removePods(_ namespace: String, _ name: String, _ world: inout World) {
    while world.reason == nil,
      let position = stages.position(ofPod: name, namespace, world.snapshot.pods)
    {
      stages.removePod(at: position, &world.snapshot.pods)
    }
    if world.reason != nil {
      world.snapshot.pods.removeAll { $0.name == name && $0.namespace == namespace }
    }
  }

  private mutating func addPolicy(_ source: PolicyEntry.Source, _ world: inout World) {
    if world.reason == nil { world.reason = stages.add(source, world.policies) }
  }

  private mutating func removePolicies(_ identity: PolicyIdentity, _ world: inout World) {
    if identity.kind == .networkPolicy {
      removePolicies(
        &world.policies.networkPolicies, world.reason == nil, { $0.identity == identity },
        PolicyEntry.Source.network)
    } else {
      removePolicies(
        &world.policies.clusterPolicies, world.reason == nil, { $0.identity == identity },
        PolicyEntry.Source.cluster)
    }
  }

  /// Removes policies of a list; the last one takes the place of each.
  private mutating func removePolicies<Policy>(
    _ policies: inout [Policy], _ stagesFollow: Bool, _ isRemoved: (Policy) -> Bool,
    _ source: (Int) -> PolicyEntry.Source
  ) {
    while let index = policies.firstIndex(where: isRemoved) {
      let last = policies.count - 1
      if stagesFollow {
        stages.remove(source(index))
        if index != last { stages.move(source(last), to: source(index)) }
      }
      policies.swapAt(index, last)
      policies.removeLast()
    }
  }

  /// Rows, peers and pairs of both directions, and all else that grows by edits.
  private struct Size {
    var rows: Int
    var peers: Int
    var pairs: Int
    private var others: [Int]

    init(_ stages: CompilationStages) {
      rows = stages.assembly.rowsIngress.rows.count + stages.assembly.rowsEgress.rows.count
      peers = stages.assembly.ingressPeers.peers.count + stages.assembly.egressPeers.peers.count
      pairs = stages.ingress.builder.pairCount + stages.egress.builder.pairCount
      let (flattening, assembly) = (stages.flattening, stages.assembly)
      others = [
        assembly.groups.count, assembly.classes.count, assembly.regionList.count,
        assembly.contested.count, stages.nodes.names.count, flattening.entries.count,
        flattening.places.count, flattening.podSelectors.selectors.count,
        flattening.ingressAtoms.atoms.count + flattening.egressAtoms.atoms.count,
        flattening.portSpecs.lists.count, stages.store.lists.count,
      ]
    }

    /// A small table has room for more than its double.
    func hasDoubled(since initial: Size) -> Bool {
      rows > initial.rows * 2 + 1000 || peers > initial.peers * 2 + 1000
        || pairs > initial.pairs * 2 + 10_000
        || zip(others, initial.others).contains { $0 > $1 * 2 + 1000 }
    }
  }
}
