import ClusterModel
import NetworkTypes

/// Turns policies into rules in numbers: selectors, blocks and port lists are numbered and equal ones merged.
struct RuleFlattening {
  var vocabularies: Vocabularies
  var namespaces: NamespaceIndex
  private(set) var namespaceLabels: LabelIndex
  var namespaceSets = NamespaceSets()
  var podSelectors = PodSelectors()
  var nodeSelectors: [EncodedSelector] = []
  var blocks = AddressBlocks()
  var portSpecs = PortSpecs()
  var ingressAtoms = PeerAtoms()
  var egressAtoms = PeerAtoms()
  var ingress = FlatRules(direction: .ingress)
  var egress = FlatRules(direction: .egress)
  /// The entries in the order of evaluation, and the pod selector of each one's subject; `nil` selects nothing.
  var entries: [PolicyEntry] = []
  var subjects: [UInt32?] = []
  /// Policy and place of every rule, by the number that the table knows it by.
  var places: [DecisionNaming.RulePlace] = []

  private let domainNames: [String: [IPAddress]]
  private var nodeSelectorIDs: [EncodedSelector: UInt32] = [:]
  private var scratchAtoms: [UInt32] = []

  init(
    _ policies: PolicySet, _ vocabularies: Vocabularies, _ namespaces: NamespaceIndex,
    domainNames: [String: [IPAddress]]
  ) {
    self.vocabularies = vocabularies
    self.namespaces = namespaces
    self.domainNames = domainNames
    for policy in policies.networkPolicies { _ = self.namespaces.number(policy.namespace) }
    namespaceLabels = self.namespaces.makeLabelIndex(&self.vocabularies.namespaces)
    reserveCapacity(policies)
    for entry in PolicyEntry.ordered(policies) {
      flatten(entry, policies)
    }
  }

  private mutating func reserveCapacity(_ policies: PolicySet) {
    let policyCount = policies.networkPolicies.count + policies.clusterPolicies.count
    entries.reserveCapacity(policyCount)
    subjects.reserveCapacity(policyCount)
    // A subject and a peer for each policy, as a guess.
    podSelectors.reserveCapacity(policyCount * 2)
    ingress.reserveCapacity(entries: policyCount)
    egress.reserveCapacity(entries: policyCount)
  }

  private mutating func flatten(_ entry: PolicyEntry, _ policies: PolicySet) {
    switch entry.source {
    case .network(let index): flatten(network: index, entry, policies)
    case .cluster(let index): flatten(policies.clusterPolicies[index], entry)
    case .removed: break
    }
  }

  /// Adds the rules of one more policy to those of a finished set: its entries have the next numbers.
  mutating func append(_ entry: PolicyEntry, _ policies: PolicySet) {
    let keyCount = vocabularies.namespaces.keyCount
    switch entry.source {
    case .network(let index): vocabularies.use(policies.networkPolicies[index])
    case .cluster(let index): vocabularies.use(policies.clusterPolicies[index])
    case .removed: break
    }
    if vocabularies.namespaces.keyCount != keyCount {
      namespaceLabels = namespaces.makeLabelIndex(&vocabularies.namespaces)
    }
    flatten(entry, policies)
  }

  // MARK: - NetworkPolicies

  private mutating func flatten(network index: Int, _ entry: PolicyEntry, _ policies: PolicySet) {
    // Field by field: a copy of a policy retains all that it holds.
    let list = policies.networkPolicies
    let own = namespaceSets.id(of: namespaces.number(list[index].namespace))
    let number = UInt32(entries.count)
    entries.append(entry)
    if let selector = list[index].podSelector {
      subjects.append(podSelectors.id(namespaces: own, pods: selector, &vocabularies.pods))
    } else {
      subjects.append(nil)
    }
    flatten(list[index].ingress, ofEntry: number, own, .ingress, list[index].isolatesIngress)
    flatten(list[index].egress, ofEntry: number, own, .egress, list[index].isolatesEgress)
  }

  private mutating func flatten(
    _ rules: [NetworkPolicy.Rule], ofEntry entry: UInt32, _ own: UInt32, _ direction: Direction,
    _ isolates: Bool
  ) {
    let start = ruleCount(direction)
    for index in isolates ? rules.indices : 0..<0 {
      scratchAtoms.removeAll(keepingCapacity: true)
      // Absent and empty lists mean the same: everything (N9, N28).
      let peers = rules[index].peers ?? []
      for peer in peers.indices { addAtoms(of: peers[peer].match, own, direction) }
      let ports = rules[index].ports ?? []
      let spec = ports.isEmpty ? PortSpecs.everyNetworkPolicyPort : portSpecs.id(ports)
      add(
        FlatRule(
          number: 0, entry: entry, ruleIndex: UInt32(index), tier: .networkPolicy,
          action: .allow, isAnyPeer: peers.isEmpty, atoms: 0..<0, portSpec: spec),
        direction)
    }
    close(direction, from: start, applies: isolates)
  }

