import ClusterModel
import LookupTable
import NetworkTypes

extension CompilationStages {
  // MARK: - Policies

  /// Adds a policy that is in `policies` and no entry's yet. The pairs are filled later: ``fillPairs()``.
  ///
  /// - Returns: why everything has to be compiled again instead; these stages are of no use then.
  /// - Complexity: linear in the distinct pods that it selects and that its peers match, in the address classes, and in
  ///   the addresses inside of blocks that no policy named before.
  mutating func add(
    _ source: PolicyEntry.Source, _ policies: PolicySet
  ) -> FullCompilationReason? {
    let before = Counts(flattening)
    flattening.append(Self.entry(source, policies), policies)
    if let reason = before.reasonToStartAgain(flattening, assembly.peerColumns) { return reason }
    refinePorts()

    var changed = [Bool](repeating: false, count: assembly.groups.count)
    let newIngress = before.ingressAtoms..<flattening.ingressAtoms.atoms.count
    let newEgress = before.egressAtoms..<flattening.egressAtoms.atoms.count
    addAtoms(newIngress, .ingress, flattening.ingressAtoms, &changed)
    addAtoms(newEgress, .egress, flattening.egressAtoms, &changed)
    let hasNewNodes = newEgress.contains {
      if case .nodes = flattening.egressAtoms.atoms[$0] { true } else { false }
    }
    if hasNewNodes { assembly.nodeMatching = NodeMatching(nodes, flattening) }

    for entry in before.entries..<flattening.entries.count {
      let groups = groups(ofSubject: entry)
      for group in groups { changed[Int(group)] = true }
      assembly.rowsIngress.add(
        entry: UInt32(entry), to: groups, flattening.ingress, flattening, assembly.groups, policies)
      assembly.rowsEgress.add(
        entry: UInt32(entry), to: groups, flattening.egress, flattening, assembly.groups, policies)
    }
    assembly.refreshClasses(ofGroups: changed, nodes: hasNewNodes)
    addBlocks(newIngress, newEgress)
    return nil
  }

  private static func entry(_ source: PolicyEntry.Source, _ policies: PolicySet) -> PolicyEntry {
    switch source {
    case .cluster(let index):
      let policy = policies.clusterPolicies[index]
      return PolicyEntry(source: source, tier: policy.tier, priority: policy.priority)
    case .network, .removed:
      return PolicyEntry(source: source, tier: .networkPolicy, priority: 0)
    }
  }

  /// The groups that an entry's policy selects.
  private func groups(ofSubject entry: Int) -> [UInt32] {
    guard let subject = flattening.subjects[entry] else { return [] }
    return assembly.groups.matching(
      flattening.podSelectors.selectors[Int(subject)], flattening.namespaceSets)
  }

  private mutating func addAtoms(
    _ new: Range<Int>, _ direction: Direction, _ atoms: PeerAtoms, _ changed: inout [Bool]
  ) {
    for atom in new {
      var groups: [UInt32] = []
      var isNetworkPolicyBlock = false
      switch atoms.atoms[atom] {
      case .pods(let selector):
        groups = assembly.groups.matching(
          flattening.podSelectors.selectors[Int(selector)], flattening.namespaceSets)
      case .block(let block):
        isNetworkPolicyBlock = flattening.blocks.blocks[Int(block)].isNetworkPolicyBlock
      case .nodes, .unresolvedName: break
      }
      for group in groups { changed[Int(group)] = true }
      assembly.peerColumns.append(
        UInt32(atom), direction, groups: groups, isNetworkPolicyBlock: isNetworkPolicyBlock)
    }
  }

  /// Enters the blocks of new atoms, those of both directions together.
  private mutating func addBlocks(_ newIngress: Range<Int>, _ newEgress: Range<Int>) {
    var atoms: [UInt32: (ingress: UInt32?, egress: UInt32?)] = [:]
    for atom in newIngress {
      if case .block(let block) = flattening.ingressAtoms.atoms[atom] {
        atoms[block, default: (nil, nil)].ingress = UInt32(atom)
      }
    }
    for atom in newEgress {
      if case .block(let block) = flattening.egressAtoms.atoms[atom] {
        atoms[block, default: (nil, nil)].egress = UInt32(atom)
      }
    }
    for (block, atoms) in atoms.sorted(by: { $0.key < $1.key }) {
      assembly.add(
        flattening.blocks.blocks[Int(block)], ingress: atoms.ingress, egress: atoms.egress)
    }
  }

  private mutating func refinePorts() {
    if let oldBits = ports.extend(flattening.portSpecs, portNames) { store.rearrange(oldBits) }
  }

  /// Takes a policy out; its entries point nowhere from now on.
  ///
  /// - Complexity: linear in the distinct pods that it selects, the policies and the address classes.
  mutating func remove(_ source: PolicyEntry.Source) {
    var changed = [Bool](repeating: false, count: assembly.groups.count)
    for entry in flattening.entries.indices where flattening.entries[entry].source == source {
      let groups = groups(ofSubject: entry)
      for group in groups { changed[Int(group)] = true }
      assembly.rowsIngress.remove(
        entry: UInt32(entry), from: groups, flattening, assembly.groups)
      assembly.rowsEgress.remove(
        entry: UInt32(entry), from: groups, flattening, assembly.groups)
      flattening.entries[entry].source = .removed
    }
    assembly.refreshClasses(ofGroups: changed, nodes: false)
  }

  /// Follows a policy to another place in its list.
  mutating func move(_ source: PolicyEntry.Source, to other: PolicyEntry.Source) {
    for entry in flattening.entries.indices where flattening.entries[entry].source == source {
      flattening.entries[entry].source = other
    }
  }

  // MARK: - Pods

