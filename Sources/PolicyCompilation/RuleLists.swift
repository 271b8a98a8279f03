import ClusterModel
import LookupTable

/// What a list of matching rules comes to, port class by port class: tiers, priorities, Pass, isolation and defaults
/// are folded into bits here, once for each distinct list.
struct RuleLists {
  /// A rule of a list with the top bit set may match or not: its peer is a domain name that nothing resolves (A14).
  static let maybeFlag: UInt32 = 0x8000_0000

  /// A finished list.
  struct Result {
    var portSet: UInt32
    /// Id of the list of deciding entries.
    var entries: UInt32
  }

  private let profile: Profile

  private var keys = ListInterner()
  private var results: [Result] = []

  init(profile: Profile) { self.profile = profile }

  /// The result of a list.
  ///
  /// - Parameter key: flags of ``RowSignatures``, the profile of the destination's named ports, then the rules that
  ///   match, in the order of evaluation.
  mutating func result(
    _ key: Span<UInt32>, _ rules: FlatRules, _ ports: inout PortClassification,
    _ store: inout RuleListStore
  ) -> Result {
    let id = keys.intern(key)
    if Int(id) < results.count { return results[Int(id)] }
    var hasMaybe = false
    for index in 2..<max(2, key.count) where key[index] & Self.maybeFlag != 0 { hasMaybe = true }
    let result =
      hasMaybe
      ? evaluateEachPort(key, rules, &ports, &store) : evaluate(key, rules, &ports, &store)
    results.append(result)
    return result
  }

  // MARK: - All ports at once

  private mutating func evaluate(
    _ key: Span<UInt32>, _ rules: FlatRules, _ ports: inout PortClassification,
    _ store: inout RuleListStore
  ) -> Result {
    let flags = key[0]
    let all = ports.allBits
    var allowed = [UInt64](repeating: 0, count: ports.wordCount)
    // Ports that the tier being walked has not decided or passed.
    var open = all
    // Ports that an earlier tier has left to the next one.
    var left = all
    // Ports that a rule decides.
    var hit: [UInt64] = []
    var tier = Tier.admin
    store.begin()

    func close(_ reached: Tier) {
      // A Pass rule takes ports out of `open` but leaves them in `left`.
      while tier != reached {
        switch tier {
        case .admin:
          tier = .networkPolicy
          open = networkPolicyScope(flags, left, ports)
        case .networkPolicy:
          finishNetworkPolicies(flags, &open, &left, &allowed, ports, &store)
          tier = .baseline
          open = left
        case .baseline: return
        }
      }
    }

    for index in 2..<max(2, key.count) {
      let rule = rules.rules[Int(key[index])]
      close(rule.tier)
      let bits = ports.bitSetIndex(spec: rule.portSpec, profile: key[1])
      guard ports.intersect(bits, open, into: &hit) else { continue }
      for word in hit.indices {
        open[word] &= ~hit[word]
        if rule.action == .allow { allowed[word] |= hit[word] }
        if rule.action != .pass { left[word] &= ~hit[word] }
      }
      if rule.action != .pass {
        store.add(hit, DecidingEntry(rule: Int(rule.number)))
      }
    }
    close(.baseline)
    // Nothing decides: allowed (A25).
    for word in allowed.indices { allowed[word] |= left[word] }
    store.add(left, flags & RowSignatures.isPod == 0 ? .notAPod : .noPolicy)
    return Result(portSet: store.portSet(allowed), entries: store.end())
  }

  /// The ports that the NetworkPolicy tier decides: all that are left if the pod is isolated, perhaps without other
  /// protocols (N40).
  private func networkPolicyScope(
    _ flags: UInt32, _ left: [UInt64], _ ports: PortClassification
  ) -> [UInt64] {
    guard flags & RowSignatures.isIsolated != 0 else {
      return [UInt64](repeating: 0, count: left.count)
    }
    var scope = left
    if !profile.isolationAppliesToOtherProtocols {
      let bit = ports.otherProtocolsBit
      scope[bit / 64] &= ~(1 << UInt64(bit % 64))
    }
    return scope
  }

  /// What no rule of the isolating policies has allowed is denied; a pod that some NetworkPolicy selects may skip
  /// Baseline (A9, A10).
  private func finishNetworkPolicies(
    _ flags: UInt32, _ open: inout [UInt64], _ left: inout [UInt64], _ allowed: inout [UInt64],
    _ ports: PortClassification, _ store: inout RuleListStore
  ) {
    if flags & RowSignatures.isIsolated != 0 {
      store.add(open, .defaultDeny)
      for word in left.indices { left[word] &= ~open[word] }
    } else if flags & RowSignatures.isSelected != 0 {
      var final = left
      if !profile.isolationAppliesToOtherProtocols {
        let bit = ports.otherProtocolsBit
        final[bit / 64] &= ~(1 << UInt64(bit % 64))
      }
      store.add(final, .noPolicy)
      for word in left.indices {
        allowed[word] |= final[word]
        left[word] &= ~final[word]
      }
    }
  }

  // MARK: - Port by port

