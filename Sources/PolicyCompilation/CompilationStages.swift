import ClusterModel
import LookupTable
import NetworkTypes

/// What every stage of a compilation made: all that it takes to write the table, and to change it later without
/// starting again.
struct CompilationStages {
  let profile: Profile
  private let forcedLayout: PairLayout?
  var portNames = PortNameProfiles()
  var flattening: RuleFlattening
  var nodes: NodeIndex
  var assembly: AddressAssembly
  var ports: PortClassification
  var store = RuleListStore()
  var ingress: DirectionPairs
  var egress: DirectionPairs

  /// The pairs of one direction, and what fills them.
  struct DirectionPairs {
    var filling: PairFilling
    var lists: RuleLists
    var builder: PairTableBuilder

    init(
      _ direction: Direction, _ peers: PeerSignatures, _ atoms: PeerAtoms, profile: Profile
    ) throws(TableError) {
      filling = PairFilling(direction, peers, atomCount: atoms.atoms.count)
      lists = RuleLists(profile: profile)
      builder = try PairTableBuilder(rowCount: 0, peerCount: 0)
    }

    /// Fills all pairs that are missing in the rows of pod groups and in row 0.
    mutating func fill(
      _ sources: PairFilling.Sources, _ atoms: PeerAtoms, _ ports: inout PortClassification,
      _ store: inout RuleListStore, progress: PairFilling.Progress
    ) throws(TableError) {
      var isUsed = [Bool](repeating: false, count: sources.rows.rows.count)
      isUsed[0] = true
      for row in sources.rows.rowOfGroup { isUsed[Int(row)] = true }
      try builder.grow(
        rowCount: sources.rows.rows.count, peerCount: sources.peers.peers.count)
      filling.fill(
        sources, atomCount: atoms.atoms.count, isUsed: { isUsed[$0] }, &builder, &lists, &ports,
        &store, progress: progress)
    }
  }

  /// One step per stage, in the order of the data's way.
  init(
    _ snapshot: ClusterSnapshot, _ policies: PolicySet, profile: Profile,
    domainNames: [String: [IPAddress]], forcedLayout: PairLayout?,
    progress: CompilationProgress.Report = { _ in }
  ) throws(TableError) {
    self.profile = profile
    self.forcedLayout = forcedLayout
    progress(CompilationProgress(step: .rules))
    let pods = snapshot.pods.span
    var namespaces = NamespaceIndex(snapshot.namespaces)
    let namespaceOfPod = namespaces.add(namespacesOf: pods)
    flattening = RuleFlattening(
      policies, Vocabularies(policies), namespaces, domainNames: domainNames)
    progress(CompilationProgress(step: .groups))
    let groups = PodGroups(
      pods, namespaceOfPod: namespaceOfPod, namespaceCount: flattening.namespaces.names.count,
      &flattening.vocabularies.pods, &portNames, flattening.portSpecs)
    nodes = NodeIndex(snapshot.nodes, pods)
    progress(CompilationProgress(step: .selection))
    let namespaceSets = flattening.namespaceSets
    let groupsOfSelector = flattening.podSelectors.selectors.map {
      groups.matching($0, namespaceSets).sorted()
    }
    assembly = AddressAssembly(
      groups: groups,
      rowsIngress: RowSignatures(
        flattening.ingress, flattening, groups, groupsOfSubject: groupsOfSelector,
        profile: profile),
      rowsEgress: RowSignatures(
        flattening.egress, flattening, groups, groupsOfSubject: groupsOfSelector,
        profile: profile),
      regions: AddressRegions(
        flattening.blocks, ingress: flattening.ingressAtoms, egress: flattening.egressAtoms),
      peerColumns: PeerColumns(
        flattening, groupCount: groups.count, groupsOfSelector: groupsOfSelector,
        profile: profile),
      nodeMatching: NodeMatching(nodes, flattening))
    progress(CompilationProgress(step: .addresses))
    assembly.assemble(pods, nodes)
    progress(CompilationProgress(step: .ports))
    ports = PortClassification(
      flattening.portSpecs, portNames,
      portlessRuleMatchesOtherProtocols: profile.portlessRuleMatchesOtherProtocols)
    ingress = try DirectionPairs(
      .ingress, assembly.ingressPeers, flattening.ingressAtoms, profile: profile)
    egress = try DirectionPairs(
      .egress, assembly.egressPeers, flattening.egressAtoms, profile: profile)
    try fillPairs(progress)
  }

  /// Fills all pairs that are missing.
  mutating func fillPairs(
    _ progress: CompilationProgress.Report = { _ in }
  ) throws(TableError) {
    try ingress.fill(
      PairFilling.Sources(
        rules: flattening.ingress, rows: assembly.rowsIngress, peers: assembly.ingressPeers,
        hasNames: flattening.portSpecs.hasNames, maybeAtoms: []),
      flattening.ingressAtoms, &ports, &store
    ) { progress(CompilationProgress(step: .ingressPairs, doneCount: $0, totalCount: $1)) }
    try egress.fill(
      PairFilling.Sources(
        rules: flattening.egress, rows: assembly.rowsEgress, peers: assembly.egressPeers,
        hasNames: flattening.portSpecs.hasNames, maybeAtoms: assembly.maybeAtoms),
      flattening.egressAtoms, &ports, &store
    ) { progress(CompilationProgress(step: .egressPairs, doneCount: $0, totalCount: $1)) }
  }

  /// Lays the table out.
  func makeTable() throws(TableError) -> DecisionTable {
    var parts = TableParts(ingressPairs: ingress.builder, egressPairs: egress.builder)
    parts.forcedLayout = forcedLayout
    parts.allowsEgressToOwnNode = profile.allowsEgressToOwnNode
    parts.ruleCount = flattening.places.count
    assembly.write(to: &parts, podNodes: nodes.nodeOfPod)
    ports.write(to: &parts)
    store.write(to: &parts)
    return try DecisionTable(parts)
  }

  /// What names the numbers of the table.
  func makeNaming(_ snapshot: ClusterSnapshot, _ policies: PolicySet) -> DecisionNaming {
    DecisionNaming(
      entries: flattening.entries, rules: flattening.places, rowsIngress: assembly.rowsIngress,
      rowsEgress: assembly.rowsEgress, nodeLabels: nodes.labels, snapshot: snapshot,
      policies: policies)
  }
}
