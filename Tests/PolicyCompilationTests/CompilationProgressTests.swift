import PolicyCompilation
import TestSupport
import Testing

@Suite struct CompilationProgressTests {
  @Test func `every step is told once and in order, rows of pairs as they are filled`() throws {
    let world = WorldGenerator.world(seed: 3, connectionCount: 1)
    var seen: [CompilationProgress] = []
    _ = try CompiledPolicies.compile(
      world.snapshot, world.policies, profile: world.profile, progress: { seen.append($0) })
    // A small world has few rows: they are told once.
    #expect(seen.map(\.step) == CompilationProgress.Step.allCases)
    for progress in seen {
      let hasRows = progress.step == .ingressPairs || progress.step == .egressPairs
      #expect((progress.totalCount > 0) == hasRows)
      #expect(progress.doneCount <= progress.totalCount)
    }
  }
}