  /// Adds the last one of `pods`.
  ///
  /// - Returns: why everything has to be compiled again instead; these stages are of no use then.
  /// - Complexity: O(addresses) where a pod like it is there already; a pod of a new kind is compared with every
  ///   distinct selector.
  mutating func addLastPod(of pods: [Pod], _ policies: PolicySet) -> FullCompilationReason? {
    let pod = pods[pods.count - 1]
    if NodeIndex.isUnnamed(pod) { return .unnamedNode }
    let nodeCount = nodes.names.count
    let newNodeAddresses = nodes.append(pod)
    if nodes.names.count != nodeCount {
      assembly.nodeMatching = NodeMatching(nodes, flattening)
    }
    if pod.isEndpoint {
      guard let namespace = flattening.namespaces.known(pod.namespace) else { return .newNamespace }
      let profile = portNames.id(pod.ports, flattening.portSpecs)
      refinePorts()
      let isNew = assembly.groups.append(
        pod, namespace: namespace, portProfile: profile, &flattening.vocabularies.pods)
      if isNew { addGroup(policies) }
      assembly.enterPod(at: pods.count - 1, pods)
    } else {
      assembly.groups.appendWithoutGroup()
    }
    for address in newNodeAddresses { assembly.updateNodeAddress(address, pods, nodes) }
    return nil
  }

  /// Compares the last pod group with all selectors.
  private mutating func addGroup(_ policies: PolicySet) {
    let group = UInt32(assembly.groups.count - 1)
    let selectors = flattening.podSelectors.selectors
    let namespace = assembly.groups.namespaces[Int(group)]
    var isInSet: [UInt32: Bool] = [:]
    var isMatching = [Bool](repeating: false, count: selectors.count)
    var ingress: [UInt32] = []
    var egress: [UInt32] = []
    for (id, selector) in selectors.enumerated() {
      let set = selector.namespaces
      let isRight = isInSet[set] ?? flattening.namespaceSets[set].containsSorted(namespace)
      isInSet[set] = isRight
      guard isRight, assembly.groups.index.matches(group, selector.pods) else { continue }
      isMatching[id] = true
      if let atom = flattening.ingressAtoms.known(.pods(UInt32(id))) { ingress.append(atom) }
      if let atom = flattening.egressAtoms.known(.pods(UInt32(id))) { egress.append(atom) }
    }
    assembly.peerColumns.appendGroup(ingress: ingress.sorted(), egress: egress.sorted())
    let selecting = flattening.subjects.indices.filter { entry in
      flattening.entries[entry].isInForce
        && flattening.subjects[entry].map { isMatching[Int($0)] } ?? false
    }.sorted {
      PolicyEntry.isBefore(flattening.entries[$0], flattening.entries[$1], policies)
    }.map { UInt32($0) }
    let profile = assembly.groups.profiles[Int(group)]
    assembly.rowsIngress.appendGroup(
      selecting: selecting, flattening.ingress, flattening, portProfile: profile)
    assembly.rowsEgress.appendGroup(
      selecting: selecting, flattening.egress, flattening, portProfile: profile)
  }

  /// Removes a pod; the last one takes its place.
  ///
  /// - Complexity: O(addresses); O(pods) where another pod lists one of them, or where it alone tells of an address of
  ///   its node.
  mutating func removePod(at position: Int, _ pods: inout [Pod]) {
    let goneFromNode = nodes.removePod(at: position, pods)
    assembly.removePod(at: position, &pods, nodes)
    for address in goneFromNode { assembly.updateNodeAddress(address, pods, nodes) }
  }

  /// Where a pod is in the list that the stages follow.
  /// - Complexity: O(pods), comparing names in the pod's own namespace alone.
  func position(ofPod name: String, _ namespace: String, _ pods: [Pod]) -> Int? {
    let number = flattening.namespaces.known(namespace)
    let (groups, namespaces) = (assembly.groups.groupOfPod, assembly.groups.namespaces)
    return groups.indices.first { position in
      let group = groups[position]
      if group != PodGroups.noGroup, namespaces[Int(group)] != number { return false }
      return pods[position].name == name && pods[position].namespace == namespace
    }
  }
}

/// How much there was of everything before a policy was added.
private struct Counts {
  let entries: Int
  let ingressAtoms: Int
  let egressAtoms: Int
  private let namespaces: Int
  private let podKeys: Int
  private let portNames: Int
  private let egressRules: Int

  init(_ flattening: RuleFlattening) {
    entries = flattening.entries.count
    ingressAtoms = flattening.ingressAtoms.atoms.count
    egressAtoms = flattening.egressAtoms.atoms.count
    namespaces = flattening.namespaces.names.count
    podKeys = flattening.vocabularies.pods.keyCount
    portNames = flattening.portSpecs.nameCount
    egressRules = flattening.egress.rules.count
  }

  func reasonToStartAgain(
    _ flattening: RuleFlattening, _ columns: PeerColumns
  ) -> FullCompilationReason? {
    if flattening.namespaces.names.count != namespaces { return .newNamespace }
    if flattening.vocabularies.pods.keyCount != podKeys { return .newLabelKey }
    if flattening.portSpecs.nameCount != portNames { return .newPortName }
    let newAtoms = flattening.egressAtoms.atoms[egressAtoms...]
    let hasUnresolved = newAtoms.contains {
      if case .unresolvedName = $0 { true } else { false }
    }
    if hasUnresolved { return .unresolvedDomainName }
    let hasNames = flattening.egress.rules[egressRules...].contains {
      flattening.portSpecs.hasNames[Int($0.portSpec)]
    }
    return hasNames && !columns.usesEgressNames ? .firstNamedEgressPort : nil
  }
}
