import ClusterModel
import PolicyCompilation
import PolicyReference
import TestSupport
import Testing

/// The cases of `../shared/conformance`, where it is beside the package.
@Suite struct ConformanceTests {
  static let suites = [
    "kubernetes-e2e", "recipes", "policy-shapes", "netpol-analyzer", "cluster-network-policy",
    "admin-network-policy", "policy-assistant", "kube-network-policies",
  ]

  static let engines: [Engine] = [
    Engine("reference") { world in
      ReferenceEvaluator(world.snapshot, world.policies, profile: world.profile).evaluate
    },
    Engine("table") { world in
      try CompiledPolicies.compile(world.snapshot, world.policies, profile: world.profile)
        .decision(for:)
    },
  ]

  @Test(arguments: suites, engines)
  func `every connection of a suite has the verdict that the suite expects`(
    suite: String, engine: Engine
  ) throws {
    let cases = try ConformanceCase.all(in: suite)
    var lineCount = 0
    var connectionCount = 0
    for conformanceCase in cases {
      let world = try conformanceCase.load()
      let judge = try engine.judge(world)
      let expansion = ConnectionExpansion(world.snapshot)
      var failures: [String] = []
      for line in conformanceCase.expectations {
        lineCount += 1
        for connection in try expansion.connections(line) {
          connectionCount += 1
          let decision = judge(connection)
          if !line.isMet(by: decision) {
            failures.append("\(line)\n  \(connection)\n  \(decision)")
          }
        }
      }
      if !failures.isEmpty {
        Issue.record(
          """
          \(conformanceCase): \(conformanceCase.title)
          \(failures.count) of \(conformanceCase.expectations.count) lines, the first:
          \(failures.prefix(3).joined(separator: "\n"))
          """)
      }
    }
    print(
      "\(suite) through \(engine): \(cases.count) cases, \(lineCount) lines,",
      "\(connectionCount) connections")
  }
}