  private mutating func addAtoms(
    of match: NetworkPolicy.Peer.Match, _ own: UInt32, _ direction: Direction
  ) {
    switch match {
    case .selectors(let namespaceSelector, let podSelector):
      // Neither selector: an invalid peer, which matches nothing (N15).
      guard namespaceSelector != nil || podSelector != nil else { return }
      var set = own
      if let namespaceSelector { set = namespaceSet(namespaceSelector) }
      addAtom(
        .pods(
          podSelectors.id(
            namespaces: set, pods: podSelector ?? .everything, &vocabularies.pods)),
        direction)
    case .ipBlock(let prefix, let except):
      let block = AddressBlocks.Block(
        prefix: prefix, except: except, isNetworkPolicyBlock: true)
      addAtom(.block(blocks.id(block)), direction)
    case .nothing: break
    }
  }

  /// The namespaces that a selector picks.
  private mutating func namespaceSet(_ selector: LabelSelector) -> UInt32 {
    namespaceSets.id(selector, namespaceLabels, &vocabularies.namespaces)
  }

  // MARK: - Cluster policies

  private mutating func flatten(_ policy: ClusterPolicy, _ entry: PolicyEntry) {
    let subject: PodSelectors.Selector? =
      switch policy.subject {
      case .namespaces(let selector):
        PodSelectors.Selector(namespaces: namespaceSet(selector), pods: .everything)
      case .pods(let namespaceSelector, let podSelector):
        PodSelectors.Selector(
          namespaces: namespaceSet(namespaceSelector),
          pods: EncodedSelector(podSelector, &vocabularies.pods))
      case .nothing: nil
      }
    guard let subject else {
      add(policy, entry, subject: nil, subjectNamespace: nil)
      return
    }
    guard Self.isRelative(policy) else {
      let id = podSelectors.id(namespaces: subject.namespaces, pods: subject.pods)
      add(policy, entry, subject: id, subjectNamespace: nil)
      return
    }
    // Peers that compare namespaces with the subject's own (A15): one entry for each of them.
    for namespace in Array(namespaceSets[subject.namespaces]) {
      let id = podSelectors.id(namespaces: namespaceSets.id(of: namespace), pods: subject.pods)
      add(policy, entry, subject: id, subjectNamespace: namespace)
    }
  }

  private static func isRelative(_ policy: ClusterPolicy) -> Bool {
    (policy.ingress + policy.egress).contains { rule in
      rule.peers.contains { peer in
        switch peer.match {
        case .namespaces(let match), .pods(let match, _):
          if case .selector = match { false } else { true }
        case .nodes, .networks, .domainNames, .unknown, .nothing: false
        }
      }
    }
  }

  private mutating func add(
    _ policy: ClusterPolicy, _ entry: PolicyEntry, subject: UInt32?, subjectNamespace: UInt32?
  ) {
    let number = UInt32(entries.count)
    entries.append(entry)
    subjects.append(subject)
    for direction in Direction.allCases {
      let start = ruleCount(direction)
      for (index, rule) in policy.rules(direction).enumerated() {
        if let rule = flatten(
          rule, FlatPlace(entry: number, index: index, tier: policy.tier), subjectNamespace,
          direction)
        {
          add(rule, direction)
        }
      }
      close(direction, from: start, applies: ruleCount(direction) > start)
    }
  }

  private struct FlatPlace {
    var entry: UInt32
    var index: Int
    var tier: Tier
  }

  /// `nil` for a rule that can match nothing.
  private mutating func flatten(
    _ rule: ClusterPolicy.Rule, _ place: FlatPlace, _ subjectNamespace: UInt32?,
    _ direction: Direction
  ) -> FlatRule? {
    scratchAtoms.removeAll(keepingCapacity: true)
    if rule.action == .invalid { return nil }
    let ports = rule.ports ?? []
    let hasUnknown =
      rule.peers.contains { $0.match.isUnknown(direction) }
      || ports.contains { $0.match == .unknown }
    if hasUnknown {
      // A23: an Allow rule with an unknown part matches nothing, any other denies everything.
      if rule.action == .allow { return nil }
      return FlatRule(
        number: 0, entry: place.entry, ruleIndex: UInt32(place.index), tier: place.tier,
        action: .deny,
        isAnyPeer: true, atoms: 0..<0, portSpec: PortSpecs.everything)
    }
    for peer in rule.peers { addAtoms(of: peer.match, subjectNamespace, direction) }
    // Missing and empty lists mean the same: everything (A19, D5).
    let spec = ports.isEmpty ? PortSpecs.everything : portSpecs.id(ports)
    return FlatRule(
      number: 0, entry: place.entry, ruleIndex: UInt32(place.index), tier: place.tier,
      action: rule.action, isAnyPeer: false, atoms: 0..<0, portSpec: spec)
  }

