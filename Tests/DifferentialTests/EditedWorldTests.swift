import ClusterModel
import LookupTable
import PolicyCompilation
import PolicyReference
import Synchronization
import TestSupport
import Testing

/// Worlds that are reached by edits must be as those that are compiled at once.
@Suite struct EditedWorldTests {
  #if DEBUG
    static let probeCount = 100_000
  #else
    static let probeCount = 500_000
  #endif

  /// What all edits of a run made the compiler do.
  private struct Tally {
    var inPlace = 0
    var reasons: [FullCompilationReason: Int] = [:]
  }

  @Test(arguments: PairLayout.allCases)
  func `a world that edits lead to is decided as if it were compiled at once`(
    layout: PairLayout
  ) async throws {
    let run = RandomRun(
      defaultProbeCount: Self.probeCount / PairLayout.allCases.count, connectionsPerWorld: 100)
    print(
      "edited, \(layout), against reference: \(run.probeCount) probes in \(run.worldCount) worlds",
      "from FLOWVERDICT_SEED=\(run.firstSeed)")
    let tally = Mutex(Tally())
    let edited = Engine("edited, \(layout)") { world in
      var history = EditHistory(leadingTo: world)
      var compilation = try IncrementalCompilation(
        history.start.snapshot, history.start.policies, profile: world.profile,
        domainNames: world.domainNames, forcedLayout: layout)
      while let edits = history.next() {
        let extent = try compilation.apply(edits)
        try expectSameDecisions(compilation, world, layout)
        tally.withLock {
          if let reason = extent.fullCompilation {
            $0.reasons[reason, default: 0] += 1
          } else {
            $0.inPlace += 1
          }
        }
      }
      let compiled = try #require(compilation.compiled)
      #expect(compiled.snapshot.pods.count == world.snapshot.pods.count)
      return compiled.decision(for:)
    }
    let difference = try await run.firstResult { world in
      try Difference.first(in: world, between: RandomWorldTests.reference, and: edited)
    }
    if let difference { Issue.record("\(difference)") }
    let counts = tally.withLock { $0 }
    print("edits in place: \(counts.inPlace), compiled again: \(counts.reasons)")
    // Else the comparison would only show that compiling twice gives the same.
    #expect(counts.inPlace > counts.reasons.values.reduce(0, +) * 2)
  }
}

/// Compares an edited world with the same one compiled at once, on the way as at its end.
private func expectSameDecisions(
  _ compilation: borrowing IncrementalCompilation, _ world: World, _ layout: PairLayout
) throws {
  let edited = try #require(compilation.compiled)
  let whole = try CompiledPolicies.compile(
    edited.snapshot, edited.policies, profile: edited.profile, domainNames: world.domainNames,
    forcedLayout: layout)
  for connection in world.connections.prefix(10) {
    #expect(
      edited.decision(for: connection) == whole.decision(for: connection),
      "seed \(world.seed), \(connection)")
  }
}

/// A way from one random world to another one, by edits of pods and policies.
struct EditHistory {
  private(set) var start: World
  private var edits: [IncrementalCompilation.Edit] = []
  private var random: SeededGenerator

  init(leadingTo target: World) {
    random = SeededGenerator(seed: target.seed &+ 0x5eed)
    let other = WorldGenerator.world(seed: target.seed &+ 0x1000_0000, connectionCount: 0)
    start = target
    start.snapshot.pods = Self.mix(
      target.snapshot.pods, other.snapshot.pods, &random, &edits, name: Self.name,
      remove: { .removePod(namespace: $0.namespace, name: $0.name) }, set: { .setPod($0) })
    start.policies.networkPolicies = Self.mix(
      target.policies.networkPolicies, other.policies.networkPolicies, &random, &edits,
      name: { [$0.namespace, $0.name] },
      remove: { .removeNetworkPolicy(namespace: $0.namespace, name: $0.name) },
      set: { .setNetworkPolicy($0) })
    start.policies.clusterPolicies = Self.mix(
      target.policies.clusterPolicies, other.policies.clusterPolicies, &random, &edits,
      name: { [$0.kind.rawValue, $0.name] },
      remove: { .removeClusterPolicy(kind: $0.kind, name: $0.name) },
      set: { .setClusterPolicy($0) })
    edits.shuffle(using: &random)
    goAndComeBack(target)
  }

  /// Takes parts of the target away and puts them back, at the end of the way.
  private mutating func goAndComeBack(_ target: World) {
    var returning: [IncrementalCompilation.Edit] = []
    for pod in target.snapshot.pods where random.chance(15) {
      edits.append(.removePod(namespace: pod.namespace, name: pod.name))
      returning.append(.setPod(pod))
    }
    for policy in target.policies.networkPolicies where random.chance(15) {
      edits.append(.removeNetworkPolicy(namespace: policy.namespace, name: policy.name))
      returning.append(.setNetworkPolicy(policy))
    }
    for policy in target.policies.clusterPolicies where random.chance(15) {
      edits.append(.removeClusterPolicy(kind: policy.kind, name: policy.name))
      returning.append(.setClusterPolicy(policy))
    }
    edits += returning.shuffled(using: &random)
  }

  private static func name(_ pod: Pod) -> [String] { [pod.namespace, pod.name] }

  /// A list that starts as a mixture of both worlds', and the edits that are left to the target's.
  private static func mix<Item>(
    _ target: [Item], _ other: [Item], _ random: inout SeededGenerator,
    _ edits: inout [IncrementalCompilation.Edit], name: (Item) -> [String],
    remove: (Item) -> IncrementalCompilation.Edit, set: (Item) -> IncrementalCompilation.Edit
  ) -> [Item] {
    var start: [Item] = []
    let targetNames = Set(target.map(name))
    for item in other where random.chance(50) {
      start.append(item)
      if !targetNames.contains(name(item)) { edits.append(remove(item)) }
    }
    let names = Set(start.map(name))
    for item in target {
      if names.contains(name(item)) || random.chance(40) {
        // A pod or a policy of the same name is replaced.
        edits.append(set(item))
      } else {
        start.append(item)
        // Replaced by itself.
        if random.chance(10) { edits.append(set(item)) }
      }
    }
    return start
  }

  /// The next edits, to be applied together; `nil` at the end.
  mutating func next() -> [IncrementalCompilation.Edit]? {
    guard !edits.isEmpty else { return nil }
    let count = min(random.number(in: 1...3), edits.count)
    defer { edits.removeFirst(count) }
    return Array(edits.prefix(count))
  }
}
