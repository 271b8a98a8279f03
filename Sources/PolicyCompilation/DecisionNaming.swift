import ClusterModel
import LookupTable
import NetworkTypes

/// Names what the table points to: from rule numbers to policies and places, with the remarks that a reader needs.
struct DecisionNaming: Sendable {
  let entries: [PolicyEntry]
  let ingress: FlatRules
  let egress: FlatRules
  let rowsIngress: RowSignatures
  let rowsEgress: RowSignatures
  let ingressPeers: PeerSignatures
  let egressPeers: PeerSignatures
  let maybeAtoms: Set<UInt32>
  let ports: PortClassification
  /// Labels of all namespaces by name, and of all nodes by number.
  let namespaceLabels: [String: Labels]
  private let nodeLabels: [Labels]
  /// Whether policies of one tier share a priority, so that A2 can matter.
  private let hasEqualPriorities: Bool

  init(_ output: PolicyCompiler.Output, policies: PolicySet, profile: Profile) {
    entries = output.flattening.entries
    ingress = output.flattening.ingress
    egress = output.flattening.egress
    rowsIngress = output.rowsIngress
    rowsEgress = output.rowsEgress
    ingressPeers = output.peers.ingress
    egressPeers = output.peers.egress
    maybeAtoms = output.peers.maybeAtoms
    ports = output.ports
    namespaceLabels = Dictionary(
      uniqueKeysWithValues: zip(
        output.flattening.namespaces.names, output.flattening.namespaces.labels))
    nodeLabels = output.nodes.labels
    var seen: Set<[Int]> = []
    hasEqualPriorities = policies.clusterPolicies.contains {
      !seen.insert([$0.tier == .admin ? 0 : 1, $0.priority]).inserted
    }
  }

  func nodeLabels(ofGroup group: Int, _ table: DecisionTable) -> [Labels] {
    table.nodes(ofGroup: group).map { nodeLabels[$0] }
  }

  /// One side of a connection.
  func side(
    _ direction: Direction, of connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledPolicies
  ) -> SideDecision {
    let subject = direction == .ingress ? ends.destination : ends.source
    guard subject.podIndex != nil else {
      return SideDecision(isAllowed: true, reason: .notAPod)
    }
    let isHairpin = connection.isThroughService && ends.exemption.isSelf
    if isHairpin, compiled.profile.hairpinIsSubjectToAdminTiers {
      return hairpin(direction, connection, ends, compiled)
    }
    if ends.exemption.isSelf { return SideDecision(isAllowed: true, reason: .exemptSelf) }
    if direction == .ingress ? ends.exemption.isFromOwnNode : ends.exemption.isToOwnNode {
      return SideDecision(isAllowed: true, reason: .exemptOwnNode)
    }
    let isAllowed =
      direction == .ingress ? ends.decision.ingressAllows : ends.decision.egressAllows
    let entry = direction == .ingress ? ends.attribution.ingress : ends.attribution.egress
    var decision = named(entry, isAllowed, direction, connection, ends, compiled)
    addRemarks(to: &decision, direction, connection, ends, compiled)
    return decision
  }

  private func named(
    _ entry: DecidingEntry, _ isAllowed: Bool, _ direction: Direction, _ connection: Connection,
    _ ends: FlowEnds, _ compiled: CompiledPolicies
  ) -> SideDecision {
    guard let index = entry.ruleIndex else {
      guard entry == .defaultDeny else {
        return SideDecision(isAllowed: isAllowed, reason: .noPolicy)
      }
      return SideDecision(
        isAllowed: isAllowed, reason: .defaultDeny,
        isolatedBy: isolatingPolicies(direction, ends, compiled))
    }
    let rule = flatRule(index, direction)
    let place = place(of: rule, direction, connection, ends, compiled)
    if entry.isUndecided {
      return SideDecision(
        isAllowed: isAllowed, reason: .undecided, rule: place, remarks: [.unresolvedDomainName])
    }
    let reason: DecisionReason =
      switch (rule.tier, rule.action) {
      case (.admin, .deny): .explicitDeny
      case (.baseline, .deny): .baselineDeny
      case (.baseline, _): .baselineAllow
      default: .allowedByRule
      }
    return SideDecision(isAllowed: isAllowed, reason: reason, rule: place)
  }

  private func flatRule(_ index: Int, _ direction: Direction) -> FlatRule {
    direction == .ingress ? ingress.rules[index] : egress.rules[index - ingress.rules.count]
  }

  // MARK: - Remarks

  private func row(_ direction: Direction, _ ends: FlowEnds) -> UInt32 {
    direction == .ingress ? ends.destinationClass.ingressRow : ends.sourceClass.egressRow
  }

