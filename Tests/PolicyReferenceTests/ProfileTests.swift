import ClusterModel
import Testing

@Suite struct ProfileTests {
  @Test func `presets are found by name`() {
    #expect(Profile(named: "upstream") == Profile())
    #expect(Profile(named: "cilium")?.ipBlockMatchesPods == false)
    #expect(Profile(named: "kube-network-policies") == .kubeNetworkPolicies)
    #expect(Profile(named: "Cilium") == nil)
    #expect(Profile(named: "") == nil)
    #expect(
      Profile.presets.map(\.name) == [
        "upstream", "cilium", "calico", "antrea", "ovn", "aws", "kube-network-policies",
      ])
  }

  @Test func `every flag is listed once and changes its own property`() {
    var changed: Set<Profile> = []
    for flag in Profile.flags {
      var profile = Profile()
      profile[keyPath: flag.keyPath].toggle()
      changed.insert(profile)
      #expect(profile != Profile())
      #expect(!flag.summary.isEmpty && !flag.ruleIDs.isEmpty)
    }
    #expect(changed.count == Mirror(reflecting: Profile()).children.count)
    #expect(
      Profile.flags.map(\.name) == Mirror(reflecting: Profile()).children.compactMap(\.label))
  }
}