  /// The same for lists with rules that may match: each port class is walked on its own.
  private mutating func evaluateEachPort(
    _ key: Span<UInt32>, _ rules: FlatRules, _ ports: inout PortClassification,
    _ store: inout RuleListStore
  ) -> Result {
    var bitSets: [Int] = []
    for index in key.indices.dropFirst(2) {
      let rule = rules.rules[Int(key[index] & ~Self.maybeFlag)]
      bitSets.append(ports.bitSetIndex(spec: rule.portSpec, profile: key[1]))
    }
    var allowed = [UInt64](repeating: 0, count: ports.wordCount)
    var hits: [(entry: DecidingEntry, bits: [UInt64])] = []
    for bit in 0..<ports.classCount {
      var matching: [TierWalk.Rule] = []
      for index in key.indices.dropFirst(2) {
        let rule = rules.rules[Int(key[index] & ~Self.maybeFlag)]
        guard ports.contains(bit, bitSets[index - 2]) else { continue }
        // Priorities play no role here: the order decides, and a rule's place in the list is its number.
        matching.append(
          TierWalk.Rule(
            number: UInt32(index), entry: rule.entry, ruleIndex: rule.ruleIndex, tier: rule.tier,
            action: rule.action, priority: 0, isMaybe: key[index] & Self.maybeFlag != 0))
      }
      let isolationApplies =
        bit != ports.otherProtocolsBit || profile.isolationAppliesToOtherProtocols
      let decision = TierWalk(
        rules: matching, flags: key[0], isolationApplies: isolationApplies
      ).decide()
      func number(_ rule: TierWalk.Rule) -> Int {
        Int(rules.rules[Int(key[Int(rule.number)] & ~Self.maybeFlag)].number)
      }
      let entry: DecidingEntry =
        switch decision.outcome {
        case .rule(let rule): DecidingEntry(rule: number(rule))
        case .undecided(let rule): DecidingEntry(undecidedBy: number(rule))
        case .defaultDeny: .defaultDeny
        case .noPolicy, .exemptHairpin: .noPolicy
        }
      if decision.isAllowed { allowed[bit / 64] |= 1 << UInt64(bit % 64) }
      let position =
        hits.firstIndex { $0.entry == entry }
        ?? {
          hits.append((entry, [UInt64](repeating: 0, count: ports.wordCount)))
          return hits.count - 1
        }()
      hits[position].bits[bit / 64] |= 1 << UInt64(bit % 64)
    }
    store.begin()
    for hit in hits { store.add(hit.bits, hit.entry) }
    return Result(portSet: store.portSet(allowed), entries: store.end())
  }
}

/// The port sets and lists of deciding entries that both directions share.
struct RuleListStore {
  private(set) var portSets = ListInterner()
  private(set) var hitSets = ListInterner()
  private(set) var lists = ListInterner()
  private var scratch: [UInt32] = []
  private var pending: [UInt32] = []

  /// The id of a set of ports.
  mutating func portSet(_ bits: [UInt64]) -> UInt32 {
    Self.split(bits, &scratch)
    return portSets.intern(scratch)
  }

  mutating func begin() { pending.removeAll(keepingCapacity: true) }

  /// Adds what decides a set of ports; nothing for an empty set.
  mutating func add(_ bits: [UInt64], _ entry: DecidingEntry) {
    guard bits.contains(where: { $0 != 0 }) else { return }
    Self.split(bits, &scratch)
    pending.append(hitSets.intern(scratch))
    pending.append(entry.rawValue)
  }

  /// The id of the list added since ``begin()``.
  mutating func end() -> UInt32 { lists.intern(pending) }

  /// Gives every set new bits, each a copy of an old one, which keeps different sets different.
  /// - Parameter oldBits: the old bit of each new one.
  mutating func rearrange(_ oldBits: [Int]) {
    for path in [\RuleListStore.portSets, \RuleListStore.hitSets] {
      var rearranged = ListInterner()
      for id in 0..<UInt32(self[keyPath: path].count) {
        let old = Array(self[keyPath: path][id])
        var bits = [UInt64](repeating: 0, count: (oldBits.count + 63) / 64)
        for (bit, oldBit) in oldBits.enumerated()
        where old[oldBit / 32] >> UInt32(oldBit % 32) & 1 != 0 {
          bits[bit / 64] |= 1 << UInt64(bit % 64)
        }
        Self.split(bits, &scratch)
        _ = rearranged.intern(scratch)
      }
      self[keyPath: path] = rearranged
    }
  }

  private static func split(_ bits: [UInt64], _ words: inout [UInt32]) {
    words.removeAll(keepingCapacity: true)
    for word in bits {
      words.append(UInt32(truncatingIfNeeded: word))
      words.append(UInt32(truncatingIfNeeded: word >> 32))
    }
  }
}

extension PortClassification {
  /// The classes that a bit set and `other` share.
  /// - Returns: whether there are any.
  func intersect(_ index: Int, _ other: [UInt64], into shared: inout [UInt64]) -> Bool {
    let set = bitSet(index)
    shared.removeAll(keepingCapacity: true)
    var hasAny = false
    for word in set.indices {
      shared.append(set[word] & other[word])
      hasAny = hasAny || shared[word] != 0
    }
    return hasAny
  }
}
