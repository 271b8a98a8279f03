import CRuntimeHooks
import ClusterModel
import LookupTable
import NetworkTypes
import PolicyCompilation
import SyntheticCluster
import Testing

@testable import Measurement

/// Lookups ask nothing of the Swift runtime: no allocation, no reference count. Counted by the runtime's own hooks.
@Suite struct LookupCostTests {
  private struct RuntimeCalls: Equatable {
    var allocations: UInt64
    var referenceCounts: UInt64

    /// What the calling thread asks of the runtime while `body` runs.
    @inline(never)
    init(during body: () -> Void) {
      let before = runtime_counts_of_this_thread()
      body()
      let after = runtime_counts_of_this_thread()
      allocations = after.allocations - before.allocations
      referenceCounts = after.reference_counts - before.reference_counts
    }
  }

  private static let isOptimised: Bool = {
    var isOptimised = true
    func note() -> Bool {
      isOptimised = false
      return true
    }
    // Evaluated only where nothing is optimised.
    assert(note())
    return isOptimised
  }()

  @Test func `the hooks see allocations and reference counts`() {
    final class Object {}
    var kept: [Object] = []
    let calls = RuntimeCalls {
      for _ in 0..<100 { kept.append(Object()) }
      kept += kept
    }
    #expect(calls.allocations >= 100)
    #expect(calls.referenceCounts >= 100)
    #expect(kept.count == 200)
  }

  @Test(
    .enabled(if: isOptimised, "code that is not optimised counts references"),
    arguments: PairLayout.allCases, [AddressFamily.ipv4, .ipv6])
  func `no form of lookup allocates or counts references`(
    layout: PairLayout, family: AddressFamily
  ) throws {
    let cluster = MadeUpCluster(ClusterShape(pods: 500, policies: 60))
    let table = try CompiledPolicies.compile(
      cluster.snapshot, cluster.policies, forcedLayout: layout
    ).table
    let keys = LookupKeys(cluster.makeFlows(4096, family: family), family: family)
    let buffer = AnswerBuffer(count: keys.count)
    for form in LookupForm.allCases {
      var answers: UInt64 = 0
      func calls(lookups count: Int) -> RuntimeCalls {
        RuntimeCalls {
          switch keys {
          case .ipv4(let keys):
            answers &+= form.run(keys.span.extracting(first: count), 1, table, buffer)
          case .ipv6(let keys):
            answers &+= form.run(keys.span.extracting(first: count), 1, table, buffer)
          }
        }
      }
      // Handing over keys and answers costs a few calls, however many lookups there are.
      let few = calls(lookups: 32)
      let many = calls(lookups: 4096)
      #expect(few == many, "\(form)")
      #expect(many.allocations == 0, "\(form)")
      #expect(many.referenceCounts < 20, "\(form)")
      #expect(answers > 0)
    }
  }
}
