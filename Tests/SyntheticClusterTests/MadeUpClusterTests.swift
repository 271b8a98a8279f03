import ClusterModel
import NetworkTypes
import PolicyCompilation
import PolicyReference
import SyntheticCluster
import Testing

@Suite struct MadeUpClusterTests {
  static let names = ClusterShape.names.map(\.name)

  static func cluster(_ name: String, pods: Int = 240, policies: Int = 30) throws -> MadeUpCluster {
    MadeUpCluster(try #require(ClusterShape(name: name, pods: pods, policies: policies)))
  }

  @Test(arguments: names)
  func `a shape has the numbers of pods and policies that were asked for`(_ name: String) throws {
    let cluster = try Self.cluster(name)
    #expect(cluster.snapshot.pods.count == 240)
    #expect(cluster.policies.networkPolicies.count == 30)
    #expect(cluster.policies.clusterPolicies.count == cluster.shape.clusterPolicyCount)
    #expect(Set(cluster.snapshot.pods.map(\.addresses)).count == 240, "addresses repeat")
    #expect(Set(cluster.snapshot.pods.map { "\($0.namespace)/\($0.name)" }).count == 240)
  }

  @Test(arguments: names)
  func `the same seed gives the same cluster and flows, another seed others`(
    _ name: String
  ) throws {
    let shape = try #require(ClusterShape(name: name, pods: 300, policies: 40))
    let one = MadeUpCluster(shape, seed: 7)
    let same = MadeUpCluster(shape, seed: 7)
    let other = MadeUpCluster(shape, seed: 8)
    #expect(one.snapshot.pods == same.snapshot.pods)
    #expect(one.policies.networkPolicies == same.policies.networkPolicies)
    #expect(one.policies.clusterPolicies == same.policies.clusterPolicies)
    #expect(one.policies.networkPolicies != other.policies.networkPolicies)
    for family in [AddressFamily.ipv4, .ipv6] {
      #expect(one.makeFlows(100, family: family) == same.makeFlows(100, family: family))
      #expect(one.makeFlows(100, family: family) != one.makeFlows(100, family: family, seed: 2))
    }
  }

  @Test(arguments: names)
  func `the table decides a shape's flows as the reference does`(_ name: String) throws {
    let cluster = try Self.cluster(name)
    let compiled = try CompiledPolicies.compile(cluster.snapshot, cluster.policies)
    let reference = ReferenceEvaluator(cluster.snapshot, cluster.policies)
    var allowedCount = 0
    let flows = cluster.makeFlows(250) + cluster.makeFlows(250, family: .ipv6)
    for flow in flows {
      let expected = reference.evaluate(flow)
      #expect(compiled.decision(for: flow) == expected, "\(flow)")
      if expected.isAllowed { allowedCount += 1 }
    }
    #expect(allowedCount > 50 && allowedCount < 475, "one answer for nearly every flow")
  }

  @Test func `an unknown shape is none`() {
    #expect(ClusterShape(name: "round", pods: 1, policies: 1) == nil)
  }

  @Test func `one pod and one policy make a cluster`() throws {
    let cluster = MadeUpCluster(ClusterShape(pods: 1, policies: 1))
    #expect(cluster.snapshot.pods.count == 1)
    #expect(cluster.makeFlows(10).count == 10)
  }

  @Test func `flows of a given cluster are between its pods, or with one outside address`() throws {
    let cluster = try Self.cluster("tiers")
    let addresses = Set(cluster.snapshot.pods.flatMap(\.addresses))
    for family in [AddressFamily.ipv4, .ipv6] {
      var flows = try #require(ClusterFlows(cluster.snapshot, cluster.policies, family: family))
      let made = flows.makeFlows(500)
      #expect(made.count == 500)
      #expect(made.allSatisfy { $0.source.family == family && $0.destination.family == family })
      let outside = made.count {
        !addresses.contains($0.source) || !addresses.contains($0.destination)
      }
      #expect(outside > 50 && outside < 150)
    }
    #expect(ClusterFlows(ClusterSnapshot(), PolicySet(), family: .ipv4) == nil)
  }
}
