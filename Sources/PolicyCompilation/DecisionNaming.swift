import ClusterModel
import LookupTable
import NetworkTypes

/// Names what the table points to: from rule numbers to policies and places, with the remarks that a reader needs.
///
/// Knows the policies by number only; what a rule says is looked up in the model, for the one connection that is named.
struct DecisionNaming: Sendable {
  /// A rule that the table names by number.
  struct RulePlace: Hashable, Sendable {
    /// Index in ``entries``.
    var entry: UInt32
    /// Index in the policy's list of the direction.
    var ruleIndex: UInt32
    var direction: Direction
  }

  /// The policies; those of a row are in the order of evaluation.
  let entries: [PolicyEntry]
  /// Rules by number.
  let rules: [RulePlace]
  let rowsIngress: RowSignatures
  let rowsEgress: RowSignatures
  /// Labels of all namespaces by name, and of all nodes by number.
  let namespaceLabels: [String: Labels]
  private let nodeLabels: [Labels]
  /// Whether policies of one tier share a priority, so that A2 can matter.
  private let hasEqualPriorities: Bool
  /// Whether a peer is a domain name, so that A14 can matter.
  private let hasDomainNames: Bool

  init(
    entries: [PolicyEntry], rules: [RulePlace], rowsIngress: RowSignatures,
    rowsEgress: RowSignatures, nodeLabels: [Labels], snapshot: ClusterSnapshot,
    policies: PolicySet
  ) {
    self.entries = entries
    self.rules = rules
    self.rowsIngress = rowsIngress
    self.rowsEgress = rowsEgress
    self.nodeLabels = nodeLabels
    namespaceLabels = Dictionary(
      snapshot.namespaces.map { ($0.name, $0.labels) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<[Int]> = []
    hasEqualPriorities = policies.clusterPolicies.contains {
      !seen.insert([$0.tier == .admin ? 0 : 1, $0.priority]).inserted
    }
    hasDomainNames = policies.clusterPolicies.contains { policy in
      policy.egress.contains { rule in
        rule.peers.contains { if case .domainNames = $0.match { true } else { false } }
      }
    }
  }

  /// Whether there are decisions that the table's bits do not tell in full.
  var mayLeaveOpen: Bool { hasEqualPriorities || hasDomainNames }

  /// Labels of the nodes that share an address.
  func nodeLabels(ofGroup group: Int, _ table: DecisionTable) -> [Labels] {
    // Nodes that only pods tell of have no labels.
    table.nodes(ofGroup: group).map { $0 < nodeLabels.count ? nodeLabels[$0] : .empty }
  }

  /// One side of a connection.
  func side(
    _ direction: Direction, of connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledContents
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
    _ ends: FlowEnds, _ compiled: CompiledContents
  ) -> SideDecision {
    guard let index = entry.ruleIndex else {
      guard entry == .defaultDeny else {
        return SideDecision(isAllowed: isAllowed, reason: .noPolicy)
      }
      return SideDecision(
        isAllowed: isAllowed, reason: .defaultDeny,
        isolatedBy: isolatingPolicies(direction, ends, compiled))
    }
    // A damaged file could name a rule of the other direction, or of a policy that is gone.
    guard rules[index].direction == direction, entries[Int(rules[index].entry)].isInForce else {
      return SideDecision(isAllowed: isAllowed, reason: .noPolicy)
    }
    let matching = RuleMatching(direction, connection, ends, compiled)
    return named(
      rules[index], isUndecided: entry.isUndecided, isAllowed: isAllowed, matching, compiled)
  }

  private func named(
    _ place: RulePlace, isUndecided: Bool, isAllowed: Bool, _ matching: RuleMatching,
    _ compiled: CompiledContents
  ) -> SideDecision {
    let rule = matching.place(entries[Int(place.entry)].source, Int(place.ruleIndex))
    if isUndecided {
      return SideDecision(
        isAllowed: isAllowed, reason: .undecided, rule: rule, remarks: [.unresolvedDomainName])
    }
    let reason: DecisionReason =
      switch (rule.tier, isAllowed) {
      case (.baseline, true): .baselineAllow
      case (.baseline, false): .baselineDeny
      case (_, true): .allowedByRule
      case (_, false): .explicitDeny
      }
    return SideDecision(isAllowed: isAllowed, reason: reason, rule: rule)
  }

  private func row(_ direction: Direction, _ ends: FlowEnds) -> UInt32 {
    direction == .ingress ? ends.ingressRow : ends.egressRow
  }

  /// Flags of the row of a side's pod; see ``RowSignatures``.
  private func flags(_ direction: Direction, _ ends: FlowEnds) -> UInt32 {
    // Copies of the rows would cost more than the look at them.
    direction == .ingress
      ? rowsIngress.flags(row(direction, ends)) : rowsEgress.flags(row(direction, ends))
  }

  /// The policies that apply to a side's pod, as places in ``entries``.
  private func rowEntries(_ direction: Direction, _ ends: FlowEnds) -> ArraySlice<UInt32> {
    direction == .ingress
      ? rowsIngress.entries(row(direction, ends)) : rowsEgress.entries(row(direction, ends))
  }

  private func isolatingPolicies(
    _ direction: Direction, _ ends: FlowEnds, _ compiled: CompiledContents
  ) -> [PolicyIdentity] {
    rowEntries(direction, ends).compactMap { entry in
      guard case .network(let index) = entries[Int(entry)].source else { return nil }
      return compiled.policies.networkPolicies[index].identity
    }
  }

  // MARK: - Remarks

  private func addRemarks(
    to decision: inout SideDecision, _ direction: Direction, _ connection: Connection,
    _ ends: FlowEnds, _ compiled: CompiledContents
  ) {
    let flags = flags(direction, ends)
    var reachedIsolation =
      decision.rule?.tier != .admin && flags & RowSignatures.isIsolated != 0
    if hasEqualPriorities || direction == .egress && hasDomainNames {
      let walk = makeWalk(direction, connection, ends, compiled, isHairpin: false)
      if hasEqualPriorities, walk.isAmbiguous { decision.remarks.insert(.ambiguousPriority) }
      let outcome = walk.decide()
      if outcome.metUnresolvedName { decision.remarks.insert(.unresolvedDomainName) }
      reachedIsolation = outcome.reachedIsolation
    }
    // N23, N25, N40, N41: what isolation means here is open.
    let other = direction == .ingress ? ends.source : ends.destination
    let isOpen = !connection.ipProtocol.hasPorts || other.nodeIndex != nil
    if isOpen, reachedIsolation { decision.remarks.insert(.undefinedByAPI) }
  }

  // MARK: - Walks

  /// The rules that apply to a side's pod and match the connection.
  private func makeWalk(
    _ direction: Direction, _ connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledContents, isHairpin: Bool
  ) -> TierWalk {
    let matching = RuleMatching(direction, connection, ends, compiled)
    var walkRules: [TierWalk.Rule] = []
    for entry in rowEntries(direction, ends) {
      let item = entries[Int(entry)]
      for match in matching.matchingRules(item.source) {
        walkRules.append(
          TierWalk.Rule(
            number: UInt32(walkRules.count), entry: entry, ruleIndex: UInt32(match.index),
            tier: item.tier, action: match.action, priority: item.priority,
            isMaybe: match.isMaybe))
      }
    }
    return TierWalk(
      rules: walkRules, flags: flags(direction, ends),
      isolationApplies: connection.ipProtocol.hasPorts
        || compiled.profile.isolationAppliesToOtherProtocols,
      isHairpin: isHairpin)
  }

  /// A pod that reaches itself through a Service (A22, D3): rare, so it is walked instead of tabled.
  private func hairpin(
    _ direction: Direction, _ connection: Connection, _ ends: FlowEnds,
    _ compiled: CompiledContents
  ) -> SideDecision {
    let walk = makeWalk(direction, connection, ends, compiled, isHairpin: true)
    let outcome = walk.decide()
    let matching = RuleMatching(direction, connection, ends, compiled)
    func named(_ rule: TierWalk.Rule, isUndecided: Bool) -> SideDecision {
      self.named(
        RulePlace(entry: rule.entry, ruleIndex: rule.ruleIndex, direction: direction),
        isUndecided: isUndecided, isAllowed: outcome.isAllowed, matching, compiled)
    }
    var decision: SideDecision =
      switch outcome.outcome {
      case .rule(let rule): named(rule, isUndecided: false)
      case .undecided(let rule): named(rule, isUndecided: true)
      case .exemptHairpin: SideDecision(isAllowed: true, reason: .exemptSelf)
      case .noPolicy, .defaultDeny: SideDecision(isAllowed: true, reason: .noPolicy)
      }
    if outcome.metUnresolvedName { decision.remarks.insert(.unresolvedDomainName) }
    if hasEqualPriorities, walk.isAmbiguous { decision.remarks.insert(.ambiguousPriority) }
    if outcome.reachedIsolation { decision.remarks.insert(.undefinedByAPI) }
    return decision
  }
}
