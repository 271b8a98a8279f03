import ClusterModel
import LookupTable
import NetworkTypes

/// Compiles a cluster and its policies into a decision table: one call per stage, in the order of the data's way.
struct PolicyCompiler {
  /// A table, and what names what it points to.
  struct Output {
    var table: DecisionTable
    var naming: DecisionNaming
  }

  static func compile(
    _ snapshot: ClusterSnapshot, _ policies: PolicySet, profile: Profile,
    domainNames: [String: [IPAddress]], forcedLayout: PairLayout?
  ) throws(TableError) -> Output {
    var portNames = PortNameProfiles()
    var flattening = RuleFlattening(
      policies, Vocabularies(policies), NamespaceIndex(snapshot), domainNames: domainNames)
    let pods = snapshot.pods.span
    let groups = PodGroups(
      pods, &flattening.namespaces, &flattening.vocabularies.pods, &portNames,
      flattening.portSpecs)
    let nodes = NodeIndex(snapshot.nodes, pods)
    let groupsOfSelector = flattening.podSelectors.selectors.map {
      groups.matching($0, flattening.namespaceSets).sorted()
    }
    let rowsIngress = RowSignatures(
      flattening.ingress, flattening, groups, groupsOfSubject: groupsOfSelector, profile: profile)
    let rowsEgress = RowSignatures(
      flattening.egress, flattening, groups, groupsOfSubject: groupsOfSelector, profile: profile)

    var assembly = AddressAssembly(
      groups: groups, rowsIngress: rowsIngress, rowsEgress: rowsEgress,
      regions: AddressRegions(
        flattening.blocks, ingress: flattening.ingressAtoms, egress: flattening.egressAtoms),
      peerColumns: PeerColumns(
        flattening, groupCount: groups.count, groupsOfSelector: groupsOfSelector,
        profile: profile))
    let nodeMatching = NodeMatching(nodes, flattening)
    assembly.assemble(pods, nodes, nodeAtoms: nodeMatching.atoms(of:))

    var ports = PortClassification(
      flattening.portSpecs, portNames,
      portlessRuleMatchesOtherProtocols: profile.portlessRuleMatchesOtherProtocols)
    var store = RuleListStore()
    func fill(
      _ rules: FlatRules, _ rows: RowSignatures, _ peers: PeerSignatures, _ atoms: PeerAtoms,
      firstRule: Int, maybeAtoms: Set<UInt32>
    ) throws(TableError) -> PairTableBuilder {
      var builder = try PairTableBuilder(rowCount: rows.rows.count, peerCount: peers.peers.count)
      var lists = RuleLists(rules, firstRule: firstRule, profile: profile)
      PairFilling(rules, rows, peers, atoms, flattening.portSpecs)
        .fill(&builder, &lists, &ports, &store, maybeAtoms: maybeAtoms)
      return builder
    }
    let maybeAtoms = assembly.maybeAtoms
    let ingressPairs = try fill(
      flattening.ingress, rowsIngress, assembly.ingressPeers, flattening.ingressAtoms,
      firstRule: 0, maybeAtoms: [])
    let egressPairs = try fill(
      flattening.egress, rowsEgress, assembly.egressPeers, flattening.egressAtoms,
      firstRule: flattening.ingress.rules.count, maybeAtoms: maybeAtoms)

    var parts = TableParts(ingressPairs: ingressPairs, egressPairs: egressPairs)
    parts.forcedLayout = forcedLayout
    parts.allowsEgressToOwnNode = profile.allowsEgressToOwnNode
    parts.ruleCount = flattening.ingress.rules.count + flattening.egress.rules.count
    assembly.write(to: &parts, podNodes: nodes.nodeOfPod)
    ports.write(to: &parts)
    store.write(to: &parts)
    return Output(
      table: try DecisionTable(parts),
      naming: DecisionNaming(
        entries: flattening.entries,
        rules: (flattening.ingress.rules + flattening.egress.rules).map {
          DecisionNaming.RulePlace(entry: $0.entry, ruleIndex: $0.ruleIndex)
        },
        ingressRuleCount: flattening.ingress.rules.count, rowsIngress: rowsIngress,
        rowsEgress: rowsEgress, nodeLabels: nodes.labels, snapshot: snapshot,
        policies: policies))
  }
}

/// Which node selectors of egress peers match a group of nodes (A12).
struct NodeMatching {
  private let index: LabelIndex
  private let atoms: [(atom: UInt32, selector: EncodedSelector)]

  init(_ nodes: NodeIndex, _ flattening: RuleFlattening) {
    var vocabulary = flattening.vocabularies.nodes
    index = nodes.makeLabelIndex(&vocabulary)
    var atoms: [(atom: UInt32, selector: EncodedSelector)] = []
    for (id, atom) in flattening.egressAtoms.atoms.enumerated() {
      if case .nodes(let selector) = atom {
        atoms.append((UInt32(id), flattening.nodeSelectors[Int(selector)]))
      }
    }
    self.atoms = atoms
  }

  func atoms(of nodes: ArraySlice<UInt32>) -> [UInt32] {
    atoms.filter { atom in nodes.contains { index.matches($0, atom.selector) } }.map(\.atom)
  }
}