  private mutating func addAtoms(
    of match: ClusterPolicy.Peer.Match, _ subjectNamespace: UInt32?, _ direction: Direction
  ) {
    switch match {
    case .namespaces(let match):
      let set = namespaceSet(match, subjectNamespace)
      addAtom(.pods(podSelectors.id(namespaces: set, pods: .everything)), direction)
    case .pods(let match, let podSelector):
      let set = namespaceSet(match, subjectNamespace)
      addAtom(
        .pods(podSelectors.id(namespaces: set, pods: podSelector, &vocabularies.pods)), direction)
    case .nodes(let selector):
      addAtom(.nodes(nodeSelectorID(EncodedSelector(selector, &vocabularies.nodes))), direction)
    case .networks(let prefixes):
      for prefix in prefixes { addBlock(prefix, direction) }
    case .domainNames(let patterns):
      for pattern in patterns { addDomainName(pattern, direction) }
    case .unknown, .nothing: break
    }
  }

  private mutating func addBlock(_ prefix: IPPrefix, _ direction: Direction) {
    let block = AddressBlocks.Block(prefix: prefix, except: [], isNetworkPolicyBlock: false)
    addAtom(.block(blocks.id(block)), direction)
  }

  private mutating func nodeSelectorID(_ selector: EncodedSelector) -> UInt32 {
    if let id = nodeSelectorIDs[selector] { return id }
    let id = UInt32(nodeSelectors.count)
    nodeSelectors.append(selector)
    nodeSelectorIDs[selector] = id
    return id
  }

  private mutating func namespaceSet(
    _ match: ClusterPolicy.NamespaceMatch, _ subjectNamespace: UInt32?
  ) -> UInt32 {
    switch match {
    case .selector(let selector):
      return namespaceSet(selector)
    case .sameLabels(let keys):
      return relativeSet(keys, subjectNamespace) { $0 }
    case .notSameLabels(let keys):
      return relativeSet(keys, subjectNamespace) { !$0 }
    }
  }

  /// Namespaces that have all keys, as the subject's has, and whose values are all equal, or not (A15).
  private mutating func relativeSet(
    _ keys: [String], _ subjectNamespace: UInt32?, _ accepts: (_ areEqual: Bool) -> Bool
  ) -> UInt32 {
    guard let subjectNamespace else { return namespaceSets.id([]) }
    let own = namespaces.labels[Int(subjectNamespace)]
    let values = keys.map { own[$0] }
    guard !values.contains(nil) else { return namespaceSets.id([]) }
    let members = namespaces.labels.indices.filter { number in
      let other = keys.map { namespaces.labels[number][$0] }
      return !other.contains(nil) && accepts(other == values)
    }
    return namespaceSets.id(members.map { UInt32($0) })
  }

  /// A14: the addresses of a name that something resolves; else an atom for "may be".
  private mutating func addDomainName(_ pattern: String, _ direction: Direction) {
    let matching = domainNames.filter { DomainNamePattern(pattern).matches($0.key) }
    if matching.isEmpty {
      addAtom(
        .unresolvedName(mayBePod: DomainNamePattern(pattern).mayNamePod), direction)
    }
    for addresses in matching.values {
      for address in addresses { addBlock(IPPrefix(host: address), direction) }
    }
  }

  // MARK: - Appending

  private func ruleCount(_ direction: Direction) -> Int {
    direction == .ingress ? ingress.rules.count : egress.rules.count
  }

  private mutating func addAtom(_ atom: PeerAtom, _ direction: Direction) {
    let id = direction == .ingress ? ingressAtoms.id(atom) : egressAtoms.id(atom)
    scratchAtoms.append(id)
  }

  private mutating func add(_ rule: FlatRule, _ direction: Direction) {
    var rule = rule
    rule.number = UInt32(places.count)
    places.append(
      DecisionNaming.RulePlace(
        entry: rule.entry, ruleIndex: rule.ruleIndex, direction: direction))
    scratchAtoms.sort()
    if direction == .ingress {
      ingress.append(&rule, scratchAtoms)
    } else {
      egress.append(&rule, scratchAtoms)
    }
  }

  private mutating func close(_ direction: Direction, from start: Int, applies: Bool) {
    if direction == .ingress {
      ingress.closeEntry(from: start, applies: applies)
    } else {
      egress.closeEntry(from: start, applies: applies)
    }
  }
}

extension FlatRules {
  mutating func reserveCapacity(entries: Int) {
    rulesOfEntry.reserveCapacity(entries)
    appliesInDirection.reserveCapacity(entries)
  }

  mutating func append(_ rule: inout FlatRule, _ ruleAtoms: [UInt32]) {
    // `ruleAtoms` ascends; several peers can be the same atom.
    let start = atoms.count
    for atom in ruleAtoms where atoms.count == start || atoms[atoms.count - 1] != atom {
      atoms.append(atom)
    }
    rule.atoms = start..<atoms.count
    rules.append(rule)
  }

  mutating func closeEntry(from start: Int, applies: Bool) {
    rulesOfEntry.append(start..<rules.count)
    appliesInDirection.append(applies)
  }
}

extension ClusterPolicy.Peer.Match {
  /// Whether the rule of this peer fails closed (A23): nodes, networks and names are fields of egress peers only (A12).
  func isUnknown(_ direction: Direction) -> Bool {
    switch self {
    case .unknown: true
    case .nodes, .networks, .domainNames: direction == .ingress
    case .namespaces, .pods, .nothing: false
    }
  }
}