  private func isolatingPolicies(
    _ direction: Direction, _ ends: FlowEnds, _ compiled: CompiledPolicies
  ) -> [PolicyIdentity] {
    let rows = direction == .ingress ? rowsIngress : rowsEgress
    return rows.entries(row(direction, ends)).compactMap { entry in
      guard case .network(let index) = entries[Int(entry)].source else { return nil }
      return compiled.policies.networkPolicies[index].identity
    }
  }

  private func addRemarks(
    to decision: inout SideDecision, _ direction: Direction, _ connection: Connection,
    _ ends: FlowEnds, _ compiled: CompiledPolicies
  ) {
    let rows = direction == .ingress ? rowsIngress : rowsEgress
    let isIsolated = rows.flags(row(direction, ends)) & RowSignatures.isIsolated != 0
    let other = direction == .ingress ? ends.source : ends.destination
    let isOpen = !connection.ipProtocol.hasPorts || other.nodeIndex != nil
    let needsWalk =
      hasEqualPriorities || direction == .egress && !maybeAtoms.isEmpty
    var reachedIsolation = decision.rule?.tier != .admin && isIsolated
    if needsWalk {
      let walk = makeWalk(direction, connection, ends, compiled, isHairpin: false)
      if hasEqualPriorities, walk.isAmbiguous(entries, ports) {
        decision.remarks.insert(.ambiguousPriority)
      }
      let outcome = walk.decide(ports)
      if outcome.metUnresolvedName { decision.remarks.insert(.unresolvedDomainName) }
      reachedIsolation = outcome.reachedIsolation
    }
    // N23, N25, N40, N41: what isolation means here is open.
    if isOpen, reachedIsolation { decision.remarks.insert(.undefinedByAPI) }
  }

  // MARK: - Walks

  /// The rules of a side's row that match the other end, as the table's peer atoms say.
  private func makeWalk(
    _ direction: Direction, _ connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledPolicies, isHairpin: Bool
  ) -> TierWalk {
    let rules = direction == .ingress ? ingress : egress
    let rows = direction == .ingress ? rowsIngress : rowsEgress
    let peers = direction == .ingress ? ingressPeers : egressPeers
    let row = row(direction, ends)
    let column =
      direction == .ingress ? ends.sourceClass.ingressPeer : ends.destinationClass.egressPeer
    let peer = Int(column & 0x1f_ffff)
    var list: [UInt32] = []
    for entry in rows.entries(row) {
      for rule in rules.rulesOfEntry[Int(entry)] {
        let flat = rules.rules[rule]
        var isCertain = flat.isAnyPeer
        var isMaybe = false
        for index in flat.atoms where peers.peer(peer, has: rules.atoms[index]) {
          if direction == .egress, maybeAtoms.contains(rules.atoms[index]) {
            isMaybe = true
          } else {
            isCertain = true
          }
        }
        if isCertain {
          list.append(UInt32(rule))
        } else if isMaybe {
          list.append(UInt32(rule) | RuleLists.maybeFlag)
        }
      }
    }
    let portProfile =
      direction == .ingress ? rows.profile(row) : peers.peers[peer].profile
    return TierWalk(
      list: list, flags: rows.flags(row), portProfile: portProfile,
      bit: ports.bit(connection.ipProtocol, connection.destinationPort), rules: rules,
      profile: compiled.profile, isHairpin: isHairpin)
  }

  /// A pod that reaches itself through a Service (A22, D3): rare, so it is walked instead of tabled.
  private func hairpin(
    _ direction: Direction, _ connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledPolicies
  ) -> SideDecision {
    let walk = makeWalk(direction, connection, ends, compiled, isHairpin: true)
    let outcome = walk.decide(ports)
    let isOtherProtocol = !connection.ipProtocol.hasPorts
    let isolationApplies = !isOtherProtocol || compiled.profile.isolationAppliesToOtherProtocols
    let firstRule = direction == .ingress ? 0 : ingress.rules.count
    var decision: SideDecision
    switch outcome.outcome {
    case .rule(let rule):
      decision = named(
        DecidingEntry(rule: firstRule + Int(rule)), outcome.isAllowed, direction, connection, ends,
        compiled)
    case .undecided(let rule):
      decision = named(
        DecidingEntry(undecidedBy: firstRule + Int(rule)), false, direction, connection, ends,
        compiled)
    case .noPolicy, .defaultDeny:
      let isIsolated = walk.flags & RowSignatures.isIsolated != 0 && isolationApplies
      decision = SideDecision(isAllowed: true, reason: isIsolated ? .exemptSelf : .noPolicy)
    }
    if outcome.metUnresolvedName { decision.remarks.insert(.unresolvedDomainName) }
    if hasEqualPriorities, walk.isAmbiguous(entries, ports) {
      decision.remarks.insert(.ambiguousPriority)
    }
    if outcome.reachedIsolation { decision.remarks.insert(.undefinedByAPI) }
    return decision
  }
}
